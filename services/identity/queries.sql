-- The statements of the register. `scope` is the array literal of the paths that the caller may reach; see in_scope in
-- migrations/0001_register.sql.

-- name: load_street :load
-- returns: ord int4, name text, next_label int8, version int8
SELECT c.ord, s.name, s.next_label, s.version
  FROM unnest(@ord::int4[], @street_id::uuid[]) AS c (ord, street_id)
  JOIN street s USING (street_id);

-- name: insert_street :save
INSERT INTO street (street_id, name, next_label, version)
SELECT street_id, name, next_label, 1
  FROM unnest(@street_id::uuid[], @name::text[], @next_label::int8[]) AS c (street_id, name, next_label);

-- Locks the street until the commit, and says that its tree or its roles change: whoever decided by an older state of
-- them fails here and decides again.
-- name: change_street :save
UPDATE street s
   SET next_label = c.next_label, version = s.version + 1
  FROM unnest(@street_id::uuid[], @version::int8[], @next_label::int8[]) AS c (street_id, version, next_label)
 WHERE s.street_id = c.street_id AND s.version = c.version;

-- ---- organisations

-- name: load_organization :load
-- returns: ord int4, id uuid, parent_id uuid, level text, name text, path text, state text, established_on date,
-- returns: dissolved_on date, version int8
SELECT c.ord, o.id, o.parent_id, o.level, o.name, o.path, o.state, o.established_on, o.dissolved_on, o.version
  FROM unnest(@ord::int4[], @street_id::uuid[], @id::uuid[], @scope::text[]) AS c (ord, street_id, id, scope)
  JOIN organization o ON o.street_id = c.street_id AND o.id = c.id
 WHERE in_scope(o.path, c.scope);

-- Is there anything in an organisation, or below it?
-- name: load_content :load
-- returns: ord int4, organizations bool, members bool
SELECT c.ord,
       EXISTS (SELECT FROM organization o
                WHERE o.street_id = c.street_id AND o.parent_id = c.id AND o.state = 'ACTIVE') AS organizations,
       EXISTS (SELECT FROM member m WHERE m.street_id = c.street_id AND m.organization_id = c.id AND m.state <> 'LEFT')
       AS members
  FROM unnest(@ord::int4[], @street_id::uuid[], @id::uuid[]) AS c (ord, street_id, id);

-- name: insert_organization :save
INSERT INTO organization (street_id, id, parent_id, level, name, path, state, established_on, version)
SELECT street_id, id, parent_id, level, name, path, 'ACTIVE', established_on, 1
  FROM unnest(@street_id::uuid[], @id::uuid[], @parent_id::uuid[], @level::text[], @name::text[], @path::text[],
              @established_on::date[]) AS c (street_id, id, parent_id, level, name, path, established_on);

-- name: rename_organization :save
UPDATE organization o
   SET name = c.name, version = o.version + 1
  FROM unnest(@street_id::uuid[], @id::uuid[], @version::int8[], @name::text[]) AS c (street_id, id, version, name)
 WHERE o.street_id = c.street_id AND o.id = c.id AND o.version = c.version;

-- name: hang_organization :save
UPDATE organization o
   SET parent_id = c.parent_id
  FROM unnest(@street_id::uuid[], @id::uuid[], @version::int8[], @parent_id::uuid[])
       AS c (street_id, id, version, parent_id)
 WHERE o.street_id = c.street_id AND o.id = c.id AND o.version = c.version;

-- Everything below an organisation that moves, and itself.
-- name: move_organizations :save any
UPDATE organization o
   SET path = c.new_path || substr(o.path, length(c.old_path) + 1), version = o.version + 1
  FROM unnest(@street_id::uuid[], @old_path::text[], @new_path::text[]) AS c (street_id, old_path, new_path)
 WHERE o.street_id = c.street_id AND o.path >= c.old_path AND o.path < left(c.old_path, -1) || '0';

-- name: move_members :save any
UPDATE member m
   SET organization_path = c.new_path || substr(m.organization_path, length(c.old_path) + 1)
  FROM unnest(@street_id::uuid[], @old_path::text[], @new_path::text[]) AS c (street_id, old_path, new_path)
 WHERE m.street_id = c.street_id AND m.organization_path >= c.old_path
   AND m.organization_path < left(c.old_path, -1) || '0';

-- Holds the organisation: from here to the commit nobody joins it.
-- name: hold_organization :save
UPDATE organization o
   SET version = o.version + 1
  FROM unnest(@street_id::uuid[], @id::uuid[], @version::int8[]) AS c (street_id, id, version)
 WHERE o.street_id = c.street_id AND o.id = c.id AND o.version = c.version;

-- name: dissolve_organization :save
UPDATE organization o
   SET state = 'DISSOLVED', dissolved_on = c.dissolved_on
  FROM unnest(@street_id::uuid[], @id::uuid[], @dissolved_on::date[]) AS c (street_id, id, dissolved_on)
 WHERE o.street_id = c.street_id AND o.id = c.id
   AND NOT EXISTS (SELECT FROM organization b
                    WHERE b.street_id = c.street_id AND b.parent_id = c.id AND b.state = 'ACTIVE')
   AND NOT EXISTS (SELECT FROM member m
                    WHERE m.street_id = c.street_id AND m.organization_id = c.id AND m.state <> 'LEFT');

-- The present of the organisations at or (`whole`) below a path ends on a day.
-- name: close_history :save any
UPDATE organization_history h
   SET valid_until = c.day
  FROM unnest(@street_id::uuid[], @path::text[], @whole::bool[], @day::date[]) AS c (street_id, path, whole, day)
 WHERE h.street_id = c.street_id AND h.valid_until IS NULL
   AND h.path >= c.path AND h.path < left(c.path, -1) || '0' AND (c.whole OR h.path = c.path);

-- And their new present begins.
-- name: open_history :save any
INSERT INTO organization_history (street_id, organization_id, valid_from, parent_id, name, path)
SELECT o.street_id, o.id, c.day, o.parent_id, o.name, o.path
  FROM unnest(@street_id::uuid[], @path::text[], @whole::bool[], @day::date[]) AS c (street_id, path, whole, day)
  JOIN organization o ON o.street_id = c.street_id AND o.state = 'ACTIVE'
   AND o.path >= c.path AND o.path < left(c.path, -1) || '0' AND (c.whole OR o.path = c.path)
    ON CONFLICT (street_id, organization_id, valid_from)
    DO UPDATE SET valid_until = NULL, parent_id = excluded.parent_id, name = excluded.name, path = excluded.path;

-- name: get_organization :point
-- returns: ord int4, id uuid, parent_id uuid, level text, name text, path text, state text, established_on date,
-- returns: dissolved_on date, version int8
SELECT c.ord, o.id, o.parent_id, o.level, o.name, o.path, o.state, o.established_on, o.dissolved_on, o.version
  FROM unnest(@ord::int4[], @street_id::uuid[], @id::uuid[], @scope::text[]) AS c (ord, street_id, id, scope)
  JOIN organization o ON o.street_id = c.street_id AND o.id = c.id
 WHERE in_scope(o.path, c.scope);

-- The tree as it is, in the order of the paths: from the root down, what belongs together stands together.
-- name: list_organizations :list
-- returns: id uuid, parent_id uuid, level text, name text, path text, state text, established_on date,
-- returns: dissolved_on date, version int8, cursor text
SELECT o.id, o.parent_id, o.level, o.name, o.path, o.state, o.established_on, o.dissolved_on, o.version,
       o.path AS cursor
  FROM unnest(@scope::text::text[]) AS s (path)
  LEFT JOIN organization w ON w.street_id = @street_id::uuid AND w.id = @within_id::uuid
  JOIN organization o ON o.street_id = @street_id::uuid
   AND o.path >= greatest(s.path, w.path) AND o.path < left(greatest(s.path, w.path), -1) || '0'
 WHERE (@within_id::uuid IS NULL OR w.path ^@ s.path OR s.path ^@ w.path)
   AND o.path > @after::text AND o.state = 'ACTIVE'
   AND (@parent_id::uuid IS NULL OR o.parent_id = @parent_id::uuid)
   AND (@level::text = '' OR o.level = @level::text)
   AND (@name::text = '' OR strpos(o.name, @name::text) > 0)
 ORDER BY o.path
 LIMIT @limit::int4;

-- The tree as it was on a day. What may be seen is what lies below the scope today.
-- name: list_former_organizations :list
-- returns: id uuid, parent_id uuid, level text, name text, path text, state text, established_on date,
-- returns: dissolved_on date, version int8, cursor text
SELECT o.id, h.parent_id, o.level, h.name, h.path, 'ACTIVE' AS state, o.established_on, NULL::date AS dissolved_on,
       o.version, h.path AS cursor
  FROM organization_history h
  JOIN organization o ON o.street_id = h.street_id AND o.id = h.organization_id
 WHERE h.street_id = @street_id::uuid AND in_scope(o.path, @scope::text)
   AND h.valid_from <= @as_of::date AND (h.valid_until IS NULL OR h.valid_until > @as_of::date)
   AND (@within_id::uuid IS NULL
        OR h.path ^@ (SELECT w.path FROM organization_history w
                       WHERE w.street_id = @street_id::uuid AND w.organization_id = @within_id::uuid
                         AND w.valid_from <= @as_of::date
                         AND (w.valid_until IS NULL OR w.valid_until > @as_of::date)))
   AND h.path > @after::text
   AND (@parent_id::uuid IS NULL OR h.parent_id = @parent_id::uuid)
   AND (@level::text = '' OR o.level = @level::text)
   AND (@name::text = '' OR strpos(h.name, @name::text) > 0)
 ORDER BY h.path
 LIMIT @limit::int4;

-- ---- members

-- name: load_member :load
-- returns: ord int4, id uuid, organization_id uuid, organization_name text, organization_path text, name text,
-- returns: id_number_sealed bytea, sex text, birth_date date, ethnic_group text, education text, phone_sealed bytea,
-- returns: address_sealed bytea, category text, joined_on date, full_since date, state text, version int8
SELECT c.ord, m.id, m.organization_id, o.name AS organization_name, m.organization_path, p.name, p.id_number_sealed, p.sex, p.birth_date,
       p.ethnic_group, p.education, p.phone_sealed, p.address_sealed, m.category, m.joined_on, m.full_since, m.state,
       m.version
  FROM unnest(@ord::int4[], @street_id::uuid[], @id::uuid[], @scope::text[]) AS c (ord, street_id, id, scope)
  JOIN member m ON m.street_id = c.street_id AND m.id = c.id
  JOIN person p ON p.street_id = m.street_id AND p.id = m.id
  JOIN organization o ON o.street_id = m.street_id AND o.id = m.organization_id
 WHERE in_scope(m.organization_path, c.scope);

-- name: insert_person :save
INSERT INTO person (street_id, id, name, id_number_sealed, id_number_index, sex, birth_date, ethnic_group, education,
                    phone_sealed, phone_index, address_sealed, address_index)
SELECT * FROM unnest(@street_id::uuid[], @id::uuid[], @name::text[], @id_number_sealed::bytea[],
                     @id_number_index::bytea[], @sex::text[], @birth_date::date[], @ethnic_group::text[],
                     @education::text[], @phone_sealed::bytea[], @phone_index::bytea[], @address_sealed::bytea[],
                     @address_index::bytea[]);

-- The branch is held until the commit, so that it is neither moved nor dissolved meanwhile.
-- name: insert_member :save
INSERT INTO member (street_id, id, organization_id, organization_path, category, joined_on, full_since, state, version)
SELECT c.street_id, c.id, o.id, o.path, c.category, c.joined_on, c.full_since, 'ACTIVE', 1
  FROM unnest(@street_id::uuid[], @id::uuid[], @organization_id::uuid[], @organization_path::text[],
              @category::text[], @joined_on::date[], @full_since::date[])
       AS c (street_id, id, organization_id, organization_path, category, joined_on, full_since)
  JOIN organization o ON o.street_id = c.street_id AND o.id = c.organization_id
   AND o.path = c.organization_path AND o.state = 'ACTIVE'
   FOR SHARE OF o;

-- name: insert_membership :save
INSERT INTO membership (street_id, member_id, valid_from, organization_id)
SELECT * FROM unnest(@street_id::uuid[], @member_id::uuid[], @valid_from::date[], @organization_id::uuid[]);

-- name: update_member :save
UPDATE member m
   SET category = c.category, full_since = c.full_since, version = m.version + 1
  FROM unnest(@street_id::uuid[], @id::uuid[], @version::int8[], @category::text[], @full_since::date[])
       AS c (street_id, id, version, category, full_since)
 WHERE m.street_id = c.street_id AND m.id = c.id AND m.version = c.version;

-- name: update_person :save
UPDATE person p
   SET name = c.name, ethnic_group = c.ethnic_group, education = c.education, phone_sealed = c.phone_sealed,
       phone_index = c.phone_index, address_sealed = c.address_sealed, address_index = c.address_index
  FROM unnest(@street_id::uuid[], @id::uuid[], @name::text[], @ethnic_group::text[], @education::text[],
              @phone_sealed::bytea[], @phone_index::bytea[], @address_sealed::bytea[], @address_index::bytea[])
       AS c (street_id, id, name, ethnic_group, education, phone_sealed, phone_index, address_sealed, address_index)
 WHERE p.street_id = c.street_id AND p.id = c.id;

-- name: get_member :point
-- returns: ord int4, id uuid, organization_id uuid, organization_name text, name text, id_number_sealed bytea,
-- returns: sex text, birth_date date, ethnic_group text, education text, phone_sealed bytea, address_sealed bytea,
-- returns: category text, joined_on date, full_since date, state text, version int8
SELECT c.ord, m.id, m.organization_id, o.name AS organization_name, p.name, p.id_number_sealed, p.sex, p.birth_date,
       p.ethnic_group, p.education, p.phone_sealed, p.address_sealed, m.category, m.joined_on, m.full_since, m.state,
       m.version
  FROM unnest(@ord::int4[], @street_id::uuid[], @id::uuid[], @scope::text[]) AS c (ord, street_id, id, scope)
  JOIN member m ON m.street_id = c.street_id AND m.id = c.id
  JOIN person p ON p.street_id = m.street_id AND p.id = m.id
  JOIN organization o ON o.street_id = m.street_id AND o.id = m.organization_id
 WHERE in_scope(m.organization_path, c.scope);

-- Branch by branch, each in the order of registration: the order of an index, so that a page costs the same wherever it
-- lies. Each path of the scope gives a page of its own, of which the first rows are taken.
-- name: list_members :list
-- returns: id uuid, organization_id uuid, organization_name text, name text, id_number_sealed bytea, sex text,
-- returns: birth_date date, ethnic_group text, education text, phone_sealed bytea, address_sealed bytea,
-- returns: category text, joined_on date, full_since date, state text, version int8, cursor text
SELECT m.id, m.organization_id, o.name AS organization_name, p.name, p.id_number_sealed, p.sex, p.birth_date,
       p.ethnic_group, p.education, p.phone_sealed, p.address_sealed, m.category, m.joined_on, m.full_since, m.state,
       m.version, m.organization_path || ' ' || m.id AS cursor
  FROM unnest(@scope::text::text[]) AS s (path)
  LEFT JOIN organization w ON w.street_id = @street_id::uuid AND w.id = @organization_id::uuid
 CROSS JOIN LATERAL (
        SELECT m.*
          FROM member m
         WHERE m.street_id = @street_id::uuid
           AND m.organization_path >= greatest(s.path, w.path)
           AND m.organization_path < left(greatest(s.path, w.path), -1) || '0'
           AND (m.organization_path, m.id) > (split_part(@after::text, ' ', 1),
                                              nullif(split_part(@after::text, ' ', 2), '')::uuid)
           AND (@category::text = '' OR m.category = @category::text)
           AND (@state::text = '' OR m.state = @state::text)
         ORDER BY m.organization_path, m.id
         LIMIT @limit::int4) AS m
  JOIN person p ON p.street_id = m.street_id AND p.id = m.id
  JOIN organization o ON o.street_id = m.street_id AND o.id = m.organization_id
 WHERE (@organization_id::uuid IS NULL OR w.path ^@ s.path OR s.path ^@ w.path)
 ORDER BY m.organization_path, m.id
 LIMIT @limit::int4;

-- The same order, for those who have a name, a telephone number or an ID number: found among people first.
-- name: search_members :list
-- returns: id uuid, organization_id uuid, organization_name text, name text, id_number_sealed bytea, sex text,
-- returns: birth_date date, ethnic_group text, education text, phone_sealed bytea, address_sealed bytea,
-- returns: category text, joined_on date, full_since date, state text, version int8, cursor text
SELECT m.id, m.organization_id, o.name AS organization_name, p.name, p.id_number_sealed, p.sex, p.birth_date,
       p.ethnic_group, p.education, p.phone_sealed, p.address_sealed, m.category, m.joined_on, m.full_since, m.state,
       m.version, m.organization_path || ' ' || m.id AS cursor
  FROM person p
  JOIN member m ON m.street_id = p.street_id AND m.id = p.id
  JOIN organization o ON o.street_id = m.street_id AND o.id = m.organization_id
 WHERE p.street_id = @street_id::uuid
   AND (@name::text = '' OR p.name ^@ @name::text)
   AND (@phone_index::bytea IS NULL OR p.phone_index = @phone_index::bytea)
   AND (@id_number_index::bytea IS NULL OR p.id_number_index = @id_number_index::bytea)
   AND in_scope(m.organization_path, @scope::text)
   AND (@organization_id::uuid IS NULL
        OR m.organization_path ^@ (SELECT w.path FROM organization w
                                    WHERE w.street_id = @street_id::uuid AND w.id = @organization_id::uuid))
   AND (m.organization_path, m.id) > (split_part(@after::text, ' ', 1),
                                      nullif(split_part(@after::text, ' ', 2), '')::uuid)
   AND (@category::text = '' OR m.category = @category::text)
   AND (@state::text = '' OR m.state = @state::text)
 ORDER BY m.organization_path, m.id
 LIMIT @limit::int4;

-- ---- accounts, roles and sessions

-- name: load_credentials :load
-- returns: ord int4, street_id uuid, account_id uuid, username text, name text, person_id uuid, password_hash text,
-- returns: failures int4, locked_until timestamptz, version int8
SELECT c.ord, a.street_id, a.id AS account_id, a.username, a.name, a.person_id, a.password_hash, a.failures, a.locked_until,
       a.version
  FROM unnest(@ord::int4[], @username::text[]) AS c (ord, username)
  JOIN account a ON a.username = c.username;

-- Roles of the account of a user name, before its street is known.
-- name: load_credential_grants :load
-- returns: ord int4, role text, organization_id uuid, organization_name text
SELECT c.ord, g.role, g.organization_id, o.name AS organization_name
  FROM unnest(@ord::int4[], @username::text[]) AS c (ord, username)
  JOIN account a ON a.username = c.username
  JOIN role_grant g ON g.street_id = a.street_id AND g.account_id = a.id
  JOIN organization o ON o.street_id = g.street_id AND o.id = g.organization_id
 ORDER BY c.ord, o.path, g.role;

-- name: count_failure :save
UPDATE account a
   SET failures = c.failures, locked_until = c.locked_until
  FROM unnest(@street_id::uuid[], @id::uuid[], @seen::int4[], @failures::int4[], @locked_until::timestamptz[])
       AS c (street_id, id, seen, failures, locked_until)
 WHERE a.street_id = c.street_id AND a.id = c.id AND a.failures = c.seen;

-- name: open_session :save
INSERT INTO session (street_id, id, account_id, token_hash, created_at, last_seen_at, expires_at)
SELECT street_id, id, account_id, token_hash, created_at, created_at, expires_at
  FROM unnest(@street_id::uuid[], @id::uuid[], @account_id::uuid[], @token_hash::bytea[], @created_at::timestamptz[],
              @expires_at::timestamptz[]) AS c (street_id, id, account_id, token_hash, created_at, expires_at);

-- Sessions of an account that can never be used again.
-- name: forget_sessions :save any
DELETE FROM session s
 USING unnest(@street_id::uuid[], @account_id::uuid[], @now::timestamptz[]) AS c (street_id, account_id, now)
 WHERE s.street_id = c.street_id AND s.account_id = c.account_id
   AND (s.expires_at < c.now OR s.ended_at IS NOT NULL);

-- name: load_session :load
-- returns: ord int4, account_id uuid, last_seen_at timestamptz, expires_at timestamptz, ended_at timestamptz
SELECT c.ord, s.account_id, s.last_seen_at, s.expires_at, s.ended_at
  FROM unnest(@ord::int4[], @street_id::uuid[], @id::uuid[]) AS c (ord, street_id, id)
  JOIN session s ON s.street_id = c.street_id AND s.id = c.id;

-- name: touch_session :save any
UPDATE session s
   SET last_seen_at = c.at
  FROM unnest(@street_id::uuid[], @id::uuid[], @at::timestamptz[]) AS c (street_id, id, at)
 WHERE s.street_id = c.street_id AND s.id = c.id AND s.ended_at IS NULL AND s.last_seen_at < c.at;

-- name: end_session :save
UPDATE session s
   SET ended_at = c.at
  FROM unnest(@street_id::uuid[], @id::uuid[], @at::timestamptz[]) AS c (street_id, id, at)
 WHERE s.street_id = c.street_id AND s.id = c.id AND s.ended_at IS NULL;

-- name: resolve_session :point
-- returns: ord int4, session_id uuid, street_id uuid, account_id uuid, person_id uuid, expires_at timestamptz
SELECT c.ord, s.id AS session_id, s.street_id, s.account_id, a.person_id,
       least(s.expires_at, s.last_seen_at + (c.now - c.idle_since)) AS expires_at
  FROM unnest(@ord::int4[], @token_hash::bytea[], @now::timestamptz[], @idle_since::timestamptz[])
       AS c (ord, token_hash, now, idle_since)
  JOIN session s ON s.token_hash = c.token_hash
  JOIN account a ON a.street_id = s.street_id AND a.id = s.account_id
 WHERE s.ended_at IS NULL AND s.expires_at > c.now AND s.last_seen_at > c.idle_since;

-- name: resolve_session__grants :list
-- returns: role text, organization_id uuid, path text
SELECT g.role, g.organization_id, o.path
  FROM session s
  JOIN role_grant g ON g.street_id = s.street_id AND g.account_id = s.account_id
  JOIN organization o ON o.street_id = g.street_id AND o.id = g.organization_id
 WHERE s.token_hash = @token_hash::bytea AND o.state = 'ACTIVE';

-- An account is seen where one of its roles is held, and by everyone who manages accounts while it has none.
-- name: get_account :point
-- returns: ord int4, id uuid, username text, name text, person_id uuid, street_id uuid, version int8
SELECT c.ord, a.id, a.username, a.name, a.person_id, a.street_id, a.version
  FROM unnest(@ord::int4[], @street_id::uuid[], @id::uuid[], @scope::text[]) AS c (ord, street_id, id, scope)
  JOIN account a ON a.street_id = c.street_id AND a.id = c.id
 WHERE NOT EXISTS (SELECT FROM role_grant g WHERE g.street_id = a.street_id AND g.account_id = a.id)
    OR EXISTS (SELECT FROM role_grant g
                 JOIN organization o ON o.street_id = g.street_id AND o.id = g.organization_id
                WHERE g.street_id = a.street_id AND g.account_id = a.id AND in_scope(o.path, c.scope));

-- name: get_account__roles :list
-- returns: role text, organization_id uuid, organization_name text
SELECT g.role, g.organization_id, o.name AS organization_name
  FROM role_grant g
  JOIN organization o ON o.street_id = g.street_id AND o.id = g.organization_id
 WHERE g.street_id = @street_id::uuid AND g.account_id = @account_id::uuid
 ORDER BY o.path, g.role;

-- name: load_account :load
-- returns: ord int4, id uuid, username text, name text, person_id uuid, version int8
SELECT c.ord, a.id, a.username, a.name, a.person_id, a.version
  FROM unnest(@ord::int4[], @street_id::uuid[], @id::uuid[]) AS c (ord, street_id, id)
  JOIN account a ON a.street_id = c.street_id AND a.id = c.id;

-- name: load_grants :load
-- returns: ord int4, role text, organization_id uuid, organization_name text, within_reach bool
SELECT c.ord, g.role, g.organization_id, o.name AS organization_name, in_scope(o.path, c.scope) AS within_reach
  FROM unnest(@ord::int4[], @street_id::uuid[], @account_id::uuid[], @scope::text[])
       AS c (ord, street_id, account_id, scope)
  JOIN role_grant g ON g.street_id = c.street_id AND g.account_id = c.account_id
  JOIN organization o ON o.street_id = g.street_id AND o.id = g.organization_id
 ORDER BY c.ord, o.path, g.role;

-- Does anyone but this account hold the role in the street?
-- name: load_other_holder :load
-- returns: ord int4, account_id uuid
SELECT c.ord, h.account_id
  FROM unnest(@ord::int4[], @street_id::uuid[], @account_id::uuid[], @role::text[])
       AS c (ord, street_id, account_id, role)
 CROSS JOIN LATERAL (SELECT g.account_id FROM role_grant g
                      WHERE g.street_id = c.street_id AND g.role = c.role AND g.account_id <> c.account_id
                      LIMIT 1) AS h;

-- name: insert_account :save
INSERT INTO account (street_id, id, username, name, person_id, password_hash, created_at, version)
SELECT street_id, id, username, name, person_id, password_hash, created_at, 1
  FROM unnest(@street_id::uuid[], @id::uuid[], @username::text[], @name::text[], @person_id::uuid[],
              @password_hash::text[], @created_at::timestamptz[])
       AS c (street_id, id, username, name, person_id, password_hash, created_at);

-- name: change_account :save
UPDATE account a
   SET version = a.version + 1
  FROM unnest(@street_id::uuid[], @id::uuid[], @version::int8[]) AS c (street_id, id, version)
 WHERE a.street_id = c.street_id AND a.id = c.id AND a.version = c.version;

-- name: delete_grant :save
DELETE FROM role_grant g
 USING unnest(@street_id::uuid[], @account_id::uuid[], @role::text[], @organization_id::uuid[])
       AS c (street_id, account_id, role, organization_id)
 WHERE g.street_id = c.street_id AND g.account_id = c.account_id AND g.role = c.role
   AND g.organization_id = c.organization_id;

-- name: insert_grant :save
INSERT INTO role_grant (street_id, account_id, role, organization_id)
SELECT * FROM unnest(@street_id::uuid[], @account_id::uuid[], @role::text[], @organization_id::uuid[]);

-- ---- imports

-- The branches that a roster may name, with the community of each.
-- name: list_branches :list
-- returns: id uuid, name text, path text, community text
SELECT o.id, o.name, o.path, coalesce(c.name, '') AS community
  FROM organization o
  LEFT JOIN organization c ON c.street_id = o.street_id AND c.level = 'community_committee' AND o.path ^@ c.path
 WHERE o.street_id = @street_id::uuid AND o.level = 'branch' AND o.state = 'ACTIVE' AND in_scope(o.path, @scope::text);

-- What the register has of the people in a roster.
-- name: list_known_people :list
-- returns: id_number_index bytea, id uuid, name text, ethnic_group text, education text, phone_index bytea,
-- returns: address_index bytea, organization_id uuid, organization_path text, category text, joined_on date,
-- returns: full_since date, state text, version int8
SELECT p.id_number_index, p.id, p.name, p.ethnic_group, p.education, p.phone_index, p.address_index,
       m.organization_id, m.organization_path, m.category, m.joined_on, m.full_since, m.state, m.version
  FROM unnest(@id_number_index::bytea[]) AS c (id_number_index)
  JOIN person p ON p.street_id = @street_id::uuid AND p.id_number_index = c.id_number_index
  JOIN member m ON m.street_id = p.street_id AND m.id = p.id;

-- name: stage_row :save
INSERT INTO import_row (street_id, import_id, row_number, member_id, base_version, organization_id, organization_path,
                        name, id_number_sealed, id_number_index, sex, birth_date, ethnic_group, education, phone_sealed,
                        phone_index, address_sealed, address_index, category, joined_on, full_since, event_id,
                        event_type, event_data)
SELECT * FROM unnest(@street_id::uuid[], @import_id::uuid[], @row_number::int4[], @member_id::uuid[],
                     @base_version::int8[], @organization_id::uuid[], @organization_path::text[], @name::text[],
                     @id_number_sealed::bytea[], @id_number_index::bytea[], @sex::text[], @birth_date::date[],
                     @ethnic_group::text[], @education::text[], @phone_sealed::bytea[], @phone_index::bytea[],
                     @address_sealed::bytea[], @address_index::bytea[], @category::text[], @joined_on::date[],
                     @full_since::date[], @event_id::uuid[], @event_type::text[], @event_data::bytea[]);

-- Rows of imports before an id, which is to say before its time: what nobody committed, and what a crash left behind.
-- name: drop_old_import_rows :save any
DELETE FROM import_row r
 USING unnest(@street_id::uuid[], @before::uuid[]) AS c (street_id, before)
 WHERE r.street_id = c.street_id AND r.import_id < c.before;

-- name: insert_bad_cell :save
INSERT INTO import_bad_cell (street_id, import_id, number, row_number, column_name, column_title, code, message_zh,
                             message_en)
SELECT * FROM unnest(@street_id::uuid[], @import_id::uuid[], @number::int4[], @row_number::int4[],
                     @column_name::text[], @column_title::text[], @code::text[], @message_zh::text[],
                     @message_en::text[]);

-- name: insert_import :save
INSERT INTO import (street_id, id, account_id, scope, state, file_name, rows_new, rows_changed, rows_same, rows_bad,
                    ignored_columns, created_at, version)
SELECT street_id, id, account_id, scope, state, file_name, rows_new, rows_changed, rows_same, rows_bad,
       ignored_columns, created_at, 1
  FROM unnest(@street_id::uuid[], @id::uuid[], @account_id::uuid[], @scope::text[], @state::text[],
              @file_name::text[], @rows_new::int4[], @rows_changed::int4[], @rows_same::int4[], @rows_bad::int4[],
              @ignored_columns::text[], @created_at::timestamptz[])
       AS c (street_id, id, account_id, scope, state, file_name, rows_new, rows_changed, rows_same, rows_bad,
             ignored_columns, created_at);

-- name: get_import :point
-- returns: ord int4, id uuid, state text, file_name text, rows int4, rows_new int4, rows_changed int4, rows_same int4,
-- returns: rows_bad int4, ignored_columns text, created_at timestamptz, committed_at timestamptz, version int8
SELECT c.ord, i.id, i.state, i.file_name, i.rows_new + i.rows_changed + i.rows_same + i.rows_bad AS rows, i.rows_new,
       i.rows_changed, i.rows_same, i.rows_bad, i.ignored_columns, i.created_at, i.committed_at, i.version
  FROM unnest(@ord::int4[], @street_id::uuid[], @id::uuid[], @scope::text[]) AS c (ord, street_id, id, scope)
  JOIN import i ON i.street_id = c.street_id AND i.id = c.id
 WHERE NOT EXISTS (SELECT FROM unnest(i.scope::text[]) AS p (path) WHERE NOT in_scope(p.path, c.scope));

-- name: get_import__bad_cells :list
-- returns: row int4, column text, column_title text, code text, message text
SELECT b.row_number AS row, b.column_name AS column, b.column_title, b.code,
       CASE @language::text WHEN 'en' THEN b.message_en ELSE b.message_zh END AS message
  FROM import_bad_cell b
 WHERE b.street_id = @street_id::uuid AND b.import_id = @import_id::uuid
 ORDER BY b.number
 LIMIT 100;

-- The import, and how many of its rows no longer fit the register: a member who was changed, one who was registered by
-- someone else, a branch that was moved or dissolved.
-- name: load_import :load
-- returns: ord int4, id uuid, state text, file_name text, rows_new int4, rows_changed int4, rows_same int4,
-- returns: rows_bad int4, ignored_columns text, created_at timestamptz, version int8, staged int8, stale int8
SELECT c.ord, i.id, i.state, i.file_name, i.rows_new, i.rows_changed, i.rows_same, i.rows_bad, i.ignored_columns,
       i.created_at, i.version, r.staged, r.stale
  FROM unnest(@ord::int4[], @street_id::uuid[], @id::uuid[], @scope::text[]) AS c (ord, street_id, id, scope)
  JOIN import i ON i.street_id = c.street_id AND i.id = c.id
 CROSS JOIN LATERAL (
        SELECT count(*) AS staged,
               count(*) FILTER (WHERE p.id IS DISTINCT FROM CASE WHEN r.base_version > 0 THEN r.member_id END
                                   OR m.version IS DISTINCT FROM nullif(r.base_version, 0)
                                   OR o.path IS DISTINCT FROM r.organization_path OR o.state <> 'ACTIVE') AS stale
          FROM import_row r
          LEFT JOIN person p ON p.street_id = r.street_id AND p.id_number_index = r.id_number_index
          LEFT JOIN member m ON m.street_id = r.street_id AND m.id = r.member_id
          LEFT JOIN organization o ON o.street_id = r.street_id AND o.id = r.organization_id
         WHERE r.street_id = i.street_id AND r.import_id = i.id) AS r
 WHERE NOT EXISTS (SELECT FROM unnest(i.scope::text[]) AS p (path) WHERE NOT in_scope(p.path, c.scope));

-- name: import_people :save any
INSERT INTO person (street_id, id, name, id_number_sealed, id_number_index, sex, birth_date, ethnic_group, education,
                    phone_sealed, phone_index, address_sealed, address_index)
SELECT r.street_id, r.member_id, r.name, r.id_number_sealed, r.id_number_index, r.sex, r.birth_date,
       coalesce(r.ethnic_group, ''), coalesce(r.education, ''), r.phone_sealed, r.phone_index, r.address_sealed,
       r.address_index
  FROM unnest(@street_id::uuid[], @import_id::uuid[]) AS c (street_id, import_id)
  JOIN import_row r ON r.street_id = c.street_id AND r.import_id = c.import_id AND r.base_version = 0;

-- name: import_members :save any
WITH branch AS (
    SELECT o.street_id, o.id, o.path, b.import_id
      FROM (SELECT DISTINCT r.street_id, r.import_id, r.organization_id, r.organization_path
              FROM unnest(@street_id::uuid[], @import_id::uuid[]) AS c (street_id, import_id)
              JOIN import_row r ON r.street_id = c.street_id AND r.import_id = c.import_id AND r.base_version = 0) AS b
      JOIN organization o ON o.street_id = b.street_id AND o.id = b.organization_id
       AND o.path = b.organization_path AND o.state = 'ACTIVE'
       FOR SHARE OF o
)
INSERT INTO member (street_id, id, organization_id, organization_path, category, joined_on, full_since, state, version)
SELECT r.street_id, r.member_id, b.id, b.path, r.category, r.joined_on, r.full_since, 'ACTIVE', 1
  FROM branch b
  JOIN import_row r ON r.street_id = b.street_id AND r.import_id = b.import_id AND r.organization_id = b.id
   AND r.base_version = 0;

-- name: import_memberships :save any
INSERT INTO membership (street_id, member_id, valid_from, organization_id)
SELECT r.street_id, r.member_id, c.day, r.organization_id
  FROM unnest(@street_id::uuid[], @import_id::uuid[], @day::date[]) AS c (street_id, import_id, day)
  JOIN import_row r ON r.street_id = c.street_id AND r.import_id = c.import_id AND r.base_version = 0;

-- name: import_member_changes :save any
UPDATE member m
   SET category = coalesce(r.category, m.category), joined_on = coalesce(r.joined_on, m.joined_on),
       full_since = coalesce(r.full_since, m.full_since), version = m.version + 1
  FROM unnest(@street_id::uuid[], @import_id::uuid[]) AS c (street_id, import_id)
  JOIN import_row r ON r.street_id = c.street_id AND r.import_id = c.import_id AND r.base_version > 0
 WHERE m.street_id = r.street_id AND m.id = r.member_id AND m.version = r.base_version;

-- name: import_person_changes :save any
UPDATE person p
   SET name = r.name, ethnic_group = coalesce(r.ethnic_group, p.ethnic_group),
       education = coalesce(r.education, p.education), phone_sealed = coalesce(r.phone_sealed, p.phone_sealed),
       phone_index = coalesce(r.phone_index, p.phone_index),
       address_sealed = coalesce(r.address_sealed, p.address_sealed),
       address_index = coalesce(r.address_index, p.address_index)
  FROM unnest(@street_id::uuid[], @import_id::uuid[]) AS c (street_id, import_id)
  JOIN import_row r ON r.street_id = c.street_id AND r.import_id = c.import_id AND r.base_version > 0
 WHERE p.street_id = r.street_id AND p.id = r.member_id;

-- All or none: an import with a row that did not find the member or the branch as it was fails here.
-- name: finish_import :save
UPDATE import i
   SET state = 'COMMITTED', committed_at = c.at, version = i.version + 1
  FROM unnest(@street_id::uuid[], @id::uuid[], @version::int8[], @at::timestamptz[]) AS c (street_id, id, version, at)
 WHERE i.street_id = c.street_id AND i.id = c.id AND i.version = c.version
   AND NOT EXISTS (SELECT FROM import_row r
                     LEFT JOIN member m ON m.street_id = r.street_id AND m.id = r.member_id
                    WHERE r.street_id = c.street_id AND r.import_id = c.id
                      AND m.version IS DISTINCT FROM r.base_version + 1);

-- name: append_import_events :save any
WITH told AS (
    SELECT row_number() OVER (ORDER BY r.street_id, r.import_id, r.row_number) AS number, r.*, c.at, c.traceparent
      FROM unnest(@street_id::uuid[], @import_id::uuid[], @at::timestamptz[], @traceparent::text[])
           AS c (street_id, import_id, at, traceparent)
      JOIN import_row r ON r.street_id = c.street_id AND r.import_id = c.import_id
), counted AS (
    SELECT count(*) AS count FROM told
), head AS (
    UPDATE stream_head SET position = position + counted.count FROM counted
    RETURNING position - counted.count AS before
)
INSERT INTO event (position, id, type, subject, street_id, organization_path, time, traceparent, data)
SELECT head.before + told.number, told.event_id, told.event_type, told.member_id::text, told.street_id,
       told.organization_path, told.at, told.traceparent, told.event_data
  FROM told, head;

-- The rows have been taken in.
-- name: drop_import_rows :save any
DELETE FROM import_row r
 USING unnest(@street_id::uuid[], @import_id::uuid[]) AS c (street_id, import_id)
 WHERE r.street_id = c.street_id AND r.import_id = c.import_id;
