-- Every statement takes the street and, where a caller asks, the scope: paths of which none contains another.

-- ---- identity's events

-- name: put_organization :save
INSERT INTO organization_copy (street_id, id, path)
SELECT * FROM unnest(@street_id::uuid[], @id::uuid[], @path::text[])
    ON CONFLICT (street_id, id) DO UPDATE SET path = excluded.path;

-- Everything below the old path, the moved organisation among it.
-- name: move_organizations :save any
UPDATE organization_copy o SET path = n.new_path || substr(o.path, length(n.old_path) + 1)
  FROM unnest(@street_id::uuid[], @old_path::text[], @new_path::text[]) AS n (street_id, old_path, new_path)
 WHERE o.street_id = n.street_id AND o.path >= n.old_path AND o.path < left(n.old_path, -1) || '0';

-- name: dissolve_organization :save
UPDATE organization_copy o SET dissolved = true
  FROM unnest(@street_id::uuid[], @id::uuid[]) AS n (street_id, id)
 WHERE o.street_id = n.street_id AND o.id = n.id;

-- ---- notes

-- The organisation, if it lies in the scope.
-- name: load_organization :load
-- returns: ord int4, organization_path text
SELECT c.ord, o.path AS organization_path
  FROM unnest(@ord::int4[], @street_id::uuid[], @organization_id::uuid[], @scope::text[])
       AS c (ord, street_id, organization_id, scope)
  JOIN organization_copy o ON o.street_id = c.street_id AND o.id = c.organization_id AND NOT o.dissolved
                          AND o.path ^@ ANY (c.scope::text[]);

-- name: add_note :save
INSERT INTO note (street_id, id, organization_id, day, text, written_by, written_at)
SELECT * FROM unnest(@street_id::uuid[], @id::uuid[], @organization_id::uuid[], @day::date[], @text::text[],
                     @written_by::uuid[], @written_at::timestamptz[]);

-- The newest first: ids grow with time. Each organisation of the scope gives at most a page.
-- name: list_notes :list
-- returns: cursor text, id uuid, organization_id uuid, day date, text text, written_by uuid, written_at timestamptz
SELECT n.id::text AS cursor, n.id, n.organization_id, n.day, n.text, n.written_by, n.written_at
  FROM organization_copy o
 CROSS JOIN LATERAL (SELECT * FROM note n
                      WHERE n.street_id = o.street_id AND n.organization_id = o.id
                        AND (@after::text = '' OR n.id < nullif(@after, '')::uuid)
                      ORDER BY n.id DESC
                      LIMIT @limit::int4) n
 WHERE o.street_id = @street_id::uuid AND o.path ^@ ANY (@scope::text::text[])
   AND (@organization_id::uuid IS NULL OR o.id = @organization_id)
 ORDER BY n.id DESC
 LIMIT @limit;
