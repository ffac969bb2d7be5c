"""A private cluster that survives power cuts, and the daemons on it."""

import contextlib
import shutil

from deploy import cluster
from tests.support.daemons import Daemons
from tests.support.postgres import Database, Postgres, new_place

# As `make run` has it, but with room for 64 clients of pgbench beside our own connections.
SETTINGS = "max_connections = 120\n"


class Quiet(Daemons):
    """The daemons as they run in production: they do not log every call."""

    def settings(self):
        changes = super().settings()
        changes["common"]["log_level"] = "info"
        return changes


class Installation:
    def __init__(self):
        self.folder, self.place = new_place()
        self.postgres = Postgres(self.place, durable=True)
        self.postgres.stop()
        cluster.configure(self.place, SETTINGS)
        self.postgres.start()

    @contextlib.contextmanager
    def daemons(self, database=cluster.DATABASE):
        """All daemons, ready."""
        daemons = Quiet(self.place, Database(self.postgres, database))
        daemons.start()
        try:
            yield daemons
        finally:
            daemons.close()

    def close(self):
        self.postgres.stop()
        shutil.rmtree(self.folder)
