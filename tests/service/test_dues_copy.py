"""What dues knows of organisations and members, from identity's events."""

import pytest

from tests.support.collector import Collector
from tests.support.errors import number
from tests.support.told_street import ToldStreet

NOON = 1795147200  # 2026-11-20T04:00:00Z, noon in Shanghai


@pytest.fixture
def street(dues, database):
    dues.clock.go_to(NOON)
    told = ToldStreet(dues.feed)
    told.wait_applied(database, "dues")
    return told


def tell(street, happened, about, /, **fields):
    street.feed.tell(street.id, happened, street.paths[about], organization_id=street.organizations[about], **fields)


def organizations(street, database):
    return {name: (path, dissolved) for name, path, dissolved in database.rows(
        "SELECT name, path, dissolved FROM organization_copy WHERE street_id = %s", (street.id,), "dues")}


def test_organizations_follow(street, database):
    tell(street, "organization.renamed", "north", name="北门支部")
    tell(street, "organization.renamed", "south", name="南门支部")
    tell(street, "organization.renamed", "south", name="南街支部")
    tell(street, "organization.moved", "area", old_path="/1/4/2/", new_path="/1/9/7/")
    street.organize("new", "/1/9/7/1/3/", "branch")
    tell(street, "organization.dissolved", "far")
    street.wait_applied(database, "dues")
    assert organizations(street, database) == {
        "working_committee": ("/1/", False), "community_committee": ("/1/4/", False), "area": ("/1/9/7/", False),
        "grid": ("/1/9/7/1/", False), "北门支部": ("/1/9/7/1/1/", False), "南街支部": ("/1/9/7/1/2/", False),
        "far": ("/1/5/1/1/1/", True), "new": ("/1/9/7/1/3/", False)}


def test_who_moves_takes_everything_along(dues, street, database):
    member = street.register("north")
    street.wait_applied(database, "dues")
    collector = Collector(dues, street, street.caller("branch_secretary", "north"))
    collector.fix(member)
    assert collector.counts("2026-11", "north") == (1, 0, 0)
    paid = collector.pay(member, "2026-11").body
    tell(street, "organization.moved", "area", old_path="/1/4/2/", new_path="/1/5/8/")
    street.wait_applied(database, "dues")
    assert collector.ask("GetPayment", {"id": paid.id}).code == number("not_found")
    street.paths["north"] = "/1/5/8/1/1/"
    moved = Collector(dues, street, street.caller("branch_secretary", "north"))
    assert moved.ask("GetPayment", {"id": paid.id}).body == paid
    assert moved.states(member) == {"2026-11": "PAID"} and len(moved.all("ListLedger")) == 2


def test_a_member_changes_branch(dues, street, database):
    member = street.register("north")
    street.wait_applied(database, "dues")
    north = Collector(dues, street, street.caller("branch_secretary", "north"))
    south = Collector(dues, street, street.caller("branch_secretary", "south"))
    north.fix(member)
    assert north.counts("2026-10", "north") == (1, 0, 0)
    street.tell_member("member.changed", member, "south", name="王五", state="ACTIVE")
    street.wait_applied(database, "dues")
    assert north.pay(member, "2026-10").code == number("dues.member_unknown")
    assert south.counts("2026-11", "south") == (1, 0, 0) and north.counts("2026-11", "north") == (0, 0, 0)
    assert south.pay(member, ["2026-10", "2026-11"]).code == 0
    assert [bill.member_name for bill in south.all("ListBills")] == ["王五"]
    assert north.states(member) == {"2026-10": "PAID"} and south.states(member) == {"2026-11": "PAID"}


def test_nothing_is_applied_twice_or_lost(dues, street, database):
    """Killed in the middle of a long log, the daemon goes on where its copy ends."""
    for _ in range(1500):
        street.register("far")
    street.feed.ring()
    dues.kill("dues")
    dues.start("dues")
    street.wait_applied(database, "dues")
    rows = database.rows("SELECT id::text FROM member_copy WHERE street_id = %s", (street.id,), "dues")
    assert {id_ for id_, in rows} == set(street.members)
