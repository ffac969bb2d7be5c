"""A daemon alone, with what it follows played by the test."""

import shutil

import pytest

from tests.conftest import new_place
from tests.support.daemons import Daemons
from tests.support.feed import Feed
from tests.support.register import Register


@pytest.fixture(scope="module")
def dues(database):
    """duesd on the module's database, with `dues.feed` in identity's place."""
    folder, place = new_place()
    running = Daemons(place, database, only={"dues"})
    running.feed = Feed(place, running.bus.messages, "identity")
    running.start()
    yield running
    running.close()
    running.feed.close()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def identity(database):
    """identityd alone on the module's database."""
    folder, place = new_place()
    running = Daemons(place, database, only={"identity"})
    running.start()
    yield running
    running.close()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def register(identity):
    """A street of the module's own."""
    return Register(identity)
