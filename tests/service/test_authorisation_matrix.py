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
from tests.support.street import LEVEL_OF_ROLE, Street

sys.path.insert(0, os.path.join(ROOT, "proto", "gen"))
from contract import Contract  # noqa: E402

VERBS = ("get", "post", "put", "patch", "delete")
BUILD = os.path.abspath(os.environ.get("DANDELION_BUILD") or os.path.join(ROOT, "build"))
# What a refusal for being outside the scope may be called, besides 404: the thing named in the body does not exist.
UNKNOWN = {"identity.parent_unknown", "identity.organization_unknown", "dues.member_unknown",
           "identity.role_out_of_reach", "identity.person_unknown"}


def routed_methods():
    contract = Contract(os.path.join(BUILD, "gen", "contract.pb"))
    for service in contract.services:
        for method in service.methods:
            if any(getattr(method.options, verb) for verb in VERBS):
                yield contract, method


# One person, whose branch nobody says: a preview with a bad row.
ROSTER = "姓名,身份证号,人员类别,入党时间\n张三,11010519491231002X,正式党员,1975-07-01\n".encode()

METHODS = list(routed_methods())
ROLES = sorted(LEVEL_OF_ROLE)


class Place:
    """A chain of organisations with one of everything that a path can name, and a client for each role."""

    def __init__(self, street):
        self.street, self.chain = street, street.chain()
        branch = self.chain.branch
        self.member = street.member(branch, name="李四")
        admin = street.admin
        for follower in street.daemons.followers:
            street.daemons.caught_up(follower, "identity")
        path = f"/v1/dues/standards/{self.member}/2026"
        standard = admin.put(path, {"category": "WAGE", "base_fen": "450000", "reason": "核定"})
        assert standard.status in (200, 201), standard
        month = street.daemons.month()
        made = admin.post("/v1/dues/bills:generate", {"organization_id": branch, "month": month})
        assert made.status == 200 and made.body["created"] == 1, made
        self.clients = {role: street.account(role, getattr(self.chain, LEVEL_OF_ROLE[role])) for role in ROLES}
        secretary = self.clients["community_secretary"]
        self.imported = secretary.upload("/v1/members:import", "roster.csv", ROSTER).body["id"]
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
            "year": "2026"}.get(name)


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
        return client.upload(url, "roster.csv", ROSTER)
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


@pytest.mark.parametrize("contract, method", METHODS, ids=[method.full_name for _, method in METHODS])
@pytest.mark.parametrize("role", ROLES)
def test_method_and_role(places, contract, method, role):
    if method.name in ("SignIn", "SignOut"):
        pytest.skip("has no scope; tested with the sessions")
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
    elif method.options.upload:
        assert reply.status == 201  # reads the file alone; what it names is looked up within the scope
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
