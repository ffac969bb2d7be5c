"""The operator's tool against running daemons."""

import json
import os
import subprocess
import time

import pytest

STREET = "01900000-0000-7000-8000-000000000001"
ACCOUNT = "01900000-0000-7000-8000-0000000000a1"
ROOT = "01900000-0000-7000-8000-0000000000c1"
AS_AUDITOR = ["--street", STREET, "--as-account", ACCOUNT, "--role", f"auditor@{ROOT}:/1/"]
QUOTE = ["call", "Dues.QuoteDues", '{"category":"WAGE","base_fen":"300001"}', *AS_AUDITOR]


class Ctl:
    def __init__(self, build, config):
        self.program, self.config = os.path.join(build, "bin", "dandelionctl"), config

    def start(self, *arguments, language="C.UTF-8", **options):
        environment = {"PATH": "/usr/bin:/bin", "LANG": language, "DANDELION_CONFIG": self.config}
        return subprocess.Popen([self.program, *arguments], env=environment, text=True, stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)

    def __call__(self, *arguments, given="", language="C.UTF-8"):
        process = self.start(*arguments, language=language)
        out, err = process.communicate(given, timeout=60)
        assert process.returncode >= 0 and "Sanitizer" not in err, err
        return process.returncode, out, err


@pytest.fixture(scope="module")
def ctl(build, daemons):
    return Ctl(build, daemons.place.config)


def test_help_names_the_commands(ctl):
    code, out, _ = ctl("--help")
    assert code == 0 and all(name in out for name in ("call", "health", "events", "methods", "Exit status"))
    for command in ("call", "health", "events", "methods"):
        code, out, _ = ctl(command, "--help")
        assert code == 0 and out.startswith(f"Usage: dandelionctl {command}")
    assert ctl("--version")[1].startswith("dandelionctl ")


def test_methods_are_those_of_the_contract(ctl, daemons):
    code, out, _ = ctl("methods", "--json")
    listed = {one["method"]: one for one in json.loads(out)}
    assert code == 0 and set(listed) == set(daemons.bus.messages.methods)
    for name, (taken, given) in daemons.bus.messages.methods.items():
        assert (listed[name]["input"], listed[name]["output"]) == (taken, given)
    assert ctl("methods", "Dues.*")[1].count("Dues.") >= 10
    assert ctl("methods", "Nothing.*") == (1, "", "")


def test_wrong_use_is_2(ctl, tmp_path):
    assert ctl()[0] == 2
    assert ctl("dance")[0] == 2
    assert ctl("call", "Dues.Dance")[0] == 2
    assert ctl("call", "Kit.Ping", "{")[0] == 2
    assert ctl("call", "Kit.Ping", '{"extra":1}')[0] == 2
    assert ctl("events", "--service", "nobody")[0] == 2
    missing = tmp_path / "none.conf"
    code, _, err = ctl("health", "--config", str(missing))
    assert code == 2 and str(missing) in err


def test_call_as_the_operator(ctl):
    code, out, _ = ctl("call", "Kit.Ping")
    reply = json.loads(out)
    assert code == 0 and reply["service"] == "identity" and "\n  " in out
    code, out, _ = ctl("call", "Kit.Ping", "-", "--json", given="{}")
    assert code == 0 and out.count("\n") == 1 and json.loads(out) == reply


def test_call_as_an_account(ctl):
    code, out, _ = ctl(*QUOTE)
    assert code == 0 and json.loads(out)["monthly_fen"] == "3000"
    code, out, _ = ctl("call", "Dues.ListBills", "{}", *AS_AUDITOR)
    assert code == 0 and json.loads(out)["bills"] == []


def test_a_refusal_is_1_and_told_in_the_users_language(ctl):
    assert ctl("call", "Dues.ListBills")[0] == 1  # the operator is no account
    missing = ["call", "Dues.GetPayment", json.dumps({"id": STREET}), *AS_AUDITOR]
    code, out, err = ctl(*missing)
    assert code == 1 and out == "" and err.rstrip().endswith("(not_found)") and "exist" in err
    assert "没有找到" in ctl(*missing, language="zh_CN.UTF-8")[2]
    code, out, err = ctl(*missing, "--json")
    assert code == 1 and json.loads(out)["code"] == "not_found" and err == ""
    code, _, err = ctl("call", "Dues.GetPayment", '{"id":"x"}', *AS_AUDITOR)
    assert code == 1 and "id:" in err and "field.not_uuid" in err


def test_batch_of_bare_inputs(ctl):
    given = "".join(f'{{"category":"WAGE","base_fen":{n}}}\n' for n in range(1, 501)) + "\nnonsense\n"
    code, out, err = ctl("call", "--batch", "Dues.QuoteDues", *AS_AUDITOR, given=given)
    results = [json.loads(line) for line in out.splitlines()]
    assert code == 1 and sorted(one["index"] for one in results) == list(range(501))
    assert results[0].keys() == {"index", "reply"} or results[0].keys() == {"index", "problem"}
    assert [one["index"] for one in results if "problem" in one] == [500]
    assert "501 calls: 500 done, 1 refused, 0 unavailable" in err


def test_batch_of_named_calls(ctl):
    calls = [{"method": "Dues.QuoteDues", "input": {"category": "STUDENT"}}, {"method": "Dues.Dance"},
             {"method": "Kit.Ping"}, {"input": {}}, {"method": "Kit.Ping", "speed": 1},
             {"method": "Dues.GetPayment", "input": {"id": STREET}}]
    given = "\n".join(map(json.dumps, calls))
    code, out, err = ctl("call", "--batch", "--parallel", "1", "--json", *AS_AUDITOR, given=given)
    results = {one["index"]: one for one in map(json.loads, out.splitlines())}
    assert code == 1 and results[0]["reply"]["monthly_fen"] == "20"
    assert results[2]["problem"]["code"] == "forbidden"  # Ping is for the operator, and this is an account
    assert all("problem" in results[index] for index in (1, 3, 4))
    assert results[5]["problem"]["code"] == "not_found"
    counts = json.loads(err.splitlines()[-1])
    assert counts["calls"] == 6 and counts["done"] == 1 and counts["refused"] == 5
    code, out, _ = ctl("call", "--batch", "--failures", *AS_AUDITOR, given=given)
    assert code == 1 and sorted(json.loads(line)["index"] for line in out.splitlines()) == [1, 2, 3, 4, 5]


def test_batch_answers_while_its_input_is_open(ctl):
    process = ctl.start("call", "--batch", "Dues.QuoteDues", *AS_AUDITOR)
    for base in (100, 200):
        process.stdin.write(json.dumps({"category": "WAGE", "base_fen": base}) + "\n")
        process.stdin.flush()
        assert "reply" in json.loads(process.stdout.readline())
    process.stdin.close()
    assert process.wait(10) == 0
    process.stdout.close()
    process.stderr.close()


def test_health(ctl, daemons):
    code, out, _ = ctl("health", "--json")
    services = {one["service"]: one for one in json.loads(out)}
    assert services["dues"]["answers"] and services["dues"]["ready"] and services["dues"]["version"]
    assert code == (0 if all(one["ready"] for one in services.values()) else 3)
    assert "dues" in ctl("health")[1]


def test_events_are_read_and_followed(ctl, daemons):
    with daemons.database.connect("dues") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(position), 0) FROM event")
        before = cursor.fetchone()[0]
    connection.close()
    assert ctl("events", "--service", "dues", "--from", "end") == (0, "", "")
    follower = ctl.start("events", "--service", "dues", "--from", str(before), "--follow")
    try:
        for number in range(3):
            insert_event(daemons, before + 1 + number)
        seen = [json.loads(follower.stdout.readline()) for _ in range(3)]
    finally:
        follower.kill()
        follower.wait()
    assert [int(event["position"]) for event in seen] == [before + 1, before + 2, before + 3]
    first = seen[0]
    assert first["specversion"] == "1.0" and first["source"] == "/dandelion/dues" and first["streetid"] == STREET
    assert first["data"]["member_id"] == ACCOUNT
    code, out, _ = ctl("events", "--service", "dues", "--from", str(before + 2))
    assert code == 0 and [json.loads(line) for line in out.splitlines()] == seen[2:]
    assert len(ctl("events", "--service", "dues", "--type", "dandelion.dues.payment.s*")[1].splitlines()) >= 3
    assert ctl("events", "--service", "dues", "--type", "dandelion.other.*") == (0, "", "")


def insert_event(daemons, position):
    """As the kit appends it, at a moment of which the follower is told by nothing: it must look by itself."""
    data = daemons.bus.messages.filled("dandelion.dues.PaymentSettled", {"payment_id": ROOT, "member_id": ACCOUNT})
    daemons.database.rows(
        "WITH head AS (UPDATE stream_head SET position = %s) "
        "INSERT INTO event (position, id, type, subject, street_id, organization_path, time, traceparent, data) "
        "VALUES (%s, gen_random_uuid(), 'dandelion.dues.payment.settled.v1', %s, %s, '/1/', now(), '', %s)",
        (position, position, ROOT, STREET, data.SerializeToString()), "dues")


def test_after_a_crash_it_says_so(ctl, daemons):
    daemons.kill("dues")
    began = time.monotonic()
    assert ctl(*QUOTE)[0] == 3
    assert time.monotonic() - began < 5
    assert ctl("health")[0] == 3
    assert ctl("events", "--service", "dues")[0] == 3
    daemons.start("dues")
    assert ctl(*QUOTE)[0] == 0
