"""Versions, idempotency keys, pages and masks over HTTP: what makes it safe to repeat, to share and to look."""

import http.client
import json
import threading
import uuid

import pytest

from tests.support.calls import secret
from tests.support.http import Http
from tests.support.load import bills
from tests.support.street import id_number, phone


@pytest.fixture(scope="module")
def branch(street):
    return street.chain().branch


def at_once(count, act):
    """Runs act(0) … act(count - 1) in threads that begin together; returns what they returned."""
    barrier, results = threading.Barrier(count), [None] * count

    def run(n):
        barrier.wait()
        results[n] = act(n)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def alike(client):
    """Another connection with the same session."""
    return Http(client.port, client.token)


# -- versions


def test_changes_need_the_version_that_was_seen(street, branch):
    admin = street.admin
    path = f"/v1/members/{street.member(branch)}"
    seen = admin.get(path)
    etag = seen.headers["ETag"]
    assert etag == f'"{seen.body["version"]}"'
    missing = admin.patch(path, {"name": "李四"})
    assert missing.status == 428 and missing.body["code"] == "if_match_required"
    for bad in ("1", '"x"', '"1", "2"', "*", 'W/"1"', '"-1"', '"1"x'):
        assert admin.patch(path, {"name": "李四"}, match=bad).body["code"] == "if_match_malformed", bad
    changed = admin.patch(path, {"name": "李四"}, match=etag)
    assert changed.status == 200 and changed.body["name"] == "李四" and changed.headers["ETag"] != etag
    stale = admin.patch(path, {"name": "王五"}, match=etag)
    assert stale.status == 412 and stale.body["code"] == "version_stale"
    assert admin.get(path).headers["ETag"] == changed.headers["ETag"]


def test_what_is_known_is_not_sent_again(street, branch):
    admin = street.admin
    path = f"/v1/members/{street.member(branch)}"
    etag = admin.get(path).headers["ETag"]
    for known in (etag, f"W/{etag}", f'"99", {etag}'):
        reply = admin.get(path, headers={"If-None-Match": known})
        assert reply.status == 304 and reply.body == b"" and reply.headers["ETag"] == etag
    assert admin.get(path, headers={"If-None-Match": '"99"'}).status == 200


def test_of_changes_at_the_same_time_one_wins(street, branch):
    admin = street.admin
    path = f"/v1/members/{street.member(branch)}"
    for _ in range(5):
        etag = admin.get(path).headers["ETag"]
        replies = at_once(6, lambda n, etag=etag: alike(admin).patch(path, {"name": f"赵{'一二三四五六'[n]}"}, match=etag))
        won = [reply for reply in replies if reply.status == 200]
        assert len(won) == 1 and all(reply.status in (200, 412) for reply in replies), replies
        assert admin.get(path).body["name"] == won[0].body["name"]


# -- idempotency keys


def whole(client, path, body, key):
    """(status, headers that matter, body) as they came."""
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=30)
    connection.request("POST", path, json.dumps(body), {
        "Content-Type": "application/json", "Authorization": f"Bearer {client.token}", "Idempotency-Key": key})
    reply = connection.getresponse()
    found = reply.status, reply.headers["ETag"], reply.headers["Location"], reply.read()
    connection.close()
    return found


def test_a_repeat_gets_the_same_answer_to_the_byte(street, branch):
    admin, key = street.admin, str(uuid.uuid4())
    body = {"organization_id": branch, "name": "张三", "id_number": id_number(), "category": "FULL",
            "joined_on": "2005-07-01"}
    first = whole(admin, "/v1/members", body, key)
    assert first[0] == 201 and first[2]
    assert whole(admin, "/v1/members", body, key) == first
    status, _, _, text = whole(admin, "/v1/members", {**body, "name": "李四"}, key)
    assert status == 422 and json.loads(text)["code"] == "idempotency_key_reused"
    status, _, _, text = whole(admin, "/v1/organizations", {"parent_id": street.root, "level": "community_committee",
                                                             "name": "又一个"}, key)
    assert status == 422 and json.loads(text)["code"] == "idempotency_key_reused"
    other = street.account("branch_secretary", branch)
    assert whole(other, "/v1/members", {**body, "id_number": id_number()}, key)[0] == 201  # keys are an account's own
    found = admin.get(first[2])
    assert found.status == 200 and found.body == json.loads(first[3]) and found.headers["ETag"] == first[1]


def test_a_refused_request_leaves_its_key_free(street, branch):
    admin, key = street.admin, str(uuid.uuid4())
    body = {"organization_id": branch, "name": "张三", "id_number": id_number()[:-1] + "?", "category": "FULL",
            "joined_on": "2005-07-01"}
    assert whole(admin, "/v1/members", body, key)[0] == 422
    assert whole(admin, "/v1/members", {**body, "id_number": id_number()}, key)[0] == 201


def test_keys_are_required_and_plain(street, branch):
    body = {"parent_id": street.root, "level": "community_committee", "name": "没有钥匙"}
    missing = street.admin.post("/v1/organizations", body, key=None)
    assert missing.status == 400 and missing.body["code"] == "idempotency_key_required"
    for bad in ("a b", "x" * 129, "é"):
        reply = street.admin.post("/v1/organizations", body, key=None, headers={"Idempotency-Key": bad.encode()})
        assert reply.status == 400 and reply.body["code"] == "idempotency_key_malformed", bad
    assert street.admin.post("/v1/dues:quote", {"category": "UNEMPLOYED"}, key=None).status == 200


def test_of_equal_requests_at_the_same_time_one_runs(street, branch, database):
    admin = street.admin
    for _ in range(5):
        key, number = str(uuid.uuid4()), id_number()
        body = {"organization_id": branch, "name": "张三", "id_number": number, "category": "FULL",
                "joined_on": "2005-07-01"}
        before = database.rows("SELECT count(*) FROM identity.member")[0][0]
        replies = at_once(6, lambda _, body=body, key=key: whole(admin, "/v1/members", body, key))
        made = {reply for reply in replies if reply[0] == 201}
        assert len(made) == 1
        for reply in set(replies) - made:
            assert reply[0] == 409 and json.loads(reply[3])["code"] == "idempotency_in_progress"
        assert database.rows("SELECT count(*) FROM identity.member")[0][0] == before + 1


# -- money


@pytest.fixture
def billed(street):
    """A collector of a branch, and the payments of its five members."""
    branch = street.chain().branch
    return street.account("dues_collector", branch), bills(street, branch, 5)


def test_a_pending_payment_ends_one_way_or_the_other(billed):
    collector, (first, second, *_) = billed
    for body, end, state in ((first, "settle", "SETTLED"), (second, "fail", "FAILED")):
        made = collector.post("/v1/dues/payments", {**body, "channel": "WECHAT"})
        assert made.status == 201 and made.body["state"] == "PENDING", made
        path, more = made.headers["Location"], {} if end == "settle" else {"reason": "支付超时"}
        assert collector.post("/v1/dues/payments", body).body["code"] == "dues.payment_pending"
        assert collector.post(f"{path}:{end}", more).status == 428
        assert collector.post(f"{path}:{end}", more, match='"99"').status == 412
        done = collector.post(f"{path}:{end}", more, match=made.headers["ETag"])
        assert done.status == 200 and done.body["state"] == state
        again = collector.post(f"{path}:{end}", more, match=done.headers["ETag"])
        assert again.status == 409 and again.body["code"] == "dues.not_pending"
    assert collector.post("/v1/dues/payments", first).body["code"] == "dues.already_paid"
    assert collector.post("/v1/dues/payments", second).status == 201


def test_of_two_payments_of_one_bill_one_wins(billed):
    collector, bodies = billed
    for body in bodies:
        replies = at_once(4, lambda _, body=body: alike(collector).post("/v1/dues/payments", body))
        assert sorted(reply.status for reply in replies) == [201, 409, 409, 409], replies
        lost = {reply.body["code"] for reply in replies if reply.status == 409}
        assert lost == {"dues.already_paid"}
    ledger = collector.get("/v1/dues/ledger").body
    assert ledger["debit_total_fen"] == ledger["credit_total_fen"] == str(4500 * len(bodies))


# -- pages


def walk(client, path, between=lambda page: None):
    """All pages of a list, by the links to the next."""
    pages = []
    while path:
        reply = client.get(path)
        assert reply.status == 200, reply
        pages.append(reply.body)
        link = reply.headers["Link"]
        assert bool(link) == bool(reply.body["next_page_token"])
        path = link and link.split(">")[0].lstrip("<")
        assert not link or link.endswith('>; rel="next"')
        between(len(pages))
    return pages


def test_pages_show_everything_once_while_rows_come(street):
    branch = street.chain().branch
    there = [street.member(branch) for _ in range(23)]
    pages = walk(street.admin, f"/v1/members?organization_id={branch}&page_size=5",
                 lambda page: page < 6 and street.member(branch))
    seen = [member["id"] for page in pages for member in page["members"]]
    assert len(seen) == len(set(seen)) and set(there) <= set(seen)
    assert all(len(page["members"]) == 5 for page in pages[:-1])
    again = walk(street.admin, f"/v1/members?organization_id={branch}")
    assert [len(page["members"]) for page in again] == [20, len(seen) - 20] if len(seen) > 20 else True


def test_page_tokens_cannot_be_made_up(street):
    branch = street.chain().branch
    for _ in range(3):
        street.member(branch)
    token = street.admin.get(f"/v1/members?organization_id={branch}&page_size=1").body["next_page_token"]
    swapped = ("A" if token[0] != "A" else "B") + token[1:]
    for bad in (swapped, token[:-1], token + "A", "x", "AAAA"):
        reply = street.admin.get(f"/v1/members?page_token={bad}")
        assert reply.status == 400 and reply.body["code"] == "page_token_invalid", bad
    elsewhere = street.admin.get(f"/v1/organizations?page_token={token}")
    assert elsewhere.body["code"] == "page_token_invalid"


# -- masks


def test_sensitive_values_leave_masked_only(street, branch):
    admin = street.admin
    number, mobile, address = id_number(), phone(), secret("蒲公英路 17 号 3 单元 402 室")
    body = {"organization_id": branch, "name": "张三", "id_number": number, "phone": mobile, "address": address,
            "category": "FULL", "joined_on": "2005-07-01"}
    made = admin.post("/v1/members", body)
    path = made.headers["Location"]
    replies = [made, admin.get(path), admin.get(f"/v1/members?organization_id={branch}"),
               admin.get(f"/v1/members?id_number={number}"), admin.get(f"/v1/members?phone={mobile}"),
               admin.patch(path, {"education": "20"}, match=made.headers["ETag"]),
               admin.post("/v1/members", body), admin.post("/v1/members", {**body, "id_number": number[:-1] + "#"}),
               admin.post("/v1/members", {**body, "phone": mobile + "99999999999"}),
               admin.post("/v1/members", {**body, "sex": "FEMALE"})]
    assert [reply.status for reply in replies] == [201, 200, 200, 200, 200, 200, 409, 422, 400, 422], replies
    for reply in replies:
        text = json.dumps(reply.body, ensure_ascii=False)
        assert number not in text and mobile not in text and address not in text, text
    assert len(replies[3].body["members"]) == len(replies[4].body["members"]) == 1
    shown = made.body
    assert "*" in shown["id_number"] and "*" in shown["phone"] and "*" in shown["address"]
    assert shown["id_number"] != number and shown["name"] == "张三"


def test_passwords_are_never_told(street, branch):
    word = secret("Tr0ubadour&3-" + uuid.uuid4().hex)
    body = {"username": f"u-{uuid.uuid4().hex[:10]}", "password": word, "name": "某",
            "roles": [{"role": "member", "organization_id": branch}]}
    for reply in (street.admin.post("/v1/accounts", body), street.admin.post("/v1/accounts", body),
                  street.admin.post("/v1/accounts", {**body, "password": word, "colour": 1}),
                  street.http.post("/v1/sessions", {"username": body["username"], "password": word + "x"}, key=None)):
        assert word not in json.dumps(reply.body) and "argon2" not in json.dumps(reply.body)
