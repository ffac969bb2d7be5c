"""Each header compiles alone: it includes what it needs."""

import sys

from tests.checks import compiler, passed, tree


def main():
    flags = compiler.include_flags()
    argv = ["gcc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", *flags, "-x", "c"]
    failed = passed.run("headers", tree.files(".h"), lambda path: [*argv, path], compiler.headers_digest())
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
