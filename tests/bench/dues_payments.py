"""Payments per second of duesd over the bus, against pgbench in the same cluster (fsync on).

usage: python3 -m tests.bench.dues_payments [payments] [repeats]
"""

import os
import re
import shutil
import subprocess
import sys

from deploy import cluster
from tests.bench import BENCH
from tests.conftest import new_place
from tests.support.daemons import Daemons
from tests.support.feed import Feed
from tests.support.postgres import Database, Postgres

MEMBERS = 25_000  # 8 months each: 200,000 payments for every opponent
CLIENTS = (8, 24, 64)


def seeded(server):
    """A new database with the street of dues_seed.sql."""
    database = Database(server, server.clone())
    with open(os.path.join(BENCH, "dues_seed.sql"), encoding="utf-8") as file:
        script = file.read().replace(":members", str(MEMBERS))
    cluster.psql(server.place, script, database.name)
    cluster.psql(server.place, "CHECKPOINT", database.name)
    return database


def bus_run(place, first, count):
    """Payments per second of one run with 64 in flight."""
    command = [os.path.join(place.build, "bench", "dues_bench"), os.path.join(place.run, "bus"), str(MEMBERS),
               str(first), str(count), "64"]
    line = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd="/",
                          **place.as_user()).stdout.strip()
    print(line, flush=True)
    return float(re.search(r"([0-9]+) payments/s", line)[1])


def duesd(server, payments, repeats):
    """Payments per second with 64 in flight: the best of so many runs."""
    database, (folder, place) = seeded(server), new_place()
    daemons = Daemons(place, database, only={"dues"}, changes={"common": {"log_level": "warn"}})
    daemons.feed = Feed(place, daemons.bus.messages, "identity")
    daemons.start()
    try:
        rates = [bus_run(place, run * payments, payments) for run in range(repeats)]
    finally:
        daemons.close()
        daemons.feed.close()
    shutil.rmtree(folder)
    server.drop(database.name)
    return max(rates)


def pgbench(server, script, payments):
    """Payments per second of a script: the best of several numbers of clients."""
    database, first, rates = seeded(server), 0, []
    for clients in CLIENTS:
        variables = {"first": first, "clients": clients, "i": 0, "members": MEMBERS}
        command = ["pgbench", "-n", "-M", "prepared", "-h", server.place.run, "-U", "dandelion_dues", "-c", str(clients),
                   "-j", "2", "-t", str(payments // clients), "-f", os.path.join(BENCH, "pgbench", script)]
        command += [f"-D{name}={value}" for name, value in variables.items()] + [database.name]
        done = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        rates.append(float(re.search(r"tps = ([0-9.]+)", done)[1]))
        print(f"pgbench {script}: {clients} clients: {rates[-1]:.0f} payments/s", flush=True)
        first += payments
    server.drop(database.name)
    return max(rates)


def main(payments=20_000, repeats=3):
    folder, place = new_place()
    server = Postgres(place, durable=True)
    try:
        ours = duesd(server, payments, repeats)
        statements = pgbench(server, "payment_statements.sql", payments // 2)
        cte = pgbench(server, "payment_cte.sql", payments // 2)
    finally:
        server.stop()
        shutil.rmtree(folder)
    print(f"duesd {ours:.0f}/s = {ours / statements:.2f} x the same statements = {ours / cte:.2f} x one CTE")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
