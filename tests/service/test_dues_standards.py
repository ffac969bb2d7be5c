"""Quotes and standards: what a member owes, from when, and by whose approval."""

import pytest

from tests.support.errors import number
from tests.support.told_street import ToldStreet


@pytest.fixture(scope="module")
def street(dues, database):
    told = ToldStreet(dues.feed)
    for branch in ("north", "south"):
        told.register(branch)
    told.wait_applied(database, "dues")
    return told


@pytest.fixture
def secretary(street):
    return street.caller("branch_secretary", "north")


def standard(member, **fields):
    return {"member_id": member, "year": 2026, "category": "WAGE", "base_fen": 450000, **fields}


@pytest.mark.parametrize("category, base, monthly, rate, capped", [
    ("WAGE", 299999, 1500, 50, False), ("WAGE", 300000, 1500, 50, False), ("WAGE", 300001, 3000, 100, False),
    ("WAGE", 500000, 5000, 100, False), ("WAGE", 1000000, 15000, 150, False), ("WAGE", 1000001, 20000, 200, False),
    ("WAGE", 10000000, 100000, 200, True), ("RETIRED", 321055, 1605, 50, False), ("RETIRED", 500000, 2500, 50, False),
    ("RETIRED", 500001, 5000, 100, False), ("SELF_EMPLOYED", 300001, 3000, 100, False), ("FARMER", 0, 20, 0, False),
    ("STUDENT", 0, 20, 0, False), ("UNEMPLOYED", 0, 20, 0, False), ("RELIEF", 90000, 20, 0, False),
])
def test_quote(dues, secretary, category, base, monthly, rate, capped):
    for language, word in (("zh-CN", "元"), ("en", "yuan")):
        reply = dues.bus.call("Dues.QuoteDues", {"category": category, "base_fen": base}, caller=secretary,
                              language=language)
        assert reply.code == 0, reply
        assert (reply.body.monthly_fen, reply.body.rate_basis_points, reply.body.capped) == (monthly, rate, capped)
        assert word in reply.body.rule


def test_quote_is_refused(dues, secretary):
    refused = dues.bus.call("Dues.QuoteDues", {"category": "RETIRED"}, caller=secretary)
    assert (refused.code, refused.field) == (number("dues.base_required"), "base_fen")
    assert dues.bus.call("Dues.QuoteDues", {"base_fen": 1}, caller=secretary).code == number("field.required")
    assert dues.bus.call("Dues.QuoteDues", {"category": "WAGE", "base_fen": 1}).code == number("unauthenticated")


def test_standard_has_a_history(dues, database, street, secretary):
    member = street.members[0]
    first = dues.bus.call("Dues.SetStandard", standard(member, reason="年度核定"), caller=secretary)
    assert (first.code, first.version) == (0, 1), first
    assert (first.body.monthly_fen, first.body.rate_basis_points) == (4500, 100)
    assert first.body.effective_month == "2026-01" and first.body.approved_by == secretary["account_id"]
    changed = standard(member, base_fen=600000, effective_month="2026-07", reason="工资调整")
    assert dues.bus.call("Dues.SetStandard", changed, caller=secretary).code == number("if_match_required")
    assert dues.bus.call("Dues.SetStandard", changed, caller=secretary, match=7).code == number("version_stale")
    second = dues.bus.call("Dues.SetStandard", changed, caller=secretary, match=1)
    assert (second.code, second.version, second.body.monthly_fen) == (0, 2, 9000)
    got = dues.bus.call("Dues.GetStandard", {"member_id": member, "year": 2026}, caller=secretary)
    assert got.version == 2 and got.body == second.body
    rows = database.rows("SELECT version, monthly_fen, reason, approved_by::text FROM standard WHERE member_id = %s"
                         " ORDER BY version", (member,), "dues")
    assert rows == [(1, 4500, "年度核定", secretary["account_id"]), (2, 9000, "工资调整", secretary["account_id"])]


def test_another_year_is_another_standard(dues, street, secretary):
    member = street.members[0]
    assert dues.bus.call("Dues.GetStandard", {"member_id": member, "year": 2025}, caller=secretary).code == number(
        "not_found")
    stale = dues.bus.call("Dues.SetStandard", standard(member, year=2025), caller=secretary, match=3)
    assert stale.code == number("version_stale")
    made = dues.bus.call("Dues.SetStandard", standard(member, year=2025), caller=secretary)
    assert (made.code, made.version, made.body.effective_month) == (0, 1, "2025-01")


@pytest.mark.parametrize("wrong, code, field", [
    ({"base_fen": 0}, "dues.base_required", "base_fen"),
    ({"category": "FARMER"}, "dues.category_mismatch", "base_fen"),
    ({"effective_month": "2025-12"}, "dues.effective_outside_year", "effective_month"),
    ({"effective_month": "2027-01"}, "dues.effective_outside_year", "effective_month"),
    ({"category": "CATEGORY_UNSPECIFIED"}, "field.required", "category"),
])
def test_standard_is_refused(dues, street, secretary, wrong, code, field):
    refused = dues.bus.call("Dues.SetStandard", standard(street.members[0], year=2026, **wrong), caller=secretary, match=2)
    assert (refused.code, refused.field) == (number(code), field), refused


def test_what_lies_outside_does_not_exist(dues, street, secretary):
    other = street.members[1]
    for caller in (secretary, street.caller("community_secretary", "far")):
        assert dues.bus.call("Dues.SetStandard", standard(other), caller=caller).code == number("not_found")
        assert dues.bus.call("Dues.GetStandard", {"member_id": other, "year": 2026}, caller=caller).code == number(
            "not_found")
    above = street.caller("community_secretary", "community_committee")
    assert dues.bus.call("Dues.SetStandard", standard(other), caller=above).code == 0
    collector = street.caller("dues_collector", "south")
    assert dues.bus.call("Dues.SetStandard", standard(other), caller=collector, match=1).code == number("forbidden")
    assert dues.bus.call("Dues.GetStandard", {"member_id": other, "year": 2026}, caller=collector).code == 0


def test_two_first_standards_at_once(dues, street, database):
    member = street.register("north")
    street.wait_applied(database, "dues")
    callers = [street.caller("branch_secretary", "north") for _ in range(8)]
    replies = dues.bus.gather([dues.bus.send("Dues.SetStandard", standard(member), caller=caller)
                               for caller in callers])
    assert sorted(reply.code for reply in replies) == [0] + [number("if_match_required")] * 7
