-- Every statement takes the street and, where a caller asks, the scope: paths of which none contains another.
-- OFFSET 0 keeps the order of a join, as in services/store/queries.sql.

-- ---- identity's events

-- name: put_organization :save
INSERT INTO organization_copy (street_id, id, parent_id, level, name, path)
SELECT * FROM unnest(@street_id::uuid[], @id::uuid[], @parent_id::uuid[], @level::text[], @name::text[], @path::text[])
    ON CONFLICT (street_id, id) DO UPDATE
   SET parent_id = excluded.parent_id, level = excluded.level, name = excluded.name, path = excluded.path;

-- name: rename_organization :save
UPDATE organization_copy o SET name = n.name
  FROM unnest(@street_id::uuid[], @id::uuid[], @name::text[]) AS n (street_id, id, name)
 WHERE o.street_id = n.street_id AND o.id = n.id;

-- Everything below the old path, the moved organisation among it.
-- name: move_organizations :save any
UPDATE organization_copy o
   SET path = n.new_path || substr(o.path, length(n.old_path) + 1),
       parent_id = CASE o.id WHEN n.id THEN n.parent_id ELSE o.parent_id END
  FROM unnest(@street_id::uuid[], @id::uuid[], @parent_id::uuid[], @old_path::text[], @new_path::text[])
       AS n (street_id, id, parent_id, old_path, new_path)
 WHERE o.street_id = n.street_id AND o.path >= n.old_path AND o.path < left(n.old_path, -1) || '0';

-- name: dissolve_organization :save
UPDATE organization_copy o SET dissolved = true
  FROM unnest(@street_id::uuid[], @id::uuid[]) AS n (street_id, id)
 WHERE o.street_id = n.street_id AND o.id = n.id;

-- name: put_member :save
INSERT INTO member_copy (street_id, id, organization_id, name, category, state, joined_on)
SELECT * FROM unnest(@street_id::uuid[], @id::uuid[], @organization_id::uuid[], @name::text[], @category::text[],
                     @state::text[], @joined_on::date[])
    ON CONFLICT (street_id, id) DO UPDATE
   SET organization_id = excluded.organization_id, name = excluded.name, category = excluded.category,
       state = excluded.state, joined_on = excluded.joined_on;

-- ---- standards

-- The member and the standard in force for the year; version 0 when there is none yet.
-- name: load_standard :load
-- returns: ord int4, organization_id uuid, organization_path text, version int8
SELECT c.ord, o.id AS organization_id, o.path AS organization_path, coalesce(s.version, 0) AS version
  FROM unnest(@ord::int4[], @street_id::uuid[], @member_id::uuid[], @year::int4[], @scope::text[])
       AS c (ord, street_id, member_id, year, scope)
  JOIN member_copy m ON m.street_id = c.street_id AND m.id = c.member_id
  JOIN organization_copy o ON o.street_id = m.street_id AND o.id = m.organization_id
                          AND o.path ^@ ANY (c.scope::text[])
  LEFT JOIN LATERAL (SELECT s.version FROM standard s
                      WHERE s.street_id = c.street_id AND s.member_id = c.member_id AND s.year = c.year
                      ORDER BY s.version DESC LIMIT 1) s ON true;

-- name: add_standard :save
INSERT INTO standard (street_id, member_id, year, version, category, base_fen, monthly_fen, rate_basis_points, capped,
                      effective_month, reason, approved_by, approved_at)
SELECT * FROM unnest(@street_id::uuid[], @member_id::uuid[], @year::int4[], @version::int8[], @category::text[],
                     @base_fen::int8[], @monthly_fen::int8[], @rate_basis_points::int4[], @capped::bool[],
                     @effective_month::date[], @reason::text[], @approved_by::uuid[], @approved_at::timestamptz[]);

-- name: get_standard :point
-- returns: ord int4, member_id uuid, year int4, category text, base_fen int8, monthly_fen int8,
-- returns: rate_basis_points int4, capped bool, effective_month date, reason text, approved_by uuid,
-- returns: approved_at timestamptz, version int8
SELECT c.ord, s.member_id, s.year, s.category, s.base_fen, s.monthly_fen, s.rate_basis_points, s.capped,
       s.effective_month, s.reason, s.approved_by, s.approved_at, s.version
  FROM unnest(@ord::int4[], @street_id::uuid[], @member_id::uuid[], @year::int4[], @scope::text[])
       AS c (ord, street_id, member_id, year, scope)
  JOIN member_copy m ON m.street_id = c.street_id AND m.id = c.member_id
  JOIN organization_copy o ON o.street_id = m.street_id AND o.id = m.organization_id
                          AND o.path ^@ ANY (c.scope::text[])
 CROSS JOIN LATERAL (SELECT * FROM standard s
                      WHERE s.street_id = c.street_id AND s.member_id = c.member_id AND s.year = c.year
                      ORDER BY s.version DESC LIMIT 1) s;

-- ---- bills

-- What a run of making bills would do now.
-- name: load_billing :load
-- returns: ord int4, organization_path text, created int8, existing int8, members int8
SELECT c.ord, root.path AS organization_path, n.created, n.existing, n.members
  FROM unnest(@ord::int4[], @street_id::uuid[], @organization_id::uuid[], @month::date[], @scope::text[])
       AS c (ord, street_id, organization_id, month, scope)
  JOIN organization_copy root ON root.street_id = c.street_id AND root.id = c.organization_id
                             AND root.path ^@ ANY (c.scope::text[])
 CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE b.member_id IS NULL AND w.amount_fen IS NOT NULL) AS created,
                            count(b.member_id) AS existing, count(*) AS members
                       FROM organization_copy o
                      CROSS JOIN LATERAL billable(o.street_id, o.id, c.month) AS w
                       LEFT JOIN LATERAL (SELECT b.member_id FROM bill b
                                           WHERE b.street_id = o.street_id AND b.member_id = w.member_id
                                             AND b.month = c.month OFFSET 0) b ON true
                      WHERE o.street_id = c.street_id AND o.path >= root.path
                        AND o.path < left(root.path, -1) || '0') n;

-- Makes the bills and keeps the run, if the counts that its reply gives came true; otherwise no row is changed and the
-- run begins anew.
-- name: make_bills :save
WITH run AS (
    SELECT * FROM unnest(@street_id::uuid[], @id::uuid[], @organization_id::uuid[], @organization_path::text[],
                         @month::date[], @created::int8[], @existing::int8[], @skipped::int8[],
                         @requested_by::uuid[], @requested_at::timestamptz[])
           AS r (street_id, id, organization_id, organization_path, month, created, existing, skipped, requested_by,
                 requested_at)
), made AS (
    INSERT INTO bill (street_id, member_id, month, organization_id, run_id, amount_fen, state)
    SELECT run.street_id, w.member_id, run.month, o.id, run.id, w.amount_fen, 'OPEN'
      FROM run
      JOIN organization_copy o ON o.street_id = run.street_id AND o.path >= run.organization_path
                              AND o.path < left(run.organization_path, -1) || '0'
     CROSS JOIN LATERAL billable(o.street_id, o.id, run.month) AS w
     WHERE w.amount_fen IS NOT NULL
        ON CONFLICT DO NOTHING
    RETURNING run_id
)
INSERT INTO billing_run (street_id, id, organization_id, month, created, existing, skipped, requested_by, requested_at)
SELECT street_id, id, organization_id, month, created, existing, skipped, requested_by, requested_at
  FROM run
 WHERE created = (SELECT count(*) FROM made WHERE made.run_id = run.id);

-- Tells of the bills of a run, branch by branch: messages BillsGenerated of at most 500 members, packed here, since a
-- run may be of any size. 0a, 12 and 1a are the tags of its fields, 24 and 07 the lengths of an id and a month; in a
-- BilledMember 0a is the id and 10 the amount.
-- name: tell_bills :save any
WITH run AS (
    SELECT * FROM unnest(@street_id::uuid[], @id::uuid[], @organization_path::text[], @month::date[],
                         @at::timestamptz[], @traceparent::text[])
           AS r (street_id, id, organization_path, month, at, traceparent)
), billed AS (
    SELECT run.id AS run_id, o.id AS organization_id, o.path, '\x0a24'::bytea || convert_to(b.member_id::text, 'UTF8')
           || '\x10' || varint(b.amount_fen) AS member,
           (row_number() OVER (PARTITION BY run.id, o.id) - 1) / 500 AS part
      FROM run
      JOIN organization_copy o ON o.street_id = run.street_id AND o.path >= run.organization_path
                              AND o.path < left(run.organization_path, -1) || '0'
     CROSS JOIN LATERAL (SELECT b.member_id, b.amount_fen FROM bill b
                          WHERE b.street_id = o.street_id AND b.organization_id = o.id AND b.month = run.month
                            AND b.run_id = run.id OFFSET 0) b
), told AS (
    SELECT run_id, organization_id, path, part,
           string_agg('\x1a' || set_byte('\x00', 0, length(member)) || member, '') AS members
      FROM billed
     GROUP BY run_id, organization_id, path, part
), head AS (
    UPDATE stream_head SET position = position + (SELECT count(*) FROM told)
 RETURNING position - (SELECT count(*) FROM told) AS position
)
INSERT INTO event (position, id, type, subject, street_id, organization_path, time, traceparent, data)
SELECT head.position + row_number() OVER (ORDER BY run.id, t.path, t.part), gen_random_uuid(),
       'dandelion.dues.bill.generated.v1', t.organization_id, run.street_id, t.path, run.at, run.traceparent,
       '\x0a24'::bytea || convert_to(t.organization_id::text, 'UTF8')
       || '\x1207' || convert_to(to_char(run.month, 'YYYY-MM'), 'UTF8') || t.members
  FROM told t
  JOIN run ON run.id = t.run_id, head;

-- Bills branch by branch, in the order of the tree.
-- name: list_bills :list
-- returns: cursor text, member_id uuid, member_name text, organization_id uuid, month date, amount_fen int8,
-- returns: state text, payment_id uuid
SELECT concat_ws('|', o.path, b.month, b.member_id) AS cursor, b.member_id, m.name AS member_name, b.organization_id,
       b.month, b.amount_fen, b.state, b.payment_id
  FROM (SELECT CASE WHEN @organization_id::uuid IS NULL THEN ''
                    ELSE (SELECT path FROM organization_copy
                           WHERE street_id = @street_id::uuid AND id = @organization_id) END AS below,
               split_part(@after::text, '|', 1) AS path,
               coalesce(nullif(split_part(@after, '|', 2), ''), '-infinity')::date AS month,
               coalesce(nullif(split_part(@after, '|', 3), ''), '00000000-0000-0000-0000-000000000000')::uuid AS id
       ) AS start
 CROSS JOIN LATERAL (SELECT * FROM organizations_in(@street_id, @scope::text::text[], start.below) AS o
                      WHERE o.path >= start.path ORDER BY o.path) AS o
 CROSS JOIN LATERAL (SELECT * FROM bill b
                      WHERE b.street_id = @street_id AND b.organization_id = o.id
                        AND b.month >= coalesce(@month::date, '-infinity')
                        AND b.month <= coalesce(@month, 'infinity')
                        AND (@state::text = '' OR b.state = @state)
                        AND (o.path, b.month, b.member_id) > (start.path, start.month, start.id)
                      ORDER BY b.month, b.member_id
                      LIMIT @limit::int4) AS b
  LEFT JOIN member_copy m ON m.street_id = b.street_id AND m.id = b.member_id
 ORDER BY o.path, b.month, b.member_id
 LIMIT @limit;

-- name: list_bills_of_member :list
-- returns: cursor text, member_id uuid, member_name text, organization_id uuid, month date, amount_fen int8,
-- returns: state text, payment_id uuid
SELECT b.month::text AS cursor, b.member_id, m.name AS member_name, b.organization_id, b.month, b.amount_fen, b.state,
       b.payment_id
  FROM bill b
  JOIN organization_copy o ON o.street_id = b.street_id AND o.id = b.organization_id
                          AND o.path ^@ ANY (@scope::text::text[])
                          AND (@organization_id::uuid IS NULL OR o.path ^@ (
                               SELECT path FROM organization_copy
                                WHERE street_id = @street_id::uuid AND id = @organization_id))
  LEFT JOIN member_copy m ON m.street_id = b.street_id AND m.id = b.member_id
 WHERE b.street_id = @street_id AND b.member_id = @member_id::uuid
   AND b.month >= coalesce(@month::date, '-infinity') AND b.month <= coalesce(@month, 'infinity')
   AND (@state::text = '' OR b.state = @state)
   AND b.month > coalesce(nullif(@after::text, ''), '-infinity')::date
 ORDER BY b.month
 LIMIT @limit::int4;

-- ---- payments

-- The member, and the bill of each month to be paid; bill_state is NULL where there is none.
-- name: load_payable :load
-- returns: ord int4, organization_id uuid, organization_path text, member_state text, joined_on date, month date,
-- returns: amount_fen int8, bill_state text
SELECT c.ord, o.id AS organization_id, o.path AS organization_path, m.state AS member_state, m.joined_on, c.month,
       b.amount_fen, b.state AS bill_state
  FROM unnest(@ord::int4[], @street_id::uuid[], @member_id::uuid[], @month::date[], @scope::text[])
       AS c (ord, street_id, member_id, month, scope)
 CROSS JOIN LATERAL (SELECT * FROM member_copy m WHERE m.street_id = c.street_id AND m.id = c.member_id OFFSET 0) m
 CROSS JOIN LATERAL (SELECT o.id, o.path FROM organization_copy o
                      WHERE o.street_id = m.street_id AND o.id = m.organization_id
                        AND o.path ^@ ANY (c.scope::text[]) OFFSET 0) o
  LEFT JOIN LATERAL (SELECT b.amount_fen, b.state FROM bill b
                      WHERE b.street_id = c.street_id AND b.member_id = c.member_id AND b.month = c.month
                     OFFSET 0) b ON true;

-- name: add_payment :save
INSERT INTO payment (street_id, id, member_id, organization_id, months, amount_fen, channel, state, on_behalf_by,
                     received_by, paid_at, reason, version)
SELECT street_id, id, member_id, organization_id, months::date[], amount_fen, channel, state, on_behalf_by,
       received_by, paid_at, '', 1
  FROM unnest(@street_id::uuid[], @id::uuid[], @member_id::uuid[], @organization_id::uuid[], @months::text[],
              @amount_fen::int8[], @channel::text[], @state::text[], @on_behalf_by::text[], @received_by::uuid[],
              @paid_at::timestamptz[])
       AS p (street_id, id, member_id, organization_id, months, amount_fen, channel, state, on_behalf_by, received_by,
             paid_at);

-- An open bill becomes the payment's: of two payments one finds it no longer open.
-- name: take_bill :save
UPDATE bill b SET state = n.state, payment_id = n.payment_id
  FROM unnest(@street_id::uuid[], @member_id::uuid[], @month::date[], @payment_id::uuid[], @state::text[])
       AS n (street_id, member_id, month, payment_id, state)
 WHERE b.street_id = n.street_id AND b.member_id = n.member_id AND b.month = n.month AND b.state = 'OPEN';

-- A bill of a payment changes with it; an open one is no longer the payment's.
-- name: change_bill :save
UPDATE bill b SET state = n.state, payment_id = CASE n.state WHEN 'OPEN' THEN NULL ELSE b.payment_id END
  FROM unnest(@street_id::uuid[], @member_id::uuid[], @month::date[], @payment_id::uuid[], @state::text[])
       AS n (street_id, member_id, month, payment_id, state)
 WHERE b.street_id = n.street_id AND b.member_id = n.member_id AND b.month = n.month AND b.payment_id = n.payment_id;

-- name: book :save
WITH posting AS (
    SELECT * FROM unnest(@street_id::uuid[], @payment_id::uuid[], @organization_id::uuid[], @debit_account::text[],
                         @credit_account::text[], @amount_fen::int8[], @summary::text[], @booked_at::timestamptz[])
      WITH ORDINALITY AS p (street_id, payment_id, organization_id, debit_account, credit_account, amount_fen, summary,
                            booked_at, ord)
), head AS (
    INSERT INTO ledger_head AS h (street_id, number)
    SELECT street_id, count(*) FROM posting GROUP BY street_id ORDER BY street_id
        ON CONFLICT (street_id) DO UPDATE SET number = h.number + excluded.number
    RETURNING street_id, number
)
INSERT INTO ledger_posting (street_id, number, payment_id, organization_id, debit_account, credit_account, amount_fen,
                            summary, booked_at)
SELECT p.street_id, head.number + 1 - row_number() OVER (PARTITION BY p.street_id ORDER BY p.ord DESC), p.payment_id,
       p.organization_id, p.debit_account, p.credit_account, p.amount_fen, p.summary, p.booked_at
  FROM posting p
  JOIN head USING (street_id)
 ORDER BY p.ord;

-- One row per month of the payment.
-- name: load_payment :load
-- returns: ord int4, member_id uuid, organization_id uuid, organization_path text, amount_fen int8, channel text,
-- returns: state text, on_behalf_by text, received_by uuid, paid_at timestamptz, reason text, version int8, month date
SELECT c.ord, p.member_id, p.organization_id, o.path AS organization_path, p.amount_fen, p.channel, p.state,
       p.on_behalf_by, p.received_by, p.paid_at, p.reason, p.version, month
  FROM unnest(@ord::int4[], @street_id::uuid[], @id::uuid[], @scope::text[]) AS c (ord, street_id, id, scope)
  JOIN payment p ON p.street_id = c.street_id AND p.id = c.id
  JOIN organization_copy o ON o.street_id = p.street_id AND o.id = p.organization_id
                          AND o.path ^@ ANY (c.scope::text[])
 CROSS JOIN LATERAL unnest(p.months) AS month;

-- name: change_payment :save
UPDATE payment p SET state = n.state, reason = n.reason, version = p.version + 1
  FROM unnest(@street_id::uuid[], @id::uuid[], @state::text[], @reason::text[], @version::int8[])
       AS n (street_id, id, state, reason, version)
 WHERE p.street_id = n.street_id AND p.id = n.id AND p.version = n.version;

-- name: get_payment :point
-- returns: ord int4, id uuid, member_id uuid, months text, amount_fen int8, channel text, state text,
-- returns: on_behalf_by text, received_by uuid, paid_at timestamptz, reason text, version int8
SELECT c.ord, p.id, p.member_id, months_text(p.months) AS months, p.amount_fen, p.channel, p.state, p.on_behalf_by,
       p.received_by, p.paid_at, p.reason, p.version
  FROM unnest(@ord::int4[], @street_id::uuid[], @id::uuid[], @scope::text[]) AS c (ord, street_id, id, scope)
  JOIN payment p ON p.street_id = c.street_id AND p.id = c.id
  JOIN organization_copy o ON o.street_id = p.street_id AND o.id = p.organization_id
                          AND o.path ^@ ANY (c.scope::text[]);

-- The newest first.
-- name: list_payments :list
-- returns: cursor text, id uuid, member_id uuid, months text, amount_fen int8, channel text, state text,
-- returns: on_behalf_by text, received_by uuid, paid_at timestamptz, reason text, version int8
SELECT p.id::text AS cursor, p.id, p.member_id, months_text(p.months) AS months, p.amount_fen, p.channel, p.state,
       p.on_behalf_by, p.received_by, p.paid_at, p.reason, p.version
  FROM (SELECT CASE WHEN @organization_id::uuid IS NULL THEN ''
                    ELSE (SELECT path FROM organization_copy
                           WHERE street_id = @street_id::uuid AND id = @organization_id) END AS below,
               coalesce(nullif(@after::text, ''), 'ffffffff-ffff-ffff-ffff-ffffffffffff')::uuid AS id) AS start
 CROSS JOIN LATERAL organizations_in(@street_id, @scope::text::text[], start.below) AS o
 CROSS JOIN LATERAL (SELECT * FROM payment p
                      WHERE p.street_id = @street_id AND p.organization_id = o.id AND p.id < start.id
                        AND (@state::text = '' OR p.state = @state)
                      ORDER BY p.id DESC
                      LIMIT @limit::int4) AS p
 ORDER BY p.id DESC
 LIMIT @limit;

-- name: list_payments_of_member :list
-- returns: cursor text, id uuid, member_id uuid, months text, amount_fen int8, channel text, state text,
-- returns: on_behalf_by text, received_by uuid, paid_at timestamptz, reason text, version int8
SELECT p.id::text AS cursor, p.id, p.member_id, months_text(p.months) AS months, p.amount_fen, p.channel, p.state,
       p.on_behalf_by, p.received_by, p.paid_at, p.reason, p.version
  FROM payment p
  JOIN organization_copy o ON o.street_id = p.street_id AND o.id = p.organization_id
                          AND o.path ^@ ANY (@scope::text::text[])
                          AND (@organization_id::uuid IS NULL OR o.path ^@ (
                               SELECT path FROM organization_copy
                                WHERE street_id = @street_id::uuid AND id = @organization_id))
 WHERE p.street_id = @street_id AND p.member_id = @member_id::uuid AND (@state::text = '' OR p.state = @state)
   AND p.id < coalesce(nullif(@after::text, ''), 'ffffffff-ffff-ffff-ffff-ffffffffffff')::uuid
 ORDER BY p.id DESC
 LIMIT @limit::int4;

-- ---- ledger

-- name: list_ledger :list
-- returns: cursor text, number int8, payment_id uuid, organization_id uuid, account text, debit_fen int8,
-- returns: credit_fen int8, summary text, booked_at timestamptz
SELECT e.number::text AS cursor, e.number, p.payment_id, p.organization_id, e.account, e.debit_fen, e.credit_fen,
       p.summary, p.booked_at
  FROM (SELECT CASE WHEN @organization_id::uuid IS NULL THEN ''
                    ELSE (SELECT path FROM organization_copy
                           WHERE street_id = @street_id::uuid AND id = @organization_id) END AS below,
               coalesce(nullif(@after::text, ''), '0')::int8 AS number) AS start
 CROSS JOIN LATERAL organizations_in(@street_id, @scope::text::text[], start.below) AS o
 CROSS JOIN LATERAL (SELECT * FROM ledger_posting p
                      WHERE p.street_id = @street_id AND p.organization_id = o.id AND p.number > start.number / 2
                        AND p.booked_at >= month_begins(@month::date) AND p.booked_at < month_ends(@month)
                        AND (@payment_id::uuid IS NULL OR p.payment_id = @payment_id)
                      ORDER BY p.number
                      LIMIT @limit::int4) AS p
 CROSS JOIN LATERAL (VALUES (p.number * 2 - 1, p.debit_account, p.amount_fen, 0::int8),
                            (p.number * 2, p.credit_account, 0::int8, p.amount_fen))
       AS e (number, account, debit_fen, credit_fen)
 WHERE e.number > start.number
 ORDER BY e.number
 LIMIT @limit;

-- name: sum_ledger :point
-- returns: ord int4, debit_total_fen int8, credit_total_fen int8
SELECT c.ord, total.fen AS debit_total_fen, total.fen AS credit_total_fen
  FROM unnest(@ord::int4[], @street_id::uuid[], @organization_id::uuid[], @month::date[], @payment_id::uuid[],
              @scope::text[])
       AS c (ord, street_id, organization_id, month, payment_id, scope)
  LEFT JOIN organization_copy below ON below.street_id = c.street_id AND below.id = c.organization_id
 CROSS JOIN LATERAL (SELECT coalesce(sum(p.amount_fen), 0)::int8 AS fen
                       FROM organizations_in(c.street_id, c.scope::text[],
                                             CASE WHEN c.organization_id IS NULL THEN '' ELSE below.path END) AS o
                       JOIN ledger_posting p ON p.street_id = c.street_id AND p.organization_id = o.id
                                            AND p.booked_at >= month_begins(c.month)
                                            AND p.booked_at < month_ends(c.month)
                                            AND (c.payment_id IS NULL OR p.payment_id = c.payment_id)) AS total;
