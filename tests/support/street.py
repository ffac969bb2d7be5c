"""A small street for tests, made through the front doors: the bus for its founding, HTTP for the rest."""

import itertools
import uuid

from tests.support.calls import secret

PASSWORD = secret("correct horse battery 1")
LEVELS = ["working_committee", "community_committee", "area", "grid", "branch"]
NUMBERS = itertools.count(1)

# Where a role is held.
LEVEL_OF_ROLE = {
    "street_administrator": "working_committee", "community_secretary": "community_committee", "area_lead": "area",
    "grid_worker": "grid", "branch_secretary": "branch", "branch_committee_member": "branch",
    "dues_collector": "branch", "member": "branch", "resident": "grid", "analyst": "working_committee",
    "auditor": "working_committee", "system_operator": "working_committee",
}


def id_number(year=1980, sex="male"):
    """A valid ID number (GB 11643) that no other call gave."""
    n = next(NUMBERS)
    day = f"{year}{n // 28 % 12 + 1:02}{n % 28 + 1:02}"
    serial = n // 336 * 2 + (1 if sex == "male" else 0)
    digits = f"110105{day}{serial:03}"
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    return secret(digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights)) % 11])


def phone():
    """A mobile number that no other call gave."""
    return secret(f"139{next(NUMBERS):08}")


class Chain:
    """One organisation of each level, each below the last, by level: chain.branch, chain.grid …"""

    def __init__(self, **ids):
        self.__dict__.update(ids)


class Street:
    """A street and its first administrator: `street.admin` is signed in."""

    def __init__(self, daemons, name="蒲公英街道"):
        self.daemons, self.http, self.bus = daemons, daemons.http, daemons.bus
        username = f"admin-{uuid.uuid4().hex[:12]}"
        name = f"{name} {next(NUMBERS)}"
        found = self.bus.call("Identity.FoundStreet", {
            "name": name, "working_committee_name": f"{name}党工委", "username": username, "password": PASSWORD,
        }, caller={"service": "test"})
        assert found.code == 0, found
        self.id, self.root, self.admin_account = found.body.id, found.body.working_committee_id, found.body.account_id
        self.admin = self.http.sign_in(username, PASSWORD)

    def organization(self, parent, level, name=None):
        reply = self.admin.post("/v1/organizations", {
            "parent_id": parent, "level": level, "name": name or f"{level} {next(NUMBERS)}"})
        assert reply.status == 201, reply
        return reply.body["id"]

    def chain(self):
        """A new community with everything down to a branch."""
        ids = {"working_committee": self.root}
        for above, level in zip(LEVELS, LEVELS[1:]):
            ids[level] = self.organization(ids[above], level)
        return Chain(**ids)

    def member(self, branch, **fields):
        reply = self.admin.post("/v1/members", {
            "organization_id": branch, "name": "张三", "id_number": id_number(), "category": "FULL",
            "joined_on": "2005-07-01", **fields})
        assert reply.status == 201, reply
        return reply.body["id"]

    def account(self, role, organization, **fields):
        """A client that is signed in with one role; its `account_id` is set."""
        username = f"{role}-{uuid.uuid4().hex[:12]}"
        reply = self.admin.post("/v1/accounts", {
            "username": username, "password": PASSWORD, "name": role,
            "roles": [{"role": role, "organization_id": organization}], **fields})
        assert reply.status == 201, reply
        client = self.http.sign_in(username, PASSWORD)
        client.account_id, client.username = reply.body["id"], username
        return client
