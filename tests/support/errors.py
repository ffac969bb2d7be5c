"""The error catalogue by code: `number("identity.username_taken")`."""

import os
import re

CATALOGUE = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))),
                         "proto", "errors.txt")

with open(CATALOGUE, encoding="utf-8") as file:
    NUMBERS = {code: int(value) for code, value in re.findall(r"^([a-z_.]+) \| (\d+) \|", file.read(), re.M)}


def number(code):
    return NUMBERS[code]
