"""What the daemons' logs tell about a run: which methods were called and how they ended, and that no secret is there."""

import re

CALL = re.compile(r'event="call" method=(\S+) code=(\S+)')

# {"Dues.Pay": {"ok", "refused"}}: of all daemons that ended so far.
SEEN = {}

# ID numbers, telephones, addresses, passwords and tokens that tests sent in or were given.
SECRETS = set()


def secret(value):
    """Remembers a value that no log may ever hold; returns it."""
    SECRETS.add(value)
    return value


def take(text):
    """Counts the calls that a log tells of."""
    for method, code in CALL.findall(text):
        SEEN.setdefault(method, set()).add("ok" if code == "ok" else "refused")


def told(text):
    """The secrets that a text gives away."""
    return {value for value in SECRETS if value in text}
