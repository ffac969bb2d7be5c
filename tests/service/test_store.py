"""Group commit against a real PostgreSQL: runs tests/unit/store/{commit,loss}_test.c, which ctest skips without one."""

import os
import subprocess

import pytest

from tests.support.daemons import FAULT, SANITIZERS

SCHEMA = "dues"  # any will do: the tests use the kit's tables and one of their own


@pytest.mark.parametrize("program", ["commit", "loss"])
def test_group_commit(build, database, program):
    owner = database.connect(SCHEMA, owner=True)
    with owner.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS purse "
                       "(id uuid PRIMARY KEY, fen bigint CONSTRAINT purse_not_negative CHECK (fen >= 0))")
    owner.close()
    environment = {**os.environ, **SANITIZERS,
                   "DANDELION_TEST_DSN": database.postgres.dsn(database.name, f"dandelion_{SCHEMA}")}
    done = subprocess.run([os.path.join(build, "tests", f"unit_store_{program}_test")], env=environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, check=False)
    assert done.returncode == 0 and not FAULT.search(done.stdout), done.stdout
