"""Migrations apply to an empty cluster, every named statement can be prepared as declared, and every table leads with
the street, so that one installation can serve many."""

import os
import shutil
import subprocess
import sys

from deploy import cluster, daemons
from tests.checks import tree
from tests.support.postgres import Postgres, new_place

# Tables of one log or one process, which know no street.
GLOBAL = {"migrations", "stream_head", "event", "checkpoint"}
KEYS = """
SELECT n.nspname || '.' || t.relname
  FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace
  LEFT JOIN pg_index i ON i.indrelid = t.oid AND i.indisprimary
  LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]
 WHERE t.relkind IN ('r', 'p') AND NOT t.relispartition AND n.nspname NOT IN ('pg_catalog', 'information_schema')
   AND a.attname IS DISTINCT FROM 'street_id'
 ORDER BY 1;
"""


def statements(postgres):
    """Every queries.sql, against the schema of its service; the kit's against each of them."""
    pairs = []
    for schema in daemons.schemas():
        for owner in ("store", schema):
            path = os.path.join("services", owner, "queries.sql")
            if os.path.exists(os.path.join(tree.ROOT, path)):
                pairs.append(f"{schema}={path}")
    if not pairs:
        return 0
    command = [sys.executable, "proto/gen/check_sql.py", postgres.dsn(cluster.DATABASE, "postgres"), *pairs]
    return subprocess.run(command, cwd=tree.ROOT, check=False).returncode


def main():
    folder, place = new_place()
    postgres = Postgres(place)
    try:
        failed = statements(postgres)
        tables = cluster.psql(place, KEYS).split()
        faults = [f"{table}: its primary key must begin with street_id" for table in tables
                  if table.split(".")[1] not in GLOBAL]
    finally:
        postgres.stop()
        shutil.rmtree(folder)
    tree.finish(faults + ["a statement differs from the schema: see above"] * bool(failed))


if __name__ == "__main__":
    main()
