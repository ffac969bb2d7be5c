"""`make new-service NAME=x`: makes the daemon x from the template in new/, a daemon `sample` that holds notes."""

import os
import re
import shutil
import subprocess
import sys

from deploy.place import CLONE
from deploy.problem import Problem

NEW = os.path.join(os.path.dirname(os.path.abspath(__file__)), "new")
FORMATTER = "clang-format-14"  # how lines break depends on how long the name is
# Names that something else in the build, the configuration or the database has.
TAKEN = {"common", "contract", "documents", "gateway", "postgres", "proto", "public"}


def named(text, name):
    """The text for a daemon of that name."""
    return text.replace("sample", name).replace("Sample", name.capitalize()).replace("SAMPLE", name.upper())


def check(name):
    if not re.fullmatch(r"[a-z][a-z0-9]{1,19}", name):
        raise Problem(f"{name!r} cannot be a daemon's name: take 2 to 20 small letters and digits, a letter first, "
                      "as in: make new-service NAME=meetings")
    for folder in ("services", "gateway", os.path.join("tests", "unit")):
        if name in TAKEN or os.path.exists(os.path.join(CLONE, folder, name)):
            raise Problem(f"The name {name} is taken: choose another one")
    if os.path.exists(os.path.join(CLONE, "proto", "dandelion", name + ".proto")):
        raise Problem(f"proto/dandelion/{name}.proto is there already: choose another name")


def render(name):
    """Writes the files of the template under the daemon's name; returns their paths."""
    made = []
    for folder, _, files in os.walk(NEW):
        for file in files:
            source = os.path.join(folder, file)
            target = os.path.join(CLONE, named(os.path.relpath(source, NEW), name))
            with open(source, encoding="utf-8") as template:
                text = named(template.read(), name)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "x", encoding="utf-8") as output:
                output.write(text)
            made.append(target)
    subprocess.run([FORMATTER, "-i", *(path for path in made if path.endswith((".c", ".h")))], check=True)
    return sorted(os.path.relpath(path, CLONE) for path in made)


def edit(path, change):
    path = os.path.join(CLONE, path)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(change(text))


def configured(sample, name):
    """The documented configuration with a section like that of dues for the daemon, before the gateway's."""
    port = max(int(number) for number in re.findall(r"^health_port = (\d+)", sample, re.M)) + 1
    section = re.search(r"^\[dues\]\n.*?\n\n", sample, re.M | re.S).group().replace("dues", name)
    section = re.sub(r"(?m)^health_port = .*", f"health_port = {port}", section)
    return sample.replace("[gateway]\n", section + "[gateway]\n")


def listed(readme, name):
    """services/README.md with a row for the daemon, the last of its table."""
    rows = list(re.finditer(r"^\|.*\n", readme, re.M))
    row = f"| [`{name}/`]({name}/README.md) | notes of what happened in an organisation | the kit |\n"
    return readme[:rows[-1].end()] + row + readme[rows[-1].end():]


def main(names):
    if len(names) != 1 or not names[0]:
        raise Problem("Say its name: make new-service NAME=meetings")
    name = names[0]
    check(name)
    if not shutil.which(FORMATTER):
        raise Problem(f"{FORMATTER} is not installed: make packages")
    print("Made:", *render(name), sep="\n  ")
    edit("deploy/conf/dandelion.conf", lambda text: configured(text, name))
    edit("services/README.md", lambda text: listed(text, name))
    print("Changed:\n  deploy/conf/dandelion.conf\n  services/README.md", flush=True)


try:
    main(sys.argv[1:])
except Problem as problem:
    sys.exit(f"dandelion: {problem}")
