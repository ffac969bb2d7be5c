-- As pay_statements.sql, but numbers and positions come from sequences: with gaps, and not in the order of commits.
-- One payment as duesd runs it, statement by statement, each in its form for one row.
\set n :first + :i * :clients + :client_id
\set i :i + 1
\set who :n % :members
\set at :n / :members
SELECT method, request_hash, reply, version
  FROM idempotency_key
 WHERE street_id = :street AND account_id = :account AND key = 'pay-' || :n;
SELECT o.id AS organization, o.path AS path, m.id AS member, m.state AS member_state, m.joined_on, b.month AS month,
       b.amount_fen AS amount, b.state AS bill_state
  FROM member_copy m
  JOIN organization_copy o ON o.street_id = m.street_id AND o.id = m.organization_id AND o.path ^@ ANY (:scope::text[])
  LEFT JOIN bill b ON b.street_id = m.street_id AND b.member_id = m.id
                  AND b.month = (:oldest::date + make_interval(months => :at))::date
 WHERE m.street_id = :street AND m.id = ('00000000-0000-7000-8000-' || lpad(:who, 12, '0'))::uuid \gset
BEGIN;
INSERT INTO payment (street_id, id, member_id, organization_id, months, amount_fen, channel, state, on_behalf_by,
                     received_by, paid_at, reason, version)
VALUES (:street, ('0190c000-0000-7000-8000-' || lpad(:n, 12, '0'))::uuid, :member, :organization, ARRAY[:month::date],
        :amount, 'CASH', 'SETTLED', '', :account, now(), '', 1);
UPDATE bill SET state = 'PAID', payment_id = ('0190c000-0000-7000-8000-' || lpad(:n, 12, '0'))::uuid
 WHERE street_id = :street AND member_id = :member AND month = :month AND state = 'OPEN';
INSERT INTO audit_entry (street_id, id, at, account_id, method, subject, organization_id, traceparent)
VALUES (:street, ('0190c001-0000-7000-8000-' || lpad(:n, 12, '0'))::uuid, now(), :account, 'Dues.Pay',
        '0190c000-0000-7000-8000-' || lpad(:n, 12, '0'), :organization, :trace);
INSERT INTO idempotency_key (street_id, account_id, key, method, request_hash, reply, version, created_at)
VALUES (:street, :account, 'pay-' || :n, 'Dues.Pay', decode(:hash, 'hex'), decode(:reply, 'hex'), 1, now());
INSERT INTO ledger_posting (street_id, number, payment_id, organization_id, debit_account, credit_account, amount_fen,
                            summary, booked_at)
VALUES (:street, nextval('loose_number'), ('0190c000-0000-7000-8000-' || lpad(:n, 12, '0'))::uuid, :organization, 'cash',
        'dues', :amount, '收党费 2026-01', now());
INSERT INTO event (position, id, type, subject, street_id, organization_path, time, traceparent, data)
VALUES (nextval('loose_position'), ('0190c002-0000-7000-8000-' || lpad(:n, 12, '0'))::uuid,
        'dandelion.dues.payment.recorded.v1', '0190c000-0000-7000-8000-' || lpad(:n, 12, '0'), :street, :path, now(),
        :trace, decode(:event, 'hex'));
COMMIT;
