"""Sessions over HTTP: who may come in, how long, and that what is taken away is gone at once."""

import time

import pytest

from tests.support.http import Http
from tests.support.street import PASSWORD

IDLE, LASTS = 30 * 60, 12 * 3600


@pytest.fixture
def clock(daemons):
    """The daemons' clock, put right again afterwards."""
    yield daemons.clock
    daemons.clock.set(0)


@pytest.fixture
def branch(street):
    return street.chain().branch


def test_from_signing_in_to_signing_out(street, branch, http):
    account = street.account("branch_secretary", branch)
    reply = http.post("/v1/sessions", {"username": account.username, "password": PASSWORD}, key=None)
    assert reply.status == 201
    assert set(reply.body) == {"token", "expires_at", "account"} and len(reply.body["token"]) >= 32
    lasts = time.mktime(time.strptime(reply.body["expires_at"][:19], "%Y-%m-%dT%H:%M:%S")) - time.mktime(time.gmtime())
    assert abs(lasts - LASTS) < 60
    client = Http(http.port, reply.body["token"])
    me = client.get("/v1/me")
    assert me.status == 200 and me.body["id"] == reply.body["account"]["id"] == account.account_id
    assert [role["role"] for role in me.body["roles"]] == ["branch_secretary"]
    assert "password" not in str(me.body) and "token" not in me.body
    gone = client.delete("/v1/sessions/current")
    assert gone.status == 204 and gone.body == b""
    for reply in (client.get("/v1/me"), client.delete("/v1/sessions/current")):
        assert reply.status == 401 and reply.body["code"] == "unauthenticated"
        assert reply.headers["WWW-Authenticate"] == "Bearer"
    assert account.get("/v1/me").status == 200  # the other session of the account goes on


def test_wrong_passwords_and_unknown_names_are_told_alike(street, branch, http):
    account = street.account("member", branch)
    wrong = http.post("/v1/sessions", {"username": account.username, "password": "not this one 1"}, key=None)
    unknown = http.post("/v1/sessions", {"username": "nobody-at-all", "password": "not this one 1"}, key=None)
    assert wrong.status == unknown.status == 401 and wrong.body["code"] == "identity.wrong_credentials"
    assert {**wrong.body, "trace_id": ""} == {**unknown.body, "trace_id": ""}


def test_many_wrong_passwords_lock_for_a_while(street, branch, http, clock):
    account = street.account("member", branch)
    right = {"username": account.username, "password": PASSWORD}
    for _ in range(5):
        assert http.post("/v1/sessions", {**right, "password": "not this one 1"}, key=None).status == 401
    locked = http.post("/v1/sessions", right, key=None)
    assert locked.status == 429 and locked.body["code"] == "identity.account_locked"
    assert int(locked.headers["Retry-After"]) >= 1
    clock.set(11 * 60 * 1000)
    assert http.post("/v1/sessions", right, key=None).status == 201


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer ", "Bearer abc", "Basic YTpi", "bearer " + "x" * 5000])
def test_what_is_no_session_is_refused(http, header):
    reply = http.get("/v1/me", headers={"Authorization": header} if header else {})
    assert reply.status == 401 and reply.body["code"] == "unauthenticated"


def wait_for_use(daemons, noted):
    """Until identity has noted once more that a session is used."""
    deadline = time.monotonic() + 10
    while (now := daemons.log("identity").count("method=Identity.TouchSession code=ok")) <= noted:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return now


def test_a_session_that_is_not_used_ends(street, branch, clock):
    account = street.account("member", branch)
    clock.set((IDLE - 60) * 1000)
    assert account.get("/v1/me").status == 200
    clock.set((2 * IDLE) * 1000)
    assert account.get("/v1/me").status == 401


def test_a_session_in_use_ends_at_last(street, branch, clock, daemons):
    account = street.account("member", branch)
    noted = daemons.log("identity").count("method=Identity.TouchSession code=ok")
    for passed in range(0, LASTS - IDLE, IDLE // 2):
        clock.set(passed * 1000)
        assert account.get("/v1/me").status == 200, f"after {passed} s"
        noted = wait_for_use(daemons, noted)  # the gateway tells identity without waiting for it
    clock.set((LASTS + 60) * 1000)
    assert account.get("/v1/me").status == 401


def test_roles_given_and_taken_hold_for_the_next_request(street, branch):
    account, admin = street.account("branch_secretary", branch), street.admin
    path = f"/v1/accounts/{account.account_id}/roles"
    for roles, status in (([], 403), ([{"role": "auditor", "organization_id": street.root}], 200), ([], 403)):
        etag = admin.get(path.removesuffix("/roles")).headers["ETag"]
        assert admin.put(path, {"roles": roles, "reason": "换届"}, match=etag).status == 200
        assert account.get("/v1/members").status == status
