"""Processes are killed under load: every acknowledged payment is there once, nothing twice, and all goes on.

DANDELION_SURVIVAL_ROUNDS repeats the whole (1).
"""

import os
import shutil
import signal
import time

import pytest

from deploy import processes
from tests.support import books
from tests.support.load import start
from tests.support.postgres import Database, Postgres, new_place
from tests.support.street import Street

ROUNDS = int(os.environ.get("DANDELION_SURVIVAL_ROUNDS") or 1)
MEMBERS, BETWEEN = 32, 100


@pytest.fixture(scope="module")
def cluster():
    """A PostgreSQL of our own that keeps what it has committed, as one in earnest does."""
    folder, place = new_place()
    server = Postgres(place, durable=True)
    yield server
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def database(cluster):
    return Database(cluster, cluster.clone())


@pytest.fixture(scope="module")
def load(daemons):
    """Payments and registrations that go on from now to the end of the module."""
    running = start(Street(daemons), MEMBERS)
    running.go_on(BETWEEN)
    yield running
    running.ending = True


def kill(pid):
    os.kill(pid, signal.SIGKILL)


def backends(database, daemon):
    """The server processes that work for a daemon."""
    query = "SELECT pid FROM pg_stat_activity WHERE datname = %s AND usename = %s"
    return [pid for pid, in database.rows(query, (database.name, f"dandelion_{daemon}"))]


def survive(load, capsys, what, happen):
    """Lets it happen, and sees that work goes on; prints how long nothing was acknowledged."""
    load.go_on(BETWEEN)
    seconds = load.through(happen, BETWEEN)
    with capsys.disabled():
        print(f"\n  {what}: nothing acknowledged for {seconds:.2f} s", end="", flush=True)


@pytest.mark.parametrize("name", ["dues", "identity", "gateway"] * ROUNDS)
def test_a_killed_daemon(daemons, load, capsys, name):
    def happen():
        daemons.kill(name)
        daemons.start(name)

    survive(load, capsys, f"kill -9 of {name} and a start", happen)


@pytest.mark.parametrize("daemon", ["dues", "identity"] * ROUNDS)
def test_terminated_backends(database, load, capsys, daemon):
    def happen():
        database.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s",
                      (f"dandelion_{daemon}",))

    survive(load, capsys, f"pg_terminate_backend of all of {daemon}", happen)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_killed_backend(database, load, capsys, number):
    survive(load, capsys, "kill -9 of a backend, so that the cluster recovers", lambda: kill(backends(database, "dues")[0]))


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_killed_cluster(cluster, load, capsys, number):
    def happen():
        for process in processes.of(cluster.place):
            kill(process.pid)
        cluster.process.wait(30)
        cluster.start()

    survive(load, capsys, "kill -9 of the whole cluster and a start", happen)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_hanging_daemon(daemons, load, capsys, number):
    def happen():
        with daemons.paused("dues"):
            time.sleep(1.5)

    survive(load, capsys, "dues standing still for 1.5 s", happen)


def test_the_books_are_right(daemons, database, load, capsys):
    load.end()
    daemons.caught_up("dues", "identity")
    books.check_books(database, load)
    books.check_copy(database)
    known = {id for id, in database.rows("SELECT id::text FROM identity.member")}
    assert len(load.all("registered")) + MEMBERS == len(known) and set(load.all("registered")) <= known
    with capsys.disabled():
        print(f"\n  {len(load.all('paid'))} payments, {len(load.all('reversed'))} reversals and "
              f"{len(load.all('registered'))} members acknowledged, {sum(worker.repeats for worker in load.workers)} "
              "repeats", end="", flush=True)
