"""Calls and words that have no place in the source, with what to use instead."""

import re

from tests.checks import tree

CALLS = {
    "strcpy": "str or memcpy with a bound",
    "strcat": "str",
    "sprintf": "snprintf or str",
    "vsprintf": "vsnprintf or str",
    "gets": "fgets",
    "atoi": "strtol with its checks",
    "strtok": "strcspn",
    "system": "posix_spawn",
    "alloca": "arena",
    "time": "clock",
    "gettimeofday": "clock",
}
CALL = re.compile(r"(?<![\w.>])(" + "|".join(CALLS) + r")\s*\(")
REAL_TIME = re.compile(r"\bclock_gettime\s*\(\s*CLOCK_REALTIME")
FLOAT = re.compile(r"\b(float|double)\b")
UNFINISHED = re.compile(r"\b(TO" "DO|FIX" "ME|XX" "X|for no" "w)\\b")


def faults_of(path):
    text = tree.read(path)
    if path.endswith((".c", ".h")):
        code = tree.code(text)
        for match in CALL.finditer(code):
            if not path.startswith("services/base/clock."):
                yield match.start(), f"{match.group(1)}() is banned: use {CALLS[match.group(1)]}"
        for match in REAL_TIME.finditer(code):
            if not path.startswith("services/base/clock."):
                yield match.start(), "the wall clock is read through base/clock.h only"
        for match in FLOAT.finditer(code):
            if path.startswith("services/dues/"):
                yield match.start(), "money is never a floating number"
    for match in UNFINISHED.finditer(text):
        yield match.start(), f'"{match.group(1)}": finish it, or open an issue'


def main():
    faults = []
    for path in tree.files(".c", ".h", ".py", ".ts", ".proto", ".sql", ".md", ".txt", ".conf"):
        text = tree.read(path)
        faults += [f"{path}:{text.count(chr(10), 0, at) + 1}: {fault}" for at, fault in faults_of(path)]
    tree.finish(faults)


if __name__ == "__main__":
    main()
