"""The members of the demonstration street."""

import collections
import datetime
import random

from deploy.demo import months, words

INITIAL = 3880
NEWCOMERS = 120  # in the two years
SEED = "dandelion demonstration 1"

Member = collections.namedtuple(
    "Member", "number branch name id_number sex birth_date ethnic_group education phone address joined_on full_since")


def stream(*names):
    """A source of chance of its own for each subject, so that a change of one leaves the others alone."""
    return random.Random("/".join((SEED, *map(str, names))))


def weighted(pairs):
    return [name for name, _ in pairs], [weight for _, weight in pairs]


def surnames():
    return weighted([(item.rstrip("0123456789"), int(item[len(item.rstrip("0123456789")):]))
                     for item in words.SURNAMES.split()])


def check_digit(digits):
    """GB 11643: ISO 7064, MOD 11-2."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(digits, weights)) % 11]


class Register:
    """Hands out what only one person has: ID numbers, telephone numbers, and names within a branch."""

    def __init__(self):
        self.names, self.orders = set(), collections.Counter()

    def name(self, chance, branch, woman):
        family, weights = surnames()
        given = (words.GIVEN_WOMEN if woman else words.GIVEN_MEN).split()
        while True:
            pool = words.GIVEN_RARE if chance.random() < 0.02 else given
            name = chance.choices(family, weights)[0] + chance.choice(pool)
            if (branch, name) not in self.names:
                self.names.add((branch, name))
                return name

    def id_number(self, chance, birth, woman):
        region = words.REGION if chance.random() < 0.7 else chance.choice(words.OTHER_REGIONS)
        head = region + birth.strftime("%Y%m%d")
        order = self.orders[head, woman]
        self.orders[head, woman] += 1
        digits = f"{head}{order * 2 + (2 if woman else 1):03}"
        return digits + check_digit(digits)


def ages(chance, young):
    """Members of a community are old: half of them have retired."""
    if young:
        return chance.randint(19, 30)
    return chance.choices([chance.randint(21, 35), chance.randint(36, 54), chance.randint(55, 70),
                           chance.randint(71, 92)], [16, 30, 34, 20])[0]


def education(chance, birth):
    """GB/T 4658; the younger, the more of it."""
    pool = {1: ("小学", "初中", "高中", "中等专科"), 2: ("初中", "高中", "大学专科", "中等专科", "技工学校"),
            3: ("高中", "大学专科", "大学本科"), 4: ("大学专科", "大学本科", "大学本科", "研究生")}
    return chance.choice(pool[1 + (birth.year > 1950) + (birth.year > 1968) + (birth.year > 1983)])


def joining(chance, birth, latest, earliest=None):
    """A day of joining between the 19th birthday and the 46th, not after the latest."""
    first = max(months.later(birth, 12 * 19), earliest or datetime.date.min)
    last = min(max(months.later(birth, 12 * 46), first), latest)
    return first + datetime.timedelta(days=chance.randint(0, max(0, (last - first).days)))


def member(number, branch, register, joined):
    """joined: (earliest or None, latest) day of joining; those with an earliest one are young newcomers."""
    chance = stream("member", number)
    earliest, latest = joined
    woman = chance.random() < 0.38
    age = ages(chance, earliest is not None)
    birth = months.later(latest, -12 * age) - datetime.timedelta(days=chance.randint(1, 364))
    joined_on = joining(chance, birth, latest, earliest)
    group, weights = weighted(words.ETHNIC_GROUPS)
    address = f"{branch.place}{chance.randint(1, 18)}幢{chance.randint(1, 4)}单元{chance.randint(1, 17)}-{chance.randint(1, 6)}"
    return Member(number, branch.key, register.name(chance, branch.key, woman), register.id_number(chance, birth, woman),
                  "女" if woman else "男", birth, chance.choices(group, weights)[0], education(chance, birth),
                  f"1900000{number:04}", address, joined_on, months.later(joined_on, 12))


def sizes(branches):
    """How many members each branch begins with: mostly 20 to 48, a few very small ones; INITIAL in all."""
    chance = stream("sizes")
    counts = [chance.randint(22, 44) for _ in branches]
    for at, small in zip(chance.sample(range(len(branches)), 6), (4, 5, 6, 8, 9, 12)):
        counts[at] = small
    while sum(counts) != INITIAL:
        at = chance.randrange(len(counts))
        step = 1 if sum(counts) < INITIAL else -1
        if 20 <= counts[at] + step <= 48:
            counts[at] += step
    return counts


def everyone(branches, lived):
    """All members in the order in which they are registered: those of the beginning, branch by branch, then the
    newcomers, who join in the two years, quarter by quarter."""
    register, members = Register(), []
    begin = months.day(lived[0], 1) - datetime.timedelta(days=20)
    for branch, count in zip(branches, sizes(branches)):
        for _ in range(count):
            members.append(member(len(members), branch, register, (None, begin)))
    chance = stream("newcomers")
    for at in range(NEWCOMERS):
        month = lived[0] + at * (len(lived) - 3) // NEWCOMERS
        branch = chance.choice([branch for branch in branches if branch.estate])
        joined = (months.day(month, 2), months.day(month, 26))
        members.append(member(len(members), branch, register, joined))
    return members
