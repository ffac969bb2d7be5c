"""Each folder explains itself in a README.md, and what a document links to exists."""

import os
import re

from tests.checks import tree

LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
PARTS = {"proto", "services", "gateway", "deploy", "tests"}
# Folders of data, explained by the README.md above them.
DATA = {"migrations", "dandelion", "conf", "corpus", "vectors", "unit"}


def folders():
    """The parts of the project and the folders right below them."""
    for path in tree.files():
        steps = path.split(os.sep)[:-1]
        for depth in (1, 2):
            if len(steps) >= depth and steps[0] in PARTS and steps[depth - 1] not in DATA:
                yield os.path.join(*steps[:depth])


def anchor(heading):
    """The fragment that a heading gets on a forge."""
    return re.sub(r"[^\w\- ]", "", heading.lower().strip()).replace(" ", "-")


def link_fault(path, target):
    if re.match(r"[a-z]+:", target):
        return None
    name, _, fragment = target.partition("#")
    goal = os.path.normpath(os.path.join(os.path.dirname(path), name)) if name else path
    if not os.path.exists(os.path.join(tree.ROOT, goal)):
        return f"links to {target}, which does not exist"
    if fragment and goal.endswith(".md"):
        headings = re.findall(r"^#+ (.*)$", tree.read(goal), re.M)
        if fragment not in [anchor(heading) for heading in headings]:
            return f"links to {target}, but {goal} has no such heading"
    return None


def main():
    faults = [
        f"{folder}/README.md:1: missing: say what the folder is for"
        for folder in sorted(set(folders()))
        if not os.path.exists(os.path.join(tree.ROOT, folder, "README.md"))
    ]
    for path in tree.files(".md"):
        text = tree.read(path)
        for match in LINK.finditer(text):
            fault = link_fault(path, match.group(1))
            if fault:
                faults.append(f"{path}:{text.count(chr(10), 0, match.start()) + 1}: {fault}")
    tree.finish(faults)


if __name__ == "__main__":
    main()
