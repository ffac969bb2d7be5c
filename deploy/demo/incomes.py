"""What the members live on, and so what their dues are computed from."""

import datetime

from deploy.demo.people import stream

# At and around the edges of the brackets, in fen: the rule leaps there, so these are the amounts to look at.
EDGES = {
    "WAGE": (299999, 300000, 300001, 499999, 500000, 500001, 999999, 1000000, 1000001, 5000000, 5000001, 10000000),
    "SELF_EMPLOYED": (299999, 300000, 300001, 500000, 500001, 1000000, 1000001),
    "RETIRED": (321055, 499999, 500000, 500001),
}
# The usual base in yuan, and how widely it spreads.
USUAL = {"WAGE": (6200, 0.45), "SELF_EMPLOYED": (4600, 0.6), "RETIRED": (3900, 0.3)}
GROWTH = 1.035  # a year
EDGE_SHARE = 0.08


def category(member, today):
    chance = stream("category", member.number)
    age = (today - member.birth_date).days // 365
    if age >= (60 if member.sex == "男" else 55):
        return chance.choices(("RETIRED", "FARMER", "RELIEF"), (94, 4, 2))[0]
    if age <= 23 and chance.random() < 0.6:
        return "STUDENT"
    return chance.choices(("WAGE", "SELF_EMPLOYED", "FARMER", "UNEMPLOYED", "RELIEF"), (80, 11, 3, 4, 2))[0]


def base_fen(member, kind, years):
    """The base in the given year after the beginning; 0 for those who pay a fixed amount."""
    chance = stream("base", member.number)
    if kind not in USUAL:
        return 0
    if chance.random() < EDGE_SHARE:
        return chance.choice(EDGES[kind])
    usual, spread = USUAL[kind]
    yuan = usual * chance.lognormvariate(0, spread) * GROWTH**years
    return round(max(yuan, 1200)) * 100


def standard(member, year, begin):
    """(category, base in fen) of a year; `begin` is the first day of the two years. A category holds for both."""
    kind = category(member, begin)
    return kind, base_fen(member, kind, year - begin.year)


def is_edge(fen):
    return any(fen in edges for edges in EDGES.values())


def begin_of(lived):
    return datetime.date(lived[0] // 12, lived[0] % 12 + 1, 1)
