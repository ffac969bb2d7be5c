"""What must be true of the books after whatever happened."""


def check_books(database, load):
    """Every acknowledged payment is there once, nothing is there twice, and nothing contradicts anything."""
    paid, back = load.all("paid"), load.all("reversed")
    assert len(paid) == len(set(paid)) and len(back) == len(set(back))
    states = dict(database.rows("SELECT id::text, state FROM dues.payment"))
    assert set(states) == set(paid), "a payment is there that nobody was told of, or the other way round"
    assert {id for id, state in states.items() if state == "REVERSED"} == set(back)
    check_ledger(database)
    check_bills(database)
    for schema in ("dues", "identity"):
        check_log(database, schema)
    check_told(database, paid, back)


def check_ledger(database):
    """Each payment is booked once, each reversal once, with its amount, and the trial balance is zero."""
    wrong = database.rows("""
        SELECT p.id, p.state, array_agg(l.amount_fen) FROM dues.payment p
          LEFT JOIN dues.ledger_posting l ON l.street_id = p.street_id AND l.payment_id = p.id
         GROUP BY p.street_id, p.id
        HAVING count(l.number) <> CASE p.state WHEN 'SETTLED' THEN 1 WHEN 'REVERSED' THEN 2 ELSE 0 END
            OR bool_or(l.amount_fen <> p.amount_fen)""")
    assert not wrong, wrong
    assert database.rows("SELECT sum(debit_fen) - sum(credit_fen) FROM dues.ledger_entry") in ([(0,)], [(None,)])
    assert not database.rows("SELECT street_id FROM dues.ledger_posting GROUP BY street_id "
                             "HAVING max(number) <> count(*) OR min(number) <> 1"), "the ledger's numbers have a gap"


def check_bills(database):
    """A bill is paid if and only if a payment of it stands."""
    wrong = database.rows("""
        SELECT b.member_id, b.month, b.state, p.state FROM dues.bill b
          FULL JOIN (SELECT street_id, member_id, unnest(months) AS month, id, state FROM dues.payment
                      WHERE state IN ('SETTLED', 'PENDING')) p
            ON p.street_id = b.street_id AND p.member_id = b.member_id AND p.month = b.month
         WHERE b.member_id IS NULL OR b.payment_id IS DISTINCT FROM p.id
            OR b.state <> CASE p.state WHEN 'SETTLED' THEN 'PAID' WHEN 'PENDING' THEN 'PENDING' ELSE 'OPEN' END""")
    assert not wrong, wrong


def check_log(database, schema):
    """Positions are dense from 1 to the head, and no event stands twice."""
    (count, least, most, ids), = database.rows(
        f"SELECT count(*), coalesce(min(position), 1), coalesce(max(position), 0), count(DISTINCT id) FROM {schema}.event")
    head, = database.rows(f"SELECT position FROM {schema}.stream_head")
    assert (least, most, ids) == (1, count, count) and head == (count,)


def check_told(database, paid, back):
    """What happened was told, once."""
    told = database.rows("SELECT subject, type FROM dues.event WHERE type LIKE 'dandelion.dues.payment.%%'")
    assert len(told) == len(set(told))
    for payments, what in ((paid, "recorded"), (back, "reversed")):
        assert {subject for subject, type in told if f".{what}." in type} == set(payments), what


def check_copy(database):
    """dues knows exactly the members and organisations that identity has."""
    members = ("SELECT m.id, m.organization_id, p.name, m.category, m.state, m.joined_on FROM identity.member m "
               "JOIN identity.person p ON p.street_id = m.street_id AND p.id = m.id ORDER BY m.id")
    copied = "SELECT id, organization_id, name, category, state, joined_on FROM dues.member_copy ORDER BY id"
    assert database.rows(copied) == database.rows(members)
    organizations = "SELECT id, parent_id, level, name, path, {} FROM {} ORDER BY id"
    assert database.rows(organizations.format("dissolved", "dues.organization_copy")) == \
        database.rows(organizations.format("state = 'DISSOLVED'", "identity.organization"))
