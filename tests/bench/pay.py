"""Payments per second, and the memory that the daemons hold after them."""

from tests.bench import load, memory, opponent, pgbench, table
from tests.support.postgres import Database

RUNS, PAYMENTS = 3, 20000
SECONDS = 3  # of each run of an opponent
POOLS = ((1, 32), (2, 8), (2, 16))  # of Fastify: processes, connections of each
PATH = "/v1/dues/payments"
LOOSE = "  if they might leave gaps"
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def told(report):
    return f"{report['per_second']:,.0f}/s, p99 {report['p99_ms']:.1f} ms"


def checked(installation, database, least):
    """Every payment is there once, with all that belongs to it."""
    query = ("SELECT (SELECT count(*) FROM dues.payment), (SELECT count(DISTINCT payment_id) FROM dues.bill),"
             " (SELECT count(DISTINCT payment_id) FROM dues.ledger_posting),"
             " (SELECT count(*) FROM dues.event WHERE type ^@ 'dandelion.dues.payment')")
    counts = Database(installation.postgres, database).rows(query)[0]
    assert len(set(counts)) == 1 and counts[0] >= least, counts


def ours(say, installation, copies, street):
    """([report], (RSS, PSS) in MiB after the last run)."""
    reports = []
    for run in range(1, RUNS + 1):
        with copies.copy() as database, installation.daemons(database) as daemons:
            reports.append(load.expect(load.run(installation.place.build, daemons.port, "POST", PATH,
                                                street.collector.token, street.payments[:PAYMENTS]), 201))
            checked(installation, database, PAYMENTS)
            held = memory.total([process.pid for process in daemons.processes.values()])
        say(f"our payments, run {run} of {RUNS}: {told(reports[-1])}")
    return reports, held


def variables(street):
    """What pgbench is told; the bytes that are kept have the length of ours."""
    return {
        "members": len(street.members), "oldest": f"{street.oldest:%Y-%m-%d}", "street": street.id,
        "account": street.collector.account_id, "scope": street.scope, "trace": TRACE, "hash": "ab" * 16,
        "reply": "ab" * 220, "event": "ab" * 150,
    }


def pgbenches(say, installation, copies, street):
    """{script: Best}"""
    results = {}
    for script in ("pay_statements", "pay_cte", "pay_statements_loose", "pay_cte_loose"):
        results[script] = pgbench.best(say, copies, "dandelion_dues", script + ".sql", variables(street), SECONDS,
                                       lambda database, done: checked(installation, database, done * 0.8))
    return results


def fastify(say, installation, copies, street, script):
    """The best report and how it was got."""
    program = opponent.build(installation.place.build)
    arguments = {"token": street.collector.token, "street": street.id, "account": street.collector.account_id,
                 "scope": street.scope}
    results = []
    for workers, pool in POOLS:
        with copies.copy("opponent") as database:
            with opponent.running(program, installation.place, database, workers, pool, script + ".sql",
                                  arguments) as port:
                report = load.expect(load.run(installation.place.build, port, "POST", PATH, arguments["token"],
                                              street.payments, seconds=SECONDS), 201)
            checked(installation, database, report["requests"])
        say(f"Fastify {script}, {workers} x {pool} connections: {told(report)}")
        results.append((report, f"{workers} x {pool}"))
    return max(results, key=lambda result: result[0]["per_second"])


def measure(say, installation, copies, street):
    reports, (rss, pss) = ours(say, installation, copies, street)
    rate, p99 = load.median(reports, "per_second"), load.median(reports, "p99_ms")
    marks = pgbenches(say, installation, copies, street)
    lines = []
    for script, name, target in (("pay_statements", "same statements", 2.0), ("pay_cte", "one CTE", 1.2)):
        best = marks[script]
        lines.append(table.at_least("payments over HTTP", "/s", rate, f"pgbench, {name}, {best.clients} clients",
                                    best.per_second, target))
    report, pools = fastify(say, installation, copies, street, "pay_fastify")
    lines.append(table.at_least("payments over HTTP", "/s", rate, f"Fastify + pg, one CTE, {pools}",
                                report["per_second"], 4))
    lines.append(table.below("payments over HTTP, p99", "ms", p99, f"Fastify + pg, {pools}", report["p99_ms"]))
    for script, name in (("pay_statements_loose", "same statements"), ("pay_cte_loose", "one CTE")):
        best = marks[script]
        lines.append(table.compared(LOOSE, "/s", rate, f"pgbench, {name}, {best.clients} clients", best.per_second))
    report, pools = fastify(say, installation, copies, street, "pay_fastify_loose")
    lines.append(table.compared(LOOSE, "/s", rate, f"Fastify + pg, one CTE, {pools}", report["per_second"]))
    say(f"memory after payments: RSS {rss:.1f} MiB, of which {pss:.1f} MiB counts when shared pages are divided (PSS)")
    lines.append(table.at_most("memory after them (RSS of our 3 daemons)", "MiB", rss, 60))
    return lines
