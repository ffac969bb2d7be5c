-- The statements of the kit itself: what every daemon's schema has (schema/0000_kit_1.sql).
-- OFFSET 0 keeps the order of a join: from the arguments to the table, by its key. A plan made while the table was empty
-- would otherwise walk through the table first, and be kept when it is large.

-- name: find_replays :load
-- returns: ord int4, method text, request_hash bytea, reply bytea, version int8
SELECT c.ord, k.method, k.request_hash, k.reply, k.version
  FROM unnest(@ord::int4[], @street_id::uuid[], @account_id::uuid[], @key::text[])
       AS c (ord, street_id, account_id, key)
 CROSS JOIN LATERAL (SELECT * FROM idempotency_key k
                      WHERE k.street_id = c.street_id AND k.account_id = c.account_id AND k.key = c.key OFFSET 0) k;

-- name: keep_reply :save
INSERT INTO idempotency_key (street_id, account_id, key, method, request_hash, reply, version, created_at)
SELECT * FROM unnest(@street_id::uuid[], @account_id::uuid[], @key::text[], @method::text[], @request_hash::bytea[],
                     @reply::bytea[], @version::int8[], @created_at::timestamptz[]);

-- name: find_commits :load
-- returns: ord int4, id uuid
SELECT c.ord, a.id
  FROM unnest(@ord::int4[], @street_id::uuid[], @id::uuid[]) AS c (ord, street_id, id)
 CROSS JOIN LATERAL (SELECT a.id FROM audit_entry a WHERE a.street_id = c.street_id AND a.id = c.id OFFSET 0) a;

-- name: append_audit :save
INSERT INTO audit_entry (street_id, id, at, account_id, method, subject, organization_id, traceparent)
SELECT * FROM unnest(@street_id::uuid[], @id::uuid[], @at::timestamptz[], @account_id::uuid[], @method::text[],
                     @subject::text[], @organization_id::uuid[], @traceparent::text[]);

-- Takes the positions and writes the events. The row of the stream head stays locked until the commit, which follows
-- at once: so positions are dense and in commit order.
-- name: append_events :load
-- returns: ord int4, position int8
WITH head AS (
    UPDATE stream_head SET position = position + cardinality(@ord::int4[]) RETURNING position
), appended AS (
    INSERT INTO event (position, id, type, subject, street_id, organization_path, time, traceparent, data)
    SELECT head.position - cardinality(@ord::int4[]) + 1 + e.ord, e.id, e.type, e.subject, e.street_id,
           e.organization_path, e.time, e.traceparent, e.data
      FROM head, unnest(@ord::int4[], @id::uuid[], @type::text[], @subject::text[], @street_id::uuid[],
                        @organization_path::text[], @time::timestamptz[], @traceparent::text[], @data::bytea[])
           AS e (ord, id, type, subject, street_id, organization_path, time, traceparent, data)
)
SELECT 0 AS ord, position - cardinality(@ord::int4[]) + 1 AS position FROM head;

-- At most `limit` events, and no more than fit into a frame of the bus; always the next one, whatever its size.
-- name: read_events :list
-- returns: position int8, id uuid, type text, subject text, street_id uuid, organization_path text, time timestamptz, traceparent text, data bytea
SELECT position, id, type, subject, street_id, organization_path, time, traceparent, data
  FROM (SELECT *, sum(octet_length(data) + 400) OVER (ORDER BY position) AS size
          FROM (SELECT * FROM event WHERE position > @after::int8 ORDER BY position LIMIT @limit::int4) AS page) AS e
 WHERE size <= 786432 OR position = @after::int8 + 1
 ORDER BY position;

-- name: read_checkpoint :list
-- returns: position int8
SELECT position FROM checkpoint WHERE source = @source::text;

-- Changes nothing, and so undoes the whole, unless the checkpoint stands where the effects begin.
-- name: move_checkpoint :save
INSERT INTO checkpoint (source, position)
SELECT * FROM unnest(@source::text[], @position::int8[])
    ON CONFLICT (source) DO UPDATE SET position = excluded.position
 WHERE checkpoint.position = (SELECT after FROM unnest(@source::text[], @after::int8[]) AS c (source, after)
                               WHERE c.source = excluded.source);

-- An operation that has not been heard of for a minute was interrupted; its repeat begins it anew.
-- name: get_operation :point
-- returns: ord int4, id text, kind text, state text, done int8, total int8, result text, started_at timestamptz, finished_at timestamptz
SELECT c.ord, o.id, o.kind,
       CASE WHEN o.state = 'RUNNING' AND o.seen_at < c.now - interval '1 minute' THEN 'FAILED' ELSE o.state END AS state,
       o.done, o.total, o.result, o.started_at, o.finished_at
  FROM unnest(@ord::int4[], @street_id::uuid[], @account_id::uuid[], @id::text[], @now::timestamptz[])
       AS c (ord, street_id, account_id, id, now)
  JOIN operation o USING (street_id, account_id, id);

-- Says how far an operation is. What is finished stays finished, unless it is begun anew.
-- name: put_operation :save any
INSERT INTO operation (street_id, account_id, id, kind, state, done, total, result, started_at, seen_at, finished_at)
SELECT * FROM unnest(@street_id::uuid[], @account_id::uuid[], @id::text[], @kind::text[], @state::text[],
                     @done::int8[], @total::int8[], @result::text[], @started_at::timestamptz[],
                     @seen_at::timestamptz[], @finished_at::timestamptz[])
    ON CONFLICT (street_id, account_id, id) DO UPDATE
   SET state = excluded.state, done = excluded.done, total = excluded.total, result = excluded.result,
       started_at = excluded.started_at, seen_at = excluded.seen_at, finished_at = excluded.finished_at
 WHERE operation.state = 'RUNNING' OR excluded.started_at > operation.started_at;
