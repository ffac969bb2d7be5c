-- +migrate Up

-- What identity tells of organisations and members: this service's own copy, fed by identity's events. A path stands
-- here and nowhere else, so that moving an organisation is a change of few rows and old records follow the tree.
CREATE TABLE organization_copy (
    street_id uuid NOT NULL,
    id uuid NOT NULL,
    parent_id uuid,
    level text NOT NULL,
    name text NOT NULL,
    path text COLLATE "C" NOT NULL,
    dissolved boolean NOT NULL DEFAULT false,
    PRIMARY KEY (street_id, id)
);
CREATE INDEX organization_copy_path ON organization_copy (street_id, path);

CREATE TABLE member_copy (
    street_id uuid NOT NULL,
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    name text NOT NULL,
    category text NOT NULL,
    state text NOT NULL,
    joined_on date,
    PRIMARY KEY (street_id, id)
);
CREATE INDEX member_copy_branch ON member_copy (street_id, organization_id);

-- The monthly amount of a member for a year. A change adds a version; what was approved before stays readable.
CREATE TABLE standard (
    street_id uuid NOT NULL,
    member_id uuid NOT NULL,
    year integer NOT NULL,
    version bigint NOT NULL,
    category text NOT NULL,
    base_fen bigint NOT NULL,
    monthly_fen bigint NOT NULL CHECK (monthly_fen >= 0),
    rate_basis_points integer NOT NULL,
    capped boolean NOT NULL,
    effective_month date NOT NULL,
    reason text NOT NULL,
    approved_by uuid NOT NULL,
    approved_at timestamptz NOT NULL,
    PRIMARY KEY (street_id, member_id, year, version)
);

-- One run of making bills, with its counts.
CREATE TABLE billing_run (
    street_id uuid NOT NULL,
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    month date NOT NULL,
    created bigint NOT NULL,
    existing bigint NOT NULL,
    skipped bigint NOT NULL,
    requested_by uuid NOT NULL,
    requested_at timestamptz NOT NULL,
    PRIMARY KEY (street_id, id)
);

-- One bill per member and month. Each is updated when it is paid: the room left in a page keeps that cheap (HOT), and
-- for the same reason no index holds the state.
CREATE TABLE bill (
    street_id uuid NOT NULL,
    member_id uuid NOT NULL,
    month date NOT NULL,
    organization_id uuid NOT NULL,
    run_id uuid NOT NULL,
    amount_fen bigint NOT NULL CHECK (amount_fen > 0 AND amount_fen < 2097152),
    state text NOT NULL CHECK (state IN ('OPEN', 'PENDING', 'PAID')),
    payment_id uuid,
    PRIMARY KEY (street_id, member_id, month),
    CHECK ((state = 'OPEN') = (payment_id IS NULL))
) WITH (fillfactor = 80);
CREATE INDEX bill_branch ON bill (street_id, organization_id, month, member_id);

CREATE TABLE payment (
    street_id uuid NOT NULL,
    id uuid NOT NULL,
    member_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    months date[] NOT NULL,
    amount_fen bigint NOT NULL CHECK (amount_fen > 0),
    channel text NOT NULL,
    state text NOT NULL CHECK (state IN ('PENDING', 'SETTLED', 'FAILED', 'REVERSED')),
    on_behalf_by text NOT NULL,
    received_by uuid NOT NULL,
    paid_at timestamptz NOT NULL,
    reason text NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (street_id, id)
);
CREATE INDEX payment_branch ON payment (street_id, organization_id, id);
CREATE INDEX payment_member ON payment (street_id, member_id, id);

-- The ledger: each posting debits one account of a branch and credits another with the same amount, so debits and
-- credits are equal by construction. Numbers have no gap within a street.
CREATE TABLE ledger_head (
    street_id uuid PRIMARY KEY,
    number bigint NOT NULL
);
CREATE TABLE ledger_posting (
    street_id uuid NOT NULL,
    number bigint NOT NULL,
    payment_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    debit_account text NOT NULL,
    credit_account text NOT NULL CHECK (credit_account <> debit_account),
    amount_fen bigint NOT NULL CHECK (amount_fen > 0),
    summary text NOT NULL,
    booked_at timestamptz NOT NULL,
    PRIMARY KEY (street_id, number)
);
CREATE INDEX ledger_posting_branch ON ledger_posting (street_id, organization_id, number);

-- What is booked is booked: the service may not change it, and neither may the owner by mistake.
REVOKE UPDATE, DELETE, TRUNCATE ON ledger_posting FROM dandelion_dues;
-- +migrate StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only: book a reversal instead';
END
$$;
-- +migrate StatementEnd
CREATE TRIGGER ledger_posting_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_posting
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A posting as the two entries that book-keepers read: 2n-1 debit, 2n credit.
CREATE VIEW ledger_entry AS
SELECT p.street_id, p.number * 2 - 1 + side.n AS number, p.payment_id, p.organization_id,
       CASE side.n WHEN 0 THEN p.debit_account ELSE p.credit_account END AS account,
       CASE side.n WHEN 0 THEN p.amount_fen ELSE 0 END AS debit_fen,
       CASE side.n WHEN 0 THEN 0 ELSE p.amount_fen END AS credit_fen,
       p.summary, p.booked_at
  FROM ledger_posting p, (VALUES (0), (1)) AS side (n);

-- The organisations at or below the paths of a scope (of which none contains another) and, when `below` is not '',
-- at or below that path. In the order of the tree.
-- +migrate StatementBegin
CREATE FUNCTION organizations_in(street uuid, scope text[], below text) RETURNS SETOF organization_copy
    LANGUAGE sql STABLE ROWS 100 AS $$
    SELECT o.*
      FROM unnest(scope) AS granted (path)
     CROSS JOIN LATERAL (SELECT CASE WHEN below ^@ granted.path THEN below
                                     WHEN granted.path ^@ below THEN granted.path END) AS root (path)
      JOIN organization_copy o ON o.street_id = street AND o.path >= root.path
                              AND o.path < left(root.path, -1) || '0'
$$;
-- +migrate StatementEnd

-- Who is billed in a branch for a month, and how much: NULL without a standard or before the first month owed.
-- +migrate StatementBegin
CREATE FUNCTION billable(street uuid, branch uuid, due date) RETURNS TABLE (member_id uuid, amount_fen bigint)
    LANGUAGE sql STABLE ROWS 50 AS $$
    SELECT m.id, s.monthly_fen
      FROM member_copy m
      LEFT JOIN LATERAL (SELECT nullif(s.monthly_fen, 0) AS monthly_fen
                           FROM standard s
                          WHERE s.street_id = m.street_id AND s.member_id = m.id
                            AND s.year = extract(year FROM due)::integer AND s.effective_month <= due
                          ORDER BY s.version DESC
                          LIMIT 1) s
             ON m.state IN ('ACTIVE', 'TRANSFERRING')
            AND (m.joined_on IS NULL OR m.joined_on < due + interval '1 month')
     WHERE m.street_id = street AND m.organization_id = branch
$$;
-- +migrate StatementEnd

-- An amount as protocol buffers write numbers; three bytes hold 20971.51 yuan, far above the monthly ceiling.
-- +migrate StatementBegin
CREATE FUNCTION varint(value bigint) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN value < 128 THEN set_byte('\x00', 0, value::integer)
                WHEN value < 16384 THEN set_byte(set_byte('\x0000', 0, (value & 127 | 128)::integer),
                                                 1, (value >> 7)::integer)
                ELSE set_byte(set_byte(set_byte('\x000000', 0, (value & 127 | 128)::integer),
                                       1, (value >> 7 & 127 | 128)::integer), 2, (value >> 14)::integer) END
$$;
-- +migrate StatementEnd

-- Months as replies give them: "2026-10,2026-11".
-- +migrate StatementBegin
CREATE FUNCTION months_text(months date[]) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT string_agg(to_char(month, 'YYYY-MM'), ',' ORDER BY month) FROM unnest(months) AS month
$$;
-- +migrate StatementEnd

-- The instants between which a civil month lies; NULL is all of time.
-- +migrate StatementBegin
CREATE FUNCTION month_begins(month date) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT coalesce(month::timestamp AT TIME ZONE 'Asia/Shanghai', '-infinity')
$$;
-- +migrate StatementEnd
-- +migrate StatementBegin
CREATE FUNCTION month_ends(month date) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT coalesce((month + interval '1 month') AT TIME ZONE 'Asia/Shanghai', 'infinity')
$$;
-- +migrate StatementEnd
