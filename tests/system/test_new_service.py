"""`make new-service NAME=x` makes a daemon that builds, passes checks and tests, and runs: proven in a copy of the tree."""

import os
import shutil
import subprocess
import sys
import tempfile

import pytest

from deploy import daemons
from tests.conftest import ROOT
from tests.support.daemons import free_port
from tests.support.http import Http

NAME = "chronicle"  # long enough to break lines elsewhere than in the template
CHECKS = ("format", "includes", "size", "banned", "languages", "docs", "headers", "wire", "sql")
LEFT_OUT = {".git", "var", "node_modules", "__pycache__", ".pytest_cache"}

pytestmark = pytest.mark.skipif(not shutil.which("gcc"), reason="no compiler")


def left_out(folder, names):
    return {name for name in names if name in LEFT_OUT or (folder == ROOT and name.startswith("build"))}


class Tree:
    """A copy of the project, in which commands run."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="dl-")
        os.chmod(self.folder, 0o755)
        self.root = os.path.join(self.folder, "tree")
        self.build = os.path.join(self.root, "build")
        self.port = free_port()
        shutil.copytree(ROOT, self.root, ignore=left_out)
        self.environment = {
            **os.environ, "DANDELION_BUILD": self.build, "DANDELION_DEMO": "0", "PORT": str(self.port),
            "DANDELION_VAR": os.path.join(self.folder, "var"),
        }

    def run(self, *command, seconds=120):
        """Runs a command that must succeed."""
        done = subprocess.run(command, cwd=self.root, env=self.environment, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds, check=False)
        assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout[-6000:]}"
        return done.stdout

    def python(self, *arguments, seconds=120):
        return self.run(sys.executable, *arguments, seconds=seconds)


@pytest.fixture(scope="module")
def tree():
    """A copy with a new daemon in it, built."""
    made = Tree()
    made.python("-m", "deploy.template", NAME)
    made.run("cmake", "-S", ".", "-B", "build", "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug", "--log-level=ERROR",
             f"-DPython3_EXECUTABLE={sys.executable}")
    programs = [schema + "d" for schema in [*daemons.schemas(), NAME]] + ["gateway"]
    made.run("ninja", "-C", "build", "--quiet", "dandelion_contract", f"unit_{NAME}_rules_test", *programs, seconds=600)
    made.python("-m", "tests.checks.wire", "--update")
    yield made
    shutil.rmtree(made.folder)


@pytest.mark.parametrize("check", CHECKS)
def test_it_passes_the_checks(tree, check):
    tree.python("-m", f"tests.checks.{check}")


def test_it_passes_its_tests(tree):
    tree.run(os.path.join("build", "tests", f"unit_{NAME}_rules_test"))
    suites = os.path.join("tests", "service")
    tree.python("-m", "pytest", "-q", os.path.join(suites, f"test_{NAME}.py"))
    tree.python("-m", "pytest", "-q", os.path.join(suites, "test_configuration.py"), "-k", "sample or good")


def test_it_runs_and_is_reached_over_http(tree):
    try:
        tree.python("-m", "deploy", "start")
        assert NAME in tree.python("-m", "deploy", "status")
        http = Http(tree.port)
        assert http.get(f"/v1/{NAME}/notes").status == 401
        http.close()
    finally:
        tree.python("-m", "deploy", "stop")


def test_names_that_cannot_be(tree):
    for name in ("", "Chronicle", "two words", "dues", "json", NAME):
        done = subprocess.run([sys.executable, "-m", "deploy.template", name], cwd=tree.root, text=True,
                              capture_output=True, check=False)
        assert done.returncode == 1 and done.stderr.startswith("dandelion: "), done
