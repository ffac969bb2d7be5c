"""Each process of an installation is killed under load: the supervisor brings it back, and nothing is lost or doubled."""

import os
import shutil
import signal
import time

import pytest

from deploy.cluster import DATABASE
from tests.support import books
from tests.support.bus import Bus
from tests.support.daemons import Daemons
from tests.support.http import Http
from tests.support.installation import Installation
from tests.support.load import start
from tests.support.postgres import Database, Server
from tests.support.street import Street

PATIENCE, MEMBERS, BETWEEN = 30, 32, 100
OURS = ["identityd", "duesd", "gateway"]


class Supervised(Daemons):
    """What `make start` runs, as the tests of daemons know it: `http`, `bus`, `database`."""

    def __init__(self, installation):
        self.place, self.http = installation.place, Http(installation.port)
        self.bus = Bus(os.path.join(self.place.run, "bus"), os.path.join(self.place.build, "gen", "contract.pb"))
        self.database = Database(Server(self.place), DATABASE)

    def month(self):
        return time.strftime("%Y-%m", time.gmtime(time.time() + 8 * 3600))


@pytest.fixture(scope="module")
def installation(build):
    made = Installation(build)
    code, said = made.command("start")
    assert code == 0, said
    yield made
    made.command("stop")
    assert not made.left()
    shutil.rmtree(made.folder)


@pytest.fixture(scope="module")
def daemons(installation):
    running = Supervised(installation)
    yield running
    running.bus.close()
    running.http.close()


@pytest.fixture(scope="module")
def load(daemons):
    running = start(Street(daemons), MEMBERS)
    yield running
    running.ending = True


def kill(pids):
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("name", [*OURS, "postgres", "s6-log", "all daemons"])
def test_what_is_killed_comes_back(installation, load, capsys, name):
    time.sleep(1.1)  # s6 starts at once what lived for a second
    pids = [pid for each in (OURS if name == "all daemons" else [name]) for pid in installation.pids(each)]
    load.go_on(BETWEEN)
    seconds = load.through(lambda: kill(pids), BETWEEN)
    assert not set(pids) & {process.pid for process in installation.left()}
    with capsys.disabled():
        print(f"\n  kill -9 of {name} ({len(pids)}): nothing acknowledged for {seconds:.2f} s", end="", flush=True)


def test_a_killed_backend_takes_no_daemon_along(installation, load, capsys):
    before = {name: installation.pids(name) for name in OURS}
    postmaster = min(installation.pids("postgres"))
    seconds = load.through(lambda: kill([max(set(installation.pids("postgres")) - {postmaster})]), BETWEEN)
    assert before == {name: installation.pids(name) for name in OURS}
    with capsys.disabled():
        print(f"\n  kill -9 of a backend: nothing acknowledged for {seconds:.2f} s", end="", flush=True)


def test_all_is_ready_and_the_books_are_right(installation, daemons, load):
    load.end()
    deadline = time.monotonic() + PATIENCE
    while installation.command("status")[0] != 0:
        assert time.monotonic() < deadline, installation.command("status")[1]
    daemons.caught_up("dues", "identity")
    books.check_books(daemons.database, load)
    books.check_copy(daemons.database)
