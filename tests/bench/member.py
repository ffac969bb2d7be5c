"""Members read by id, over HTTP with the check of permissions."""

import itertools

from tests.bench import load, pgbench, table

READS, SECONDS = 40000, 3


def measure(say, installation, copies, street):
    """Ours and pgbench by turns: what else goes on in the machine then meets both."""
    lines = [f"/{member}" for member in itertools.islice(itertools.cycle(street.members), READS)]
    reports = []
    with installation.daemons() as daemons:

        def ours():
            reports.append(load.expect(load.run(installation.place.build, daemons.port, "GET", "/v1/members",
                                                street.collector.token, lines), 200))

        ours()
        variables = {"members": len(street.members), "street": street.id, "scope": street.scope}
        best = pgbench.best(say, copies, "dandelion_identity", "member.sql", variables, SECONDS, between=ours)
    say("our reads: " + ", ".join(f"{report['per_second']:,.0f}/s" for report in reports))
    return [table.at_least("members by id over HTTP", "/s", load.median(reports, "per_second"),
                           f"pgbench, same SELECT, {best.clients} clients", best.per_second, 1.0)]
