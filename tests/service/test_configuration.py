"""Options and configuration of every program: documented, described, checked, and read anew on SIGHUP."""

import os
import pathlib
import re
import signal
import subprocess
import time

import pytest

from deploy.config import SAMPLE
from tests.support.daemons import SANITIZERS


@pytest.fixture
def program(daemons):
    """Runs a program of this installation: `program("dues", "--check-config")` → CompletedProcess."""

    def run(name, *options, **variables):
        daemon = next(daemon for daemon in daemons.present if daemon.name == name)
        return subprocess.run([os.path.join(daemons.place.bin, daemon.program), *options], capture_output=True,
                              text=True, timeout=20, check=False, env={"PATH": "/usr/bin:/bin", **SANITIZERS, **variables},
                              cwd=daemons.place.var, **daemons.place.as_user())

    return run


@pytest.fixture
def scratch(daemons):
    """A folder that the programs' user can read."""
    return pathlib.Path(daemons.place.var)


def names(daemons):
    return [daemon.name for daemon in daemons.present]


def sections(text):
    """{section: keys} of a configuration, those that stand commented out as "#key = value" too."""
    found = {}
    for line in text.splitlines():
        if header := re.match(r"\[(\w+)\]$", line):
            keys = found.setdefault(header.group(1), set())
        elif key := re.match(r"#?(\w+) ?=", line):
            keys.add(key.group(1))
    return found


def test_the_sample_documents_exactly_the_keys_there_are(daemons, program):
    with open(SAMPLE, encoding="utf-8") as file:
        documented = sections(file.read())
    described = {}
    for name in names(daemons):
        done = program(name, "--describe-config")
        assert done.returncode == 0 and set(sections(done.stdout)) == {"common", name}
        described.update(sections(done.stdout))
    assert documented == described


def test_every_key_is_described_with_its_meaning(daemons, program):
    for name in names(daemons):
        lines = program(name, "--describe-config").stdout.splitlines()
        for before, line in zip(lines, lines[1:]):
            if re.match(r"#?\w+ =", line):
                assert before.startswith("# "), line


def test_a_good_configuration_is_good(daemons, program):
    for name in names(daemons):
        done = program(name, "--config", daemons.place.config, "--check-config")
        assert done.returncode == 0 and "refused" not in done.stderr, done.stderr


@pytest.mark.parametrize("wrong, named", [
    ("[{}]\nhealth_prot = 5\n", "health_prot"),
    ("[{}]\nhealth_port = many\n", "health_port"),
    ("[{}]\nhealth_port = 99999\n", "health_port"),
    ("[common]\nlog_level = loud\n", "log_level"),
    ("[common]\ncolour = red\n", "colour"),
    ("health_port = 5\n", "health_port"),
])
def test_what_is_wrong_is_named(daemons, program, scratch, wrong, named):
    for name in names(daemons):
        config = scratch / "wrong.conf"
        with open(daemons.place.config, encoding="utf-8") as file:
            good = file.read()
        config.write_text((wrong.format(name) + good if "[" not in wrong else good + wrong.format(name)), encoding="utf-8")
        for options in (["--check-config"], []):
            done = program(name, "--config", str(config), *options)
            assert done.returncode == 2 and named in done.stderr, done.stderr


def test_a_required_key_that_is_missing_is_named(daemons, program, scratch):
    for name in names(daemons):
        config = scratch / "short.conf"
        with open(daemons.place.config, encoding="utf-8") as file:
            config.write_text(re.sub(r"(?m)^health_port.*\n", "", file.read()), encoding="utf-8")
        done = program(name, "--config", str(config), "--check-config")
        assert done.returncode == 2 and "health_port" in done.stderr
        given = program(name, "--config", str(config), "--check-config", **{f"DANDELION_{name.upper()}_HEALTH_PORT": "5"})
        assert given.returncode == 0


def test_options_that_do_not_exist_are_refused(daemons, program):
    for name in names(daemons):
        for options in (["--nonsense"], [], ["--config"], ["--config", "/nowhere"], ["more"]):
            done = program(name, *options)
            assert done.returncode == 2 and done.stderr
        assert program(name, "--help").stdout.startswith("usage: ")


def test_a_second_one_says_so_and_leaves_the_first_alone(daemons, program):
    for name in names(daemons):
        done = program(name, "--config", daemons.place.config)
        assert done.returncode == 1 and re.search("another process answers|taken|in use", done.stderr), done.stderr
    assert daemons.http.get("/readyz").status == 200
    assert daemons.http.get("/v1/me", headers={"Authorization": "Bearer none"}).status == 401


def level(daemons, name):
    with open(daemons.place.config, encoding="utf-8") as file:
        text = re.sub(r"(?m)^log_level.*$", f"log_level = {name}", file.read())
    daemons.place.write(daemons.place.config, text)
    for daemon in names(daemons):
        before = daemons.log(daemon).count('"reloaded"') + daemons.log(daemon).count('"not reloaded"')
        daemons.signal(daemon, signal.SIGHUP)
        deadline = time.monotonic() + 5
        while daemons.log(daemon).count('"reloaded"') + daemons.log(daemon).count('"not reloaded"') == before:
            assert time.monotonic() < deadline
            time.sleep(0.02)


def test_hup_reads_the_log_level_anew(daemons):
    def calls():
        before = daemons.log("identity").count("Identity.ResolveSession")
        for _ in range(3):
            assert daemons.http.get("/v1/me", headers={"Authorization": "Bearer none"}).status == 401
        return daemons.log("identity").count("Identity.ResolveSession") - before

    assert calls() > 0
    level(daemons, "info")
    assert calls() == 0
    level(daemons, "loud")  # refused: it goes on as it was
    assert calls() == 0 and '"not reloaded"' in daemons.log("identity")
    level(daemons, "debug")
    assert calls() > 0
