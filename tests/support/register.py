"""The register over the bus: a street, and callers as the gateway would describe them."""

import hashlib
import itertools
import os
import uuid

from tests.support.street import LEVELS, PASSWORD, id_number

NUMBERS = itertools.count(1)


class Caller:
    """An account as the gateway sees it: `caller("Identity.ListMembers", {…})` calls with the roles it holds now."""

    def __init__(self, bus, token):
        self.bus, self.token = bus, token
        self.session = resolve(bus, token).body
        self.account = self.session.account_id

    def __call__(self, method, body=None, *, key=None, match=0, **options):
        """Calls with a new idempotency key unless one is given; the roles are looked up for every call."""
        session = resolve(self.bus, self.token).body
        caller = {
            "street_id": session.street_id, "account_id": session.account_id, "person_id": session.person_id,
            "session_id": session.session_id,
            "grants": [{"role": grant.role, "organization_id": grant.organization_id, "path": grant.path}
                       for grant in session.grants],
        }
        return self.bus.call(method, body, caller=caller, key=key or str(uuid.uuid4()), match=match, **options)


def resolve(bus, token):
    """What the gateway asks for every request: whose session a token opens."""
    digest = hashlib.blake2b(token.encode(), digest_size=32).digest()
    return bus.call("Identity.ResolveSession", {"token_hash": b64(digest)}, caller={"service": "gateway"})


def b64(data):
    import base64
    return base64.b64encode(data).decode()


class Register:
    """A street with its administrator: `register.admin` calls as that account."""

    def __init__(self, daemons):
        self.daemons, self.bus = daemons, daemons.bus
        self.username = f"admin-{uuid.uuid4().hex[:12]}"
        self.found = self.bus.call("Identity.FoundStreet", {
            "name": f"街道 {uuid.uuid4().hex[:8]}", "working_committee_name": "街道党工委", "username": self.username,
            "password": PASSWORD}, caller={"service": "test"})
        assert self.found.code == 0, self.found
        self.id, self.root = self.found.body.id, self.found.body.working_committee_id
        self.admin = self.sign_in(self.username)

    def sign_in(self, username, password=PASSWORD):
        reply = self.bus.call("Identity.SignIn", {"username": username, "password": password})
        assert reply.code == 0, reply
        return Caller(self.bus, reply.body.token)

    def organization(self, parent, level, name=None, **fields):
        reply = self.admin("Identity.CreateOrganization", {
            "parent_id": parent, "level": level, "name": name or f"{level} {next(NUMBERS)}", **fields})
        assert reply.code == 0, reply
        return reply.body

    def chain(self, community=None, branch=None):
        """A community and below it an organisation of each level; returns them by level."""
        made, above = {}, self.root
        names = {"community_committee": community, "branch": branch}
        for level in LEVELS[1:]:
            made[level] = self.organization(above, level, names.get(level))
            above = made[level].id
        return made

    def account(self, role, organization, **fields):
        """Signed in, with one role."""
        username = f"{role.replace('_', '-')}-{uuid.uuid4().hex[:12]}"
        reply = self.admin("Identity.CreateAccount", {
            "username": username, "password": PASSWORD, "name": "某某",
            "roles": [{"role": role, "organization_id": organization}], **fields})
        assert reply.code == 0, reply
        return self.sign_in(username)

    def member(self, branch, caller=None, **fields):
        reply = (caller or self.admin)("Identity.CreateMember", {
            "organization_id": branch, "name": "张三", "id_number": id_number(), "category": "FULL",
            "joined_on": "2005-07-01", **fields})
        assert reply.code == 0, reply
        return reply.body

    def upload(self, content, name="roster.csv", caller=None, **fields):
        """Stores a file as the gateway does, and has it read."""
        stored = uuid.uuid4().hex
        path = os.path.join(self.daemons.place.files, stored)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        os.chmod(path, 0o644)
        return (caller or self.admin)("Identity.ImportMembers", {"file": stored, "file_name": name, **fields},
                                      seconds=60)

    def events(self, kind=""):
        """The street's events in the log, decoded: (position, type, message)."""
        found, after = [], 0
        while True:
            page = self.bus.call("Kit.ReadEvents", {"after": after, "limit": 1000}, caller={"service": "test"},
                                 service="identity").body.events
            if not page:
                return found
            after = page[-1].position
            for event in page:
                if event.street_id == self.id and kind in event.type:
                    found.append((event.position, event.type, self.decode(event)))

    def decode(self, event):
        parts = event.type.split(".")
        name = "".join(word.capitalize() for word in f"{parts[2]}_{parts[3]}".split("_"))
        message = self.bus.messages.new(f"dandelion.identity.{NAMES.get(name, name)}")
        message.ParseFromString(event.data)
        return message


# Where a message is not called after its type.
NAMES = {"AccountRolesChanged": "RolesChanged"}
