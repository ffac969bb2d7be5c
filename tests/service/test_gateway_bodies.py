"""What comes in over HTTP and what is said about it: problems, bodies, numbers, languages, traces."""

import json
import secrets

import pytest

QUOTE = {"category": "WAGE", "base_fen": "450000"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def admin(street):
    return street.admin


def raw(client, text, path="/v1/dues:quote", **headers):
    """Posts a body as it is."""
    return client.request("POST", path, data=text if isinstance(text, bytes) else text.encode(),
                          headers={**JSON, **headers}, key=None)


def problem(reply, status, code, field=None):
    """Is it this problem, with all that a problem must have?"""
    assert (reply.status, reply.body["code"]) == (status, code), reply
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert reply.body["status"] == status and reply.body["type"] == f"/docs/errors.html#{code}"
    assert reply.body["title"] and reply.body["detail"] and isinstance(reply.body["number"], int)
    assert len(reply.body["trace_id"]) == 32
    assert reply.body.get("field") == field
    return True


@pytest.mark.parametrize("accepted, language", [
    (None, "zh-CN"), ("en", "en"), ("en-GB,en;q=0.8", "en"), ("fr", "zh-CN"), ("zh;q=0.2, en;q=0.9", "en"),
    ("en;q=0.2, zh-CN", "zh-CN"), ("*", "zh-CN"), ("en;q=0", "zh-CN")])
def test_problems_speak_the_callers_language(admin, accepted, language):
    reply = admin.get("/v1/nothing", headers={"Accept-Language": accepted} if accepted else {})
    assert problem(reply, 404, "not_found") and reply.headers["Content-Language"] == language
    assert reply.body["detail"].isascii() == (language == "en")


def test_a_trace_goes_through_every_hop(admin, daemons):
    trace, span = secrets.token_hex(16), secrets.token_hex(8)
    sent = {"traceparent": f"00-{trace}-{span}-01"}
    assert problem(admin.get("/v1/members/01900000-0000-7000-8000-00000000000f", headers=sent), 404, "not_found")
    refused = admin.post("/v1/dues:quote", {"category": "WAGE", "base_fen": -1}, key=None, headers=sent)
    assert refused.body["trace_id"] == trace
    for daemon in ("identity", "dues"):
        assert f"traceparent=00-{trace}-" in daemons.log(daemon)
        assert span not in daemons.log(daemon)  # each hop is a span of its own
    other = admin.get("/v1/nothing", headers={"traceparent": "00-" + "0" * 32 + f"-{span}-01"})
    assert other.body["trace_id"] not in ("0" * 32, trace)


def test_unknown_paths_and_methods(admin):
    for path in ("/v1", "/v1/", "/v1/members/", "/v1/members/x/y", "/v2/members", "/v1/members:export", "/nothing"):
        assert problem(admin.get(path), 404, "not_found"), path
    for method, path, allow in (("DELETE", "/v1/members", "GET, HEAD, POST"), ("GET", "/v1/dues:quote", "POST"),
                                ("POST", "/v1/me", "GET, HEAD"), ("OPTIONS", "/v1/members", "GET, HEAD, POST")):
        reply = admin.request(method, path)
        assert problem(reply, 405, "method_not_allowed") and reply.headers["Allow"] == allow
    assert "Access-Control-Allow-Origin" not in admin.get("/v1/me", headers={"Origin": "https://x.example"}).headers


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/jsonx", "application/x-www-form-urlencoded",
                                  "multipart/form-data; boundary=x"])
def test_other_media_types_are_refused(admin, kind):
    reply = admin.request("POST", "/v1/dues:quote", data=json.dumps(QUOTE).encode(), headers={"Content-Type": kind})
    assert problem(reply, 415, "unsupported_media_type")


def test_a_form_is_wanted_where_a_file_is(admin):
    assert problem(admin.post("/v1/members:import", {}), 415, "unsupported_media_type")


def test_bodies_have_a_limit(admin):
    assert problem(raw(admin, b" " * (1 << 20) + json.dumps(QUOTE).encode()), 413, "body_too_large")
    admin.close()
    assert raw(admin, b" " * ((1 << 20) - 100) + json.dumps(QUOTE).encode()).status == 200


@pytest.mark.parametrize("text, code, field", [
    ("", "body_required", None),
    ("{", "json_malformed", None),
    ('{"category":"WAGE",}', "json_malformed", None),
    ("{'category':'WAGE'}", "json_malformed", None),
    ('{"category":"WAGE"} {}', "json_malformed", None),
    ('{"category":NaN}', "json_malformed", None),
    ("[]", "json_malformed", None),
    ('"x"', "json_malformed", None),
    ('{"category":"WAGE","category":"WAGE"}', "json_duplicate_key", None),
    ('{"category":"WAGE","colour":1}', "unknown_field", "colour"),
    ('{"category":"wage"}', "field.unknown_value", "category"),
    ('{"category":{}}', "wrong_type", "category"),
    ('{"category":"WAGE","base_fen":1.5}', "wrong_type", "base_fen"),
    ('{"category":"WAGE","base_fen":"1.5"}', "wrong_type", "base_fen"),
    ('{"category":"WAGE","base_fen":""}', "wrong_type", "base_fen"),
    ('{"category":"WAGE","base_fen":" 1"}', "wrong_type", "base_fen"),
    ('{"category":"WAGE","base_fen":9223372036854775808}', "field.too_large", None),
    ('{"category":"WAGE","base_fen":"9223372036854775808"}', "field.too_large", "base_fen"),
    ('{"category":"WAGE","base_fen":true}', "wrong_type", "base_fen"),
    ('{"category":"WAGE","base_fen":-1}', "field.too_small", "base_fen"),
    ('{"category":"WAGE","base_fen":100000000001}', "field.too_large", "base_fen"),
    ("[" * 100 + "]" * 100, "json_too_deep", None),
])
def test_wrong_bodies(admin, text, code, field):
    reply = raw(admin, text)
    assert (reply.status, reply.body["code"]) == (400, code), reply
    if field:
        assert reply.body["field"] == field


@pytest.mark.parametrize("text", [b'{"reason":"\xff"}', b'{"reason":"\xc0\x80"}', b'{"reason":"\xed\xa0\x80"}',
                                  b'{"reason":"\\ud800"}', b'{"reason":"\\u0000"}', b'\xef\xbb\xbf{}', b'{"a\x00":1}'])
def test_text_that_is_none(admin, text):
    assert raw(admin, text).status == 400


def test_paths_of_fields_inside_lists(admin, street):
    roles = [{"role": "auditor", "organization_id": street.root}, {"role": "auditor", "organization_id": "x"}]
    account = {"username": "someone-new", "password": "correct horse 12", "name": "某", "roles": roles}
    assert problem(admin.post("/v1/accounts", account), 400, "field.not_uuid", "roles[1].organization_id")
    roles[1] = {**roles[0], "colour": "red"}
    assert problem(admin.post("/v1/accounts", account), 400, "unknown_field", "roles[1].colour")
    assert problem(admin.post("/v1/members", {"joined_on": "2026-13-01"}), 400, "field.required", "organization_id")


@pytest.mark.parametrize("base", [450000, "450000", 450000.0, 4.5e5])
def test_numbers_come_as_numbers_or_strings_and_leave_as_strings(admin, base):
    reply = admin.post("/v1/dues:quote", {"category": "WAGE", "base_fen": base}, key=None)
    assert reply.status == 200 and reply.body["monthly_fen"] == "4500" and reply.body["rate_basis_points"] == 100


def test_absent_and_null_are_the_default(admin):
    for body in ({"category": "UNEMPLOYED"}, {"category": "UNEMPLOYED", "base_fen": None}):
        assert admin.post("/v1/dues:quote", body, key=None).status == 200
    assert problem(admin.post("/v1/dues:quote", {"category": None}, key=None), 400, "field.required", "category")


def test_queries_name_fields_too(admin):
    assert problem(admin.get("/v1/members?colour=red"), 400, "unknown_field", "colour")
    assert problem(admin.get("/v1/members?page_size=many"), 400, "wrong_type", "page_size")
    assert problem(admin.get("/v1/members?page_size=101"), 400, "field.too_large", "page_size")
    assert problem(admin.get("/v1/members?state=HERE"), 400, "field.unknown_value", "state")
    assert problem(admin.get("/v1/members?name=%ff"), 400, "query_malformed")
    assert problem(admin.get("/v1/members/x"), 400, "field.not_uuid", "id")
    assert problem(admin.get(f"/v1/members/{'0' * 36}?id=x"), 400, "unknown_field", "id")
    assert problem(raw(admin, json.dumps(QUOTE), "/v1/dues:quote?base_fen=1"), 400, "query_malformed")


def test_what_stands_in_the_path_stands_nowhere_else(admin, street):
    path = f"/v1/organizations/{street.root}"
    reply = admin.patch(path, {"id": street.root, "name": "另一个"}, match=admin.get(path).headers["ETag"])
    assert problem(reply, 400, "unknown_field", "id")


@pytest.mark.parametrize("name", ["𬱖㛃", "赵\U00030edd", "买买提·吐尔逊", "Ḟoo"])
def test_every_name_can_be_written(admin, street, name):
    branch = street.chain().branch
    member = street.member(branch, name=name)
    assert admin.get(f"/v1/members/{member}").body["name"] == name
    assert [found["id"] for found in admin.get(f"/v1/members?organization_id={branch}").body["members"]] == [member]
