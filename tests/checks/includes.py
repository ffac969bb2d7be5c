"""Who may include whom: each `#include "…"` must begin with a prefix that the nearest .may_include lists.

A line `rules.c: base/` in a .may_include gives that one file its own, narrower list.
System headers are free: CMake's links decide about them. Tests may include whatever they test.
"""

import os
import re

from tests.checks import tree

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)


def rules(folder):
    """(path of the rule file, general prefixes, {file name: prefixes}) that hold in a folder; None if none do."""
    while True:
        path = os.path.join(folder, ".may_include")
        if os.path.exists(os.path.join(tree.ROOT, path)):
            break
        if not folder:
            return None
        folder = os.path.dirname(folder)
    general, own = [], {}
    for line in tree.read(path).splitlines():
        line = line.split("#")[0].strip()
        name, colon, prefixes = line.partition(":")
        if colon:
            own[name.strip()] = prefixes.split()
        elif line:
            general.append(line)
    return path, general, own


def check(path):
    found = rules(os.path.dirname(path))
    if not found:
        return [f"{path}:1: no .may_include in this folder or above it"]
    rule_file, general, own = found
    allowed = tuple(own.get(os.path.basename(path), general))
    text = tree.read(path)
    return [
        f"{path}:{text.count(chr(10), 0, match.start(1)) + 1}: may not include \"{match.group(1)}\" (see {rule_file})"
        for match in INCLUDE.finditer(text)
        if not match.group(1).startswith(allowed)
    ]


if __name__ == "__main__":
    tree.finish([fault for path in tree.files(".c", ".h", under=("services", "gateway")) for fault in check(path)])
