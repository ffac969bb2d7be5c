"""Runs a tool on each file whose content it has not yet accepted; what passed is remembered in build/checks/."""

import concurrent.futures
import hashlib
import os
import subprocess

from tests.checks import tree

CACHE = os.path.join(tree.ROOT, "build", "checks")
JOBS = int(os.environ.get("JOBS") or os.cpu_count() or 2)


def digest(*parts):
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def load(name):
    try:
        with open(os.path.join(CACHE, name), encoding="ascii") as file:
            return set(file.read().split())
    except FileNotFoundError:
        return set()


def run(name, paths, command, context=""):
    """Runs command(path) → argv on every path not yet accepted. context: all else the verdict depends on."""
    known = load(name)
    keys = {path: digest(context, path, tree.read(path)) for path in paths}
    todo = [path for path in paths if keys[path] not in known]
    accepted, failed = {keys[path] for path in paths} & known, 0

    def judge(path):
        return path, subprocess.run(command(path), cwd=tree.ROOT, capture_output=True, text=True, check=False)

    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for path, result in pool.map(judge, todo):
            if result.returncode == 0:
                accepted.add(keys[path])
            else:
                failed += 1
                print(result.stdout.strip() or result.stderr.strip() or f"{path}: {command(path)[0]} failed")
    os.makedirs(CACHE, exist_ok=True)
    with open(os.path.join(CACHE, name), "w", encoding="ascii") as file:
        file.write("\n".join(sorted(accepted)))
    print(f"{name}: {len(todo)} of {len(paths)} files looked at, {failed} failed", flush=True)
    return failed
