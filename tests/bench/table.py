"""The table: what, ours, the opponent's, their ratio, and of what has a target whether it was met."""

import collections
import unicodedata

Line = collections.namedtuple("Line", "what ours opponent theirs ratio target met")
HEADING = ("what", "ours", "against", "theirs", "ratio", "target", "")


def compared(what, unit, ours, opponent, theirs):
    """A line without a target."""
    return Line(what, f"{ours:,.0f} {unit}", opponent, f"{theirs:,.0f} {unit}", f"{ours / theirs:.2f} x", "", None)


def at_least(what, unit, ours, opponent, theirs, target):
    line = compared(what, unit, ours, opponent, theirs)
    return line._replace(target=f">= {target} x", met=ours / theirs >= target)


def below(what, unit, ours, opponent, theirs):
    return compared(what, unit, ours, opponent, theirs)._replace(target="< 1 x", met=ours < theirs)


def at_most(what, unit, ours, target):
    return Line(what, f"{ours:,.1f} {unit}", "", "", "", f"<= {target} {unit}", ours <= target)


def width(text):
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def show(lines):
    words = {True: "met", False: "NOT MET", None: ""}
    rows = [HEADING] + [(*line[:6], words[line.met]) for line in lines]
    widths = [max(width(row[at]) for row in rows) for at in range(len(HEADING))]
    for number, row in enumerate(rows):
        print("  ".join(cell + " " * (room - width(cell)) for cell, room in zip(row, widths)).rstrip())
        if number == 0:
            print("  ".join("-" * room for room in widths))
