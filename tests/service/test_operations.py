"""Operations: long work that can be watched by the key that its caller chose."""

import threading
import time

import pytest

from tests.support.street import Street, id_number


@pytest.fixture(scope="module")
def street(daemons):
    return Street(daemons)


def roster(rows, branch):
    lines = ["姓名,身份证号,人员类别,入党时间,所在党支部"]
    lines += [f"党员{n},{id_number(1950 + n % 40)},正式党员,2010-07-01,{branch}" for n in range(rows)]
    return "\n".join(lines).encode()


def test_an_import_can_be_watched(street):
    branch = street.organization(street.chain().grid, "branch", "被观察的党支部")
    content = roster(6000, "被观察的党支部")
    seen, replies = [], []
    upload = threading.Thread(target=lambda: replies.append(
        street.admin.upload("/v1/members:import", "roster.csv", content, key="watch-me")))
    watcher = street.http.__class__(street.http.port, street.admin.token)
    upload.start()
    while upload.is_alive():
        reply = watcher.get("/v1/operations/identity.watch-me")
        if reply.status == 200:
            seen.append(reply.body)
        time.sleep(0.02)
    upload.join()
    assert replies[0].status == 201 and replies[0].body["rows_new"] == 6000, replies
    deadline = time.monotonic() + 5
    while (last := watcher.get("/v1/operations/identity.watch-me").body)["state"] == "RUNNING":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert last["state"] == "SUCCEEDED" and last["done"] == "6000", last
    assert last["result"] == replies[0].body["id"] and last["finished_at"], last
    assert any(body["state"] == "RUNNING" for body in seen), seen
    assert branch


def test_a_failure_is_told_by_its_code(street):
    reply = street.admin.upload("/v1/members:import", "nothing.csv", b"a,b\n1,2\n", key="fails")
    assert reply.status == 422, reply
    deadline = time.monotonic() + 5
    while True:
        operation = street.admin.get("/v1/operations/identity.fails")
        if operation.status == 200 and operation.body["state"] == "FAILED":
            break
        assert time.monotonic() < deadline, operation
        time.sleep(0.05)
    assert operation.body["result"] == reply.body["code"]


def test_an_operation_is_its_callers_own(street):
    chain = street.chain()
    other = street.account("community_secretary", chain.community_committee)
    assert other.get("/v1/operations/identity.watch-me").status == 404
    assert street.admin.get("/v1/operations/identity.never").status == 404
    assert street.admin.get("/v1/operations/nobody.never").status == 404
