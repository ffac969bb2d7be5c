"""The private PostgreSQL 15: made, configured, given its roles and schemas, migrated.

Each service <s> has a schema <s>, owned by the role dandelion_<s>_owner, who migrates it, and used by the role
dandelion_<s>, who may read and write its rows but not change its tables. Migrations may take more away, for example
`REVOKE UPDATE, DELETE ON ledger FROM dandelion_dues`. Neither role can reach another schema.
"""

import os
import shutil
import subprocess
import time

from deploy import daemons
from deploy.place import CLONE
from deploy.problem import Problem

PROGRAMS = "/usr/lib/postgresql/15/bin"
DATABASE = "dandelion"
SETTINGS = os.path.join(CLONE, "deploy", "conf", "postgresql.conf")
# Read by us alone, and complete only in a cluster that was made to the end.
COMPLETE = ("PG_VERSION", "global/pg_control", "base", "pg_wal")

ROLES = """
SELECT 'CREATE ROLE {role} LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') \\gexec
SELECT 'CREATE ROLE {role}_owner LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}_owner') \\gexec
GRANT CONNECT ON DATABASE {database} TO {role}, {role}_owner;
CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION {role}_owner;
GRANT USAGE ON SCHEMA {schema} TO {role};
ALTER DEFAULT PRIVILEGES FOR ROLE {role}_owner IN SCHEMA {schema}
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role};
ALTER DEFAULT PRIVILEGES FOR ROLE {role}_owner IN SCHEMA {schema} GRANT USAGE, SELECT ON SEQUENCES TO {role};
ALTER ROLE {role} SET search_path = {schema};
ALTER ROLE {role}_owner SET search_path = {schema};
"""


def exists(place):
    return all(os.path.exists(os.path.join(place.postgres, part)) for part in COMPLETE)


def ensure(place):
    """Makes the cluster if there is none. It appears under its name only when complete, so a broken attempt is
    simply made again; what is there but is no cluster is put aside, never removed. Returns whether it is new."""
    if exists(place):
        with open(os.path.join(place.postgres, "PG_VERSION"), encoding="ascii") as file:
            version = file.read().strip()
        if version != "15":
            raise Problem(f"{place.postgres} is a cluster of PostgreSQL {version}, not 15: move it away")
        return False
    if os.path.lexists(place.postgres) and os.listdir(place.postgres):
        aside = place.postgres + time.strftime(".damaged-%Y%m%d-%H%M%S")
        os.rename(place.postgres, aside)
        print(f"The cluster in {place.postgres} was incomplete; it now lies in {aside} and a new one is made.")
    elif os.path.lexists(place.postgres):
        os.rmdir(place.postgres)
    new = place.postgres + ".new"
    shutil.rmtree(new, ignore_errors=True)
    place.owned(new, 0o700)
    options = ["--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums", "--auth=peer", "--username=postgres"]
    command = [f"{PROGRAMS}/initdb", "-D", new, "--no-instructions", *options]
    made = subprocess.run(command, capture_output=True, text=True, check=False, env=environment(place), cwd=place.var,
                          **place.as_user())
    if made.returncode != 0:
        shutil.rmtree(new, ignore_errors=True)
        raise Problem(f"PostgreSQL's initdb failed: {last_line(made.stderr)}")
    os.rename(new, place.postgres)
    return True


def environment(place):
    return {"PATH": f"{PROGRAMS}:/usr/bin:/bin", "HOME": place.var, "LANG": "C.UTF-8", "PGCONNECT_TIMEOUT": "5"}


def last_line(text):
    lines = [line.strip() for line in text.strip().splitlines() if "FATAL" in line or "error" in line.lower()]
    return (lines or text.strip().splitlines() or ["it says nothing"])[-1]


def configure(place, extra=""):
    """Writes the cluster's settings into var/. extra: more lines of postgresql.conf."""
    with open(SETTINGS, encoding="utf-8") as file:
        settings = file.read()
    names = [f"dandelion_{schema}{kind}" for schema in daemons.schemas() for kind in ("", "_owner")] + ["postgres"]
    users = {place.user.pw_name, "root"}
    mapping = "".join(f"private {user} {name}\n" for user in sorted(users) for name in names)
    place.write(place.path("postgresql.conf"), settings + f"unix_socket_directories = '{place.run}'\n" + extra)
    place.write(place.path("pg_hba.conf"), "local all all peer map=private\n")
    place.write(place.path("pg_ident.conf"), mapping)


def server(place):
    """The command line that runs the server in the foreground."""
    files = {"config_file": "postgresql.conf", "hba_file": "pg_hba.conf", "ident_file": "pg_ident.conf"}
    settings = [f"--{name}={place.path(file)}" for name, file in files.items()]
    return [f"{PROGRAMS}/postgres", "-D", place.postgres, *settings]


def accepts(place):
    """Whether the server takes connections."""
    command = [f"{PROGRAMS}/pg_isready", "-q", "-h", place.run]
    return subprocess.run(command, check=False, env=environment(place)).returncode == 0


def psql(place, script, database=DATABASE):
    """Runs a script as the superuser; returns what it printed, unaligned."""
    command = [f"{PROGRAMS}/psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", place.run, "-U", "postgres", "-d", database]
    done = subprocess.run(command, input=script, capture_output=True, text=True, check=False, cwd=place.var,
                          env={**environment(place), "PGOPTIONS": "-c client_min_messages=warning"}, **place.as_user())
    if done.returncode != 0:
        raise Problem(f"PostgreSQL refused to be set up: {last_line(done.stderr)}")
    return done.stdout


def set_up(place):
    """Makes the database, the roles and the schemas that are missing; changes nothing when none is."""
    script = f"""
SELECT 'CREATE DATABASE {DATABASE}' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}') \\gexec
\\connect {DATABASE}
REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
"""
    for schema in daemons.schemas():
        script += ROLES.format(role=f"dandelion_{schema}", schema=schema, database=DATABASE)
    psql(place, script, "postgres")


def migrate(place, database=DATABASE):
    """Applies each service's new migrations, in its schema and as its owner."""
    config = ""
    for schema in daemons.schemas():
        source = f"host={place.run} dbname={database} user=dandelion_{schema}_owner sslmode=disable"
        config += f"{schema}:\n  dialect: postgres\n  datasource: {source}\n"
        config += f"  dir: {os.path.join(place.migrations, schema)}\n  table: migrations\n"
    path = place.path(f"migrations/{database}.yml")
    place.write(path, config)
    for schema in daemons.schemas():
        command = ["sql-migrate", "up", f"-config={path}", f"-env={schema}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment(place),
                              cwd=place.var, **place.as_user())
        if done.returncode != 0:
            raise Problem(f"A migration of {schema} failed: {(done.stdout + done.stderr).strip()}")
