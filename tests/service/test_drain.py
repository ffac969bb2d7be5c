"""SIGTERM under load: what was begun is finished, nothing acknowledged is lost, and the process ends with 0."""

import signal
import threading
import time

import pytest

from tests.support import books
from tests.support.http import Http
from tests.support.load import start
from tests.support.street import PASSWORD

MEMBERS = 16


@pytest.fixture(scope="module")
def load(street):
    """Payments that go on from now to the end of the module."""
    running = start(street, MEMBERS)
    running.go_on(20)
    yield running
    running.ending = True


@pytest.mark.parametrize("name", ["dues", "identity", "gateway"])
@pytest.mark.parametrize("times", [1, 2])
def test_a_daemon_drains_under_load(daemons, load, name, times):
    load.go_on(20)
    began = time.monotonic()
    daemons.stop(name)  # exit 0, no fault in its log
    assert time.monotonic() - began < 5
    assert 'event="stopped" status=0' in daemons.log(name).splitlines()[-1]
    daemons.start(name)
    load.go_on(20)


def test_all_at_once(daemons, load):
    load.go_on(20)
    daemons.stop()
    daemons.start()
    load.go_on(20)


def test_the_books_are_right(daemons, database, load):
    load.end()
    daemons.caught_up("dues", "identity")
    books.check_books(database, load)
    books.check_copy(database)


def test_what_was_begun_is_answered(daemons, street):
    """Slow work that runs in a thread when the signal comes; and whoever comes later is turned away."""
    for client in (street.admin, street.http):
        client.close()  # their connections are those of a gateway that was stopped
    account, replies = street.account("auditor", street.root), []
    sign_in = {"username": account.username, "password": PASSWORD}
    clients = [Http(daemons.port) for _ in range(8)]
    for client in clients:
        assert client.get("/livez").status == 200  # connected before the signal

    def run(client):
        replies.append(client.post("/v1/sessions", sign_in, key=None).status)

    threads = [threading.Thread(target=run, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    time.sleep(0.05)
    daemons.signal("gateway", signal.SIGTERM)
    for thread in threads:
        thread.join(20)
    assert replies == [201] * len(clients)
    assert daemons.processes.pop("gateway").wait(10) == 0
    assert Http(daemons.port).try_get("/livez") is None
    daemons.start("gateway")


def test_a_second_signal_does_not_wait(daemons):
    with daemons.paused("dues"):
        waiting = threading.Thread(target=lambda: Http(daemons.port).try_get("/v1/dues/ledger"))
        waiting.start()
        time.sleep(0.2)
        daemons.signal("gateway", signal.SIGTERM)
        time.sleep(0.2)
        daemons.signal("gateway", signal.SIGTERM)
        assert daemons.processes.pop("gateway").wait(5) == 0
        waiting.join(10)
    daemons.start("gateway")


def test_readiness_goes_first(daemons, street):
    """Who drains says that it is not ready, so that nobody is sent to it."""
    holder = Http(daemons.port)
    with daemons.paused("identity"):
        waiting = threading.Thread(target=holder.try_get, args=("/v1/organizations",))
        holder.token = street.admin.token + "x"  # unknown: identity is asked
        waiting.start()
        time.sleep(0.2)
        daemons.signal("gateway", signal.SIGTERM)
        time.sleep(0.2)
        probe = Http(daemons.health["gateway"])
        assert probe.get("/readyz").status == 503 and probe.get("/livez").status == 200
        probe.close()
    waiting.join(10)
    assert daemons.processes.pop("gateway").wait(10) == 0
    daemons.start("gateway")
