"""The tour of the README works when pasted, on the demonstration street."""

import os
import shutil
import subprocess

import pytest

from tests.support import tour
from tests.support.installation import Installation

READMES = ("README.md", "README.zh-CN.md")


@pytest.fixture(scope="module")
def running(build):
    """An installation with the demonstration street; to the tour its folder looks like a clone."""
    made = Installation(build, demo=True)
    code, said = made.command("start", seconds=600)
    assert code == 0, said
    os.symlink(build, os.path.join(made.folder, "build"))
    yield made
    made.command("stop")
    shutil.rmtree(made.folder)


def test_the_tour_works_when_pasted(running):
    script = tour.script("README.md", running.port)
    done = subprocess.run(["bash"], input=script, cwd=running.folder, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-6000:]
    for said in ('"monthly_fen": "4500"', "identity.id_number_check_digit", '"rows_new": 2', "dues.amount_mismatch",
                 '"credit_total_fen": "4500"', '"state": "REVERSED"', "dandelion.dues.payment.reversed.v1"):
        assert said in done.stdout, said


def test_both_languages_take_the_same_tour():
    ours, chinese = (tour.blocks(readme) for readme in READMES)
    assert ours and ours == chinese
