-- One payment as one statement written by hand, with the same writes.
\set n :first + :i * :clients + :client_id
\set i :i + 1
\set who :n % :members
\set at :n / :members
WITH payable AS MATERIALIZED (
    SELECT m.id AS member_id, (:oldest::date + make_interval(months => :at))::date AS month, o.id AS organization_id, o.path
      FROM member_copy m
      JOIN organization_copy o ON o.street_id = m.street_id AND o.id = m.organization_id
                              AND o.path ^@ ANY (:scope::text[])
     WHERE m.street_id = :street AND m.id = ('00000000-0000-7000-8000-' || lpad(:who, 12, '0'))::uuid AND m.state = 'ACTIVE'
       AND NOT EXISTS (SELECT FROM idempotency_key k
                        WHERE k.street_id = :street AND k.account_id = :account AND k.key = ('pay-' || :n))
), taken AS (
    UPDATE bill b SET state = 'PAID', payment_id = ('0190c000-0000-7000-8000-' || lpad(:n, 12, '0'))::uuid
      FROM payable p
     WHERE b.street_id = :street AND b.member_id = p.member_id AND b.month = p.month AND b.state = 'OPEN'
 RETURNING p.*, b.amount_fen
), paid AS (
    INSERT INTO payment (street_id, id, member_id, organization_id, months, amount_fen, channel, state, on_behalf_by,
                         received_by, paid_at, reason, version)
    SELECT :street, ('0190c000-0000-7000-8000-' || lpad(:n, 12, '0'))::uuid, member_id, organization_id, ARRAY[month], amount_fen, 'CASH', 'SETTLED', '',
           :account, now(), '', 1
      FROM taken
), audited AS (
    INSERT INTO audit_entry (street_id, id, at, account_id, method, subject, organization_id, traceparent)
    SELECT :street, ('0190c001-0000-7000-8000-' || lpad(:n, 12, '0'))::uuid, now(), :account, 'Dues.Pay', ('0190c000-0000-7000-8000-' || lpad(:n, 12, '0'))::uuid::text, organization_id, :trace
      FROM taken
), kept AS (
    INSERT INTO idempotency_key (street_id, account_id, key, method, request_hash, reply, version, created_at)
    SELECT :street, :account, ('pay-' || :n), 'Dues.Pay', decode(:hash, 'hex'), decode(:reply, 'hex'), 1, now()
      FROM taken
), ledger AS (
    UPDATE ledger_head h SET number = number + 1 FROM taken WHERE h.street_id = :street RETURNING number
), booked AS (
    INSERT INTO ledger_posting (street_id, number, payment_id, organization_id, debit_account, credit_account,
                                amount_fen, summary, booked_at)
    SELECT :street, number, ('0190c000-0000-7000-8000-' || lpad(:n, 12, '0'))::uuid, organization_id, 'cash', 'dues', amount_fen, '收党费 2026-01', now()
      FROM taken, ledger
), head AS (
    UPDATE stream_head SET position = position + 1 FROM ledger RETURNING position
)
INSERT INTO event (position, id, type, subject, street_id, organization_path, time, traceparent, data)
SELECT position, ('0190c002-0000-7000-8000-' || lpad(:n, 12, '0'))::uuid, 'dandelion.dues.payment.recorded.v1', ('0190c000-0000-7000-8000-' || lpad(:n, 12, '0'))::uuid::text, :street, path, now(), :trace,
       decode(:event, 'hex')
  FROM taken, head;
