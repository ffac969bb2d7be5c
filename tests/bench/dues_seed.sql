-- A street of :members members in 120 branches, each with an open bill of 45 yuan for the months that may be paid now.
-- The ids are numbers, so that dues_bench.c can tell who pays what next.
SET search_path = dues;
CREATE OR REPLACE FUNCTION bench_id(kind integer, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
    $$ SELECT (lpad(kind::text, 8, '0') || '-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid $$;
INSERT INTO organization_copy (street_id, id, level, name, path)
SELECT bench_id(1, 1), bench_id(2, n), 'branch', 'Branch ' || n, '/1/' || n || '/' FROM generate_series(0, 119) AS n;
INSERT INTO member_copy (street_id, id, organization_id, name, category, state, joined_on)
SELECT bench_id(1, 1), bench_id(3, n), bench_id(2, n % 120), 'Member ' || n, 'FULL', 'ACTIVE', '2001-07-01'
  FROM generate_series(0, :members - 1) AS n;
INSERT INTO bill (street_id, member_id, month, organization_id, run_id, amount_fen, state)
SELECT bench_id(1, 1), bench_id(3, n), month, bench_id(2, n % 120), bench_id(4, 1), 4500, 'OPEN'
  FROM generate_series(date_trunc('month', current_date) - interval '6 months',
                       date_trunc('quarter', current_date) + interval '2 months', interval '1 month') AS month,
       generate_series(0, :members - 1) AS n
 ORDER BY month, n % 120, n;
VACUUM ANALYZE organization_copy, member_copy, bill;
