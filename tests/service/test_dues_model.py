"""Ten thousand random operations against a model that shares nothing with the service but the rules on paper."""

import collections
import random
import uuid

from tests.support.collector import Collector
from tests.support.errors import number
from tests.support.told_street import ToldStreet

NOON = 1795147200  # 2026-11-20T04:00:00Z, noon in Shanghai
OPERATIONS, TOGETHER = 10_000, 50
MONTHS = ("2026-06", "2026-07", "2026-08", "2026-09", "2026-10", "2026-11", "2026-12")
BASES = {450000: 4500, 300000: 1500, 300001: 3000, 800000: 12000, 1500000: 30000, 9000000: 100000}
MONEY = {"CASH": "cash", "BANK": "bank", "WECHAT": "wechat", "OTHER": "other"}
STATES = {"PENDING": 1, "SETTLED": 2, "FAILED": 3, "REVERSED": 4}


class Payment:
    def __init__(self, member, months, amount, channel):
        self.member, self.months, self.amount, self.channel = member, months, amount, channel
        self.state, self.version = ("PENDING" if channel == "WECHAT" else "SETTLED"), 1


class Model:
    """Which bill is in which state, which payment too, and what the ledger's accounts hold."""

    def __init__(self, monthly):
        self.monthly = monthly
        self.bills = {(member, month): "OPEN" for member in monthly for month in MONTHS}
        self.payments = {}
        self.ledger = collections.Counter()
        self.postings = 0

    def book(self, payment, sign):
        self.ledger[MONEY[payment.channel]] += sign * payment.amount
        self.ledger["dues"] -= sign * payment.amount
        self.postings += 1

    def mark(self, payment, state):
        for month in payment.months:
            self.bills[payment.member, month] = state

    def pay(self, member, months, amount, channel):
        """The code that a payment is answered with."""
        for month in months:
            state = self.bills[member, month]
            if state != "OPEN":
                return "dues.already_paid" if state == "PAID" else "dues.payment_pending"
        return None if amount == self.monthly[member] * len(months) else "dues.amount_mismatch"

    def paid(self, id_, payment):
        self.payments[id_] = payment
        self.mark(payment, "PENDING" if payment.state == "PENDING" else "PAID")
        if payment.state == "SETTLED":
            self.book(payment, 1)

    def end(self, payment, verb, version):
        """The code that settling, failing or reversing a payment is answered with; it is done if there is none."""
        if verb == "reverse" and payment.state != "SETTLED":
            return "dues.already_reversed" if payment.state == "REVERSED" else "dues.not_settled"
        if version != payment.version:
            return "version_stale"
        if verb != "reverse" and payment.state != "PENDING":
            return "dues.not_pending"
        payment.version += 1
        payment.state = {"settle": "SETTLED", "fail": "FAILED", "reverse": "REVERSED"}[verb]
        self.mark(payment, "PAID" if verb == "settle" else "OPEN")
        if verb != "fail":
            self.book(payment, 1 if verb == "settle" else -1)
        return None


class Actor:
    """Does random things, and holds each answer against the model's."""

    METHODS = {"settle": "SettlePayment", "fail": "FailPayment", "reverse": "ReversePayment"}

    def __init__(self, secretary, model, dice):
        self.secretary, self.model, self.dice = secretary, model, dice

    def send(self, method, body, match=0):
        return self.secretary.bus.send(f"Dues.{method}", body, caller=self.secretary.caller, key=str(uuid.uuid4()),
                                       match=match, seconds=30)

    def begin_payment(self, member):
        months = self.dice.sample(MONTHS, self.dice.choice((1, 1, 1, 2, 3)))
        amount = self.model.monthly[member] * len(months) + self.dice.choice((0, 0, 0, 0, 0, 1, -1))
        channel = self.dice.choice(("CASH", "BANK", "WECHAT", "WECHAT", "OTHER"))
        expected = self.model.pay(member, months, amount, channel)
        made = None if expected else Payment(member, months, amount, channel)
        sent = self.send("Pay", {"member_id": member, "months": months, "amount_fen": amount, "channel": channel})
        return sent, expected, made

    def begin_end(self, id_):
        payment = self.model.payments[id_]
        verb = self.dice.choice(("settle", "fail", "reverse", "reverse"))
        version = payment.version if self.dice.random() < 0.9 else self.dice.choice((1, 2, 3, 9))
        expected = self.model.end(payment, verb, version)
        body = {"id": id_} if verb == "settle" else {"id": id_, "reason": "更正"}
        return self.send(self.METHODS[verb], body, version), expected, None

    def together(self, count):
        """So many operations at once, no two about the same member, so that their order does not matter."""
        begun = []
        for member in self.dice.sample(sorted(self.model.monthly), count):
            mine = [id_ for id_, payment in self.model.payments.items() if payment.member == member]
            ends = mine and self.dice.random() < 0.5
            begun.append(self.begin_end(self.dice.choice(mine[-5:])) if ends else self.begin_payment(member))
        replies = self.secretary.bus.gather([sent for sent, _, _ in begun], 30)
        for reply, (_, expected, made) in zip(replies, begun):
            assert reply and reply.code == (number(expected) if expected else 0), (reply, expected)
            if made:
                self.model.paid(reply.body.id, made)


def test_against_a_model(dues, database):
    dues.clock.go_to(NOON)
    dice = random.Random(20261123)
    street = ToldStreet(dues.feed)
    monthly = {}
    for _ in range(3 * TOGETHER):
        member = street.register(dice.choice(("north", "south", "far")))
        monthly[member] = dice.choice(list(BASES))
    street.wait_applied(database, "dues")
    committee = Collector(dues, street, street.caller("street_administrator", "working_committee"))
    for member, base in monthly.items():
        committee.fix(member, base_fen=base)
        monthly[member] = BASES[base]
    for month in MONTHS:
        assert committee.counts(month) == (len(monthly), 0, 0)
    model = Model(monthly)
    secretary = Collector(dues, street, street.caller("branch_secretary", "working_committee"))
    actor = Actor(secretary, model, dice)
    for round_ in range(OPERATIONS // TOGETHER):
        actor.together(TOGETHER)
        if round_ % 20 == 0:
            trial = committee.ask("ListLedger", {"page_size": 1}).body
            assert trial.debit_total_fen == trial.credit_total_fen
            assert committee.counts(dice.choice(MONTHS)) == (0, len(monthly), 0)
    compare(database, committee, model)


def compare(database, committee, model):
    bills = database.rows("SELECT member_id::text, to_char(month, 'YYYY-MM'), state FROM bill", schema="dues")
    assert {(member, month): state for member, month, state in bills} == model.bills
    payments = {payment.id: (payment.state, payment.version, payment.amount_fen)
                for payment in committee.all("ListPayments")}
    assert payments == {id_: (STATES[payment.state], payment.version, payment.amount)
                        for id_, payment in model.payments.items()}
    ledger, debit, credit = collections.Counter(), 0, 0
    entries = committee.all("ListLedger")
    for entry in entries:
        ledger[entry.account] += entry.debit_fen - entry.credit_fen
        debit, credit = debit + entry.debit_fen, credit + entry.credit_fen
    assert +ledger == +model.ledger and -ledger == -model.ledger and debit == credit
    assert [entry.number for entry in entries] == list(range(1, 2 * model.postings + 1))
    positions = database.rows("SELECT count(*), max(position), (SELECT position FROM stream_head) FROM event",
                              schema="dues")
    assert len(set(positions[0])) == 1, positions
    held = database.rows("SELECT count(*) FROM bill b JOIN payment p ON p.id = b.payment_id"
                         " WHERE p.member_id <> b.member_id OR NOT b.month = ANY (p.months)", schema="dues")
    assert held == [(0,)]
