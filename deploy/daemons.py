"""Which daemons there are: a folder services/<name>/ with migrations makes the daemon <name>, program <name>d.

A daemon appears here as soon as its program is built; nothing has to be registered.
"""

import collections
import glob
import os
import shutil

from deploy.place import CLONE

# Migrations that every service's schema gets before its own: the tables of the kit.
KIT = os.path.join(CLONE, "services", "store", "schema")

Daemon = collections.namedtuple("Daemon", "name program schema")


def known(place):
    """The daemons whose program is built, the gateway last: it is what the others serve."""
    daemons = [Daemon(name, name + "d", name) for name in schemas()] + [Daemon("gateway", "gateway", None)]
    return [daemon for daemon in daemons if os.path.exists(os.path.join(place.build, "bin", daemon.program))]


def schemas():
    """The services that own a schema, built or not."""
    files = glob.glob(os.path.join(CLONE, "services", "*", "migrations", "*.sql"))
    return sorted({file.split(os.sep)[-3] for file in files})


def copy(source, target):
    """Copies a file whole or not at all, unless it is there already; returns whether it was not."""
    about = os.stat(source)
    try:
        there = os.stat(target)
        if (there.st_size, there.st_mtime_ns) == (about.st_size, about.st_mtime_ns):
            return False
    except FileNotFoundError:
        pass
    shutil.copy2(source, target + ".new")
    os.chmod(target + ".new", 0o755 if os.access(source, os.X_OK) else 0o644)
    os.replace(target + ".new", target)
    return True


def install(place, daemons):
    """Copies programs and migrations to var/, where the runtime user can reach them and a rebuild cannot disturb what
    runs. Returns the names of the daemons whose program changed."""
    changed = []
    for daemon in daemons:
        source = os.path.join(place.build, "bin", daemon.program)
        if copy(source, os.path.join(place.bin, daemon.program)):
            changed.append(daemon.name)
    for schema in schemas():
        install_migrations(schema, os.path.join(place.migrations, schema))
    if install_web(os.path.join(place.build, "web"), place.web) and "gateway" not in changed:
        changed.append("gateway")  # it reads its files once, when it starts
    return changed


def install_web(source, target):
    """Copies the gateway's static files; returns whether any changed. A build without the pages has none."""
    changed = False
    for folder, _, names in os.walk(source):
        into = os.path.join(target, os.path.relpath(folder, source))
        os.makedirs(into, exist_ok=True)
        for name in names:
            changed |= copy(os.path.join(folder, name), os.path.join(into, name))
    return changed


def install_migrations(schema, target):
    """Puts the kit's migrations and the service's own into one folder; what is no longer there goes away."""
    sources = {}
    for folder in (KIT, os.path.join(CLONE, "services", schema, "migrations")):
        for path in glob.glob(os.path.join(folder, "*.sql")):
            sources[os.path.basename(path)] = path
    os.makedirs(target, exist_ok=True)
    for name in set(os.listdir(target)) - set(sources):
        os.unlink(os.path.join(target, name))
    for name, path in sources.items():
        copy(path, os.path.join(target, name))
