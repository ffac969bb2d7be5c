"""Payments while things are killed: what was acknowledged is there once, nothing is there twice, no number is missing,
and the daemon comes back by itself."""

import os
import random
import shutil
import signal
import threading
import time
import uuid

import pytest

from tests.support.bus import Bus
from tests.support.collector import Collector
from tests.support.errors import number
from tests.support.postgres import Database, Postgres, new_place
from tests.support.told_street import ToldStreet

NOON = 1795147200  # 2026-11-20T04:00:00Z, noon in Shanghai
MEMBERS, TOGETHER, KILLS = 300, 48, 3
MONTHS = ("2026-07", "2026-08", "2026-09", "2026-10", "2026-11", "2026-12")
AGAIN = {number(code) for code in ("unavailable", "overloaded", "deadline_exceeded", "conflict",
                                   "idempotency_in_progress")}


@pytest.fixture(scope="module")
def database():
    """A database of a durable cluster of the module's own, which may be killed."""
    folder, place = new_place()
    server = Postgres(place, durable=True)
    yield Database(server, server.clone())
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture
def street(dues, database):
    dues.clock.go_to(NOON)
    told = ToldStreet(dues.feed)
    for _ in range(MEMBERS):
        told.register("north")
    told.wait_applied(database, "dues")
    committee = Collector(dues, told, told.caller("street_administrator", "working_committee"))
    for member in told.members:
        committee.fix(member)
    for month in MONTHS:
        assert committee.counts(month) == (MEMBERS, 0, 0)
    return told


class Load(threading.Thread):
    """Pays every bill of a street, again and again until each payment is acknowledged."""

    def __init__(self, dues, street):
        super().__init__()
        client = Bus(dues.bus.directory, dues.bus.contract)
        client.ahead_ms = dues.bus.ahead_ms
        self.bus, self.caller = client, street.caller("dues_collector", "north")
        self.todo = [(member, month, str(uuid.uuid4())) for month in MONTHS for member in street.members]
        self.acknowledged, self.repeated, self.fault = {}, 0, None

    def run(self):
        try:
            while self.todo:
                self.round(self.todo[:TOGETHER])
        except Exception as error:
            self.fault = error
        self.bus.close()

    def round(self, some):
        sent = [self.bus.send("Dues.Pay", Collector.payment(member, month), caller=self.caller, key=key, seconds=5)
                for member, month, key in some]
        again = []
        for item, reply in zip(some, self.bus.gather(sent, 2)):
            if reply is None or reply.code in AGAIN:
                again.append(item)
                continue
            assert reply.code == 0, (item, reply)
            self.acknowledged[item] = reply.body.id
        self.repeated += len(again)
        self.todo = self.todo[TOGETHER:] + again
        if again:
            time.sleep(0.05)


def kill_daemon(dues, database):
    dues.kill("dues")
    dues.start("dues")


def kill_backend(dues, database):
    """As the kernel kills a process for memory: the server throws out everybody and recovers."""
    pids = [pid for pid, in database.rows("SELECT pid FROM pg_stat_activity WHERE usename = 'dandelion_dues'")]
    os.kill(random.choice(pids), signal.SIGKILL)


def kill_cluster(dues, database):
    server = database.postgres
    server.process.kill()
    server.process.wait()
    deadline = time.monotonic() + 30
    while True:  # the orphans of the killed server must have ended first
        try:
            server.start()
            return
        except Exception:
            assert time.monotonic() < deadline
            time.sleep(0.1)


@pytest.mark.parametrize("kill", [kill_daemon, kill_backend, kill_cluster])
def test_payments_survive(dues, database, street, kill):
    load = Load(dues, street)
    bills = len(load.todo)
    load.start()
    for part in range(1, KILLS + 1):
        while load.is_alive() and len(load.acknowledged) < bills * part // (KILLS + 2):
            time.sleep(0.002)
        kill(dues, database)
        dues.wait_ready("dues")
    load.join(120)
    assert not load.is_alive() and load.fault is None, load.fault
    assert len(load.acknowledged) == bills and len(set(load.acknowledged.values())) == bills
    verify(database, street, load)


def verify(database, street, load):
    def rows(query):
        return database.rows(query, (street.id,), "dues")

    payments = rows("SELECT member_id::text, to_char(months[1], 'YYYY-MM'), id::text FROM payment WHERE street_id = %s")
    acknowledged = [(member, month, id_) for (member, month, _), id_ in load.acknowledged.items()]
    assert sorted(payments) == sorted(acknowledged)
    assert rows("SELECT count(*) FROM bill WHERE street_id = %s AND state <> 'PAID'") == [(0,)]
    count = len(payments)
    assert rows("SELECT count(*), max(number), count(DISTINCT payment_id) FROM ledger_posting WHERE street_id = %s") == [
        (count, count, count)]
    assert rows("SELECT count(DISTINCT subject), count(*) FROM event WHERE street_id = %s"
                " AND type = 'dandelion.dues.payment.recorded.v1'") == [(count, count)]
    assert rows("SELECT count(*) FROM audit_entry WHERE street_id = %s AND method = 'Dues.Pay'") == [(count,)]
    [(events, last, head)] = database.rows(
        "SELECT count(*), max(position), (SELECT position FROM stream_head) FROM event", schema="dues")
    assert events == last == head
