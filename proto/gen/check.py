"""Refuses a wrong contract, with one sentence for each fault that names its file and line.

usage: check.py contract.pb proto-folder
"""
import os
import sys

import check_fields
import check_methods
from contract import Contract


class Faults:
    """Collects sentences, each with the place of the fault."""

    def __init__(self, folder):
        self.folder = folder
        self.lines = []

    def add(self, source, sentence):
        self.lines.append(f"{os.path.join(self.folder, source.place)}: {sentence}")


def check(path, folder):
    contract = Contract(path)
    faults = Faults(folder)
    check_fields.check(contract, faults)
    check_methods.check(contract, faults)
    return faults.lines


if __name__ == "__main__":
    found = check(sys.argv[1], sys.argv[2])
    for line in found:
        print(line, file=sys.stderr)
    sys.exit(1 if found else 0)
