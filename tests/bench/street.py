"""The street that is measured: that of the demonstration, founded through the front doors."""

import datetime
import json
import time

from deploy.demo import months, people, roster, street as tree
from tests.bench import load
from tests.support.street import Street as Founded

MONTHS_OF_BILLS = 24
PAYABLE = 7  # the oldest month that may still be paid lies six months back


class Street:
    """`admin` and `collector` are signed in; the collector may collect dues of all."""

    def __init__(self, daemons):
        self.daemons, self.database = daemons, daemons.database
        self.today = datetime.datetime.now(months.SHANGHAI).date()
        self.months = list(range(months.of(self.today) - MONTHS_OF_BILLS + 1, months.of(self.today) + 1))
        founded = Founded(daemons)
        self.id, self.root, self.admin = founded.id, founded.root, founded.admin
        self.oldest = months.day(self.months[0], 1)
        self.scope = "{" + self.database.rows("SELECT path FROM identity.organization")[0][0] + "}"
        self.collector = founded.account("dues_collector", self.root)
        self.organize(founded)
        self.register()
        self.fix_standards()
        self.bill()

    def organize(self, founded):
        self.branches, ids = [], {"": self.root}
        for level in tree.organizations():
            for organization in level:
                ids[organization.key] = founded.organization(ids[organization.parent], organization.level,
                                                             organization.name)
                if organization.level == "branch":
                    self.branches.append(organization)

    def register(self):
        """The roster goes in as a branch would send it: preview, then commit."""
        members = people.everyone(self.branches, months.lived(self.today))[:people.INITIAL]
        names = {branch.key: branch.name for branch in self.branches}
        preview = self.admin.upload("/v1/members:import", "roster.xlsx", roster.workbook(members, names, self.today))
        assert preview.status == 201 and preview.body.get("rows_new") == len(members), preview
        done = self.admin.post(f"/v1/imports/{preview.body['id']}:commit", {})
        assert done.status == 200, done
        deadline = time.monotonic() + 60
        while (known := self.members()) != len(members):
            assert time.monotonic() < deadline, f"dues knows {known} of {len(members)} members"
            time.sleep(0.1)

    def members(self):
        return self.database.rows("SELECT count(*) FROM dues.member_copy")[0][0]

    def fix_standards(self):
        ids = [row[0] for row in self.database.rows("SELECT id FROM dues.member_copy ORDER BY id")]
        bodies = [json.dumps({"category": "WAGE", "base_fen": str(200000 + number % 900 * 1000), "reason": "年度核定"})
                  for number in range(len(ids))]
        for year in sorted({months.year(month) for month in self.months}):
            lines = [f"/{member}/{year} {body}" for member, body in zip(ids, bodies)]
            report = load.run(self.daemons.place.build, self.daemons.port, "PUT", "/v1/dues/standards",
                              self.admin.token, lines)
            assert set(report["statuses"]) <= {"200", "201"}, report

    def bill(self):
        for month in self.months:
            reply = self.admin.post("/v1/dues/bills:generate",
                                    {"organization_id": self.root, "month": months.text(month)})
            assert reply.status in (200, 201) and reply.body.get("created") == self.members(), reply

    def due_payments(self):
        """The body of a payment for each member and month, those of a month together."""
        due = self.database.rows("SELECT member_id, month, amount_fen FROM dues.bill WHERE month >= %s"
                                 " ORDER BY month, member_id", (months.day(self.months[-PAYABLE], 1),))
        return [json.dumps({"member_id": member, "months": [f"{month:%Y-%m}"], "amount_fen": str(amount),
                            "channel": "CASH"}) for member, month, amount in due]

    def member_ids(self):
        return [row[0] for row in self.database.rows("SELECT id FROM identity.member ORDER BY id")]
