"""Payments per second of duesd alone, over the bus, in a private cluster (fsync on).

usage: python3 -m tests.bench.dues_payments [payments] [repeats]
"""

import os
import shutil
import subprocess
import sys

from deploy import cluster
from tests.bench import BENCH
from tests.conftest import new_place
from tests.support.daemons import Daemons
from tests.support.feed import Feed
from tests.support.postgres import Database, Postgres

MEMBERS = 25_000  # 8 months each: 200,000 payments


def seeded(server):
    """A new database with the street of dues_seed.sql."""
    database = Database(server, server.clone())
    with open(os.path.join(BENCH, "dues_seed.sql"), encoding="utf-8") as file:
        script = file.read().replace(":members", str(MEMBERS))
    cluster.psql(server.place, script, database.name)
    cluster.psql(server.place, "CHECKPOINT", database.name)
    return database


def bus_run(place, first, count):
    """One run; it prints its figures."""
    command = [os.path.join(place.build, "bench", "dues_bench"), os.path.join(place.run, "bus"), str(MEMBERS),
               str(first), str(count), "64"]
    subprocess.run(command, check=True, cwd="/", **place.as_user())


def duesd(server, payments, repeats):
    """Pays so often with 64 in flight."""
    database, (folder, place) = seeded(server), new_place()
    daemons = Daemons(place, database, only={"dues"}, changes={"common": {"log_level": "warn"}})
    daemons.feed = Feed(place, daemons.bus.messages, "identity")
    daemons.start()
    try:
        for run in range(repeats):
            bus_run(place, run * payments, payments)
    finally:
        daemons.close()
        daemons.feed.close()
    shutil.rmtree(folder)
    server.drop(database.name)


def main(payments=20_000, repeats=3):
    folder, place = new_place()
    server = Postgres(place, durable=True)
    try:
        duesd(server, payments, repeats)
    finally:
        server.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
