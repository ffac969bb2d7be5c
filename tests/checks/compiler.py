"""The compiler's flags for this project, as the build wrote them down, and what a verdict on a file depends on."""

import json
import os
import shlex

from tests.checks import passed, tree

BUILD = os.path.join(tree.ROOT, "build")


def commands():
    """{path relative to the root: argv} of every C file of ours that the build compiles."""
    with open(os.path.join(BUILD, "compile_commands.json"), encoding="utf-8") as file:
        entries = json.load(file)
    found = {os.path.relpath(entry["file"], tree.ROOT): shlex.split(entry["command"]) for entry in entries}
    return {path: argv for path, argv in sorted(found.items()) if not path.startswith(("build", ".."))}


def include_flags():
    """The include and define flags of all C files together."""
    flags = {}
    for argv in commands().values():
        for at, word in enumerate(argv):
            if word == "-isystem":
                flags[(word, argv[at + 1])] = None
            elif word.startswith(("-I", "-D")):
                flags[(word,)] = None
    return [word for flag in flags for word in flag if not word.startswith("-D_FORTIFY_SOURCE")]


def headers_digest():
    """Changes when any header of ours or a generated one changes."""
    generated = []
    for folder, _, names in os.walk(os.path.join(BUILD, "gen")):
        generated += [os.path.relpath(os.path.join(folder, name), tree.ROOT) for name in names if name.endswith(".h")]
    return passed.digest(*[tree.read(path) for path in tree.files(".h") + sorted(generated)])
