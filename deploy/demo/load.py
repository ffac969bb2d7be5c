"""Loads the demonstration street through the front doors, living through two years on the daemons' clock.

Every step has a fixed idempotency key, so a load that was interrupted is simply begun again: what was done is answered
with its first answer. At the end, whatever happened, the clock shows real time again.
"""

import collections
import concurrent.futures
import datetime
import time

from deploy import cluster
from deploy.demo import accounts, incomes, months, payers, people, roster, street, words
from deploy.demo.calls import Clock, Http, Tool
from deploy.problem import Problem

PATIENCE = 30  # seconds until dues must know what identity knows
FOUNDED_BEFORE = 15  # days before the first month of dues


def instant(day, hour=9):
    return datetime.datetime(day.year, day.month, day.day, hour, tzinfo=months.SHANGHAI)


class Load:
    """analyze: has PostgreSQL look at what came in, as it would by itself a minute later; until then its plans are those
    for empty tables."""

    def __init__(self, place, port, lived, analyze, report=print):
        self.place, self.analyze, self.report = place, analyze, report
        self.http, self.tool, self.clock = Http(port), Tool(place), Clock(place.path("clock"))
        self.lived = lived
        self.begin = incomes.begin_of(self.lived)
        self.founded = self.begin - datetime.timedelta(days=FOUNDED_BEFORE)
        self.levels = street.organizations()
        self.names = {one.key: one.name for level in self.levels for one in level}
        self.members = people.everyone(self.levels[-1], self.lived)
        self.payers = [payers.payer(member, self.lived) for member in self.members]
        self.key = accounts.secret(place)
        self.organizations = {}  # by key: replies of identity
        self.ids = {}  # of members, by their number
        self.monthly = {}  # (member, year): fen a month
        self.unpaid = collections.defaultdict(list)  # by member: months, oldest first
        self.admin, self.collectors = None, {}
        self.again = False  # an earlier load was interrupted
        self.registered_until = self.founded  # the day of the last roster
        self.paid = []  # (community, payment as replied) of the last month
        self.phase = (None, 0)

    # -- telling

    def begins(self, name):
        """Ends the phase under way, with the time it took, and begins another."""
        before, since = self.phase
        now = time.monotonic()
        if before:
            self.report(f"  {before:44} {now - since:6.1f} s", flush=True)
        self.phase = (name, now)

    # -- founding

    def found(self):
        """Founds the street, or finds that it is there. Returns the founder as an actor."""
        username, password = accounts.FOUNDER, accounts.password(self.key, accounts.FOUNDER)
        account = self.http.sign_in(username, password)
        self.again = account is not None
        if not account:
            self.tool.once("Identity.FoundStreet", {
                "name": words.STREET, "working_committee_name": words.WORKING_COMMITTEE, "username": username,
                "password": password})
            account = self.http.sign_in(username, password)
        committee = self.http.get("/v1/organizations/" + account["roles"][0]["organization_id"])
        self.organizations[""] = committee
        return self.actor(account["id"], account["street_id"], "street_administrator", "")

    def actor(self, account_id, street_id, role, held):
        held = self.organizations[held]
        return {"account_id": account_id, "street_id": street_id, "role": role, "organization_id": held["id"],
                "path": held["path"]}

    def build_tree(self):
        for level in self.levels:
            calls = [("Identity.CreateOrganization",
                      {"parent_id": self.organizations[one.parent]["id"], "level": one.level, "name": one.name},
                      f"demo-organization-{one.key}") for one in level]
            for one, reply in zip(level, self.admin.run(calls)):
                self.organizations[one.key] = reply

    def create_accounts(self, founder):
        member = next(one for one in self.members if one.branch == "1.1.1.b")
        calls = []
        for username, role, held, name in accounts.ACCOUNTS:
            if username == accounts.FOUNDER:
                continue
            person = {"person_id": self.ids[member.number]} if role == "member" else {}
            calls.append(("Identity.CreateAccount", {
                "username": username, "password": accounts.password(self.key, username), "name": name,
                "roles": [{"role": role, "organization_id": self.organizations[held]["id"]}], **person,
            }, f"demo-account-{username}"))
        for account in self.admin.run(calls):
            if account["roles"][0]["role"] == "dues_collector":
                number = account["username"][len("collector"):]
                actor = self.actor(account["id"], founder["street_id"], "dues_collector", number)
                self.collectors[number] = self.tool.acting(actor)

    # -- the register

    def import_roster(self, members, day, name):
        """Sends a roster through HTTP and commits it, as an administrator would."""
        self.http.sign_in(accounts.FOUNDER, accounts.password(self.key, accounts.FOUNDER))
        content = roster.workbook(members, self.names, day)
        preview = self.http.upload("/v1/members:import", f"{name}.xlsx", content, f"demo-import-{name}")
        if preview["rows_bad"]:
            raise Problem(f"The roster {name} has {preview['rows_bad']} bad rows: {preview['bad_cells'][:3]}")
        self.http.post(f"/v1/imports/{preview['id']}:commit", {}, f"demo-commit-{name}")

    def learn_ids(self, members):
        """Finds the members' ids: within a branch no two have the same name."""
        numbers = {(one.branch, one.name): one.number for one in members}
        branches = sorted({one.branch for one in members})
        calls = [("Identity.ListMembers", {"organization_id": self.organizations[key]["id"], "page_size": 100}, "")
                 for key in branches]
        for key, reply in zip(branches, self.admin.run(calls)):
            for found in reply["members"]:
                if (key, found["name"]) in numbers:
                    self.ids[numbers[key, found["name"]]] = found["id"]

    # -- dues

    def find_standards(self, members, year):
        """Takes over what an interrupted load has fixed already: a standard has no idempotency key."""
        calls = [("Dues.GetStandard", {"member_id": self.ids[one.number], "year": year}, "") for one in members]
        for one, reply in zip(members, self.admin.run(calls, tolerated=("not_found",))):
            if reply:
                self.monthly[one.number, year] = int(reply["monthly_fen"])
        return [one for one in members if (one.number, year) not in self.monthly]

    def set_standards(self, members, year, first_month):
        """Fixes the amounts of a year. What dues does not know yet, because identity told it only now, is sent
        again."""
        waiting = []
        for one in self.find_standards(members, year) if self.again else members:
            category, base = incomes.standard(one, year, self.begin)
            month = max(first_month, months.of(one.joined_on), year * 12)
            waiting.append((one.number, ("Dues.SetStandard", {
                "member_id": self.ids[one.number], "year": year, "category": category, "base_fen": base,
                "effective_month": months.text(month), "reason": "年度核定",
            }, "")))
        deadline = time.monotonic() + PATIENCE
        while waiting:
            replies = self.admin.run([call for _, call in waiting], tolerated=("not_found", "dues.member_unknown"))
            for (number, _), reply in zip(waiting, replies):
                if reply:
                    self.monthly[number, year] = int(reply["monthly_fen"])
            waiting = [item for item, reply in zip(waiting, replies) if not reply]
            if waiting and time.monotonic() > deadline:
                raise Problem(f"dues does not learn of {len(waiting)} members: see the log of dues")
            if waiting:
                time.sleep(0.2)
                self.analyze()

    def bill(self, month, run, members):
        """Makes the bills of a month. members: those who have one now and had none before."""
        body = {"organization_id": self.organizations[""]["id"], "month": months.text(month)}
        reply = self.admin.run([("Dues.GenerateBills", body, f"demo-bills-{months.text(month)}-{run}")])[0]
        if reply["created"] != len(members):
            raise Problem(f"{reply['created']} bills were made for {months.text(month)}, not {len(members)}")
        for one in members:
            self.unpaid[one.number].append(month)

    def collect(self, month, day):
        """One day on which dues are collected, in all communities at once."""
        self.clock.go_to(instant(months.day(month, day)))
        due = collections.defaultdict(list)
        for one in self.payers:
            paid = payers.payment(one, self.unpaid[one.member.number], month, day)
            if paid:
                due[one.member.branch.split(".")[0]].append(paid)
        with concurrent.futures.ThreadPoolExecutor(len(self.collectors)) as pool:
            done = pool.map(lambda community: self.collect_in(community, due[community], month, day), due)
            self.paid = [item for part in done for item in part]

    def collect_in(self, community, payments, month, day):
        calls = []
        for paid in payments:
            amount = sum(self.monthly[paid.number, months.year(owed)] for owed in paid.months)
            calls.append(("Dues.Pay", {
                "member_id": self.ids[paid.number], "months": [months.text(owed) for owed in paid.months],
                "amount_fen": amount, "channel": paid.channel, "on_behalf_by": paid.on_behalf_by,
            }, f"demo-pay-{paid.number}-{months.text(month)}-{day}"))
        replies = self.collectors[community].run(calls)
        for paid in payments:
            self.unpaid[paid.number] = [owed for owed in self.unpaid[paid.number] if owed not in paid.months]
        pending = [reply for reply in replies if reply["state"] == "PENDING"]
        left = pending[:1] if (month, day) == (self.lived[-1], payers.LATE) else []
        settle = [("Dues.SettlePayment", {"id": reply["id"]}, f"demo-settle-{reply['id']}", 1)
                  for reply in pending if reply not in left]
        self.collectors[community].run(settle)
        return [(community, reply) for reply in replies]

    def correct(self):
        """What goes wrong in life: some payments of the last day are taken back, with a reason."""
        settled = [reply for _, reply in self.paid if reply["state"] == "SETTLED"][:6]
        self.admin.run([("Dues.ReversePayment", {"id": reply["id"], "reason": "重复登记，予以冲正"},
                         f"demo-reverse-{reply['id']}", 1) for reply in settled])

    # -- the two years

    def quarter(self, month):
        """At the beginning of a quarter the roster is sent again with those who joined and those who became full."""
        before, day = self.registered_until, months.day(month, 1)
        self.registered_until = day
        joined = [one for one in self.members if one.number >= people.INITIAL and before <= one.joined_on < day]
        full = [one for one in self.members if before <= one.full_since < day and one not in joined]
        if joined or full:
            self.import_roster(joined + full, day, f"{months.text(month)}")
        if not joined:
            return
        self.learn_ids(joined)
        for year in sorted({months.year(months.of(one.joined_on)) for one in joined} | {months.year(month)}):
            self.set_standards([one for one in joined if one.joined_on.year <= year], year, 0)
        for owed in range(min(months.of(one.joined_on) for one in joined), month):
            self.bill(owed, f"joined-{months.text(month)}", [one for one in joined if months.of(one.joined_on) <= owed])

    def present(self, month):
        """Those who are registered by the first day of a month."""
        first = month - month % 3 if month - month % 3 > self.lived[0] else self.lived[0]
        return [one for one in self.members if one.number < people.INITIAL or one.joined_on < months.day(first, 1)]

    def live(self, month):
        self.clock.go_to(instant(months.day(month, 1)))
        known = self.present(month)
        if month != self.lived[0] and month % 3 == 0:
            self.quarter(month)
        if month == self.lived[0] or month % 12 == 0:
            self.set_standards([one for one in known if (one.number, months.year(month)) not in self.monthly],
                               months.year(month), month)
        self.bill(month, "all", known)
        if month == self.lived[0]:
            self.analyze()
        self.collect(month, payers.EARLY)
        self.collect(month, payers.LATE)

    def run(self):
        initial = self.members[:people.INITIAL]
        self.begins("organisations")
        self.clock.go_to(instant(self.founded))
        founder = self.found()
        self.admin = self.tool.acting(founder)
        self.build_tree()
        self.begins(f"roster of {len(initial)} members")
        self.import_roster(initial, self.founded, "roster")
        self.analyze()
        self.learn_ids(initial)
        self.begins("accounts")
        self.create_accounts(founder)
        accounts.write(self.place, self.key, self.organizations)
        for at in range(0, len(self.lived), 12):
            year = self.lived[at:at + 12]
            self.begins(f"dues from {months.text(year[0])} to {months.text(year[-1])}")
            for month in year:
                self.live(month)
        self.correct()
        self.begins(None)

    def close(self):
        self.clock.set(0)
        for batch in [self.admin, *self.collectors.values()]:
            if batch:
                batch.close()


def main(place, port, today=None):
    """today: the day of loading, which decides the two years."""
    lived = months.lived(today or months.today())
    load = Load(place, port, lived, lambda: cluster.psql(place, "ANALYZE"))
    try:
        load.run()
    finally:
        load.close()
