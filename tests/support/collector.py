"""What tests of dues do again and again: fixing standards, making bills, paying."""

import uuid

WAGE_FEN, MONTHLY_FEN = 450000, 4500


class Collector:
    """Speaks to duesd about one street as a caller of it."""

    def __init__(self, dues, street, caller):
        self.bus, self.street, self.caller = dues.bus, street, caller

    def ask(self, method, body=None, **options):
        return self.bus.call(f"Dues.{method}", body, **{"caller": self.caller, **options})

    def do(self, method, body=None, **options):
        """As ask, with a new idempotency key."""
        return self.ask(method, body, **{"key": str(uuid.uuid4()), **options})

    def fix(self, member, year=2026, **fields):
        reply = self.ask("SetStandard", {"member_id": member, "year": year, "category": "WAGE", "base_fen": WAGE_FEN,
                                         **fields})
        assert reply.code == 0, reply

    def bill(self, month, place="working_committee"):
        return self.do("GenerateBills", {"organization_id": self.street.organizations[place], "month": month})

    def counts(self, month, place="working_committee"):
        """(created, existing, skipped) of making the bills of a month."""
        reply = self.bill(month, place)
        assert reply.code == 0, reply
        return reply.body.created, reply.body.existing, reply.body.skipped

    @staticmethod
    def payment(member, months, **fields):
        months = [months] if isinstance(months, str) else months
        return {"member_id": member, "months": months, "amount_fen": MONTHLY_FEN * len(months), "channel": "CASH",
                **fields}

    def pay(self, member, months, **fields):
        return self.do("Pay", self.payment(member, months, **fields))

    def all(self, method, page=100, **filters):
        """What a list finds, page by page."""
        found, token = [], ""
        while True:
            reply = self.ask(method, {"page_token": token, "page_size": page, **filters})
            assert reply.code == 0, reply
            found += getattr(reply.body, reply.body.DESCRIPTOR.fields[0].name)
            token = reply.body.next_page_token
            if not token:
                return found

    def states(self, member):
        """{month: state} of a member's bills."""
        names = self.bus.messages.pool.FindMessageTypeByName("dandelion.dues.Bill").enum_types_by_name["State"]
        return {bill.month: names.values_by_number[bill.state].name for bill in self.all("ListBills", member_id=member)}
