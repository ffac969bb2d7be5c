"""Making bills: one per member and month, however often and however concurrently."""

import threading

import pytest

from tests.support.bus import Bus
from tests.support.collector import MONTHLY_FEN, Collector
from tests.support.errors import number
from tests.support.told_street import ToldStreet

NOON = 1795147200  # 2026-11-20T04:00:00Z, noon in Shanghai


@pytest.fixture
def street(dues, database):
    dues.clock.go_to(NOON)
    told = ToldStreet(dues.feed)
    told.wait_applied(database, "dues")
    return told


@pytest.fixture
def committee(dues, street):
    return Collector(dues, street, street.caller("street_administrator", "working_committee"))


def members(street, database, count, branch="north", **fields):
    made = [street.register(branch, **fields) for _ in range(count)]
    street.wait_applied(database, "dues")
    return made


def test_as_often_as_you_like(street, database, committee):
    for member in members(street, database, 3) + members(street, database, 2, "far"):
        committee.fix(member)
    assert committee.counts("2026-11", "north") == (3, 0, 0)
    assert committee.counts("2026-11") == (2, 3, 0)
    assert committee.counts("2026-11") == (0, 5, 0)
    bills = committee.all("ListBills", month="2026-11")
    assert sorted(bill.member_id for bill in bills) == sorted(street.members)
    assert {bill.amount_fen for bill in bills} == {MONTHLY_FEN} and {bill.state for bill in bills} == {1}
    assert bills[0].organization_id == street.organizations["north"] and bills[0].member_name.startswith("党员")


def test_who_is_skipped(street, database, committee):
    without, stopped, left, nothing = members(street, database, 4)
    street.tell_member("member.changed", stopped, "north", state="STOPPED")
    street.tell_member("member.changed", left, "north", state="LEFT")
    young = members(street, database, 1, category="PROBATIONARY", joined_on="2026-11-30")[0]
    moving = members(street, database, 1, state="TRANSFERRING")[0]
    for member in (stopped, left, young, moving):
        committee.fix(member)
    committee.fix(nothing, base_fen=1)  # half a percent of a fen is nothing
    assert committee.counts("2026-10") == (1, 0, 5)
    assert committee.counts("2026-11") == (2, 0, 4)
    assert sorted(bill.member_id for bill in committee.all("ListBills", month="2026-11")) == sorted([young, moving])
    assert committee.states(without) == {}


def test_a_change_takes_effect_from_its_month_on(street, database, committee):
    member = members(street, database, 1)[0]
    committee.fix(member)
    assert committee.counts("2026-08") == (1, 0, 0)
    changed = {"member_id": member, "year": 2026, "category": "WAGE", "base_fen": 600000}
    assert committee.ask("SetStandard", {**changed, "effective_month": "2026-10"}, match=1).code == 0
    for month in ("2026-08", "2026-09", "2026-10", "2026-11"):
        committee.counts(month)
    amounts = {bill.month: bill.amount_fen for bill in committee.all("ListBills", member_id=member)}
    assert amounts == {"2026-08": 4500, "2026-09": 4500, "2026-10": 9000, "2026-11": 9000}
    assert committee.ask("SetStandard", {**changed, "base_fen": 300000, "effective_month": "2026-08"}, match=2).code == 0
    assert committee.counts("2026-09") == (0, 1, 0)
    assert {bill.month: bill.amount_fen for bill in committee.all("ListBills", member_id=member)} == amounts


def test_months_have_bounds(street, committee):
    assert committee.bill("2026-12").code == 0
    late = committee.bill("2027-01")
    assert (late.code, late.field, late.params) == (number("dues.bill_too_far"), "month", {"last": "2026-12"})
    assert committee.bill("2023-11").code == 0
    old = committee.bill("2023-10")
    assert (old.code, old.params) == (number("dues.bill_too_old"), {"first": "2023-11"})


def test_bills_of_the_next_quarter_in_its_last_month(dues, street, committee):
    dues.clock.go_to(NOON + 30 * 86400)
    assert committee.bill("2027-01").code == 0
    assert committee.bill("2027-02").params == {"last": "2027-01"}
    dues.clock.go_to(NOON + 45 * 86400)
    assert committee.bill("2027-03").code == 0
    assert committee.bill("2027-04").params == {"last": "2027-03"}


def test_scope(dues, street, database, committee):
    for member in members(street, database, 2) + members(street, database, 2, "south"):
        committee.fix(member)
    secretary = Collector(dues, street, street.caller("branch_secretary", "north"))
    assert secretary.bill("2026-11", "south").code == number("not_found")
    assert secretary.bill("2026-11").code == number("not_found")
    assert secretary.counts("2026-11", "north") == (2, 0, 0)
    collector = Collector(dues, street, street.caller("dues_collector", "north"))
    assert collector.bill("2026-11", "north").code == number("forbidden")
    committee.counts("2026-11")
    seen = secretary.all("ListBills", month="2026-11")
    assert {bill.organization_id for bill in seen} == {street.organizations["north"]} and len(seen) == 2
    assert secretary.all("ListBills", organization_id=street.organizations["south"]) == []
    assert secretary.all("ListBills", member_id=street.members[2]) == []
    assert len(committee.all("ListBills", organization_id=street.organizations["community_committee"])) == 4


def test_lists_page_and_filter(dues, street, database, committee):
    people = members(street, database, 9) + members(street, database, 9, "far")
    for member in people:
        committee.fix(member)
    for month in ("2026-10", "2026-11"):
        assert committee.counts(month) == (18, 0, 0)
    assert Collector(dues, street, street.caller("dues_collector", "north")).pay(people[0], "2026-10").code == 0
    bills = committee.all("ListBills", page=7)
    assert len({(bill.member_id, bill.month) for bill in bills}) == len(bills) == 36
    keys = [(bill.organization_id != street.organizations["north"], bill.month, bill.member_id) for bill in bills]
    assert keys == sorted(keys)
    paid = committee.all("ListBills", state="PAID")
    assert [(bill.member_id, bill.month) for bill in paid] == [(people[0], "2026-10")] and paid[0].payment_id
    assert len(committee.all("ListBills", state="OPEN", month="2026-10")) == 17
    assert [bill.month for bill in committee.all("ListBills", member_id=people[1])] == ["2026-10", "2026-11"]
    assert committee.ask("ListBills", {"page_token": "nonsense"}).code == number("page_token_invalid")


def test_runs_at_once(dues, street, database, committee):
    for member in members(street, database, 40):
        committee.fix(member)

    results = {}

    def run(at, place):
        client = Bus(dues.bus.directory, dues.bus.contract)
        client.ahead_ms = dues.bus.ahead_ms
        results[at] = Collector(type("Dues", (), {"bus": client}), street, committee.caller).counts("2026-11", place)
        client.close()

    threads = []
    for at, place in enumerate(("north", "working_committee", "north", "community_committee") * 2):
        threads.append(threading.Thread(target=run, args=(at, place)))
        threads[-1].start()
    for thread in threads:
        thread.join()
    assert sum(created for created, _, _ in results.values()) == 40
    assert all(sum(counts) == 40 for counts in results.values()), results


def test_events_branch_by_branch(dues, street, database, committee):
    people = members(street, database, 520) + members(street, database, 1, "far")
    connection = database.connect("dues", owner=True)
    with connection.cursor() as cursor:  # as SetStandard would, for many at once
        cursor.execute(
            "INSERT INTO dues.standard SELECT street_id, id, 2026, 1, 'WAGE', 1, 1 + 300 * (row_number() OVER ()), 50,"
            " false, '2026-01-01', '', id, now() FROM dues.member_copy WHERE street_id = %s", (street.id,))
    connection.close()
    assert committee.counts("2026-11") == (521, 0, 0)
    rows = database.rows("SELECT position, subject, organization_path, data FROM event WHERE type ="
                         " 'dandelion.dues.bill.generated.v1' AND street_id = %s ORDER BY position", (street.id,), "dues")
    told = {}
    for _, subject, path, data in rows:
        event = dues.bus.messages.new("dandelion.dues.BillsGenerated")
        event.ParseFromString(bytes(data))
        assert event.organization_id == subject and event.month == "2026-11" and len(event.members) <= 500
        assert path == street.paths["far" if subject == street.organizations["far"] else "north"]
        told.update({member.member_id: member.amount_fen for member in event.members})
    assert len(rows) == 3 and set(told) == set(people)
    bills = dict(database.rows("SELECT member_id::text, amount_fen FROM bill WHERE street_id = %s", (street.id,), "dues"))
    assert told == bills and max(bills.values()) > 100000
    positions = [position for position, in database.rows("SELECT position FROM event ORDER BY 1", schema="dues")]
    assert positions == list(range(1, len(positions) + 1))
