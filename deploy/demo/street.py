"""The tree of organisations: 8 community committees, 40 areas, 200 grids, 120 branches."""

import collections

from deploy.demo import words

AREAS, GRIDS, BRANCHES = 5, 5, 15  # of a community; of an area; of a community

# key: "1.2.3", unique; parent: its key ("" is the working committee); place and estate of branches only.
Organization = collections.namedtuple("Organization", "key parent level name place estate")


def grid_of(community, branch):
    """Three of the five grids of each area have a branch."""
    area, nth = divmod(branch, 3)
    return f"{community}.{area + 1}.{nth * 2 + 1}"


def branch(community, at):
    name, kind = words.COMMUNITIES[community - 1], words.ESTATE_KINDS[community - 1]
    estate = at < len(words.ESTATES)
    place = words.ESTATES[at] + kind if estate else f"{name}路{at * 8}号"
    title = place if estate else f"{name}社区{words.OTHER_BRANCHES[at - len(words.ESTATES)]}"
    parent = grid_of(community, at)
    return Organization(parent + ".b", parent, "branch", title + "党支部", place, estate)


def organizations():
    """Level by level, parents first; the working committee itself is founded with the street."""
    communities, areas, grids, branches = [], [], [], []
    for number, name in enumerate(words.COMMUNITIES, 1):
        community = f"{number}"
        communities.append(Organization(community, "", "community_committee", f"{name}社区党委", "", False))
        for area in range(1, AREAS + 1):
            title = f"{name}社区第{words.NUMERALS[area - 1]}片区"
            areas.append(Organization(f"{number}.{area}", community, "area", title, "", False))
            for grid in range(1, GRIDS + 1):
                key = f"{number}.{area}.{grid}"
                title = f"{name}社区第{words.NUMERALS[area - 1]}片区第{words.NUMERALS[grid - 1]}网格"
                grids.append(Organization(key, f"{number}.{area}", "grid", title, "", False))
        branches += [branch(number, at) for at in range(BRANCHES)]
    return [communities, areas, grids, branches]
