"""clang-tidy (.clang-tidy says which checks) and cppcheck on every C file that changed."""

import sys

from tests.checks import compiler, passed, tree

CPPCHECK = [
    "cppcheck",
    "--enable=warning,performance,portability",
    "--std=c11",
    "--inline-suppr",
    "--quiet",
    "--error-exitcode=1",
    "--suppress=missingIncludeSystem",
    "--suppress=internalAstError",
    "--suppress=*:build/gen/*",
]


def main():
    paths = list(compiler.commands())
    headers = compiler.headers_digest()
    include = [word for word in compiler.include_flags() if word.startswith("-I")]
    tidy = passed.run(
        "clang-tidy",
        paths,
        lambda path: ["clang-tidy-14", "-p", "build", "--quiet", path],
        headers + tree.read(".clang-tidy"),
    )
    cppcheck = passed.run("cppcheck", paths, lambda path: [*CPPCHECK, *include, path], headers + " ".join(CPPCHECK))
    sys.exit(1 if tidy or cppcheck else 0)


if __name__ == "__main__":
    main()
