"""`make run`, `start`, `stop`, `status` and `reset`, in a place of their own."""

import os
import shutil
import signal
import socket
import time

import pytest

from tests.support.installation import Installation

READY = "Dandelion is ready"


@pytest.fixture
def installation(build):
    made = Installation(build)
    yield made
    made.command("stop")
    assert not made.left()
    shutil.rmtree(made.folder)


def test_start_status_stop_and_a_second_start_in_seconds(installation):
    assert installation.command("status") == (3, "Nothing runs here.\n")
    code, said = installation.command("start")
    assert code == 0 and READY in said, said
    assert installation.command("status")[0] == 0
    code, said = installation.command("start")
    assert code == 0 and READY in said, said
    code, said = installation.command("reset")
    assert code == 1 and "make stop first" in said
    assert installation.command("stop") == (0, "Stopped.\n")
    assert not installation.left()
    began = time.monotonic()
    code, said = installation.command("start")
    assert code == 0 and time.monotonic() - began < 5, said
    installation.command("stop")
    assert installation.command("reset")[0] == 0
    assert not os.path.exists(installation.environment["DANDELION_VAR"])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_foreground_run_ends_with_nothing_left(installation, number):
    process = installation.popen("run")
    for line in process.stdout:
        if "Ctrl-C" in line:
            break
    assert installation.left()
    process.send_signal(number)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0 and said.endswith("Stopped.\n"), said
    assert not installation.left()


def test_an_interrupted_start_leaves_nothing_and_the_next_recovers(installation):
    for delay in (0.1, 0.4, 0.8):
        process = installation.popen("run")
        time.sleep(delay)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        assert not installation.left()
    assert installation.command("start")[0] == 0


def test_stop_ends_a_start_that_is_still_at_it(installation):
    process = installation.popen("run")
    deadline = time.monotonic() + 20
    while not installation.left() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert installation.command("stop")[0] == 0
    process.communicate(timeout=60)
    assert process.returncode == 0 and not installation.left()


def test_a_taken_port_is_named_with_its_holder(installation):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", installation.port))
        holder.listen()
        code, said = installation.command("start")
    assert code == 1
    assert f"Port {installation.port} (HTTP) is taken by process {os.getpid()}" in said, said
    assert installation.command("start")[0] == 0


def test_a_cluster_that_was_not_finished_is_made_again(installation):
    place = installation.place
    place.prepare()
    for leftover in ("postgres.new", "postgres"):
        place.owned(place.path(leftover), 0o700)
        with open(place.path(leftover, "PG_VERSION"), "w", encoding="ascii") as file:
            file.write("15\n")
    code, said = installation.command("start")
    assert code == 0 and "was incomplete" in said, said


def test_lost_keys_are_not_replaced_while_there_is_data(installation):
    assert installation.command("start")[0] == 0
    installation.command("stop")
    os.unlink(os.path.join(installation.place.secrets, "column.key"))
    code, said = installation.command("start")
    assert code == 1 and "column.key is gone" in said


def test_a_killed_supervisor_and_killed_servers_are_recovered_from(installation):
    assert installation.command("start")[0] == 0
    for pid in installation.pids("s6-svscan"):
        os.kill(pid, signal.SIGKILL)
    code, said = installation.command("status")
    assert code == 3 and "processes run on" in said, said
    assert installation.command("start")[0] == 0
    for process in installation.left():
        os.kill(process.pid, signal.SIGKILL)
    code, said = installation.command("start")
    assert code == 0, said


def test_a_killed_postgres_comes_back_by_itself(installation):
    assert installation.command("start")[0] == 0
    time.sleep(1)  # s6 starts at once what lived for a second
    for pid in installation.pids("postgres"):
        os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while installation.command("status")[0] != 0:
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_two_installations_run_side_by_side(installation, build):
    other = Installation(build)
    try:
        assert installation.command("start")[0] == 0
        code, said = other.command("start")
        assert code == 0, said
        assert installation.command("status")[0] == 0 and other.command("status")[0] == 0
    finally:
        other.command("stop")
        shutil.rmtree(other.folder)


def test_a_path_too_long_for_sockets_works(installation):
    installation.environment["DANDELION_VAR"] = os.path.join(installation.folder, "long-name-" * 10, "var")
    code, said = installation.command("start")
    assert code == 0, said
