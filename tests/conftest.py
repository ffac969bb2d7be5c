"""Fixtures of the Python tests. The programs under test are those of the build folder $DANDELION_BUILD (build/)."""

import os
import shutil
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, ROOT)

from tests.support import calls  # noqa: E402
from tests.support.daemons import Daemons  # noqa: E402
from tests.support.postgres import Database, Postgres, new_place  # noqa: E402

FILES = pytest.StashKey()  # of which files tests were collected


def pytest_configure(config):
    config.addinivalue_line("markers", "last: runs after all other tests")


def pytest_collection_modifyitems(config, items):
    """What looks back at the whole session runs last."""
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)
    config.stash[FILES] = {str(item.path) for item in items}


@pytest.fixture(scope="session")
def build():
    """The build folder under test."""
    return os.path.abspath(os.environ.get("DANDELION_BUILD") or os.path.join(ROOT, "build"))


@pytest.fixture(scope="session")
def postgres():
    """A private PostgreSQL for the whole session, with the roles, schemas and migrations of every service."""
    folder, place = new_place()
    server = Postgres(place)
    yield server
    server.stop()
    with open(server.log.name, encoding="utf-8", errors="replace") as log:
        told = calls.told(log.read())
    shutil.rmtree(folder)
    assert not told, f"PostgreSQL's log gives away {told}"


@pytest.fixture(scope="module")
def database(postgres):
    """A migrated, empty database of the module's own."""
    name = postgres.clone()
    yield Database(postgres, name)
    postgres.drop(name)


@pytest.fixture(scope="module")
def daemons(database):
    """All daemons that are built, running on the module's database; afterwards each must end without a fault."""
    folder, place = new_place()
    running = Daemons(place, database)
    running.start()
    yield running
    running.close()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def http(daemons):
    """A client that nobody is signed in with."""
    return daemons.http


@pytest.fixture(scope="module")
def bus(daemons):
    """A client of the daemons' bus."""
    return daemons.bus
