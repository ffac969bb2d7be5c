"""Every method, every role, inside and outside its scope: generated from the contract, run over HTTP.

Nothing here knows what a method does. Its permission says which roles may call it; the path, the example and the names
of fields say what to call it with.
"""

import json
import os
import re
import sys

import pytest

from tests.conftest import ROOT
from tests.support.errors import number
from tests.support.street import LEVEL_OF_ROLE, Street, id_number

sys.path.insert(0, os.path.join(ROOT, "proto", "gen"))
from contract import Contract  # noqa: E402

VERBS = ("get", "post", "put", "patch", "delete")
BUILD = os.path.abspath(os.environ.get("DANDELION_BUILD") or os.path.join(ROOT, "build"))
# What a refusal for being outside the scope may be called, besides 404: the thing named in the body does not exist.
UNKNOWN = {"identity.parent_unknown", "identity.organization_unknown", "dues.member_unknown",
           "identity.role_out_of_reach", "identity.person_unknown"}
KIT_OF = "dues"  # any daemon answers the kit's methods


def routed_methods():
    contract = Contract(os.path.join(BUILD, "gen", "contract.pb"))
    for service in contract.services:
        for method in service.methods:
            if any(getattr(method.options, verb) for verb in VERBS):
                yield contract, method


METHODS = list(routed_methods())
# Opening and ending a session has no scope; test_gateway_sessions.py is about it.
SCOPED = [(contract, method) for contract, method in METHODS if method.name not in ("SignIn", "SignOut")]
UNROUTED = [method for contract in [Contract(os.path.join(BUILD, "gen", "contract.pb"))]
            for service in contract.services for method in service.methods
            if not any(getattr(method.options, verb) for verb in VERBS)]
ROLES = sorted(LEVEL_OF_ROLE)


def roster():
    """A file with one member whom nobody has sent before."""
    return f"姓名,公民身份号码,人员类别,入党时间\n王五,{id_number()},正式党员,2005-07-01\n".encode()


class Place:
    """A chain of organisations with one of everything that a path can name, and a client for each role."""

    def __init__(self, street):
        self.street, self.chain = street, street.chain()
        branch = self.chain.branch
        self.member = street.member(branch, name="李四")
        admin = street.admin
        self.clients = {role: street.account(role, getattr(self.chain, LEVEL_OF_ROLE[role])) for role in ROLES}
        # An import is seen by those who reach as far as its sender: the lowest role that may send one.
        imported = self.clients["community_secretary"].upload("/v1/members:import", "roster.csv", roster(),
                                                              {"organization_id": branch})
        assert imported.status == 201 and imported.body["state"] == "PREVIEWED", imported
        self.imported = imported.body["id"]
        for follower in street.daemons.followers:
            street.daemons.caught_up(follower, "identity")
        month = street.daemons.month()
        path = f"/v1/dues/standards/{self.member}/{month[:4]}"
        standard = admin.put(path, {"category": "WAGE", "base_fen": "450000", "reason": "核定"})
        assert standard.status in (200, 201), standard
        made = admin.post("/v1/dues/bills:generate", {"organization_id": branch, "month": month})
        assert made.status == 200 and made.body["created"] == 1, made
        paid = self.clients["dues_collector"].post("/v1/dues/payments", {
            "member_id": self.member, "months": [month], "amount_fen": "4500", "channel": "CASH"})
        assert paid.status == 201, paid
        self.payment, self.month = paid.body["id"], month
        self.account = self.clients["member"].account_id


@pytest.fixture(scope="module")
def places(daemons):
    """Ours, a sibling in the same street, and one in another street."""
    street = Street(daemons)
    return {"inside": Place(street), "sibling": Place(street), "abroad": Place(Street(daemons, "另一街道"))}


def value_of(place, path, name):
    """The id that a field of that name gets."""
    if name == "id":
        kind = path.split("/")[2 if "/dues/" not in path else 3]
        return {"organizations": place.chain.branch, "members": place.member, "imports": place.imported,
                "accounts": place.account, "payments": place.payment,
                "operations": "identity.01900000-0000-7000-8000-000000000009"}[kind]
    return {"organization_id": place.chain.branch, "parent_id": place.chain.grid, "member_id": place.member,
            "year": place.month[:4]}.get(name)


def filled(place, path, value):
    """The example with the ids of the place."""
    if isinstance(value, dict):
        return {key: value_of(place, path, key) if key.endswith("_id") and value_of(place, path, key)
                else filled(place, path, item) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(place, path, item) for item in value]
    return value


def send(client, method, place):
    """Calls the method on what belongs to the place."""
    verb = next(verb for verb in VERBS if getattr(method.options, verb))
    path = getattr(method.options, verb)
    url = re.sub(r"\{(\w+)\}", lambda match: value_of(place, path, match.group(1)), path)
    if method.options.upload:
        return client.upload(url, "roster.csv", roster(), {"organization_id": place.chain.branch})
    body = filled(place, path, json.loads(method.options.example)) if method.options.example else None
    match = None
    if method.options.if_match or verb == "put":
        current = place.street.admin.get(re.sub(r"(/roles|:\w+)$", "", url))
        match = current.headers.get("ETag")
    return client.request(verb.upper(), url, body, match=match, **({} if verb == "post" else {"key": None}))


def holders(contract, method):
    """The roles that hold the method's permission; None when it needs none."""
    name = contract.options.Permission.Name(method.options.permission)
    if name in ("ANYONE", "SIGNED_IN"):
        return None
    value = contract.options.Permission.DESCRIPTOR.values_by_name[name]
    roles = value.GetOptions().Extensions[contract.options.permission].roles
    return {contract.options.Role.Name(role) for role in roles}


def lists(method):
    return method.name.startswith("List")


@pytest.mark.parametrize("contract, method", SCOPED, ids=[method.full_name for _, method in SCOPED])
@pytest.mark.parametrize("role", ROLES)
def test_method_and_role(places, contract, method, role):
    allowed = holders(contract, method)
    client = places["inside"].clients[role]
    reply = send(client, method, places["inside"])
    if allowed is None:
        assert reply.status not in (401, 403), reply
        return
    if role not in allowed:
        assert reply.status == 403 and reply.body["code"] == "forbidden", reply
        return
    assert reply.status not in (401, 403, 404) and reply.status < 500, reply
    for other in ("sibling", "abroad"):
        if other == "sibling" and LEVEL_OF_ROLE[role] == "working_committee":
            continue
        outside(client, method, places["inside"], places[other])


def outside(client, method, ours, theirs):
    reply = send(client, method, theirs)
    if lists(method):
        known = {theirs.member, theirs.payment, theirs.chain.branch}
        text = json.dumps(reply.body)
        assert reply.status == 200 and not any(id in text for id in known), reply
    elif "{" in "".join(getattr(method.options, verb) for verb in VERBS):
        assert reply.status == 404, reply
    else:
        assert reply.status == 404 or reply.body.get("code") in UNKNOWN, reply


@pytest.mark.parametrize("contract, method", METHODS, ids=[method.full_name for _, method in METHODS])
def test_without_a_session(places, http, contract, method):
    reply = send(http, method, places["inside"])
    if contract.options.Permission.Name(method.options.permission) == "ANYONE":
        assert reply.status != 403
    else:
        assert reply.status == 401 and reply.body["code"] == "unauthenticated", reply
        assert reply.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("method", UNROUTED, ids=[method.full_name for method in UNROUTED])
def test_methods_of_the_bus_are_for_daemons_only(places, bus, method):
    """Whatever roles an account holds, and without an account: only a daemon may call them."""
    street = places["inside"].street
    grants = [{"role": role, "organization_id": street.root, "path": "/1/"} for role in ROLES]
    account = {"street_id": street.id, "account_id": street.admin_account, "grants": grants}
    service = KIT_OF if method.full_name.startswith("Kit.") else None
    for caller, code in ((account, "forbidden"), ({**account, "service": "gateway"}, "forbidden"), ({}, "forbidden")):
        assert bus.call(method.full_name, caller=caller, service=service).code == number(code)
    for daemon in places["inside"].street.daemons.present:
        if daemon.schema:
            assert bus.call("Kit.Ping", caller={"service": "test"}, service=daemon.name).body.service == daemon.name


def test_operations_are_their_starters_own(places, daemons, database):
    """Long work is seen by the account that began it, and by nobody else."""
    place = places["inside"]
    owner, other = place.clients["auditor"], place.clients["street_administrator"]
    operation = "dues.01900000-0000-7000-8000-000000000077"
    database.rows("INSERT INTO dues.operation (street_id, id, account_id, kind, state, done, total, result, started_at, "
                  "seen_at) VALUES (%s, %s, %s, 'export', 'RUNNING', 3, 7, '', now(), now())",
                  (place.street.id, operation, owner.account_id))
    reply = owner.get(f"/v1/operations/{operation}")
    assert reply.status == 200 and (reply.body["state"], reply.body["done"], reply.body["total"]) == ("RUNNING", "3", "7")
    assert other.get(f"/v1/operations/{operation}").status == 404
    assert owner.get("/v1/operations/nowhere.01900000-0000-7000-8000-000000000077").status == 404
