"""pgbench on a copy of the street: the best of several numbers of clients, with prepared statements."""

import collections
import os
import re
import subprocess

from deploy import cluster

CLIENTS = (8, 16, 32, 64)
SCRIPTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sql")
Best = collections.namedtuple("Best", "per_second clients")


def once(place, role, database, script, clients, seconds, variables):
    """Transactions per second, connecting not counted."""
    variables = {**variables, "i": 0, "first": 0, "clients": clients}
    settings = [part for name, value in variables.items() for part in ("-D", f"{name}={value}")]
    command = ["pgbench", "-h", place.run, "-U", role, "-n", "-M", "prepared", "-j", "2", "-c", str(clients),
               "-T", str(seconds), "-f", os.path.join(place.var, script), *settings, database]
    with open(os.path.join(SCRIPTS, script), encoding="utf-8") as file:
        place.write(os.path.join(place.var, script), file.read())
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=place.var,
                          env=cluster.environment(place), **place.as_user())
    found = re.search(r"^tps = ([0-9.]+)", done.stdout, re.M)
    if done.returncode != 0 or not found or "number of failed transactions: 0 " not in done.stdout:
        raise RuntimeError(f"pgbench {script}: {done.stdout[-500:]}{done.stderr[-500:]}")
    return float(found.group(1))


def best(say, copies, role, script, variables, seconds, check=None, between=None):
    """check(database, done) sees that what was counted was done; between() is called after each number of clients."""
    results = []
    for clients in CLIENTS:
        with copies.copy("numbered") as database:
            per_second = once(copies.place, role, database, script, clients, seconds, variables)
            if check:
                check(database, per_second * seconds)
        results.append(Best(per_second, clients))
        if between:
            between()
    told = ", ".join(f"{result.clients} clients {result.per_second:,.0f}/s" for result in results)
    say(f"pgbench {script}: {told}")
    return max(results)
