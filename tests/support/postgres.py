"""A private PostgreSQL for tests: the cluster of deploy/, in a temporary place, with databases cloned from a template."""

import itertools
import os
import subprocess
import tempfile

import psycopg2

from deploy import cluster, daemons, supervisor
from deploy.place import Place

# Tests lose nothing in a power cut; a test about crashes asks for a durable cluster.
FAST = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"
ROOMY = "max_connections = 200\n"


def new_place():
    """An empty installation with a short path, reachable by the user that runs things."""
    folder = tempfile.mkdtemp(prefix="dl-")
    os.chmod(folder, 0o755)
    place = Place(os.path.join(folder, "var"))
    place.prepare()
    return folder, place


class Server:
    """A server that somebody runs in a place."""

    def __init__(self, place):
        self.place = place

    def dsn(self, database, role):
        return f"host={self.place.run} dbname={database} user={role}"


class Postgres(Server):
    """A running server. Its database `dandelion`, migrated, is the template of all others."""

    def __init__(self, place, durable=False):
        super().__init__(place)
        self.numbers = itertools.count(1)
        cluster.ensure(place)
        cluster.configure(place, ROOMY + ("" if durable else FAST))
        daemons.install(place, [])
        self.process = None
        self.start()
        cluster.set_up(place)
        cluster.migrate(place)

    def start(self):
        self.log = open(self.place.path("postgres.log"), "ab")
        self.process = subprocess.Popen(cluster.server(self.place), stdin=subprocess.DEVNULL, stdout=self.log,
                                        stderr=self.log, cwd=self.place.var, env=cluster.environment(self.place),
                                        **self.place.as_user())
        supervisor.wait_until(lambda: cluster.accepts(self.place), 30, f"PostgreSQL does not start: {self.log.name}")

    def stop(self):
        self.process.send_signal(2)  # SIGINT: the fast shutdown
        assert self.process.wait(30) == 0
        self.log.close()

    def clone(self):
        """A new database, as the template is; returns its name."""
        name = f"test_{next(self.numbers)}"
        cluster.psql(self.place, f"CREATE DATABASE {name} TEMPLATE {cluster.DATABASE};"
                                 f"REVOKE ALL ON DATABASE {name} FROM PUBLIC;", "postgres")
        for schema in daemons.schemas():
            role = f"dandelion_{schema}"
            cluster.psql(self.place, f"GRANT CONNECT ON DATABASE {name} TO {role}, {role}_owner;", "postgres")
        return name

    def drop(self, name):
        cluster.psql(self.place, f"DROP DATABASE {name} WITH (FORCE);", "postgres")

class Database:
    """One database of a server: `database.connect("dues")` speaks as that service's role."""

    def __init__(self, postgres, name):
        self.postgres, self.name = postgres, name

    def connect(self, schema=None, owner=False):
        """A connection in autocommit mode as the role (or the owner) of a schema; without a schema as superuser."""
        role = f"dandelion_{schema}{'_owner' if owner else ''}" if schema else "postgres"
        connection = psycopg2.connect(self.postgres.dsn(self.name, role))
        connection.autocommit = True
        return connection

    def rows(self, query, arguments=(), schema=None):
        """What a query finds, as a list of tuples."""
        connection = self.connect(schema)
        try:
            with connection.cursor() as cursor:
                cursor.execute(query, arguments)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()
