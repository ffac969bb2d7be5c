"""`make run`, `make start`, `make stop`, `make status`, `make reset`."""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import sys
import time
import urllib.error
import urllib.request

from deploy import cluster, config, daemons, ports, processes, supervisor
from deploy.place import CLONE, Place, shown
from deploy.problem import Problem

LEAST_SPACE = 300 << 20
PATIENCE = 60
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def alone(place, end_other=False):
    """Only one command at a time changes an installation. end_other: one that is at it is asked to stop."""
    with open(place.path("lock"), "a+", encoding="ascii") as file:
        if not locked(file):
            file.seek(0)
            other = file.read().strip()
            if not end_other:
                raise Problem(f"Another make run, start, stop or reset is at work in this clone (process {other})")
            if other.isdigit():
                processes.send(int(other), signal.SIGTERM)
            supervisor.wait_until(lambda: locked(file), PATIENCE, f"The process {other} does not stop")
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def locked(file):
    """Takes the lock if nobody has it; the kernel gives it back when its holder ends, however it ends."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        return False


def check_space(place):
    free = shutil.disk_usage(place.var).free
    if free < LEAST_SPACE:
        raise Problem(f"Only {free >> 20} MB are free where {place.var} lies: at least {LEAST_SPACE >> 20} are needed")


def answers(port, path):
    """The status of a health answer; None without an answer."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=1) as reply:
            return reply.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def bring_up(place, present, port):
    """Everything up to ready daemons. present: the daemons to start. Returns our child, the supervisor."""
    processes.end(place)
    health = ports.health_ports(port, [daemon.name for daemon in present])
    ports.require_free({"HTTP": port, **{f"health of {name}": number for name, number in health.items()}},
                       f"make run PORT={port + 1 if port < 65535 else 8080} uses others")
    check_space(place)
    daemons.install(place, present)
    config.write_keys(place, cluster.exists(place))
    if cluster.ensure(place):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(place.path("demo-loaded"))
    with contextlib.suppress(FileNotFoundError):
        os.unlink(os.path.join(place.postgres, "postmaster.pid"))  # nothing runs: it is stale
    cluster.configure(place)
    config.write_clock(place)
    config.write(place, present, port)
    programs = {daemon.name: [os.path.join(place.bin, daemon.program), "--config", place.config] for daemon in present}
    supervisor.describe(place, {"postgres": cluster.server(place), **programs})
    child = supervisor.launch(place)
    supervisor.up(place, "postgres")
    supervisor.wait_ready(place, "postgres", lambda: cluster.accepts(place), PATIENCE)
    cluster.set_up(place)
    cluster.migrate(place)
    for daemon in present:
        supervisor.up(place, daemon.name)
    wait_daemons(place, present, health)
    return child


def wait_daemons(place, present, health):
    for daemon in present:
        at = health[daemon.name]
        supervisor.wait_ready(place, daemon.name, lambda at=at: answers(at, "/readyz") == 200, PATIENCE)


def refresh(place, present):
    """An installation that runs already: daemons whose program changed are started again."""
    changed = daemons.install(place, present)
    cluster.migrate(place)
    for name in changed:
        if supervisor.supervised(place, name):
            supervisor.restart(place, name)
            print(f"{name} was rebuilt and has been started again.")
    supervised = [daemon for daemon in present if supervisor.supervised(place, daemon.name)]
    wait_daemons(place, supervised, config.health(place))


def load_demonstration(place, port):
    """Fills the demonstration street once; the marker lives and dies with the cluster."""
    loader = os.path.join(CLONE, "deploy", "demo", "load.py")
    marker = place.path("demo-loaded")
    if os.environ.get("DANDELION_DEMO") == "0" or os.path.exists(marker) or not os.path.exists(loader):
        return
    from deploy.demo import load

    print("Loading the demonstration street …", flush=True)
    load.main(place, port)
    place.write(marker, time.strftime("%Y-%m-%dT%H:%M:%SZ\n", time.gmtime()))


def announce(place, seconds):
    print(f"\nDandelion is ready after {seconds:.1f} s: http://127.0.0.1:{config.gateway_port(place)}")
    accounts = place.path("demo-accounts.json")
    if os.path.exists(accounts):
        with open(accounts, encoding="utf-8") as file:
            entries = json.load(file)
        samples = {entry["role"]: entry for entry in reversed(entries)}
        print(f"Accounts, one per role (all in {shown(accounts)}):")
        for role, entry in sorted(samples.items()):
            print(f"  {role:26} {entry['username']:20} {entry['password']}")
    print(f"Logs: {shown(place.log)}/<name>/current    Configuration: {shown(place.config)}")


def begin():
    """Starts everything, or refreshes what runs. Returns (place, the supervisor if it is our child)."""
    began = time.monotonic()
    port = ports.main_port()
    place = Place()
    place.prepare()
    child = None
    with alone(place):
        present = daemons.known(place)
        if not present:
            print("No daemon is built; only PostgreSQL runs.")
        if processes.scanner(place):
            refresh(place, present)
        else:
            try:
                child = bring_up(place, present, port)
                load_demonstration(place, port)
            except BaseException:
                uninterruptible()
                supervisor.stop(place)
                raise
    announce(place, time.monotonic() - began)
    return place, child


def interruptible():
    """Ctrl-C, a closed terminal and TERM all mean: stop everything."""

    def interrupted(_number, _frame):
        raise KeyboardInterrupt

    for number in ENDINGS:
        signal.signal(number, interrupted)


def uninterruptible():
    for number in ENDINGS:
        signal.signal(number, signal.SIG_IGN)


def start():
    """Starts everything in the background."""
    interruptible()
    try:
        begin()
    except KeyboardInterrupt:
        print("Stopped.")
        return 1
    print("It runs in the background: make stop ends it.")
    return 0


def run():
    """Runs in the foreground until it is interrupted; then stops everything, in order."""
    interruptible()
    try:
        place, child = begin()
        if not child:
            print("It was running already: make stop ends it.")
            return 0
        print("Ctrl-C stops it.", flush=True)
        child.wait()
        print("It was stopped.")
        return 0
    except KeyboardInterrupt:
        uninterruptible()
        print("\nStopping …", flush=True)
        place = Place()
        place.find_user()
        supervisor.stop(place)
        print("Stopped.")
        return 0


def stop():
    place = Place()
    if not os.path.isdir(place.var):
        print("Nothing runs here.")
        return 0
    place.find_user()
    with alone(place, end_other=True):
        print("Stopped." if supervisor.stop(place) else "Nothing runs here.")
    return 0


def status():
    """Exit code 0 if all is up and ready, 3 if not."""
    place = Place()
    if not os.path.isdir(place.var) or not processes.scanner(place):
        left = processes.of(place)
        print(f"The supervisor is gone; {len(left)} of its processes run on: make stop ends them, make start recovers."
              if left else "Nothing runs here.")
        return 3
    health, good = config.health(place), True
    print(f"{'':12} {'state':8} {'pid':>8} {'for':>8}  {'health':28} log")
    for name in supervisor.names(place):
        is_up, pid, seconds = supervisor.status(place, name)
        ready = cluster.accepts(place) if name == "postgres" else answers(health.get(name, 0), "/readyz") == 200
        state = "ready" if is_up and ready else "up" if is_up else "down"
        good = good and state == "ready"
        url = f"http://127.0.0.1:{health[name]}/readyz" if name in health else ""
        log = shown(place.path("log", name, "current"))
        print(f"{name:12} {state:8} {pid if is_up else '':>8} {str(seconds) + ' s':>8}  {url:28} {log}")
    return 0 if good else 3


def reset():
    place = Place()
    if os.path.isdir(place.var):
        place.find_user()
        with alone(place):
            if processes.of(place):
                raise Problem("It runs: make stop first, then make reset")
            place.remove()
    print(f"{shown(place.link)} is removed.", file=sys.stdout)
    return 0
