"""The tour of a README: its shell blocks, as one script that stops at the first failure."""

import os
import re

from tests.results import ROOT


def blocks(readme):
    """The shell blocks of the section whose heading ends in the name of a tour."""
    with open(os.path.join(ROOT, readme), encoding="utf-8") as file:
        text = file.read()
    section = re.search(r"^## (A tour|五分钟).*?(?=^## |\Z)", text, re.M | re.S)
    return re.findall(r"^```sh\n(.*?)^```", section.group(), re.M | re.S)


def script(readme, port):
    return "set -e -o pipefail\n" + "".join(blocks(readme)).replace("8080", str(port))
