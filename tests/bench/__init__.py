"""Figures, as ratios to what others do with the same work."""

import os

BENCH = os.path.dirname(os.path.abspath(__file__))
