"""One installation with the commands on it, as a person gives them."""

import os
import subprocess
import sys
import tempfile

from deploy import processes
from deploy.place import Place
from tests.conftest import ROOT
from tests.support.daemons import free_port


class Installation:
    """One var/ and one PORT, and the commands on them."""

    def __init__(self, build, demo=False):
        self.folder = tempfile.mkdtemp(prefix="dl-")
        os.chmod(self.folder, 0o755)
        self.port = free_port()
        self.environment = {
            **os.environ,
            "DANDELION_VAR": os.path.join(self.folder, "var"),
            "DANDELION_BUILD": build,
            "DANDELION_DEMO": "1" if demo else "0",
            "PORT": str(self.port),
        }

    @property
    def place(self):
        return Place(self.environment["DANDELION_VAR"])

    def popen(self, command):
        return subprocess.Popen([sys.executable, "-u", "-m", "deploy", command], cwd=ROOT, env=self.environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def command(self, command, seconds=120):
        """(exit code, what it said)."""
        process = self.popen(command)
        said, _ = process.communicate(timeout=seconds)
        return process.returncode, said

    def left(self):
        return processes.of(self.place)

    def pids(self, name):
        return [process.pid for process in self.left() if process.name == name]
