"""How soon a warm installation is ready."""

import os
import shutil
import subprocess
import tempfile
import time

from deploy import processes
from deploy.place import CLONE, Place
from tests.bench import memory, table
from tests.support.daemons import free_port


def daemons_alone(installation):
    """From starting the processes to the readiness of all, the cluster being up."""
    began = time.monotonic()
    with installation.daemons():
        return time.monotonic() - began


def make(target, environment):
    began = time.monotonic()
    done = subprocess.run(["make", "-s", target], cwd=CLONE, env={**os.environ, **environment}, capture_output=True,
                          text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"make {target}: {done.stdout}{done.stderr}")
    return time.monotonic() - began


def whole():
    """(seconds of a warm `make start`, RSS of all but PostgreSQL in MiB), in a place of its own."""
    folder = tempfile.mkdtemp(prefix="dl-")
    os.chmod(folder, 0o755)
    environment = {"DANDELION_VAR": os.path.join(folder, "var"), "PORT": str(free_port()), "DANDELION_DEMO": "0"}
    try:
        make("start", environment)
        make("stop", environment)
        seconds = make("start", environment)
        found = processes.of(Place(environment["DANDELION_VAR"]))
        rss, _ = memory.total([process.pid for process in found if process.name != "postgres"])
        make("stop", environment)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return seconds, rss


def measure(say, installation, copies):
    alone = min(daemons_alone(installation) for _ in range(3))
    seconds, rss = whole()
    say(f"with the supervisor s6 and its loggers, idle: {rss:.1f} MiB RSS")
    return [table.at_most("warm start to ready, daemons", "s", alone, 2),
            table.at_most("  … of everything, by make start", "s", seconds, 2)]
