"""Databases with the same street in them: every measurement begins with a fresh copy of it."""

import contextlib

from deploy import cluster

# pgbench counts and cannot look ids up without a query of its own, so in its copy members are numbered.
NUMBERED = """
SET session_replication_role = replica;
CREATE TEMPORARY TABLE numbered AS
SELECT id, ('00000000-0000-7000-8000-' || lpad((row_number() OVER (ORDER BY id) - 1)::text, 12, '0'))::uuid AS number
  FROM dues.member_copy;
UPDATE dues.bill t SET member_id = number FROM numbered n WHERE n.id = t.member_id;
UPDATE dues.standard t SET member_id = number FROM numbered n WHERE n.id = t.member_id;
UPDATE dues.member_copy t SET id = number FROM numbered n WHERE n.id = t.id;
UPDATE identity.member t SET id = number FROM numbered n WHERE n.id = t.id;
UPDATE identity.person t SET id = number FROM numbered n WHERE n.id = t.id;
"""
# Numbers of the ledger that begin, and sequences for opponents that forgo numbers without gaps.
HEADS = """
INSERT INTO dues.ledger_head SELECT DISTINCT street_id, 0 FROM dues.member_copy;
CREATE SEQUENCE dues.loose_number;
CREATE SEQUENCE dues.loose_position START 1000000;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA dues TO dandelion_dues;
"""


class Copies:
    """Copies of the database `dandelion`, in which the street was founded."""

    def __init__(self, postgres):
        self.postgres, self.place = postgres, postgres.place
        self.rest(cluster.DATABASE)

    def prepare_opponents(self):
        self.make("opponent", cluster.DATABASE)
        cluster.psql(self.place, HEADS, "opponent")
        self.make("numbered", "opponent")
        cluster.psql(self.place, NUMBERED, "numbered")
        cluster.psql(self.place, "VACUUM FULL", "numbered")
        self.rest("opponent")
        self.rest("numbered")

    def rest(self, name):
        """As after a quiet hour: no dead rows, statistics at hand."""
        cluster.psql(self.place, "VACUUM ANALYZE", name)

    def make(self, name, template):
        cluster.psql(self.place, f"CREATE DATABASE {name} TEMPLATE {template}", "postgres")
        cluster.psql(self.place, f"GRANT CONNECT ON DATABASE {name} TO dandelion_dues, dandelion_identity", "postgres")

    @contextlib.contextmanager
    def copy(self, template=cluster.DATABASE):
        """A database that is gone afterwards; its pages are on the disk before it is used."""
        self.make("measured", template)
        cluster.psql(self.place, "CHECKPOINT", "postgres")
        try:
            yield "measured"
        finally:
            cluster.psql(self.place, "DROP DATABASE measured WITH (FORCE)", "postgres")
