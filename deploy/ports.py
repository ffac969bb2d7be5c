"""The ports of an installation, and who already listens on one."""

import glob
import os

from deploy.problem import Problem


def main_port():
    """PORT from the environment: the gateway's, 8080 if not said."""
    text = os.environ.get("PORT") or "8080"
    if not text.isdigit() or not 1024 <= int(text) <= 65535:
        raise Problem(f"PORT is {text}: it must be a number from 1024 to 65535")
    return int(text)


def health_ports(port, names):
    """{name: health port}: derived from PORT so that clones side by side do not meet, below the ephemeral ports."""
    first = 20000 + port % 1200 * 10
    return {name: first + at for at, name in enumerate(names)}


def listener(port):
    """Who listens on a TCP port, in words; None if nobody does."""
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        if os.path.exists(table):
            with open(table, encoding="ascii") as lines:
                for fields in map(str.split, lines):
                    if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                        inodes.add(f"socket:[{fields[9]}]")
    if not inodes:
        return None
    for link in glob.iglob("/proc/[0-9]*/fd/*"):
        try:
            if os.readlink(link) in inodes:
                pid = link.split("/")[2]
                with open(f"/proc/{pid}/comm", encoding="utf-8") as comm:
                    return f"process {pid} ({comm.read().strip()})"
        except OSError:
            continue
    return "a process of another user"


def require_free(ports, remedy):
    """ports: {what for: port}. Raises a Problem that names the first taken one and its holder."""
    for purpose, port in ports.items():
        holder = listener(port)
        if holder:
            raise Problem(f"Port {port} ({purpose}) is taken by {holder}: {remedy}")
