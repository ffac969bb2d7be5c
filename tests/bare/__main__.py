"""Proves the two commands on a bare Debian 12: `python3 -m tests.bare [--test] [--keep] [--port N] [--folder F]`, as root.

debootstrap makes a minimal system in a folder; in namespaces of its own the README's first block is followed: install
make, git and the like, clone, `make run`; then its tour, a second start, stop, reset, a user with sudo, and with
--test also `make test`. The mirror and the proxy are those that this machine's apt is set up with.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import time

from deploy import packages
from deploy.problem import Problem
from tests.bare import debian
from tests.support import tour

SOURCE = "/srv/dandelion.git"
START = ["make", "git", "ca-certificates", "curl"]
READY = re.compile(r"Dandelion is ready after ([\d.]+) s")


class Session:
    """Commands in the bare system, each timed and told."""

    def __init__(self, system, port):
        self.system, self.port, self.times, self.failed = system, port, [], []

    def step(self, name, command, folder="/", user=None, script=None):
        print(f"\n== {name}", flush=True)
        began = time.monotonic()
        code = self.system.run(command, folder, user, script)
        self.done(name, time.monotonic() - began, code == 0)
        return code == 0

    def done(self, name, seconds, good):
        self.times.append((name, seconds, good))
        print(f"-- {name}: {'ok' if good else 'FAILED'}, {seconds:.1f} s", flush=True)

    def start(self, name, folder, limit):
        """`make run` in the foreground; returns it once ready, with the seconds it took."""
        print(f"\n== {name}", flush=True)
        began = time.monotonic()
        process = self.system.popen(["make", "run", f"PORT={self.port}"], folder)
        ready = None
        for line in process.stdout:
            print(line, end="", flush=True)
            ready = ready or READY.match(line)
            if "Ctrl-C stops it" in line:
                break
        seconds = time.monotonic() - began
        self.done(name, seconds, bool(ready) and seconds <= limit)
        return process

    def interrupt(self, process):
        """Ctrl-C: the signal goes to make and to what it runs."""
        began = time.monotonic()
        self.system.interrupt()
        said = process.communicate(timeout=120)[0]
        left = self.system.processes()
        print(said, *left, sep="\n")
        self.done("Ctrl-C leaves nothing", time.monotonic() - began, "Stopped." in said and not left)


def prove(session, options):
    """The whole proof; goes on after a failure where that makes sense."""
    clone = "/root/dandelion"
    session.step("apt-get update", ["apt-get", "update", "-q"])
    session.step("install " + " ".join(START), ["apt-get", "install", "-y", "-q", "--no-install-recommends", *START])
    if not session.step("git clone", ["git", "clone", "-q", SOURCE, clone]):
        return
    process = session.start("make run, from nothing", clone, 1800)
    if process.poll() is not None:
        return
    session.step("no cluster of Debian's own", ["test", "!", "-e", "/etc/postgresql/15/main"])
    session.step("make status", ["make", "status"], clone)
    session.step("the README's tour", ["bash"], clone, script=tour.script("README.md", session.port))
    session.interrupt(process)
    process = session.start("make run, a second time (5 s)", clone, 5)
    session.step("make stop, from elsewhere", ["make", "stop"], clone)
    process.communicate(timeout=60)
    session.step("make reset", ["make", "reset"], clone)
    sudo(session)
    if options.test:
        session.step("make test", ["make", "test"], clone)


def sudo(session):
    """The same as a user who may use sudo, with a package missing."""
    home = "/home/ann"
    session.step("install sudo", ["apt-get", "install", "-y", "-q", "--no-install-recommends", "sudo"])
    session.step("remove a package", ["apt-get", "remove", "-y", "-q", "sql-migrate"])
    session.step("a user ann", ["useradd", "--create-home", "--shell", "/bin/bash", "ann"])
    with open(os.path.join(session.system.root, "etc/sudoers.d/ann"), "w", encoding="ascii") as file:
        file.write("ann ALL=(ALL) NOPASSWD: ALL\n")
    # What lies in /srv is root's, and git trusts no other user's repository: so root clones and gives away.
    session.step("a clone for ann", ["git", "clone", "-q", SOURCE, f"{home}/d"])
    session.step("given to ann", ["chown", "-R", "ann:ann", f"{home}/d"])
    session.step("ann: make start", ["make", "start", f"PORT={session.port}"], f"{home}/d", "ann")
    session.step("ann: make stop", ["make", "stop"], f"{home}/d", "ann")


def main():
    parser = argparse.ArgumentParser(prog="python3 -m tests.bare")
    parser.add_argument("--test", action="store_true", help="also run make test")
    parser.add_argument("--keep", action="store_true", help="keep the folder, and use a minimal system that is in it")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--folder", default="/var/tmp/dandelion-bare")
    options = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("tests.bare makes a system in a folder and enters it: run it as root")
    packages.install(["bare"])
    began = time.monotonic()
    base = debian.minimal(options.folder, options.keep)
    system = debian.System(base)
    session = Session(system, options.port)
    session.done("debootstrap", time.monotonic() - began, True)
    try:
        prove(session, options)
    finally:
        system.end()
        if not options.keep:
            shutil.rmtree(options.folder)
    print()
    for name, seconds, good in session.times:
        print(f"{name:48} {seconds:8.1f} s  {'ok' if good else 'FAILED'}")
    failed = sum(not good for _, _, good in session.times)
    print(f"\n{len(session.times) - failed} passed, {failed} failed")
    return 1 if failed else 0


signal.signal(signal.SIGTERM, signal.default_int_handler)
try:
    sys.exit(main())
except Problem as problem:
    sys.exit(f"tests.bare: {problem}")
except subprocess.CalledProcessError as error:
    sys.exit(f"tests.bare: {error.cmd[0]} failed with {error.returncode}")
