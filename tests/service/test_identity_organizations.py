"""The tree of organisations: created, renamed, moved, dissolved, looked at today and on another day."""

import datetime
import time
import uuid

import pytest

from tests.support.errors import number

LEVELS = ["community_committee", "area", "grid", "branch"]
DAY = 86400


@pytest.fixture(scope="module")
def chain(register):
    return register.chain()


def listed(caller, **filters):
    """All organisations of a list, page by page."""
    found, token = [], ""
    while True:
        reply = caller("Identity.ListOrganizations", {"page_token": token, "page_size": 2, **filters})
        assert reply.code == 0, reply
        assert len(reply.body.organizations) <= 2
        found += reply.body.organizations
        token = reply.body.next_page_token
        if not token:
            return found


def test_a_street_begins_with_its_working_committee(register):
    root = register.admin("Identity.GetOrganization", {"id": register.root})
    assert (root.body.path, root.body.state, root.version) == ("/1/", 1, 1)
    assert root.body.level == 1 and not root.body.parent_id
    name = register.found.body.name
    again = register.bus.call("Identity.FoundStreet", {
        "name": name, "working_committee_name": "党工委", "username": "someone-else", "password": "correct horse 1"},
        caller={"service": "test"})
    assert again.code == number("identity.street_exists")


def test_founding_needs_a_good_password_and_an_internal_caller(register):
    body = {"name": "另一街道", "working_committee_name": "党工委", "username": "other", "password": "12345678"}
    assert register.bus.call("Identity.FoundStreet", body, caller={"service": "test"}).code == \
        number("identity.password_weak")
    assert register.admin("Identity.FoundStreet", body).code == number("forbidden")


def test_create(register, chain):
    branch = chain["branch"]
    assert branch.path.startswith(chain["grid"].path) and branch.path.endswith("/")
    assert branch.version == 1 and branch.parent_id == chain["grid"].id
    got = register.admin("Identity.GetOrganization", {"id": branch.id})
    assert got.body == branch and got.version == 1
    created = [event for _, kind, event in register.events("organization.created") if event.organization_id == branch.id]
    assert len(created) == 1 and created[0].path == branch.path


@pytest.mark.parametrize("level", ["working_committee", "area", "grid", "branch"])
def test_levels_follow_each_other(register, level):
    reply = register.admin("Identity.CreateOrganization", {"parent_id": register.root, "level": level, "name": "甲"})
    assert reply.code == number("identity.level_mismatch") and reply.field == "parent_id"


def test_create_refuses(register, chain):
    body = {"parent_id": chain["grid"].id, "level": "branch", "name": chain["branch"].name}
    assert register.admin("Identity.CreateOrganization", body).code == number("identity.organization_name_taken")
    other = {**body, "name": "乙", "parent_id": str(uuid.uuid4())}
    assert register.admin("Identity.CreateOrganization", other).code == number("identity.parent_unknown")
    assert register.admin("Identity.CreateOrganization", {**body, "name": "\u3000"}).code == number("field.required")
    late = {**body, "name": "乙", "established_on": "2999-01-01"}
    assert register.admin("Identity.CreateOrganization", late).code == number("field.date_in_future")
    secretary = register.account("branch_secretary", chain["branch"].id)
    assert secretary("Identity.CreateOrganization", {**body, "name": "乙"}).code == number("forbidden")


def test_idempotency(register, chain):
    key, body = str(uuid.uuid4()), {"parent_id": chain["grid"].id, "level": "branch", "name": f"支部 {uuid.uuid4()}"}
    first = register.admin("Identity.CreateOrganization", body, key=key)
    again = register.admin("Identity.CreateOrganization", body, key=key)
    assert first.code == 0 and again.body == first.body and again.version == first.version
    other = register.admin("Identity.CreateOrganization", {**body, "name": "别的"}, key=key)
    assert other.code == number("idempotency_key_reused")
    caller = {"street_id": register.id, "account_id": register.admin.account,
              "grants": [{"role": "street_administrator", "organization_id": register.root, "path": "/1/"}]}
    assert register.bus.call("Identity.CreateOrganization", body, caller=caller).code == \
        number("idempotency_key_required")


def test_rename(register):
    chain = register.chain()
    branch = chain["branch"]
    body = {"id": branch.id, "name": "𬱖㛃 支部", "update_mask": ["name"]}
    assert register.admin("Identity.UpdateOrganization", body).code == number("if_match_required")
    assert register.admin("Identity.UpdateOrganization", body, match=7).code == number("version_stale")
    renamed = register.admin("Identity.UpdateOrganization", body, match=1)
    assert renamed.code == 0 and renamed.body.name == "𬱖㛃 支部" and renamed.version == 2
    assert register.admin("Identity.UpdateOrganization", body, match=1).code == number("version_stale")
    unknown = {**body, "id": str(uuid.uuid4())}
    assert register.admin("Identity.UpdateOrganization", unknown, match=1).code == number("not_found")
    assert [event.name for _, _, event in register.events("organization.renamed")][-1] == "𬱖㛃 支部"


def test_scope(register):
    ours, theirs = register.chain(), register.chain()
    secretary = register.account("community_secretary", ours["community_committee"].id)
    assert secretary("Identity.GetOrganization", {"id": ours["branch"].id}).code == 0
    assert secretary("Identity.GetOrganization", {"id": theirs["branch"].id}).code == number("not_found")
    assert secretary("Identity.GetOrganization", {"id": register.root}).code == number("not_found")
    paths = [organization.path for organization in listed(secretary)]
    assert paths == [ours[level].path for level in LEVELS]
    assert not listed(secretary, within_id=theirs["area"].id)
    assert [o.path for o in listed(secretary, within_id=register.root)] == paths
    assert [o.id for o in listed(secretary, within_id=ours["grid"].id)] == [ours["grid"].id, ours["branch"].id]
    assert [o.id for o in listed(secretary, level="area")] == [ours["area"].id]
    assert [o.id for o in listed(secretary, parent_id=ours["area"].id)] == [ours["grid"].id]
    assert [o.id for o in listed(secretary, name=ours["branch"].name[3:])] == [ours["branch"].id]


def test_page_tokens_are_ours(register):
    reply = register.admin("Identity.ListOrganizations", {"page_token": "bm90LW91cnM"})
    assert reply.code == number("page_token_invalid")


def test_move(register):
    ours, theirs = register.chain(), register.chain()
    member = register.member(ours["branch"].id)
    lead = register.account("area_lead", theirs["area"].id)
    secretary = register.account("branch_secretary", ours["branch"].id)
    body = {"id": ours["grid"].id, "parent_id": theirs["area"].id, "reason": "调整"}
    assert register.admin("Identity.MoveOrganization", body).code == number("if_match_required")
    moved = register.admin("Identity.MoveOrganization", body, match=1)
    assert moved.code == 0 and moved.version == 2 and moved.body.parent_id == theirs["area"].id
    assert moved.body.path.startswith(theirs["area"].path)
    branch = register.admin("Identity.GetOrganization", {"id": ours["branch"].id})
    assert branch.body.path.startswith(moved.body.path) and branch.version == 2
    assert lead("Identity.GetOrganization", {"id": ours["branch"].id}).code == 0
    assert [m.id for m in register.admin("Identity.ListMembers", {
        "organization_id": theirs["community_committee"].id}).body.members] == [member.id]
    assert not register.admin("Identity.ListMembers", {"organization_id": ours["area"].id}).body.members
    assert secretary("Identity.GetMember", {"id": member.id}).code == 0
    event = register.events("organization.moved")[-1][2]
    assert (event.old_path, event.new_path, event.reason) == (ours["grid"].path, moved.body.path, "调整")


def test_move_refuses(register, chain):
    def move(what, under, match=None):
        version = register.admin("Identity.GetOrganization", {"id": what}).version
        return register.admin("Identity.MoveOrganization", {"id": what, "parent_id": under}, match=match or version)

    other = register.chain()
    assert move(chain["area"].id, chain["grid"].id).code == number("identity.move_into_own_subtree")
    assert move(chain["area"].id, chain["area"].id).code == number("identity.move_into_own_subtree")
    assert move(chain["area"].id, other["area"].id).code == number("identity.level_mismatch")
    assert move(chain["area"].id, str(uuid.uuid4())).code == number("identity.parent_unknown")
    assert move(register.root, chain["area"].id).code == number("identity.organization_root_fixed")
    assert move(chain["area"].id, other["community_committee"].id, match=9).code == number("version_stale")


def test_dissolve(register):
    chain = register.chain()
    member = register.member(chain["branch"].id)

    def dissolve(what):
        version = register.admin("Identity.GetOrganization", {"id": what}).version
        return register.admin("Identity.DissolveOrganization", {"id": what, "reason": "撤并"}, match=version or 1)

    assert dissolve(chain["grid"].id).code == number("identity.organization_not_empty")
    assert dissolve(chain["branch"].id).code == number("identity.organization_not_empty")
    assert dissolve(register.root).code == number("identity.organization_root_fixed")
    assert dissolve(str(uuid.uuid4())).code == number("not_found")
    empty = register.organization(chain["grid"].id, "branch")
    assert register.admin("Identity.DissolveOrganization", {"id": empty.id}).code == number("if_match_required")
    gone = dissolve(empty.id)
    assert gone.code == 0 and gone.body.state == 2 and gone.body.dissolved_on and gone.version == 2
    assert register.events("organization.dissolved")[-1][2].reason == "撤并"
    assert dissolve(empty.id).code == number("identity.organization_dissolved")
    assert empty.id not in [o.id for o in listed(register.admin, within_id=chain["grid"].id)]
    refused = register.admin("Identity.CreateMember", {
        "organization_id": empty.id, "name": "张三", "id_number": "11010519491231002X", "category": "FULL",
        "joined_on": "1975-07-01"})
    assert refused.code == number("identity.organization_dissolved")
    again = register.organization(chain["grid"].id, "branch", empty.name)  # the name is free again
    assert again.path != empty.path
    assert member.organization_id == chain["branch"].id


def test_the_tree_as_it_was(identity, register):
    """Moves, renames and dissolutions keep the past; what happened on one day is seen as that day ended."""
    chain, other = register.chain(), register.chain()
    start = time.time()
    today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date()
    try:
        identity.clock.go_to(start + 10 * DAY)
        identity.bus.ahead_ms = 10 * DAY * 1000
        register.admin = register.sign_in(register.username)
        grid = register.admin("Identity.MoveOrganization", {
            "id": chain["grid"].id, "parent_id": other["area"].id}, match=1)
        assert grid.code == 0
        for name in ("甲支部", "乙支部"):
            version = register.admin("Identity.GetOrganization", {"id": chain["branch"].id}).version
            assert register.admin("Identity.UpdateOrganization", {
                "id": chain["branch"].id, "name": name, "update_mask": ["name"]}, match=version).code == 0

        def seen(day, within):
            return {o.name: o.path for o in listed(register.admin, as_of=day.isoformat(), within_id=within)}

        before = seen(today, chain["area"].id)
        assert before == {chain[level].name: chain[level].path for level in ("area", "grid", "branch")}
        later = today + datetime.timedelta(days=10)
        assert seen(later, chain["area"].id) == {chain["area"].name: chain["area"].path}
        assert set(seen(later, other["area"].id)) == {other[level].name for level in ("area", "grid", "branch")} | {
            chain["grid"].name, "乙支部"}
        assert not seen(today - datetime.timedelta(days=1), chain["area"].id)
    finally:
        identity.clock.set(0)
        identity.bus.ahead_ms = 0
        register.admin = register.sign_in(register.username)
