"""Members: registered, changed, searched; what is sealed, and who sees whom."""

import concurrent.futures
import uuid

import pytest

from tests.support.bus import Bus
from tests.support.errors import number
from tests.support.street import id_number

RARE = "𬱖㛃"


@pytest.fixture(scope="module")
def chain(register):
    return register.chain()


@pytest.fixture
def branch(register, chain):
    return register.organization(chain["grid"].id, "branch").id


def form(branch, **fields):
    return {"organization_id": branch, "name": "张三", "id_number": id_number(), "category": "FULL",
            "joined_on": "2005-07-01", **fields}


def found(caller, **filters):
    """The ids that a search finds, page by page."""
    ids, token = [], ""
    while True:
        reply = caller("Identity.ListMembers", {"page_token": token, "page_size": 3, **filters})
        assert reply.code == 0, reply
        ids += [member.id for member in reply.body.members]
        token = reply.body.next_page_token
        if not token:
            return ids


def test_register(register, branch):
    body = form(branch, name=f" {RARE}　", id_number="11010519491231002x", birth_date="1949-12-31", sex="FEMALE",
                ethnic_group="01", education="20", phone="138 0013 8000", address="  某路 1 号  ",
                joined_on="1975-07-01", full_since="1976-07-01")
    made = register.admin("Identity.CreateMember", body)
    assert made.code == 0 and made.version == 1, made
    member = made.body
    assert (member.name, member.id_number, member.phone, member.address) == (
        RARE, "11010519491231002X", "13800138000", "某路 1 号")
    assert (member.sex, member.birth_date, member.state, member.category) == (2, "1949-12-31", 1, 1)
    assert register.admin("Identity.GetMember", {"id": member.id}).body == member
    assert found(register.admin, organization_id=branch) == [member.id]
    event = register.events("member.registered")[-1][2]
    assert (event.member_id, event.name, event.joined_on) == (member.id, RARE, "1975-07-01")
    assert event.organization_id == branch and event.state == 1


def test_sensitive_values_are_sealed(register, identity, branch):
    number_text, phone, address = id_number(), "13912345678", "某小区 7 栋"
    member = register.member(branch, id_number=number_text, phone=phone, address=address)
    for table in ("person", "member", "event", "audit_entry", "idempotency_key"):
        rows = identity.database.rows(f"SELECT t::text FROM identity.{table} t")
        for secret in (number_text, phone, address):
            assert not any(secret in row or secret.encode().hex() in row for row, in rows), (table, secret)
    assert register.admin("Identity.GetMember", {"id": member.id}).body.address == address


@pytest.mark.parametrize("fields, code, field", [
    ({"id_number": "110105194912310021"}, "identity.id_number_check_digit", "id_number"),
    ({"id_number": "110105491231002"}, "identity.id_number_old", "id_number"),
    ({"id_number": "11010519491331002X"}, "identity.id_number_birth_date", "id_number"),
    ({"id_number": "1101051949123100"}, "identity.id_number_malformed", "id_number"),
    ({"id_number": "11010519491231002X", "sex": "MALE"}, "identity.sex_mismatch", "sex"),
    ({"id_number": "11010519491231002X", "birth_date": "1949-12-30"}, "identity.birth_date_mismatch", "birth_date"),
    ({"phone": "12345"}, "identity.phone_malformed", "phone"),
    ({"name": "·张"}, "identity.name_malformed", "name"),
    ({"name": "\u3000"}, "field.required", "name"),
    ({"id_number": "11010519491231002X", "joined_on": "1967-12-30"}, "identity.joined_too_young", "joined_on"),
    ({"joined_on": "2999-01-01"}, "field.date_in_future", "joined_on"),
    ({"full_since": "2004-01-01"}, "identity.full_since_before_joined", "full_since"),
    ({"category": "PROBATIONARY", "full_since": "2006-07-01"}, "identity.full_since_of_probationary", "full_since"),
    ({"ethnic_group": "57"}, "field.bad_pattern", "ethnic_group"),
    ({"category": "MEMBER_CATEGORY_UNSPECIFIED"}, "field.required", "category"),
])
def test_register_refuses(register, branch, fields, code, field):
    reply = register.admin("Identity.CreateMember", form(branch, **fields))
    assert (reply.code, reply.field) == (number(code), field)


def test_register_in_a_branch_of_the_scope(register, chain, branch):
    other = register.chain()
    secretary = register.account("branch_secretary", branch)
    reply = secretary("Identity.CreateMember", form(other["branch"].id))
    assert (reply.code, reply.field) == (number("identity.organization_unknown"), "organization_id")
    assert register.admin("Identity.CreateMember", form(chain["grid"].id)).code == \
        number("identity.organization_not_branch")
    member = register.member(branch, secretary)
    assert register.admin("Identity.GetMember", {"id": member.id}).body.organization_id == branch


def test_an_id_number_is_registered_once(register, branch):
    body = form(branch)
    assert register.admin("Identity.CreateMember", body).code == 0
    again = register.admin("Identity.CreateMember", {**body, "name": "李四"})
    assert (again.code, again.field) == (number("identity.id_number_taken"), "id_number")


def test_a_repeat_is_answered_once(register, branch):
    body, key = form(branch), str(uuid.uuid4())
    first = register.admin("Identity.CreateMember", body, key=key)
    again = register.admin("Identity.CreateMember", body, key=key)
    assert first.code == 0 and again.body == first.body
    assert len(found(register.admin, id_number=body["id_number"])) == 1


def test_concurrent_repeats_make_one(register, identity, branch):
    """Eight clients with one key: one member, and nobody is told of another."""
    body, key = form(branch), str(uuid.uuid4())
    caller = {"street_id": register.id, "account_id": register.admin.account,
              "grants": [{"role": "street_administrator", "organization_id": register.root, "path": "/1/"}]}

    def send(_):
        bus = Bus(identity.bus.directory, identity.bus.contract)
        try:
            return bus.call("Identity.CreateMember", body, caller=caller, key=key)
        finally:
            bus.close()

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(send, range(8)))
    assert {reply.code for reply in replies} <= {0, number("idempotency_in_progress")}
    assert len({reply.body.id for reply in replies if reply.code == 0}) == 1
    assert len(found(register.admin, organization_id=branch)) == 1


def test_change(register, branch):
    member = register.member(branch, phone="13800138001", address="旧址")
    body = {"id": member.id, "name": f"{RARE}·阿里", "phone": "", "category": "FULL", "full_since": "2006-07-01",
            "education": "10", "update_mask": ["name", "phone", "full_since", "education"]}
    assert register.admin("Identity.UpdateMember", body).code == number("if_match_required")
    changed = register.admin("Identity.UpdateMember", body, match=1)
    assert changed.code == 0 and changed.version == 2, changed
    assert (changed.body.name, changed.body.phone, changed.body.address) == (f"{RARE}·阿里", "", "旧址")
    assert register.admin("Identity.GetMember", {"id": member.id}).body == changed.body
    assert register.admin("Identity.UpdateMember", body, match=1).code == number("version_stale")
    assert not found(register.admin, phone="13800138001")
    event = register.events("member.changed")[-1][2]
    assert event.member_id == member.id and event.name == f"{RARE}·阿里"


def test_change_refuses(register, branch):
    member = register.member(branch)

    def change(**fields):
        return register.admin("Identity.UpdateMember", {"id": member.id, **fields, "update_mask": list(fields)},
                              match=1)

    assert change(phone="1").code == number("identity.phone_malformed")
    assert change(full_since="2001-01-01").code == number("identity.full_since_before_joined")
    assert change(category="MEMBER_CATEGORY_UNSPECIFIED").code == number("field.required")
    unknown = {"id": str(uuid.uuid4()), "name": "李四", "update_mask": ["name"]}
    assert register.admin("Identity.UpdateMember", unknown, match=1).code == number("not_found")
    collector = register.account("dues_collector", branch)
    assert collector("Identity.UpdateMember", {**unknown, "id": member.id}, match=1).code == number("forbidden")


def test_concurrent_changes_of_one_member(register, identity, branch):
    """The same version seen by eight: one wins, seven are told that it is stale."""
    member = register.member(branch)
    caller = {"street_id": register.id, "account_id": register.admin.account,
              "grants": [{"role": "street_administrator", "organization_id": register.root, "path": "/1/"}]}

    def send(n):
        bus = Bus(identity.bus.directory, identity.bus.contract)
        try:
            return bus.call("Identity.UpdateMember", {"id": member.id, "address": f"{n} 号", "update_mask": ["address"]},
                            caller=caller, match=1).code
        finally:
            bus.close()

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(send, range(8)))
    assert sorted(codes) == [0] + [number("version_stale")] * 7


def test_search(register):
    ours, theirs = register.chain(), register.chain()
    rare = register.member(ours["branch"].id, name=RARE, phone="13700000001", category="PROBATIONARY")
    plain = register.member(ours["branch"].id, name="王五", id_number=id_number(), phone="13700000001")
    other = register.member(theirs["branch"].id, name=f"{RARE}明")
    admin = register.admin
    assert found(admin, name="𬱖", category="PROBATIONARY") == [rare.id]
    assert found(admin, name=f"{RARE}明") == [other.id]
    assert found(admin, name=RARE, organization_id=theirs["area"].id) == [other.id]
    assert found(admin, phone="137-0000-0001") == [rare.id, plain.id]
    assert found(admin, phone="13700000001", category="FULL") == [plain.id]
    assert found(admin, id_number=plain.id_number.lower()) == [plain.id]
    assert found(admin, id_number="110105194912310021") == []
    assert found(admin, organization_id=ours["community_committee"].id) == [rare.id, plain.id]
    assert found(admin, organization_id=ours["community_committee"].id, state="LEFT") == []
    assert found(admin, name="%") == found(admin, name="'") == []


def test_scope(register):
    ours, theirs = register.chain(), register.chain()
    mine = [register.member(ours["branch"].id).id for _ in range(7)]
    foreign = register.member(theirs["branch"].id, phone="13600000009")
    secretary = register.account("branch_secretary", ours["branch"].id)
    assert found(secretary) == mine
    assert found(secretary, organization_id=register.root) == mine
    assert found(secretary, organization_id=theirs["branch"].id) == []
    assert found(secretary, phone="13600000009") == found(secretary, id_number=foreign.id_number) == []
    assert secretary("Identity.GetMember", {"id": foreign.id}).code == number("not_found")
    change = {"id": foreign.id, "name": "李四", "update_mask": ["name"]}
    assert secretary("Identity.UpdateMember", change, match=1).code == number("not_found")
    grid = register.account("grid_worker", ours["grid"].id)
    assert grid("Identity.ListMembers").code == number("forbidden")


def test_several_grants_give_one_list(register):
    chains = [register.chain() for _ in range(3)]
    ids = [register.member(chain["branch"].id).id for chain in chains for _ in range(4)]
    secretary = register.account("branch_secretary", chains[0]["branch"].id, roles=[
        {"role": "branch_secretary", "organization_id": chains[0]["branch"].id},
        {"role": "community_secretary", "organization_id": chains[2]["community_committee"].id}])
    paths = {chain["branch"].path: position for position, chain in enumerate(chains)}
    order = sorted((path, position) for path, position in paths.items() if position != 1)
    expected = [id for _, position in order for id in ids[position * 4:position * 4 + 4]]
    assert found(secretary) == expected


def test_streets_do_not_see_each_other(register, identity):
    from tests.support.register import Register
    other = Register(identity)
    member = register.member(register.chain()["branch"].id)
    assert other.admin("Identity.GetMember", {"id": member.id}).code == number("not_found")
    assert found(other.admin) == []
    twin = other.member(other.chain()["branch"].id, id_number=member.id_number)  # unique per street
    assert found(other.admin, id_number=member.id_number) == [twin.id]
