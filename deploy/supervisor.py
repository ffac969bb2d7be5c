"""s6 keeps PostgreSQL and the daemons running: one folder per process in var/services, logs in var/log/<name>/."""

import os
import shlex
import shutil
import subprocess
import time

from deploy import config, processes
from deploy.problem import Problem

LOG = "n10 s4000000"  # ten old files of 4 MB each, and the current one


def describe(place, commands):
    """Writes the supervisor's folders. commands: {name: argv}. Names that are no longer there go away."""
    for name in set(os.listdir(place.services)) - set(commands) - {".s6-svscan"}:
        shutil.rmtree(os.path.join(place.services, name))
    for name, argv in commands.items():
        folder = os.path.join(place.services, name)
        place.owned(folder, 0o755)
        place.owned(os.path.join(folder, "log"), 0o755)
        place.write(os.path.join(folder, "run"), f"#!/bin/sh\nexec 2>&1\nexec {shlex.join(argv)}\n", 0o755)
        log = f"#!/bin/sh\nexec s6-log {LOG} {shlex.quote(os.path.join(place.log, name))}\n"
        place.write(os.path.join(folder, "log", "run"), log, 0o755)
        # PostgreSQL: INT is the fast shutdown. The daemons: TERM finishes what was begun; 20 s must do.
        place.write(os.path.join(folder, "down-signal"), "SIGINT\n" if name == "postgres" else "SIGTERM\n")
        place.write(os.path.join(folder, "timeout-kill"), "0\n" if name == "postgres" else "20000\n")
        place.write(os.path.join(folder, "down"), "")


def launch(place):
    """Starts the supervisor, apart from our terminal; its services are down until `up`."""
    passed = {name: value for name, value in os.environ.items()
              if name.startswith(config.variables(place)) or name.endswith("SAN_OPTIONS")}
    environment = {"PATH": "/usr/bin:/bin", "HOME": place.var, "LANG": "C.UTF-8", **passed}
    with open(place.path("log", "supervisor"), "ab") as log:
        os.fchown(log.fileno(), place.user.pw_uid, place.user.pw_gid)
        child = subprocess.Popen(["s6-svscan", place.services], cwd=place.services, env=environment,
                                 stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                                 **place.as_user())
    wait_until(lambda: all(supervised(place, name) for name in names(place)), 10, "the supervisor s6 does not start")
    return child


def names(place):
    try:
        return sorted(name for name in os.listdir(place.services) if not name.startswith("."))
    except FileNotFoundError:
        return []


def control(program, place, name, *options):
    folder = os.path.join(place.services, name)
    return subprocess.run([program, *options, folder], capture_output=True, text=True, check=False)


def supervised(place, name):
    return control("s6-svok", place, name).returncode == 0


def up(place, name):
    """Starts a service, and has it started again whenever it ends."""
    control("s6-svc", place, name, "-u")
    down = os.path.join(place.services, name, "down")
    if os.path.exists(down):
        os.unlink(down)


def restart(place, name):
    control("s6-svc", place, name, "-r")


def deaths(place, name):
    """How often the service ended since the supervisor began."""
    return len(control("s6-svdt", place, name).stdout.split("\n")) - 1


def last_words(place, name):
    """The last line of a service's log."""
    try:
        with open(place.path("log", name, "current"), encoding="utf-8", errors="replace") as file:
            lines = [line.strip() for line in file if line.strip()]
    except FileNotFoundError:
        lines = []
    telling = [line for line in lines if "FATAL" in line or "PANIC" in line]
    return (telling or lines or ["nothing"])[-1]


def status(place, name):
    """(is up, pid or exit code, seconds in this state)."""
    words = control("s6-svstat", place, name, "-o", "up,pid,updownfor").stdout.split()
    return (words[0] == "true", int(words[1]), int(words[2])) if len(words) == 3 else (False, -1, 0)


def wait_ready(place, name, ready, patience):
    """Waits until ready() says so; a service that dies instead is a Problem with its last words."""
    before = deaths(place, name)

    def told():
        if ready():
            return True
        if deaths(place, name) >= before + 3:
            raise Problem(f"{name} ends as soon as it starts; its log {place.path('log', name, 'current')} "
                          f"says: {last_words(place, name)}")
        return False

    wait_until(told, patience, f"{name} is not ready after {patience} s; see {place.path('log', name, 'current')}")


def wait_until(condition, patience, otherwise):
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            raise Problem(otherwise)
        time.sleep(0.03)


def stop(place):
    """Stops everything in order: the gateway, the daemons, PostgreSQL, the supervisor. Works also on what is left of
    an installation whose supervisor was killed. Returns whether anything ran."""
    ran = bool(processes.of(place))
    order = {"gateway": 0, "postgres": 2}
    for rank in (0, 1, 2):
        group = [name for name in names(place) if order.get(name, 1) == rank and supervised(place, name)]
        for name in group:
            control("s6-svc", place, name, "-d")
        deadline = time.monotonic() + 25
        while any(status(place, name)[0] for name in group) and time.monotonic() < deadline:
            time.sleep(0.02)
    if processes.scanner(place):
        subprocess.run(["s6-svscanctl", "-t", place.services], capture_output=True, check=False)
    for name in names(place):
        if supervised(place, name):
            control("s6-svc", place, name, "-xd")
    deadline = time.monotonic() + 5
    while processes.of(place) and time.monotonic() < deadline:
        time.sleep(0.02)
    processes.end(place)
    return ran
