"""The processes of one installation, found by what they are and where they run: there are no pid files to go stale."""

import collections
import os
import signal
import time

Process = collections.namedtuple("Process", "pid name")
SUPERVISION = {"s6-svscan", "s6-supervise", "s6-log"}


def inside(path, folder):
    return path == folder or path.startswith(folder + os.sep)


def of(place):
    """Supervision and PostgreSQL that work in this var/, and programs that were started from var/bin."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            program = os.readlink(f"/proc/{pid}/exe").removesuffix(" (deleted)").removesuffix(".new")
            folder = os.readlink(f"/proc/{pid}/cwd")
        except OSError:
            continue
        name = os.path.basename(program)
        if (
            inside(program, place.bin)
            or (name == "postgres" and inside(folder, place.postgres))
            or (name in SUPERVISION and inside(folder, place.services))
        ):
            found.append(Process(int(pid), name))
    return found


def scanner(place):
    """The pid of this installation's supervisor; None if none runs."""
    return next((process.pid for process in of(place) if process.name == "s6-svscan"), None)


def end(place, patience=10):
    """Ends what is left of an installation whose supervisor is gone: politely, then not."""
    for process in of(place):
        # The postmaster's fast shutdown is SIGINT; its children follow it.
        send(process.pid, signal.SIGINT if process.name == "postgres" else signal.SIGTERM)
    deadline = time.monotonic() + patience
    while of(place) and time.monotonic() < deadline:
        time.sleep(0.05)
    for process in of(place):
        send(process.pid, signal.SIGKILL)
    while of(place) and time.monotonic() < deadline + patience:
        time.sleep(0.05)


def send(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass
