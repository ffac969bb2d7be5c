"""Checks of the source itself, one a file. Each prints `path:line: what is wrong` and exits 1 if it found anything."""
