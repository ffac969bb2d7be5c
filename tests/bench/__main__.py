"""`make bench`: measures what Dandelion does beside what PostgreSQL and others do, and prints the ratios."""

import time

from tests.bench import copies, machine, member, pay, ready, table
from tests.bench.installation import Installation
from tests.bench.street import Street


def say(text):
    print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)


def measure(installation):
    say("founding a street of 3,880 members: roster, standards, two years of bills")
    with installation.daemons() as daemons:
        street = Street(daemons)
        street.payments, street.members = street.due_payments(), street.member_ids()
    say("copying it for the opponents")
    made = copies.Copies(installation.postgres)
    made.prepare_opponents()
    lines = pay.measure(say, installation, made, street)
    lines += member.measure(say, installation, made, street)
    lines += ready.measure(say, installation, made)
    return lines


def main():
    began = time.monotonic()
    installation = Installation()
    try:
        facts = machine.facts(installation.place.var)
        lines = measure(installation)
    finally:
        installation.close()
    print()
    for fact in facts:
        print(fact)
    print()
    table.show(lines)
    targets = [line.met for line in lines if line.met is not None]
    print(f"\n{sum(targets)} of {len(targets)} targets met, in {time.monotonic() - began:.0f} s. "
          "How the opponents are set up: tests/bench/README.md")


if __name__ == "__main__":
    main()
