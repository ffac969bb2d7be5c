-- One payment as duesd makes it, statement by statement, in a transaction of its own. Numbers come from sequences: they
-- have gaps, which duesd's have not, but no payment waits for the commit of another.
\set n :first + :client_id + :i * :clients
\set i :i + 1
\set member (:n * 7919) % :members
\set branch :member % 120
\set ahead :n / :members
BEGIN;
SELECT method, request_hash, reply, version FROM idempotency_key
 WHERE street_id = '00000001-0000-7000-8000-000000000001' AND account_id = bench_id(5, :branch) AND key = md5((:n)::text);
SELECT o.id, o.path, m.state, m.joined_on, b.amount_fen, b.state
  FROM member_copy m
  JOIN organization_copy o ON o.street_id = m.street_id AND o.id = m.organization_id AND o.path ^@ ANY (ARRAY['/1/'])
  LEFT JOIN bill b ON b.street_id = m.street_id AND b.member_id = m.id AND b.month = bench_month(:ahead)
 WHERE m.street_id = '00000001-0000-7000-8000-000000000001' AND m.id = bench_id(3, :member);
INSERT INTO payment (street_id, id, member_id, organization_id, months, amount_fen, channel, state, on_behalf_by,
                     received_by, paid_at, reason, version)
VALUES ('00000001-0000-7000-8000-000000000001', bench_id(6, :n), bench_id(3, :member), bench_id(2, :branch),
        ARRAY[bench_month(:ahead)], 4500, 'CASH', 'SETTLED', '', bench_id(5, :branch), now(), '', 1);
UPDATE bill SET state = 'PAID', payment_id = bench_id(6, :n)
 WHERE street_id = '00000001-0000-7000-8000-000000000001' AND member_id = bench_id(3, :member)
   AND month = bench_month(:ahead) AND state = 'OPEN';
INSERT INTO audit_entry (street_id, id, at, account_id, method, subject, organization_id, traceparent)
VALUES ('00000001-0000-7000-8000-000000000001', bench_id(6, :n), now(), bench_id(5, :branch), 'Dues.Pay',
        bench_id(6, :n)::text, bench_id(2, :branch), '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
INSERT INTO idempotency_key (street_id, account_id, key, method, request_hash, reply, version, created_at)
VALUES ('00000001-0000-7000-8000-000000000001', bench_id(5, :branch), md5((:n)::text), 'Dues.Pay',
        '\x00112233445566778899aabbccddeeff', convert_to(repeat('x', 190), 'UTF8'), 1, now());
INSERT INTO ledger_posting (street_id, number, payment_id, organization_id, debit_account, credit_account, amount_fen,
                            summary, booked_at)
VALUES ('00000001-0000-7000-8000-000000000001', nextval('bench_number'), bench_id(6, :n), bench_id(2, :branch), 'cash',
        'dues', 4500, '收党费 2026-11', now());
INSERT INTO event (position, id, type, subject, street_id, organization_path, time, traceparent, data)
VALUES (nextval('bench_position'), bench_id(6, :n), 'dandelion.dues.payment.recorded.v1', bench_id(6, :n)::text,
        '00000001-0000-7000-8000-000000000001', '/1/1/', now(),
        '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', convert_to(repeat('x', 140), 'UTF8'));
COMMIT;
