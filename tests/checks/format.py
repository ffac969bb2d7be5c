"""The C code is formatted as .clang-format says. `--fix` formats it."""

import subprocess
import sys

from tests.checks import passed, tree

TOOL = "clang-format-14"


def main():
    paths = tree.files(".c", ".h")
    if "--fix" in sys.argv:
        sys.exit(subprocess.run([TOOL, "-i", *paths], cwd=tree.ROOT, check=False).returncode)
    failed = passed.run("format", paths, lambda path: [TOOL, "--dry-run", "-Werror", path], tree.read(".clang-format"))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
