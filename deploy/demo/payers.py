"""Who pays when: most each month, some by the quarter, some late, some no longer, some never."""

import collections

from deploy.demo import months
from deploy.demo.people import stream
from deploy.demo.words import RELATIVES

HABITS = (("monthly", 60), ("quarterly", 18), ("late", 9), ("half-yearly", 4), ("forgetful", 5), ("stopped", 3),
          ("never", 1))
CHANNELS = (("CASH", 70), ("BANK", 12), ("WECHAT", 15), ("OTHER", 3))
MADE_UP_AT_MOST = 6  # months in arrears that may still be paid
EARLY, LATE = 8, 20  # the two days of a month on which dues are collected

Payer = collections.namedtuple("Payer", "member habit lag stops")
Payment = collections.namedtuple("Payment", "number months channel on_behalf_by")


def payer(member, lived):
    chance = stream("payer", member.number)
    habit = chance.choices([name for name, _ in HABITS], [weight for _, weight in HABITS])[0]
    return Payer(member, habit, chance.randint(1, 4), chance.choice(lived[3:-1]))


def forgets(one, month):
    return stream("forgets", one.member.number, month).random() < 0.2


def wants(one, month, day):
    """The newest month that this payer is willing to pay on that day; None: pays nothing."""
    last = months.last_of_quarter(month)
    if one.habit == "monthly":
        return month if day == EARLY else None
    if one.habit == "stopped":
        return month if day == EARLY and month < one.stops else None
    if one.habit == "forgetful":
        return month if day == EARLY and not forgets(one, month) else None
    if day == EARLY or one.habit == "never":
        return None
    if one.habit == "late":
        return month - one.lag
    if one.habit == "half-yearly":
        return month if month % 6 == 5 else None
    return month if last else None


def payment(one, unpaid, month, day):
    """The payment of this payer on that day; None if there is none. unpaid: the months billed and not paid, oldest
    first."""
    newest = wants(one, month, day)
    if newest is None:
        return None
    chosen = [owed for owed in unpaid if month - MADE_UP_AT_MOST <= owed <= newest]
    if not chosen:
        return None
    chance = stream("payment", one.member.number, month, day)
    channel = chance.choices([name for name, _ in CHANNELS], [weight for _, weight in CHANNELS])[0]
    bringer = f"{one.member.name[0]}某（{chance.choice(RELATIVES)}）" if chance.random() < 0.03 else ""
    return Payment(one.member.number, chosen, channel, bringer)
