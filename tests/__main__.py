"""Runs groups of tests: `python3 -m tests all|check|asan|fuzz|lint`; closes with `N passed, N failed`."""

import os
import sys

from tests.results import ROOT, Results

JOBS = os.environ.get("JOBS") or str(os.cpu_count() or 2)
QUICK = ["format", "includes", "size", "banned", "languages", "docs", "headers", "wire"]
SLOW = ["sql", "lint"]
SUITES = ["tests/contract", "tests/service", "tests/system"]
# Under the sanitizers go the suites that test our C code; not what tests the commands a person gives.
AS_A_PERSON = ["running", "new_service", "tour"]
SANITIZED = ["tests/service", "tests/system", *(f"--ignore=tests/system/test_{name}.py" for name in AS_A_PERSON)]


def build(results, folder="build", *options):
    """Configures the folder if need be and builds it."""
    if not os.path.exists(os.path.join(ROOT, folder, "build.ninja")):
        cmake = ["cmake", "-S", ".", "-B", folder, "-G", "Ninja", "--log-level=NOTICE"]
        if not results.command(f"configure {folder}", [*cmake, f"-DPython3_EXECUTABLE={sys.executable}", *options]):
            return False
    return results.command(f"build {folder}", ["ninja", "-C", folder, "-j", JOBS, "--quiet"])


def unit(results, folder="build"):
    report = os.path.join(ROOT, folder, "ctest.xml")
    ctest = ["ctest", "--test-dir", folder, "-j", JOBS, "--output-on-failure", "--timeout", "120", "--no-tests=ignore"]
    results.command(f"unit tests ({folder})", [*ctest, "--progress", "--output-junit", report], report)


def suites(results, folder="build", names=tuple(SUITES)):
    """The pytest suites, against the programs of a build folder."""
    present = [name for name in names if name.startswith("-") or os.path.isdir(os.path.join(ROOT, name))]
    report = os.path.join(ROOT, folder, "pytest.xml")
    pytest = [sys.executable, "-m", "pytest", "-q", "-ra", f"--junitxml={report}", *present]
    # Exit code 5: there was no test to run.
    results.command(f"suites ({folder})", pytest, report, {"DANDELION_BUILD": os.path.join(ROOT, folder)}, 5)


def checks(results, names):
    for name in names:
        if os.path.exists(os.path.join(ROOT, "tests", "checks", name + ".py")):
            results.command(f"check {name}", [sys.executable, "-m", f"tests.checks.{name}"])


def asan(results):
    if build(results, "build-asan", "-DCMAKE_BUILD_TYPE=Debug", "-DDANDELION_SANITIZE=ON"):
        unit(results, "build-asan")
        suites(results, "build-asan", SANITIZED)


def fuzz(results):
    """Each fuzz target for FUZZ_SECONDS, beginning with its kept corpus; new findings stay in build-fuzz/."""
    options = ["-DCMAKE_C_COMPILER=clang-14", "-DCMAKE_BUILD_TYPE=Debug", "-DDANDELION_FUZZ=ON"]
    if not build(results, "build-fuzz", *options):
        return
    programs = os.path.join(ROOT, "build-fuzz", "fuzz")
    for name in sorted(os.listdir(programs)) if os.path.isdir(programs) else []:
        found = os.path.join(ROOT, "build-fuzz", "corpus", name)
        kept = os.path.join(ROOT, "tests", "fuzz", "corpus", name)
        os.makedirs(found, exist_ok=True)
        seconds = os.environ.get("FUZZ_SECONDS") or "20"
        limits = [f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=1024"]
        folders = [found, kept] if os.path.isdir(kept) else [found]
        place = f"-artifact_prefix={os.path.join(ROOT, 'build-fuzz')}/{name}-"
        results.command(f"fuzz {name}", [os.path.join(programs, name), *limits, place, *folders], quiet=True)


def main(group):
    results = Results()
    if group == "fuzz":
        fuzz(results)
    elif group == "asan":
        asan(results)
    elif build(results):
        if group == "lint":
            checks(results, ["lint"])
        else:
            unit(results)
            checks(results, QUICK)
        if group == "all":
            suites(results)
            asan(results)
            fuzz(results)
            checks(results, SLOW)
    return results.close()


if len(sys.argv) != 2 or sys.argv[1] not in ("all", "check", "asan", "fuzz", "lint"):
    sys.exit("usage: python3 -m tests all|check|asan|fuzz|lint")
sys.exit(main(sys.argv[1]))
