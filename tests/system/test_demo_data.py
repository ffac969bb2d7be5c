"""The demonstration street as it is made up, before it is loaded: plausible, valid, the same every time."""

import collections
import datetime
import io
import re

import openpyxl
import pytest

from deploy.demo import accounts, incomes, months, payers, people, roster, street

TODAY = datetime.date(2026, 11, 23)


@pytest.fixture(scope="module")
def lived():
    return months.lived(TODAY)


@pytest.fixture(scope="module")
def tree():
    return street.organizations()


@pytest.fixture(scope="module")
def members(tree, lived):
    return people.everyone(tree[-1], lived)


def check_character(digits):
    """ISO 7064 MOD 11-2 by its recursion, not by the table of weights."""
    rest = 0
    for digit in digits:
        rest = (rest + int(digit)) * 2 % 11
    return "0123456789X"[(12 - rest) % 11]


def test_the_check_character_knows_the_samples():
    assert check_character("11010519491231002") == "X" and check_character("44052418800101001") == "4"


def test_months_are_the_two_years_before_this_one(lived):
    assert [months.text(lived[0]), months.text(lived[-1]), len(lived)] == ["2024-11", "2026-10", 24]
    assert months.later(datetime.date(2024, 2, 29), 12) == datetime.date(2025, 2, 28)
    assert months.later(datetime.date(2024, 1, 31), -2) == datetime.date(2023, 11, 30)


def test_the_tree(tree):
    assert [len(level) for level in tree] == [8, 40, 200, 120]
    everyone = [one for level in tree for one in level]
    keys = {one.key: one for one in everyone}
    assert len(keys) == len({one.name for one in everyone}) == 368
    assert all(one.parent in keys for one in everyone if one.level != "community_committee")
    above = {"area": "community_committee", "grid": "area", "branch": "grid"}
    assert all(keys[one.parent].level == above[one.level] for one in everyone if one.level in above)
    assert {held for _, _, held, _ in accounts.ACCOUNTS} <= {"", *keys}


def test_one_account_for_each_role():
    roles = collections.Counter(role for _, role, _, _ in accounts.ACCOUNTS)
    assert len(roles) == 12 and roles.pop("dues_collector") == 8 and set(roles.values()) == {1}
    assert accounts.password(b"a" * 32, "street") == accounts.password(b"a" * 32, "street")
    assert accounts.password(b"a" * 32, "street") != accounts.password(b"b" * 32, "street")
    assert re.fullmatch(r"[a-z2-7]{4}(-[a-z2-7]{4}){3}", accounts.password(b"a" * 32, "street"))


def test_people_are_who_their_id_numbers_say(members):
    assert len(members) == 4000
    assert len({one.id_number for one in members}) == len({one.phone for one in members}) == 4000
    assert len({(one.branch, one.name) for one in members}) == 4000
    for one in members:
        number = one.id_number
        assert len(number) == 18 and check_character(number[:17]) == number[17]
        assert number[6:14] == one.birth_date.strftime("%Y%m%d")
        assert one.sex == ("男" if int(number[16]) % 2 else "女")
        assert re.fullmatch("1900000[0-9]{4}", one.phone)
    assert sum("𬱖" in one.name or "㛃" in one.name for one in members) > 5


def test_ages_and_days_of_joining_fit(members, lived):
    begin = months.day(lived[0], 1)
    for one in members:
        assert months.later(one.birth_date, 18 * 12) <= one.joined_on < TODAY
        assert one.full_since == months.later(one.joined_on, 12)
        assert (one.joined_on >= begin) == (one.number >= people.INITIAL)
    ages = sorted((TODAY - one.birth_date).days // 365 for one in members)
    assert 18 < ages[0] < 25 and 85 < ages[-1] < 100 and 50 < ages[2000] < 66
    sizes = collections.Counter(one.branch for one in members)
    assert len(sizes) == 120 and min(sizes.values()) < 7 and max(sizes.values()) <= 60


def test_bases_lie_at_and_around_the_edges(members, lived):
    begin = incomes.begin_of(lived)
    found = collections.defaultdict(set)
    for one in members:
        kind, base = incomes.standard(one, lived[0] // 12, begin)
        assert (base == 0) == (kind not in incomes.USUAL)
        assert incomes.standard(one, lived[-1] // 12, begin)[0] == kind
        found[kind].add(base)
    assert set(found) == {"WAGE", "RETIRED", "SELF_EMPLOYED", "FARMER", "STUDENT", "UNEMPLOYED", "RELIEF"}
    for kind, edges in incomes.EDGES.items():
        assert set(edges) <= found[kind]


def test_the_same_day_makes_the_same_street(tree, members, lived):
    assert people.everyone(street.organizations()[-1], lived) == members
    names = {one.key: one.name for one in tree[-1]}
    day = months.day(lived[0], 1)
    assert roster.workbook(members[:50], names, day) == roster.workbook(members[:50], names, day)


def test_another_program_reads_the_roster(tree, members, lived):
    names = {one.key: one.name for one in tree[-1]}
    chosen = members[:30] + members[-2:]
    book = openpyxl.load_workbook(io.BytesIO(roster.workbook(chosen, names, months.day(lived[-1], 1))))
    rows = list(book.active.values)
    assert rows[0][0] == roster.TITLE and rows[1] == roster.HEADING and len(rows) == 34
    for row, one in zip(rows[2:], chosen):
        assert (row[1], row[4], row[9]) == (one.name, one.id_number, names[one.branch])
    assert rows[-1][10] == "预备党员" and rows[-1][12] is None


def test_arrears_of_every_length(members, lived):
    """Plays the two years of payments."""
    unpaid, kinds = collections.defaultdict(list), collections.Counter()
    everyone = [payers.payer(one, lived) for one in members[:1500]]
    for month in lived:
        for one in everyone:
            unpaid[one.member.number].append(month)
        for day in (payers.EARLY, payers.LATE):
            for one in everyone:
                owed = unpaid[one.member.number]
                paid = payers.payment(one, owed, month, day)
                if paid:
                    assert all(month - 6 <= each <= month for each in paid.months) and len(paid.months) <= 12
                    kinds[paid.channel] += 1
                    unpaid[one.member.number] = [each for each in owed if each not in paid.months]
    lengths = collections.Counter(map(len, unpaid.values()))
    assert lengths[0] > 900 and lengths[24] > 3 and sum(lengths[length] for length in range(6, 24)) > 10
    assert {1, 2, 3} <= set(lengths) and set(kinds) == {"CASH", "BANK", "WECHAT", "OTHER"}
