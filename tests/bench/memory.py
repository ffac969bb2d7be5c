"""What processes hold in memory."""

import re


def of(pid):
    """(RSS, PSS) in MiB. PSS counts a page that n processes share as a part of n."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        text = file.read()
    return tuple(int(re.search(rf"^{name}:\s+(\d+) kB", text, re.M).group(1)) / 1024 for name in ("Rss", "Pss"))


def total(pids):
    figures = [of(pid) for pid in pids]
    return sum(rss for rss, _ in figures), sum(pss for _, pss in figures)
