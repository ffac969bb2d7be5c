"""Installs the Debian packages named in packages.txt that are missing.

Runs before anything else is there, so it imports only what python3-minimal has.
"""

import glob
import os
import subprocess
import sys

from deploy.problem import Problem

LIST = os.path.join(os.path.dirname(__file__), "packages.txt")
# Read by postgresql-common when a server package is installed: no "main" cluster is created or started.
NO_CLUSTER = "/etc/postgresql-common/createcluster.d/dandelion.conf"


def wanted(sections):
    """The names in these sections of packages.txt, in its order."""
    names, section = [], None
    with open(LIST, encoding="utf-8") as lines:
        for line in lines:
            line = line.split("#")[0].strip()
            if line.startswith("["):
                section = line.strip("[]")
            elif line and section in sections:
                names.append(line)
    return names


def missing(names):
    """Those of the names that dpkg does not know as installed, nor as provided: NodeSource's nodejs brings npm along."""
    query = ["dpkg-query", "-W", "-f", "${db:Status-Status} ${Package} ${Provides}\n"]
    answer = subprocess.run(query, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False).stdout
    there = {word.strip(",") for line in answer.splitlines() if line.startswith("installed ") for word in line.split()[1:]}
    return [name for name in names if name not in there]


def as_root(command, **options):
    """Runs a command with root's rights; returns whether it succeeded."""
    prefix = [] if os.geteuid() == 0 else ["sudo", "env"]
    settings = ["DEBIAN_FRONTEND=noninteractive"]
    try:
        return subprocess.run([*(prefix or ["env"]), *settings, *command], check=False, **options).returncode == 0
    except FileNotFoundError:
        raise Problem("Packages are missing and there is no sudo: run make packages as root") from None


def apt(*words):
    options = ["-y", "-q", "-o", "DPkg::Lock::Timeout=300", "-o", "APT::Install-Recommends=false"]
    return as_root(["apt-get", *options, *words])


def install(sections):
    """Installs what is missing from the sections; touches nothing, and needs no rights, when nothing is."""
    names = missing(wanted(sections))
    if not names:
        return
    print("Installing:", " ".join(names), flush=True)
    guard = any(name.startswith("postgresql") for name in names)
    if guard:
        as_root(["mkdir", "-p", os.path.dirname(NO_CLUSTER)])
        as_root(["tee", NO_CLUSTER], input="create_main_cluster = false\n", text=True, stdout=subprocess.DEVNULL)
    try:
        fresh = glob.glob("/var/lib/apt/lists/*_Packages*")
        if not fresh:
            apt("update")
        if not apt("install", *names) and not (fresh and apt("update") and apt("install", *names)):
            raise Problem("apt-get could not install " + ", ".join(names) + "; its own words are above")
    finally:
        if guard:
            as_root(["rm", "-f", NO_CLUSTER])
    sys.stdout.flush()
