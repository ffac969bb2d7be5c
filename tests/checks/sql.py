"""Every statement of every queries.sql, prepared in a migrated database: do the declared columns hold?

The kit's statements (services/store) run in the schema of each daemon, so they are prepared in each.
"""

import os
import shutil
import sys

from deploy import daemons
from tests.checks import tree
from tests.conftest import new_place
from tests.support.postgres import Database, Postgres

sys.path.insert(0, os.path.join(tree.ROOT, "proto", "gen"))

import check_sql  # noqa: E402


def files():
    """schema=file for each file of statements and each schema that they run in."""
    for schema in daemons.schemas():
        for folder in sorted({schema, "store"}):
            path = os.path.join("services", folder, "queries.sql")
            if os.path.exists(os.path.join(tree.ROOT, path)):
                yield f"{schema}={path}"


def main():
    folder, place = new_place()
    try:
        server = Postgres(place)
        try:
            database = Database(server, server.clone())
            failed = check_sql.main(database.postgres.dsn(database.name, "postgres"), list(files()))
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)
    sys.exit(failed)


if __name__ == "__main__":
    os.chdir(tree.ROOT)
    main()
