"""A small street as the events of identity tell it: its organisations, members and callers, told by a Feed."""

import time
import uuid

LEVELS = {"working_committee": "/1/", "community_committee": "/1/4/", "area": "/1/4/2/", "grid": "/1/4/2/1/"}
BRANCHES = {"north": "/1/4/2/1/1/", "south": "/1/4/2/1/2/", "far": "/1/5/1/1/1/"}


class ToldStreet:
    """Organisations by name (`street.organizations["north"]`), members by number, callers by role and place."""

    def __init__(self, feed):
        self.feed, self.id = feed, str(uuid.uuid4())
        self.organizations, self.paths, self.members = {}, {}, []
        for name, path in (LEVELS | BRANCHES).items():
            self.organize(name, path, "branch" if name in BRANCHES else name)

    def organize(self, name, path, level):
        self.organizations[name], self.paths[name] = str(uuid.uuid4()), path
        self.feed.tell(self.id, "organization.created", path, organization_id=self.organizations[name], level=level,
                       name=name, path=path)

    def register(self, branch="north", **fields):
        """Adds a member and returns its id."""
        member = str(uuid.uuid4())
        self.members.append(member)
        self.tell_member("member.registered", member, branch, **fields)
        return member

    def tell_member(self, happened, member, branch, **fields):
        self.feed.tell(self.id, happened, self.paths[branch], member_id=member,
                       organization_id=self.organizations[branch], organization_path=self.paths[branch],
                       **{"name": f"党员{len(self.members)}", "category": "FULL", "state": "ACTIVE",
                          "joined_on": "2001-07-01", **fields})

    def caller(self, role, place, account=None):
        """The caller that the gateway would make of an account with this role."""
        return {"street_id": self.id, "account_id": account or str(uuid.uuid4()), "person_id": str(uuid.uuid4()),
                "grants": [{"role": role, "organization_id": self.organizations[place], "path": self.paths[place]}]}

    def wait_applied(self, database, schema):
        """Until the daemon of that schema has applied all that was told."""
        deadline = time.monotonic() + 20
        self.feed.ring()
        while database.rows("SELECT position FROM checkpoint", schema=schema) != [(len(self.feed.events),)]:
            assert time.monotonic() < deadline, "the events were not applied"
            time.sleep(0.01)
