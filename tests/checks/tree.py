"""Walks the source tree, and reports what a check found."""

import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SKIPPED = {".git", "var", "node_modules", "__pycache__", ".pytest_cache", ".hypothesis", "dist"}
COMMENT_OR_STRING = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def files(*endings, under=("",)):
    """Paths, relative to the root and sorted, of source files with one of the endings (none given: all)."""
    found = []
    for start in under:
        for folder, folders, names in os.walk(os.path.join(ROOT, start)):
            top = os.path.relpath(folder, ROOT) == "."
            folders[:] = [f for f in folders if f not in SKIPPED and not (top and f.startswith("build"))]
            for name in names:
                if not endings or name.endswith(endings):
                    found.append(os.path.relpath(os.path.join(folder, name), ROOT))
    return sorted(found)


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8", errors="surrogateescape") as file:
        return file.read()


def code(text):
    """C text with comments and literals blanked, so that only code is left; lines keep their numbers."""
    return COMMENT_OR_STRING.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def finish(faults):
    """Prints the faults and ends the program: 0 if there are none, else 1."""
    for fault in faults:
        print(fault)
    sys.exit(1 if faults else 0)
