"""Paying: exact amounts, months in their window, once and only once; and how a payment ends."""

import uuid

import pytest

from tests.support.collector import MONTHLY_FEN, Collector
from tests.support.errors import number
from tests.support.told_street import ToldStreet

NOON = 1795147200  # 2026-11-20T04:00:00Z, noon in Shanghai
PENDING, SETTLED, FAILED, REVERSED = 1, 2, 3, 4
MONTHS = ("2026-04", "2026-05", "2026-06", "2026-07", "2026-08", "2026-09", "2026-10", "2026-11", "2026-12")


@pytest.fixture(scope="module")
def street(dues, database):
    dues.clock.go_to(NOON)
    told = ToldStreet(dues.feed)
    told.wait_applied(database, "dues")
    return told


@pytest.fixture(scope="module")
def committee(dues, street):
    return Collector(dues, street, street.caller("street_administrator", "working_committee"))


@pytest.fixture(scope="module")
def collector(dues, street):
    return Collector(dues, street, street.caller("dues_collector", "north"))


@pytest.fixture(scope="module")
def secretary(dues, street):
    return Collector(dues, street, street.caller("branch_secretary", "north"))


@pytest.fixture
def member(street, database, committee):
    """A member with open bills from April to December."""
    made = street.register("north")
    street.wait_applied(database, "dues")
    committee.fix(made)
    for month in MONTHS:
        committee.counts(month)
    return made


def entries(collector, payment):
    reply = collector.ask("ListLedger", {"payment_id": payment})
    assert reply.body.debit_total_fen == reply.body.credit_total_fen
    return [(entry.account, entry.debit_fen, entry.credit_fen) for entry in reply.body.entries]


def test_cash_settles_at_once(collector, member, database):
    paid = collector.pay(member, "2026-11", on_behalf_by="女儿 李梅")
    assert (paid.code, paid.version) == (0, 1), paid
    payment = paid.body
    assert (payment.state, payment.amount_fen, list(payment.months)) == (SETTLED, MONTHLY_FEN, ["2026-11"])
    assert (payment.on_behalf_by, payment.received_by) == ("女儿 李梅", collector.caller["account_id"])
    got = collector.ask("GetPayment", {"id": payment.id})
    assert (got.version, got.body) == (1, payment)
    assert collector.states(member)["2026-11"] == "PAID" and collector.states(member)["2026-10"] == "OPEN"
    assert entries(collector, payment.id) == [("cash", MONTHLY_FEN, 0), ("dues", 0, MONTHLY_FEN)]
    row = database.rows("SELECT type, data FROM event WHERE subject = %s", (payment.id,), "dues")
    event = collector.bus.messages.new("dandelion.dues.PaymentRecorded")
    event.ParseFromString(bytes(row[0][1]))
    assert row[0][0] == "dandelion.dues.payment.recorded.v1" and event.member_id == member
    assert (event.amount_fen, event.state, list(event.months)) == (MONTHLY_FEN, SETTLED, ["2026-11"])
    audit = database.rows("SELECT method, account_id::text FROM audit_entry WHERE subject = %s", (payment.id,), "dues")
    assert audit == [("Dues.Pay", collector.caller["account_id"])]


def test_several_months_in_any_order(collector, member):
    received = str(uuid.uuid4())
    paid = collector.pay(member, ["2026-10", "2026-08", "2026-12"], channel="BANK", received_by=received)
    assert paid.code == 0 and list(paid.body.months) == ["2026-08", "2026-10", "2026-12"]
    assert paid.body.received_by == received and paid.body.amount_fen == 3 * MONTHLY_FEN
    states = collector.states(member)
    assert [month for month in MONTHS if states[month] == "PAID"] == ["2026-08", "2026-10", "2026-12"]
    assert entries(collector, paid.body.id) == [("bank", 3 * MONTHLY_FEN, 0), ("dues", 0, 3 * MONTHLY_FEN)]


@pytest.mark.parametrize("amount", [1, MONTHLY_FEN - 1, MONTHLY_FEN + 1, 2 * MONTHLY_FEN])
def test_the_amount_is_exact(collector, member, amount):
    refused = collector.pay(member, "2026-11", amount_fen=amount)
    assert (refused.code, refused.field) == (number("dues.amount_mismatch"), "amount_fen")
    assert refused.params == {"expected": "45.00"}
    assert collector.states(member)["2026-11"] == "OPEN"


@pytest.mark.parametrize("months, code, field, params", [
    (["2026-11", "2026-11"], "field.duplicate_item", "months[1]", {}),
    (["2026-11", "2027-01"], "dues.month_too_far", "months[1]", {"last": "2026-12"}),
    (["2026-04"], "dues.arrears_too_old", "months[0]", {"first": "2026-05"}),
    ([], "field.required", "months", {}),
    (["2026-13"], "field.not_month", "months[0]", {}),
])
def test_months_are_refused(collector, member, months, code, field, params):
    refused = collector.pay(member, months, amount_fen=MONTHLY_FEN)
    assert (refused.code, refused.field, refused.params) == (number(code), field, params), refused


def test_a_month_without_a_bill(street, database, collector):
    member = street.register("north", joined_on="2026-09-15", category="PROBATIONARY")
    street.wait_applied(database, "dues")
    none = collector.pay(member, "2026-11")
    assert (none.code, none.params) == (number("dues.no_bill"), {"month": "2026-11"})
    early = collector.pay(member, "2026-08")
    assert (early.code, early.params) == (number("dues.before_joining"), {"first": "2026-09"})


def test_paid_is_paid(collector, member):
    assert collector.pay(member, "2026-11").code == 0
    again = collector.pay(member, ["2026-10", "2026-11"])
    assert (again.code, again.field, again.params) == (number("dues.already_paid"), "months[1]", {"month": "2026-11"})
    assert collector.states(member)["2026-10"] == "OPEN"


def test_who_has_gone(street, database, collector, member):
    street.tell_member("member.changed", member, "north", state="STOPPED")
    street.wait_applied(database, "dues")
    assert collector.pay(member, "2026-11").code == number("dues.member_not_active")


def test_scope(dues, street, collector, member):
    other = Collector(dues, street, street.caller("dues_collector", "south"))
    unknown = other.pay(member, "2026-11")
    assert (unknown.code, unknown.field) == (number("dues.member_unknown"), "member_id")
    assert collector.pay(str(uuid.uuid4()), "2026-11").code == number("dues.member_unknown")
    paid = collector.pay(member, "2026-11").body
    assert other.ask("GetPayment", {"id": paid.id}).code == number("not_found")
    assert other.all("ListPayments") == [] and other.all("ListPayments", member_id=member) == []
    assert other.all("ListLedger", payment_id=paid.id) == []
    for method, body in (("ReversePayment", {"reason": "x"}), ("SettlePayment", {}), ("FailPayment", {"reason": "x"})):
        caller = street.caller("branch_secretary", "south")
        refused = other.do(method, {"id": paid.id, **body}, match=1, caller=caller)
        assert refused.code == number("not_found"), (method, refused)
    administrator = street.caller("street_administrator", "working_committee")
    assert collector.do("Pay", collector.payment(member, "2026-10"), caller=administrator).code == number("forbidden")
    stranger = ToldStreet.caller(street, "dues_collector", "working_committee")
    stranger["street_id"] = str(uuid.uuid4())
    assert collector.ask("GetPayment", {"id": paid.id}, caller=stranger).code == number("not_found")


def test_one_key_one_payment(dues, street, collector, member):
    key, body = str(uuid.uuid4()), collector.payment(member, "2026-11")
    first = collector.ask("Pay", body, key=key)
    assert first.code == 0 and collector.ask("Pay", body, key=key) == first
    assert collector.ask("Pay", {**body, "months": ["2026-10"]}, key=key).code == number("idempotency_key_reused")
    assert collector.ask("Pay", body).code == number("idempotency_key_required")
    somebody = Collector(dues, street, street.caller("dues_collector", "north"))
    assert somebody.ask("Pay", body, key=key).code == number("dues.already_paid")
    assert len(collector.all("ListPayments", member_id=member)) == 1


def test_one_key_many_at_once(collector, member):
    key, body = str(uuid.uuid4()), collector.payment(member, "2026-11")
    replies = collector.bus.gather([collector.bus.send("Dues.Pay", body, caller=collector.caller, key=key)
                                    for _ in range(20)])
    paid = [reply for reply in replies if reply.code == 0]
    assert paid and all(reply == paid[0] for reply in paid)
    assert {reply.code for reply in replies} <= {0, number("idempotency_in_progress")}
    assert len(collector.all("ListPayments", member_id=member)) == 1


def test_one_bill_many_at_once(collector, member):
    sent = [collector.bus.send("Dues.Pay", collector.payment(member, months), caller=collector.caller,
                               key=str(uuid.uuid4())) for months in ("2026-11", ["2026-10", "2026-11"]) * 10]
    replies = collector.bus.gather(sent)
    assert sorted(reply.code for reply in replies) == [0] + [number("dues.already_paid")] * 19
    [payment] = collector.all("ListPayments", member_id=member)
    paid = [month for month, state in collector.states(member).items() if state == "PAID"]
    assert paid == list(payment.months)


def test_wechat_waits_and_settles(collector, member):
    pending = collector.pay(member, ["2026-10", "2026-11"], channel="WECHAT").body
    assert pending.state == PENDING and collector.states(member)["2026-11"] == "PENDING"
    assert entries(collector, pending.id) == []
    assert collector.pay(member, "2026-11").code == number("dues.payment_pending")
    assert collector.do("SettlePayment", {"id": pending.id}).code == number("if_match_required")
    assert collector.do("SettlePayment", {"id": pending.id}, match=2).code == number("version_stale")
    settled = collector.do("SettlePayment", {"id": pending.id}, match=1)
    assert (settled.code, settled.version, settled.body.state) == (0, 2, SETTLED)
    assert collector.states(member)["2026-11"] == "PAID"
    assert entries(collector, pending.id) == [("wechat", 2 * MONTHLY_FEN, 0), ("dues", 0, 2 * MONTHLY_FEN)]
    for method in ("SettlePayment", "FailPayment"):
        body = {"id": pending.id} if method == "SettlePayment" else {"id": pending.id, "reason": "迟到"}
        assert collector.do(method, body, match=2).code == number("dues.not_pending")


def test_wechat_fails(collector, secretary, member):
    pending = collector.pay(member, "2026-11", channel="WECHAT").body
    assert secretary.do("ReversePayment", {"id": pending.id, "reason": "x"}, match=1).code == number("dues.not_settled")
    failed = collector.do("FailPayment", {"id": pending.id, "reason": "支付超时"}, match=1)
    assert (failed.code, failed.body.state, failed.body.reason) == (0, FAILED, "支付超时")
    assert collector.states(member)["2026-11"] == "OPEN" and entries(collector, pending.id) == []
    assert collector.pay(member, "2026-11").code == 0
    assert secretary.do("ReversePayment", {"id": pending.id, "reason": "x"}, match=2).code == number("dues.not_settled")


def test_reversal(collector, secretary, member):
    paid = collector.pay(member, ["2026-10", "2026-11"]).body
    body = {"id": paid.id, "reason": "重复登记"}
    assert collector.do("ReversePayment", body, match=1).code == number("forbidden")
    assert secretary.do("ReversePayment", {"id": paid.id}, match=1).code == number("field.required")
    assert secretary.do("ReversePayment", body, match=4).code == number("version_stale")
    reversed_ = secretary.do("ReversePayment", body, match=1)
    assert (reversed_.code, reversed_.version, reversed_.body.state) == (0, 2, REVERSED)
    assert secretary.do("ReversePayment", body, match=1).code == number("dues.already_reversed")
    assert entries(collector, paid.id) == [("cash", 2 * MONTHLY_FEN, 0), ("dues", 0, 2 * MONTHLY_FEN),
                                           ("dues", 2 * MONTHLY_FEN, 0), ("cash", 0, 2 * MONTHLY_FEN)]
    assert {collector.states(member)[month] for month in ("2026-10", "2026-11")} == {"OPEN"}
    again = collector.pay(member, "2026-11").body
    states = {payment.id: payment.state for payment in collector.all("ListPayments", member_id=member)}
    assert states == {paid.id: REVERSED, again.id: SETTLED}


def test_lists_of_payments(collector, committee, street, member):
    made = [collector.pay(member, month).body.id for month in MONTHS[1:]]
    assert [payment.id for payment in committee.all("ListPayments", page=3, member_id=member)] == made[::-1]
    assert [payment.id for payment in committee.all("ListPayments", page=3)][:len(made)] == made[::-1]
    north = committee.all("ListPayments", organization_id=street.organizations["north"], state="SETTLED")
    assert [payment.id for payment in north][:len(made)] == made[::-1]
    assert committee.all("ListPayments", organization_id=street.organizations["far"]) == []
    assert committee.all("ListPayments", organization_id=str(uuid.uuid4())) == []


def test_the_ledger_is_appended_only(database, collector, committee, member):
    assert collector.pay(member, "2026-11").code == 0
    for owner in (False, True):
        connection = database.connect("dues", owner=owner)
        for statement in ("UPDATE dues.ledger_posting SET amount_fen = 1", "DELETE FROM dues.ledger_posting",
                          "TRUNCATE dues.ledger_posting"):
            with connection.cursor() as cursor, pytest.raises(Exception, match="append-only|permission denied"):
                cursor.execute(statement)
        connection.close()
    numbers = [entry.number for entry in committee.all("ListLedger", page=3)]
    assert numbers == list(range(1, len(numbers) + 1))
    month = committee.ask("ListLedger", {"month": "2026-11"}).body
    assert month.debit_total_fen == sum(entry.debit_fen for entry in committee.all("ListLedger", month="2026-11")) > 0
    assert committee.ask("ListLedger", {"month": "2026-10"}).body.debit_total_fen == 0
