-- One payment with the same writes, as one statement: what a good engineer would write by hand. Numbers from sequences.
\set n :first + :client_id + :i * :clients
\set i :i + 1
\set member (:n * 7919) % :members
\set branch :member % 120
\set ahead :n / :members
WITH given AS (
    SELECT '00000001-0000-7000-8000-000000000001'::uuid AS street_id, bench_id(6, :n) AS id, bench_id(5, :branch) AS account_id,
           md5((:n)::text) AS key
), payable AS (
    SELECT g.*, m.id AS member_id, o.id AS organization_id, o.path, b.month, b.amount_fen
      FROM given g
      JOIN member_copy m ON m.street_id = g.street_id AND m.id = bench_id(3, :member) AND m.state = 'ACTIVE'
      JOIN organization_copy o ON o.street_id = m.street_id AND o.id = m.organization_id AND o.path ^@ ANY (ARRAY['/1/'])
      JOIN bill b ON b.street_id = m.street_id AND b.member_id = m.id AND b.month = bench_month(:ahead)
                 AND b.state = 'OPEN' AND b.amount_fen = 4500
     WHERE NOT EXISTS (SELECT FROM idempotency_key k
                        WHERE k.street_id = g.street_id AND k.account_id = g.account_id AND k.key = g.key)
), paid AS (
    UPDATE bill b SET state = 'PAID', payment_id = p.id FROM payable p
     WHERE b.street_id = p.street_id AND b.member_id = p.member_id AND b.month = p.month AND b.state = 'OPEN'
), payment AS (
    INSERT INTO payment (street_id, id, member_id, organization_id, months, amount_fen, channel, state, on_behalf_by,
                         received_by, paid_at, reason, version)
    SELECT street_id, id, member_id, organization_id, ARRAY[month], amount_fen, 'CASH', 'SETTLED', '', account_id, now(),
           '', 1 FROM payable
), audit AS (
    INSERT INTO audit_entry (street_id, id, at, account_id, method, subject, organization_id, traceparent)
    SELECT street_id, id, now(), account_id, 'Dues.Pay', id::text, organization_id,
           '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' FROM payable
), kept AS (
    INSERT INTO idempotency_key (street_id, account_id, key, method, request_hash, reply, version, created_at)
    SELECT street_id, account_id, key, 'Dues.Pay', '\x00112233445566778899aabbccddeeff',
           convert_to(repeat('x', 190), 'UTF8'), 1, now() FROM payable
), posting AS (
    INSERT INTO ledger_posting (street_id, number, payment_id, organization_id, debit_account, credit_account,
                                amount_fen, summary, booked_at)
    SELECT street_id, nextval('bench_number'), id, organization_id, 'cash', 'dues', amount_fen, '收党费 2026-11', now()
      FROM payable
)
INSERT INTO event (position, id, type, subject, street_id, organization_path, time, traceparent, data)
SELECT nextval('bench_position'), id, 'dandelion.dues.payment.recorded.v1', id::text, street_id, path, now(),
       '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', convert_to(repeat('x', 140), 'UTF8')
  FROM payable;
