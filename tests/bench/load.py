"""Runs http_load against a port."""

import json
import os
import subprocess
import tempfile


def run(build, port, verb, path, token, lines, connections=64, seconds=0):
    """Sends the lines as requests, each once (see the head of http_load.c), for at most so many seconds (0: no limit).
    Returns its report: requests, per_second, p50_ms, p99_ms, statuses."""
    with tempfile.NamedTemporaryFile("w", prefix="dl-load-", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in lines)
        file.flush()
        command = [os.path.join(build, "bench", "http_load"), "127.0.0.1", str(port), str(connections), verb, path, token,
                   file.name, str(seconds)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    return json.loads(done.stdout)


def expect(report, status):
    """Every answer had this status; anything else is no figure but a fault."""
    assert set(report["statuses"]) == {str(status)}, report
    return report


def median(reports, figure):
    return sorted(report[figure] for report in reports)[len(reports) // 2]
