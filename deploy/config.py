"""Writes var/dandelion.conf, from the documented deploy/conf/dandelion.conf, and the keys that it points to."""

import configparser
import os
import re
import secrets

from deploy import ports
from deploy.place import CLONE
from deploy.problem import Problem

SAMPLE = os.path.join(CLONE, "deploy", "conf", "dandelion.conf")
KEYS = ("column", "blind-index", "session-pepper")
KEY_BYTES = 32


def dsn(place, user):
    return f"host={place.run} dbname=dandelion user={user}"


def values(place, daemons, port):
    """{section: {key: value}}: what differs in this place from the sample."""
    health = ports.health_ports(port, [daemon.name for daemon in daemons])
    found = {"common": {"bus_directory": os.path.join(place.run, "bus"), "files_directory": place.files,
                        "clock_file": place.path("clock")}}
    for key in KEYS:
        name = key.replace("-", "_") + "_key_file"
        found["common"][name] = os.path.join(place.secrets, key + ".key")
    for daemon in daemons:
        found[daemon.name] = {"health_port": health[daemon.name]}
        if daemon.schema:
            found[daemon.name]["database"] = dsn(place, f"dandelion_{daemon.schema}")
    found.setdefault("gateway", {}).update(port=port, web_directory=place.web)
    return found


def render(sample, wanted):
    """The sample with the wanted values in place, comments kept; sections it does not have are appended."""
    left = {section: dict(keys) for section, keys in wanted.items()}
    lines, section = [], None
    for line in sample.splitlines():
        header = re.match(r"\[(\w+)\]", line)
        key = re.match(r"(\w+)\s*=", line)
        if header:
            section = header.group(1)
        elif key and key.group(1) in left.get(section, {}):
            line = f"{key.group(1)} = {left[section].pop(key.group(1))}"
        lines.append(line)
    for section, keys in left.items():
        if keys and f"[{section}]" in sample:
            raise Problem(f"deploy/conf/dandelion.conf has no {', '.join(keys)} in [{section}]")
        if keys:
            lines += ["", f"[{section}]", *(f"{key} = {value}" for key, value in keys.items())]
    return "\n".join(lines) + "\n"


def write(place, daemons, port, changes=None):
    """changes: {section: {key: value}} that differ from what `make run` would write."""
    wanted = values(place, daemons, port)
    for section, keys in (changes or {}).items():
        wanted.setdefault(section, {}).update(keys)
    with open(SAMPLE, encoding="utf-8") as file:
        sample = file.read()
    head = "; Written by every start from deploy/conf/dandelion.conf: change that, or set DANDELION_<SECTION>_<KEY>.\n"
    place.write(place.config, head + render(sample, wanted))


def write_clock(place):
    """The daemons' clock shows real time; the demonstration moves it while it loads (services/base/clock.h)."""
    place.write(place.path("clock"), bytes(8))


def in_force(place):
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(place.config, encoding="utf-8")
    return parser


def variables(place):
    """The beginnings of environment variables that daemons read as settings."""
    return tuple(f"DANDELION_{section.upper()}_" for section in in_force(place).sections())


def gateway_port(place):
    return in_force(place).getint("gateway", "port")


def health(place):
    """{daemon: health port} as the configuration in force says."""
    parser = in_force(place)
    return {name: parser.getint(name, "health_port") for name in parser.sections() if "health_port" in parser[name]}


def write_keys(place, cluster_exists):
    """Makes the keys of a new installation. Data without its keys is lost, so an old one must still have them."""
    for name in KEYS:
        path = os.path.join(place.secrets, name + ".key")
        if not os.path.exists(path):
            if cluster_exists:
                raise Problem(f"{path} is gone, and the data that it protects is unreadable without it: "
                              "bring it back, or give up the data with make reset")
            place.write(path, secrets.token_bytes(KEY_BYTES), 0o600)
