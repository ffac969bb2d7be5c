"""Sizes that keep a file readable: lines, functions, includes, files in a folder."""

import ast
import collections
import os
import re

from tests.checks import tree

LINES = {".c": 600, ".h": 200, ".py": 600}
INCLUDES = 15
FOLDER = 20
FUNCTION = 60
FUNCTION_HARD = 100
LONG_SHARE = 0.03


def c_functions(text):
    """(line, length) of each function, from its signature to its closing brace; relies on clang-format's style."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if line != "{" or not lines[number - 1].rstrip().endswith(")"):
            continue
        start = number - 1
        while start > 0 and re.match(r"\s", lines[start]):
            start -= 1
        end = next((i for i in range(number, len(lines)) if lines[i] == "}"), len(lines) - 1)
        yield start + 1, end - start + 1


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno - node.lineno + 1


def main():
    faults, long, total = [], [], 0
    folders = collections.Counter()
    for path in tree.files(*LINES):
        text, ending = tree.read(path), os.path.splitext(path)[1]
        count = text.count("\n")
        if count > LINES[ending]:
            faults.append(f"{path}:1: {count} lines, at most {LINES[ending]}")
        includes = len(re.findall(r"^\s*#\s*include", text, re.M))
        if ending != ".py" and includes > INCLUDES:
            faults.append(f"{path}:1: {includes} includes, at most {INCLUDES}")
        if ending == ".c":
            folders[os.path.dirname(path)] += 1
        for line, length in (python_functions if ending == ".py" else c_functions)(text):
            total += 1
            if length > FUNCTION_HARD:
                faults.append(f"{path}:{line}: a function of {length} lines, never more than {FUNCTION_HARD}")
            elif length > FUNCTION:
                long.append(f"{path}:{line}: a function of {length} lines, should be at most {FUNCTION}")
    if len(long) > LONG_SHARE * total:
        faults += long + [f"{len(long)} of {total} functions exceed {FUNCTION} lines, at most {LONG_SHARE:.0%} may"]
    faults += [f"{folder}: {count} .c files, at most {FOLDER}" for folder, count in folders.items() if count > FOLDER]
    tree.finish(faults)


if __name__ == "__main__":
    main()
