"""Counts what passed and failed over all kinds of tests, and says it in one closing line."""

import os
import subprocess
import time
import xml.etree.ElementTree

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Results:
    """The counts of a whole run, one line per step."""

    def __init__(self):
        self.steps = []

    @property
    def failed(self):
        return sum(failed for _, _, failed, _ in self.steps)

    def command(self, name, argv, report=None, env=None, no_tests=None, quiet=False):
        """Runs one step. It counts as one, or as the tests of the JUnit report that it writes.

        no_tests: the exit code that means that there was nothing to run. quiet: its output is shown only if it fails.
        """
        print(f"\n== {name}", flush=True)
        if report and os.path.exists(report):
            os.unlink(report)
        start = time.monotonic()
        try:
            done = subprocess.run(argv, cwd=ROOT, env={**os.environ, **(env or {})}, check=False,
                                  stdout=subprocess.PIPE if quiet else None, stderr=subprocess.STDOUT)
            code = done.returncode
            if quiet and code:
                print(done.stdout.decode(errors="replace"))
        except FileNotFoundError:
            print(f"{argv[0]}: not installed")
            code = 127
        passed, failed = self.counts(code, report) if report else (int(code == 0), int(code != 0))
        if code == no_tests:
            passed = failed = 0
        self.steps.append((name, passed, failed, time.monotonic() - start))
        return code == 0

    @staticmethod
    def counts(code, report):
        """(passed, failed) of a JUnit report; a step that failed without a failing test counts as one failure."""
        try:
            root = xml.etree.ElementTree.parse(report).getroot()
        except (FileNotFoundError, xml.etree.ElementTree.ParseError):
            return 0, 1
        suites = [root] if root.tag == "testsuite" else root.findall("testsuite")

        def total(name):
            return sum(int(suite.get(name) or 0) for suite in suites)

        failed = total("failures") + total("errors")
        passed = total("tests") - failed - total("skipped") - total("disabled")
        return passed, failed or int(code != 0)

    def close(self):
        """Prints the table and the closing line; returns the exit code."""
        print("\n{:32} {:>7} {:>7} {:>8}".format("", "passed", "failed", "seconds"))
        for name, passed, failed, seconds in self.steps:
            print(f"{name:32} {passed:7} {failed:7} {seconds:8.1f}")
        print(f"\n{sum(step[1] for step in self.steps)} passed, {self.failed} failed", flush=True)
        return 1 if self.failed else 0
