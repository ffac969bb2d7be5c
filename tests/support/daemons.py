"""Starts the daemons from a build folder with a configuration of their own, and sees that they end well."""

import contextlib
import os
import re
import signal
import socket
import struct
import subprocess
import time

from deploy import config, daemons
from tests.support import calls
from tests.support.bus import Bus
from tests.support.http import Http

SANITIZERS = {
    "ASAN_OPTIONS": "detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
}
FAULT = re.compile(r"AddressSanitizer|LeakSanitizer|runtime error:|Assertion .* failed|stack smashing")
PATIENCE = 30


def free_port():
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Clock:
    """The daemons' clock: the real one plus an offset that the test sets (see services/base/clock.h)."""

    def __init__(self, path, bus):
        self.path, self.bus = path, bus
        with open(path, "wb") as file:
            file.write(bytes(8))
        os.chmod(path, 0o644)

    def set(self, offset_ms):
        with open(self.path, "r+b") as file:
            file.write(struct.pack("<q", offset_ms))
        self.bus.ahead_ms = offset_ms

    def go_to(self, unix_seconds):
        """From now on it is this instant, and time goes on."""
        self.set(int((unix_seconds - time.time()) * 1000))


class Daemons:
    """The daemons that are built, running: `http`, `bus`, `clock`, `database`.

    only: the names of those to run, not all. changes: {section: {key: value}} of the configuration.
    """

    def __init__(self, place, database, only=None, changes=None):
        self.place, self.database, self.changes = place, database, changes or {}
        self.present = [daemon for daemon in daemons.known(place) if not only or daemon.name in only]
        self.processes = {}
        self.port = free_port()
        self.health = {daemon.name: free_port() for daemon in self.present}
        self.http = Http(self.port)
        self.bus = Bus(os.path.join(place.run, "bus"), os.path.join(place.build, "gen", "contract.pb"))
        self.clock = Clock(place.path("clock"), self.bus)
        daemons.install(place, self.present)
        config.write_keys(place, False)
        config.write(place, self.present, self.port, self.settings())

    def settings(self):
        """What a test's configuration has otherwise than one of `make run`."""
        changes = {"common": {"clock_file": self.clock.path, "log_level": "debug"}}
        for daemon in self.present:
            changes[daemon.name] = {"health_port": self.health[daemon.name]}
            if daemon.schema:
                role = f"dandelion_{daemon.schema}"
                changes[daemon.name]["database"] = self.database.postgres.dsn(self.database.name, role)
        for section, keys in self.changes.items():
            changes.setdefault(section, {}).update(keys)
        return changes

    def start(self, *names):
        """Starts these daemons (none named: all) and waits until they are ready."""
        chosen = [daemon for daemon in self.present if not names or daemon.name in names]
        for daemon in chosen:
            log = open(self.log_path(daemon.name), "ab")
            program = os.path.join(self.place.bin, daemon.program)
            self.processes[daemon.name] = subprocess.Popen(
                [program, "--config", self.place.config], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self.place.var, env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", **SANITIZERS},
                **self.place.as_user())
            log.close()
        for daemon in chosen:
            self.wait_ready(daemon.name)

    def log_path(self, name):
        return self.place.path("log", name + ".log")

    def log(self, name):
        """What a daemon has said since it was first started; "" before."""
        if not os.path.exists(self.log_path(name)):
            return ""
        with open(self.log_path(name), encoding="utf-8", errors="replace") as file:
            return file.read()

    def wait_ready(self, name):
        deadline = time.monotonic() + PATIENCE
        probe = Http(self.health[name])
        while probe.try_get("/readyz") != 200:
            code = self.processes[name].poll()
            assert code is None, f"{name} ended with {code}:\n{self.log(name)[-4000:]}"
            assert time.monotonic() < deadline, f"{name} is not ready:\n{self.log(name)[-4000:]}"
            time.sleep(0.02)

    @property
    def followers(self):
        """The daemons that follow identity: every other one, since its copy of the tree says what lies in a scope."""
        return [daemon.name for daemon in self.present if daemon.schema not in (None, "identity")]

    def caught_up(self, follower, service):
        """Waits until `follower` has applied every event that `service` has logged."""
        last = self.database.rows("SELECT position FROM stream_head", schema=service)
        reached = "SELECT coalesce(max(position), 0) FROM checkpoint WHERE source = %s"
        deadline = time.monotonic() + PATIENCE
        while self.database.rows(reached, (service,), follower) < last:
            assert time.monotonic() < deadline, f"{follower} has not caught up with {service}"
            time.sleep(0.02)

    def month(self):
        """The civil month of the daemons' clock, as "2026-11"."""
        with open(self.clock.path, "rb") as file:
            offset = struct.unpack("<q", file.read())[0]
        return time.strftime("%Y-%m", time.gmtime(time.time() + offset / 1000 + 8 * 3600))

    def kill(self, name):
        """Ends a daemon without warning, as a crash would."""
        self.processes[name].kill()
        self.processes.pop(name).wait(PATIENCE)

    def signal(self, name, number):
        self.processes[name].send_signal(number)

    @contextlib.contextmanager
    def paused(self, name):
        """Within the block the daemon stands still, as one that hangs."""
        self.signal(name, signal.SIGSTOP)
        try:
            yield
        finally:
            self.signal(name, signal.SIGCONT)

    def stop(self, *names):
        """Ends these daemons (none named: all) by TERM: each must drain, exit 0 and have no fault in its log."""
        for name in names or list(self.processes):
            self.processes[name].send_signal(signal.SIGTERM)
        for name in names or list(self.processes):
            code = self.processes.pop(name).wait(PATIENCE)
            fault = FAULT.search(self.log(name))
            assert code == 0 and not fault, f"{name} ended with {code}:\n{self.log(name)[-8000:]}"

    def close(self):
        """Stops everything; a process that does not stop is killed before the failure is told."""
        try:
            self.stop()
        finally:
            self.bus.close()
            self.http.close()
            for name in list(self.processes):
                self.kill(name)
        for daemon in self.present:
            log = self.log(daemon.name)
            calls.take(log)
            assert not calls.told(log), f"the log of {daemon.name} gives away {calls.told(log)}"
