"""A daemon alone, with the service that it follows played by the test."""

import contextlib
import shutil

from tests.support.daemons import Daemons
from tests.support.feed import Feed
from tests.support.postgres import new_place


@contextlib.contextmanager
def alone(database, name, plays=None):
    """The daemon on this database. plays: the service whose events the test tells, by `.feed`."""
    folder, place = new_place()
    running = Daemons(place, database, only={name})
    running.feed = Feed(place, running.bus.messages, plays) if plays else None
    running.start()
    yield running
    running.close()
    if plays:
        running.feed.close()
    shutil.rmtree(folder)
