"""Accounts, roles, sessions: who may come in, as what, and for how long."""

import time
import uuid

import pytest

from tests.support.errors import number
from tests.support.register import Register, resolve
from tests.support.street import PASSWORD

MINUTE = 60


@pytest.fixture(scope="module")
def chain(register):
    return register.chain()


@pytest.fixture
def ahead(identity):
    """Moves the clock, for this test."""
    start = time.time()

    def move(seconds):
        identity.clock.go_to(start + seconds)
        identity.bus.ahead_ms = int(seconds * 1000)

    yield move
    identity.clock.set(0)
    identity.bus.ahead_ms = 0


def sign_in(register, username, password=PASSWORD):
    return register.bus.call("Identity.SignIn", {"username": username, "password": password})


def new_account(register, role, organization, **fields):
    username = f"u-{uuid.uuid4().hex[:12]}"
    reply = register.admin("Identity.CreateAccount", {
        "username": username, "password": PASSWORD, "name": "某某",
        "roles": [{"role": role, "organization_id": organization}], **fields})
    assert reply.code == 0, reply
    return reply.body


# --- sessions

def test_sign_in(register):
    reply = sign_in(register, register.username.upper())
    assert reply.code == 0 and len(reply.body.token) == 43
    account = reply.body.account
    assert (account.username, account.street_id) == (register.username, register.id)
    assert [(grant.role, grant.organization_id) for grant in account.roles] == [(1, register.root)]
    session = resolve(register.bus, reply.body.token).body
    assert (session.street_id, session.account_id) == (register.id, account.id)
    assert [(grant.role, grant.path) for grant in session.grants] == [(1, "/1/")]
    assert register.events("session.opened")[-1][2].session_id == session.session_id
    assert register.admin("Identity.GetMe").body == account


def test_tokens_are_not_kept(register, identity):
    token = sign_in(register, register.username).body.token
    for table in ("session", "event", "audit_entry", "idempotency_key"):
        assert not any(token in row for row, in identity.database.rows(f"SELECT t::text FROM identity.{table} t"))
    assert token not in identity.log("identity") and PASSWORD not in identity.log("identity")


def test_wrong_credentials_look_alike(register):
    """The same answer for an unknown user name and a wrong password, and about the same time."""
    account = new_account(register, "auditor", register.root)
    times = {account.username: [], "nobody-at-all": []}
    for _ in range(4):
        for username, taken in times.items():
            begun = time.monotonic()
            reply = sign_in(register, username, "wrong password")
            taken.append(time.monotonic() - begun)
            assert (reply.code, reply.field, reply.params) == (number("identity.wrong_credentials"), "", {})
    known, unknown = min(times[account.username]), min(times["nobody-at-all"])
    assert known < 4 * unknown and unknown < 4 * known  # a hash takes thirty times as long as the rest


def test_sign_out(register):
    caller = register.sign_in(register.username)
    assert caller("Identity.SignOut").code == 0
    assert resolve(register.bus, caller.token).code == number("not_found")
    assert register.events("session.ended")[-1][2].session_id == caller.session.session_id
    assert register.bus.call("Identity.SignOut").code == number("unauthenticated")
    gone = {"street_id": register.id, "account_id": caller.account, "session_id": caller.session.session_id}
    assert register.bus.call("Identity.SignOut", caller=gone).code == number("unauthenticated")
    assert register.bus.call("Identity.GetMe").code == number("unauthenticated")


def test_only_daemons_resolve_sessions(register):
    for method, body in (("Identity.ResolveSession", {"token_hash": "A" * 43 + "="}),
                         ("Identity.TouchSession", {"session_id": str(uuid.uuid4()), "street_id": register.id})):
        assert register.admin(method, body).code == number("forbidden")
        assert register.bus.call(method, body, caller={"service": "gateway"}).code == number("not_found")
    malformed = register.bus.call("Identity.ResolveSession", {"token_hash": "AAAA"}, caller={"service": "gateway"})
    assert malformed.code == number("field.too_short")


def test_idle_and_absolute_expiry(register, ahead):
    used, unused = (sign_in(register, register.username).body.token for _ in range(2))
    session = resolve(register.bus, used).body

    def touch():
        return register.bus.call("Identity.TouchSession", {
            "session_id": session.session_id, "street_id": session.street_id}, caller={"service": "gateway"}).code

    for minutes in range(20, 12 * 60 - 19, 20):
        ahead(minutes * MINUTE)
        assert touch() == 0
        assert resolve(register.bus, used).code == 0
        assert resolve(register.bus, unused).code == (0 if minutes < 30 else number("not_found"))
    ahead(12 * 60 * MINUTE + 1)
    assert resolve(register.bus, used).code == number("not_found")


def test_touching_writes_once_a_minute(register, identity, ahead):
    session = resolve(register.bus, sign_in(register, register.username).body.token).body
    body = {"session_id": session.session_id, "street_id": session.street_id}

    def seen():
        return identity.database.rows("SELECT last_seen_at FROM identity.session WHERE id = %s",
                                      (session.session_id,))[0][0]

    first = seen()
    for seconds, moved in ((30, False), (61, True), (90, False), (122, True)):
        ahead(seconds)
        before = seen()
        assert register.bus.call("Identity.TouchSession", body, caller={"service": "gateway"}).code == 0
        assert (seen() > before) == moved
    assert seen() > first
    assert not identity.database.rows("SELECT FROM identity.audit_entry WHERE method = 'Identity.TouchSession'")


def test_lockout(register, ahead):
    account = new_account(register, "auditor", register.root)
    wrong, locked = number("identity.wrong_credentials"), number("identity.account_locked")
    assert [sign_in(register, account.username, "wrong password").code for _ in range(4)] == [wrong] * 4
    assert sign_in(register, account.username).code == 0  # the right one begins the count anew
    assert [sign_in(register, account.username, "wrong password").code for _ in range(5)] == [wrong] * 5
    refused = sign_in(register, account.username)
    assert (refused.code, refused.params) == (locked, {"minutes": "10"})
    ahead(9 * MINUTE + 30)
    assert sign_in(register, account.username).params == {"minutes": "1"}
    ahead(11 * MINUTE)
    assert sign_in(register, account.username, "wrong password").code == wrong
    assert sign_in(register, account.username).code == 0


def test_failures_are_in_the_audit(register, identity):
    account = new_account(register, "auditor", register.root)
    sign_in(register, account.username, "wrong password")
    entries = identity.database.rows(
        "SELECT subject FROM identity.audit_entry WHERE account_id = %s AND method = 'Identity.SignIn'", (account.id,))
    assert entries == [("refused",)]


# --- accounts

def test_create_account(register, chain):
    member = register.member(chain["branch"].id)
    account = new_account(register, "branch_secretary", chain["branch"].id, person_id=member.id)
    assert (account.person_id, account.version, account.street_id) == (member.id, 1, register.id)
    assert account.roles[0].organization_name == chain["branch"].name
    got = register.admin("Identity.GetAccount", {"id": account.id})
    assert got.body == account and got.version == 1
    assert register.events("account.created")[-1][2].account_id == account.id
    assert resolve(register.bus, sign_in(register, account.username).body.token).body.person_id == member.id


def test_create_account_refuses(register, chain):
    def create(**fields):
        return register.admin("Identity.CreateAccount", {
            "username": f"u-{uuid.uuid4().hex[:12]}", "password": PASSWORD, "name": "某某", **fields})

    grant = {"role": "branch_secretary", "organization_id": chain["branch"].id}
    assert create(username=register.username.upper()).code == number("identity.username_taken")
    assert create(password="qwertyuiop").code == number("identity.password_weak")
    assert create(password="li.si.1234", username=f"li.si").code == number("identity.password_weak")
    assert create(person_id=str(uuid.uuid4())).code == number("identity.person_unknown")
    misplaced = create(roles=[{**grant, "organization_id": chain["grid"].id}])
    assert (misplaced.code, misplaced.field) == (number("identity.role_misplaced"), "roles[0]")
    twice = create(roles=[grant, grant])
    assert (twice.code, twice.field) == (number("field.duplicate_item"), "roles[1]")
    other = Register(register.daemons).chain()
    foreign = create(roles=[grant, {**grant, "organization_id": other["branch"].id}])
    assert (foreign.code, foreign.field) == (number("identity.role_out_of_reach"), "roles[1]")
    member = register.member(chain["branch"].id)
    assert create(person_id=member.id).code == 0
    assert create(person_id=member.id).code == number("identity.person_has_account")
    secretary = register.account("branch_secretary", chain["branch"].id)
    body = {"username": "someone", "password": PASSWORD, "name": "某某"}
    assert secretary("Identity.CreateAccount", body).code == number("forbidden")


def test_creating_an_account_is_idempotent(register, identity):
    key, body = str(uuid.uuid4()), {"username": f"u-{uuid.uuid4().hex[:12]}", "password": PASSWORD, "name": "某某"}
    first = register.admin("Identity.CreateAccount", body, key=key)
    again = register.admin("Identity.CreateAccount", body, key=key)
    assert first.code == 0 and again.body == first.body
    other = register.admin("Identity.CreateAccount", {**body, "password": "another good one"}, key=key)
    assert other.code == number("idempotency_key_reused")


# --- roles

def set_roles(caller, account, roles, match=0):
    return caller("Identity.SetRoles", {"id": account, "reason": "换届", "roles": [
        {"role": role, "organization_id": organization} for role, organization in roles]}, match=match)


def test_roles_take_effect_at_once(register, chain):
    caller = register.account("branch_secretary", chain["branch"].id)
    member = register.member(chain["branch"].id)
    assert caller("Identity.GetMember", {"id": member.id}).code == 0
    changed = set_roles(register.admin, caller.account, [("auditor", register.root)], match=1)
    assert changed.code == 0 and changed.version == 2
    assert caller("Identity.UpdateMember", {"id": member.id, "name": "李四", "update_mask": ["name"]},
                  match=1).code == number("forbidden")
    assert set_roles(register.admin, caller.account, [], match=2).version == 3
    assert caller("Identity.GetMember", {"id": member.id}).code == number("forbidden")
    assert not register.admin("Identity.GetAccount", {"id": caller.account}).body.roles
    before_after = [(len(event.before), len(event.after), event.reason)
                    for _, _, event in register.events("roles_changed") if event.account_id == caller.account]
    assert before_after == [(1, 1, "换届"), (1, 0, "换届")]


def test_set_roles_refuses(register, chain):
    account = new_account(register, "branch_secretary", chain["branch"].id)
    branch = chain["branch"].id
    assert set_roles(register.admin, account.id, []).code == number("if_match_required")
    assert set_roles(register.admin, account.id, [], match=9).code == number("version_stale")
    assert set_roles(register.admin, str(uuid.uuid4()), [], match=1).code == number("not_found")
    assert set_roles(register.admin, register.admin.account, [], match=1).code == number("identity.own_roles")
    misplaced = set_roles(register.admin, account.id, [("area_lead", branch)], match=1)
    assert (misplaced.code, misplaced.field) == (number("identity.role_misplaced"), "roles[0]")
    foreign = Register(register.daemons)
    assert set_roles(register.admin, account.id, [("auditor", foreign.root)], match=1).code == \
        number("identity.role_out_of_reach")
    assert set_roles(foreign.admin, account.id, [], match=1).code == number("not_found")
    secretary = register.account("branch_secretary", branch)
    assert set_roles(secretary, account.id, [], match=1).code == number("forbidden")
    assert len(register.admin("Identity.GetAccount", {"id": account.id}).body.roles) == 1


def test_the_last_administrator_stays(register):
    street = Register(register.daemons)
    operator = street.account("system_operator", street.root)
    refused = set_roles(operator, street.admin.account, [], match=1)
    assert refused.code == number("identity.last_administrator")
    second = street.account("street_administrator", street.root)
    assert set_roles(second, street.admin.account, [], match=1).code == 0
    assert set_roles(operator, second.account, [], match=1).code == number("identity.last_administrator")


def test_roles_beyond_reach_are_left_alone(register):
    """An operator whose role reaches one community only (by the rules none does; the kit must not rely on it)."""
    ours, theirs = register.chain(), register.chain()
    account = new_account(register, "branch_secretary", ours["branch"].id, roles=[
        {"role": "branch_secretary", "organization_id": ours["branch"].id},
        {"role": "branch_secretary", "organization_id": theirs["branch"].id}])
    caller = {"street_id": register.id, "account_id": register.admin.account, "grants": [
        {"role": "system_operator", "organization_id": ours["community_committee"].id,
         "path": ours["community_committee"].path}]}

    def change(roles, match):
        return register.bus.call("Identity.SetRoles", {"id": account.id, "reason": "换届", "roles": [
            {"role": role, "organization_id": organization} for role, organization in roles]}, caller=caller,
            match=match).code

    there = ("branch_secretary", theirs["branch"].id)
    assert change([], 1) == number("identity.role_out_of_reach")
    assert change([there, ("dues_collector", theirs["branch"].id)], 1) == number("identity.role_out_of_reach")
    assert change([there], 1) == 0
    assert change([], 2) == number("not_found")  # now it lies wholly outside


def test_a_dissolved_organization_gives_no_rights(register):
    chain = register.chain()
    empty = register.organization(chain["grid"].id, "branch")
    secretary = register.account("branch_secretary", empty.id)
    assert secretary("Identity.ListMembers").code == 0
    assert register.admin("Identity.DissolveOrganization", {"id": empty.id}, match=1).code == 0
    assert secretary("Identity.ListMembers").code == number("forbidden")


# --- crashes

def test_what_was_answered_survives_a_crash(register, identity, chain):
    members = [register.member(chain["branch"].id).id for _ in range(20)]
    before = [position for position, _, _ in register.events()]
    identity.kill("identity")
    identity.start("identity")
    assert all(register.admin("Identity.GetMember", {"id": member}).code == 0 for member in members)
    register.member(chain["branch"].id)
    positions = [row[0] for row in identity.database.rows("SELECT position FROM identity.event ORDER BY position")]
    assert positions == list(range(1, len(positions) + 1))
    assert [position for position, _, _ in register.events()][:len(before)] == before
