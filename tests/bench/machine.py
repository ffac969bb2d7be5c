"""Facts about the machine, without which figures say little."""

import os
import platform
import re
import subprocess
import tempfile

from deploy import cluster


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        found = re.search(r"^model name\s*: (.*)$", file.read(), re.M)
    return found.group(1) if found else platform.machine()


def memory_gb():
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / (1 << 30)


def fdatasync_us(folder):
    """How long PostgreSQL's way of making 8 kB durable takes on this disk."""
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        command = [f"{cluster.PROGRAMS}/pg_test_fsync", "-s", "1", "-f", file.name]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as test:
            for line in test.stdout:
                found = re.match(r"\s+fdatasync\s.*?(\d+) usecs/op", line)
                if found:
                    test.kill()
                    return int(found.group(1))
    return 0


def facts(folder):
    return [
        f"{os.cpu_count()} cores ({processor()}), {memory_gb():.0f} GB, Linux {platform.release()}; "
        f"load on arrival {os.getloadavg()[0]:.1f}",
        f"fdatasync of 8 kB takes {fdatasync_us(folder)} us; fsync = on, synchronous_commit = on for all",
    ]
