"""The HTTP opponent: Fastify + pg, in fastify/."""

import contextlib
import os
import signal
import socket
import subprocess
import time

from deploy.place import CLONE
from tests.support.daemons import free_port

FOLDER = os.path.join(CLONE, "tests", "bench", "fastify")


def build(folder):
    """Installs its packages, when they are not there, and compiles it; returns the program."""
    packages = os.path.join(FOLDER, "node_modules")
    if not os.path.exists(os.path.join(packages, ".package-lock.json")):
        subprocess.run(["npm", "ci", "--silent"], cwd=FOLDER, check=True)
    target = os.path.join(folder, "bench", "fastify")
    subprocess.run([os.path.join(packages, ".bin", "tsc"), "-p", FOLDER, "--outDir", target], check=True)
    return os.path.join(target, "server.js")


def wait_open(port, process):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("Fastify does not start")


@contextlib.contextmanager
def running(program, place, database, workers, pool, script, variables):
    """Serves on a port, which is given."""
    port = free_port()
    arguments = [port, workers, pool, place.run, database, variables["token"], variables["street"],
                 variables["account"], variables["scope"], os.path.join(CLONE, "tests", "bench", "sql", script)]
    environment = {"PATH": "/usr/bin:/bin", "NODE_PATH": os.path.join(FOLDER, "node_modules"), "NODE_ENV": "production"}
    process = subprocess.Popen(["node", program, *map(str, arguments)], env=environment, start_new_session=True,
                               stdin=subprocess.DEVNULL)
    try:
        wait_open(port, process)
        yield port
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)
