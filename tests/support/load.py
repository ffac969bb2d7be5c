"""Payments over HTTP from several threads, with a log of what was acknowledged.

Each thread pays the bills of its own members and takes the payments back, over and over. Like a good client it repeats
a request with the same Idempotency-Key until it has an answer, whatever happens to the connection; so in the end every
request that was begun has been answered once, and the books must say exactly what the answers said.
"""

import http.client
import threading
import time
import uuid

from tests.support.http import Http
from tests.support.street import id_number

AGAIN = {409: {"idempotency_in_progress", "conflict"}, 503: {"unavailable", "overloaded"}, 504: {"deadline_exceeded"}}


class Worker(threading.Thread):
    """Pays and reverses until told to stop. `paid` and `reversed` are the acknowledged payments."""

    def __init__(self, load, client, bills):
        super().__init__(daemon=True)
        self.load, self.client, self.bills = load, client, bills
        self.paid, self.reversed, self.registered, self.repeats, self.wrong = [], [], [], 0, None

    def answer(self, path, body, match=None):
        """The answer to one request, however often it must be sent."""
        key = str(uuid.uuid4())
        while True:
            try:
                reply = self.client.post(path, body, key=key, match=match)
            except (OSError, http.client.HTTPException):
                self.client.close()
                reply = None
            if reply and not (reply.status in AGAIN and reply.body["code"] in AGAIN[reply.status]):
                self.load.acknowledged.append(time.monotonic())
                return reply
            self.repeats += 1
            time.sleep(0.02)

    def run(self):
        try:
            while not self.load.ending:
                for bill in self.bills:
                    self.pay(bill)
                if self.load.register:
                    self.registered.append(self.register())
        except Exception as error:  # told by Load.end, in the thread of the test
            self.wrong = error

    def pay(self, bill):
        made = self.answer("/v1/dues/payments", bill)
        assert made.status == 201, made
        self.paid.append(made.body["id"])
        back = self.answer(f"/v1/dues/payments/{made.body['id']}:reverse", {"reason": "重复登记"}, made.headers["ETag"])
        assert back.status == 200 and back.body["state"] == "REVERSED", back
        self.reversed.append(made.body["id"])

    def register(self):
        made = self.answer("/v1/members", self.load.register())
        assert made.status == 201, made
        return made.body["id"]


class Load:
    """Several workers on one branch. register: gives the bodies of members to register in between.

    acknowledged: when each answer came.
    """

    def __init__(self, client, bills, threads=8, register=None):
        self.register, self.acknowledged, self.ending = register, [], False
        self.workers = [Worker(self, Http(client.port, client.token), bills[n::threads]) for n in range(threads)]
        for worker in self.workers:
            worker.start()

    def go_on(self, more, patience=30):
        """Waits until so many more requests are acknowledged."""
        began, before = time.monotonic(), len(self.acknowledged)
        while len(self.acknowledged) < before + more:
            assert time.monotonic() - began < patience, self.wrong() or "nothing is acknowledged any more"
            time.sleep(0.002)

    def through(self, happen, more):
        """Lets something happen, goes on, and returns the longest time without an answer since, in seconds."""
        since = time.monotonic()
        happen()
        self.go_on(more)
        times = [since, *(at for at in self.acknowledged if at > since)]
        return max(later - earlier for earlier, later in zip(times, times[1:]))

    def wrong(self):
        return next((worker.wrong for worker in self.workers if worker.wrong), None)

    def end(self, patience=60):
        """Lets every request that was begun be answered."""
        self.ending = True
        for worker in self.workers:
            worker.join(patience)
            assert not worker.is_alive(), "a request was never answered"
        assert self.wrong() is None, self.wrong()

    def all(self, kind):
        return [item for worker in self.workers for item in getattr(worker, kind)]


def bills(street, branch, count):
    """Bodies of the payments of so many new members of a branch: each has a bill of this month, of 45 yuan."""
    daemons = street.daemons
    month, members = daemons.month(), [street.member(branch) for _ in range(count)]
    daemons.caught_up("dues", "identity")
    for member in members:
        standard = street.admin.put(f"/v1/dues/standards/{member}/{month[:4]}",
                                    {"category": "WAGE", "base_fen": "450000", "effective_month": month})
        assert standard.status == 200, standard
    made = street.admin.post("/v1/dues/bills:generate", {"organization_id": branch, "month": month})
    assert made.status == 200 and made.body["created"] == count, made
    return [{"member_id": member, "months": [month], "amount_fen": "4500", "channel": "CASH"} for member in members]


def start(street, members):
    """A load on a new branch of the street: payments, reversals, registrations."""
    branch = street.chain().branch
    payable = bills(street, branch, members)
    return Load(street.account("branch_secretary", branch), payable, register=lambda: {
        "organization_id": branch, "name": "王五", "id_number": id_number(), "category": "FULL",
        "joined_on": "2005-07-01"})
