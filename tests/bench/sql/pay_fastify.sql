-- The statement of pay_cte.sql with the parameters that fastify/server.ts gives.
WITH payable AS MATERIALIZED (
    SELECT m.id AS member_id, $5::date AS month, o.id AS organization_id, o.path
      FROM member_copy m
      JOIN organization_copy o ON o.street_id = m.street_id AND o.id = m.organization_id
                              AND o.path ^@ ANY ($3::text[])
     WHERE m.street_id = $1::uuid AND m.id = $4::uuid AND m.state = 'ACTIVE'
       AND NOT EXISTS (SELECT FROM idempotency_key k
                        WHERE k.street_id = $1::uuid AND k.account_id = $2::uuid AND k.key = $7::text)
), taken AS (
    UPDATE bill b SET state = 'PAID', payment_id = $6::uuid
      FROM payable p
     WHERE b.street_id = $1::uuid AND b.member_id = p.member_id AND b.month = p.month AND b.state = 'OPEN'
       AND b.amount_fen = $10::bigint
 RETURNING p.*, b.amount_fen
), paid AS (
    INSERT INTO payment (street_id, id, member_id, organization_id, months, amount_fen, channel, state, on_behalf_by,
                         received_by, paid_at, reason, version)
    SELECT $1::uuid, $6::uuid, member_id, organization_id, ARRAY[month], amount_fen, $11::text, 'SETTLED', $16::text,
           $2::uuid, now(), '', 1
      FROM taken
), audited AS (
    INSERT INTO audit_entry (street_id, id, at, account_id, method, subject, organization_id, traceparent)
    SELECT $1::uuid, $8::uuid, now(), $2::uuid, 'Dues.Pay', $6::uuid::text, organization_id, $15::text
      FROM taken
), kept AS (
    INSERT INTO idempotency_key (street_id, account_id, key, method, request_hash, reply, version, created_at)
    SELECT $1::uuid, $2::uuid, $7::text, 'Dues.Pay', $12::bytea, $13::bytea, 1, now()
      FROM taken
), ledger AS (
    UPDATE ledger_head h SET number = number + 1 FROM taken WHERE h.street_id = $1::uuid RETURNING number
), booked AS (
    INSERT INTO ledger_posting (street_id, number, payment_id, organization_id, debit_account, credit_account,
                                amount_fen, summary, booked_at)
    SELECT $1::uuid, number, $6::uuid, organization_id, lower($11::text), 'dues', amount_fen, '收党费 2026-01', now()
      FROM taken, ledger
), head AS (
    UPDATE stream_head SET position = position + 1 FROM ledger RETURNING position
)
INSERT INTO event (position, id, type, subject, street_id, organization_path, time, traceparent, data)
SELECT position, $9::uuid, 'dandelion.dues.payment.recorded.v1', $6::uuid::text, $1::uuid, path, now(), $15::text,
       $14::bytea
  FROM taken, head;
