"""Programs are written in C, Python and TypeScript, and no file names a package mirror."""

import os
import re

from tests.checks import tree

FOREIGN = set(
    ".sh .bash .js .mjs .cjs .jsx .go .rs .java .kt .rb .pl .pm .php .lua .cpp .cc .cxx .hpp .cs .swift .awk .tcl".split()
)
SHEBANG_ALLOWED = {".ci/run"}
# Links of package managers' lock files and source lists: the machine's own configuration decides about those.
MIRROR = re.compile(r'"resolved":\s*"|https?://[^\s/"]*(registry|mirror|deb\.|pypi|npm)', re.I)


def main():
    faults = []
    for path in tree.files():
        if os.path.splitext(path)[1] in FOREIGN:
            faults.append(f"{path}:1: neither C nor Python nor TypeScript")
        if os.path.getsize(os.path.join(tree.ROOT, path)) > 1 << 20:
            continue
        text = tree.read(path)
        if text.startswith("#!") and "python3" not in text.split("\n", 1)[0] and path not in SHEBANG_ALLOWED:
            faults.append(f"{path}:1: a script that is not Python")
        for match in MIRROR.finditer(text):
            faults.append(f"{path}:{text.count(chr(10), 0, match.start()) + 1}: names a package mirror")
    tree.finish(faults)


if __name__ == "__main__":
    main()
