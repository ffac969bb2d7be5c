-- +migrate Up

-- The register of a street: its organisations, people, memberships, accounts and sessions, and the imports of rosters.
--
-- street_id leads every primary key and nothing else: other indexes begin with what is looked for. So an id is found
-- through the primary key whatever the planner believes; while a table is young, an index that began with street_id
-- would seem as good to it, and it keeps its plans, those of foreign keys too.

-- Is `path` one of the paths in the array literal `scope`, or below one? Paths end in '/', so a prefix is a subtree.
-- One expression of stable functions: the planner puts it into the statement that calls it.
-- +migrate StatementBegin
CREATE FUNCTION in_scope(path text, scope text) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN path ^@ ANY (scope::text[]);
-- +migrate StatementEnd

-- A street is what one installation has many of. `version` counts the changes of its tree and of its roles: whoever
-- changes either says which version was looked at, so that two daemons cannot undo each other's rules.
CREATE TABLE street (
    street_id uuid PRIMARY KEY,
    name text NOT NULL CONSTRAINT street_name UNIQUE,
    next_label bigint NOT NULL, -- of the next organisation, in its path in base 36
    version bigint NOT NULL
);

-- The tree as it is. `path` is the labels from the root down, each followed by '/': "/1/4/1c/".
CREATE TABLE organization (
    street_id uuid NOT NULL,
    id uuid NOT NULL,
    parent_id uuid,
    level text NOT NULL CHECK (level IN ('working_committee', 'community_committee', 'area', 'grid', 'branch')),
    name text NOT NULL,
    path text COLLATE "C" NOT NULL,
    state text NOT NULL CHECK (state IN ('ACTIVE', 'DISSOLVED')),
    established_on date NOT NULL,
    dissolved_on date,
    version bigint NOT NULL,
    PRIMARY KEY (street_id, id),
    CHECK ((parent_id IS NULL) = (level = 'working_committee')),
    CHECK ((dissolved_on IS NOT NULL) = (state = 'DISSOLVED'))
);
CREATE UNIQUE INDEX organization_path ON organization (path, street_id);
CREATE UNIQUE INDEX organization_name ON organization (parent_id, name, street_id) WHERE state = 'ACTIVE';

-- The tree as it was: one row for each span of days in which parent, name and path stayed the same. A row without
-- `valid_until` is the present; one that began and ended on the same day was never seen at the end of a day.
CREATE TABLE organization_history (
    street_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    valid_from date NOT NULL,
    valid_until date, -- the first day on which it no longer holds
    parent_id uuid,
    name text NOT NULL,
    path text COLLATE "C" NOT NULL,
    PRIMARY KEY (street_id, organization_id, valid_from),
    FOREIGN KEY (street_id, organization_id) REFERENCES organization (street_id, id)
);
CREATE INDEX organization_history_path ON organization_history (path, street_id);

-- A natural person. What identifies them is sealed with a key that is not here; the index columns are keyed digests by
-- which equal values are found.
CREATE TABLE person (
    street_id uuid NOT NULL,
    id uuid NOT NULL,
    name text COLLATE "C" NOT NULL,
    id_number_sealed bytea NOT NULL,
    id_number_index bytea NOT NULL,
    sex text NOT NULL CHECK (sex IN ('MALE', 'FEMALE')),
    birth_date date NOT NULL,
    ethnic_group text NOT NULL DEFAULT '',
    education text NOT NULL DEFAULT '',
    phone_sealed bytea,
    phone_index bytea,
    address_sealed bytea,
    address_index bytea,
    PRIMARY KEY (street_id, id)
);
CREATE UNIQUE INDEX person_id_number ON person (id_number_index, street_id);
CREATE INDEX person_phone ON person (phone_index, street_id) WHERE phone_index IS NOT NULL;
CREATE INDEX person_name ON person (name, street_id);

-- The membership that a person holds now; its id is the person's. `organization_path` is the branch's path and follows
-- it when it moves, so that what lies below an organisation is one range of an index.
CREATE TABLE member (
    street_id uuid NOT NULL,
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    organization_path text COLLATE "C" NOT NULL,
    category text NOT NULL CHECK (category IN ('FULL', 'PROBATIONARY')),
    joined_on date NOT NULL,
    full_since date,
    state text NOT NULL CHECK (state IN ('ACTIVE', 'TRANSFERRING', 'STOPPED', 'LEFT')),
    version bigint NOT NULL,
    PRIMARY KEY (street_id, id),
    FOREIGN KEY (street_id, id) REFERENCES person (street_id, id),
    FOREIGN KEY (street_id, organization_id) REFERENCES organization (street_id, id)
);
CREATE INDEX member_path ON member (organization_path, street_id, id);
CREATE INDEX member_organization ON member (organization_id, street_id);

-- Which branch a member belonged to, and when. The row without `valid_until` is the present branch.
CREATE TABLE membership (
    street_id uuid NOT NULL,
    member_id uuid NOT NULL,
    valid_from date NOT NULL,
    valid_until date,
    organization_id uuid NOT NULL,
    PRIMARY KEY (street_id, member_id, valid_from),
    FOREIGN KEY (street_id, member_id) REFERENCES member (street_id, id)
);

CREATE TABLE account (
    street_id uuid NOT NULL,
    id uuid NOT NULL,
    username text COLLATE "C" NOT NULL,
    name text NOT NULL,
    person_id uuid,
    password_hash text NOT NULL, -- argon2id, of the password mixed with a key that is not here
    failures integer NOT NULL DEFAULT 0, -- wrong passwords since the last right one or the last lock
    locked_until timestamptz,
    created_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (street_id, id),
    FOREIGN KEY (street_id, person_id) REFERENCES person (street_id, id)
);
-- Who signs in names no street, so names are unique in the whole installation.
CREATE UNIQUE INDEX account_username ON account (username);
CREATE UNIQUE INDEX account_person ON account (person_id, street_id) WHERE person_id IS NOT NULL;

-- A role is held in an organisation and reaches what lies below it.
CREATE TABLE role_grant (
    street_id uuid NOT NULL,
    account_id uuid NOT NULL,
    role text NOT NULL,
    organization_id uuid NOT NULL,
    PRIMARY KEY (street_id, account_id, role, organization_id),
    FOREIGN KEY (street_id, account_id) REFERENCES account (street_id, id),
    FOREIGN KEY (street_id, organization_id) REFERENCES organization (street_id, id)
);
CREATE INDEX role_grant_organization ON role_grant (organization_id, street_id);

-- The token itself is not kept, only BLAKE2b-256 of it. It is random, so two are never equal and the index need not
-- say so; whoever presents one names no street.
CREATE TABLE session (
    street_id uuid NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    token_hash bytea NOT NULL,
    created_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (street_id, id),
    FOREIGN KEY (street_id, account_id) REFERENCES account (street_id, id)
);
CREATE INDEX session_token ON session (token_hash);
CREATE INDEX session_account ON session (account_id, street_id);

-- A roster that was read. `scope` is what the one who sent it may reach: who reaches less does not see it.
CREATE TABLE import (
    street_id uuid NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    scope text NOT NULL,
    state text NOT NULL CHECK (state IN ('PREVIEWED', 'COMMITTED', 'EMPTY')),
    file_name text NOT NULL,
    rows_new integer NOT NULL,
    rows_changed integer NOT NULL,
    rows_same integer NOT NULL,
    rows_bad integer NOT NULL,
    ignored_columns text NOT NULL,
    created_at timestamptz NOT NULL,
    committed_at timestamptz,
    version bigint NOT NULL,
    PRIMARY KEY (street_id, id)
);

-- The rows that the commit will take in, complete: ids, sealed values, and the events that will tell of them. A NULL
-- leaves what the register has. Rows of an import that was not committed are dropped after some days.
CREATE TABLE import_row (
    street_id uuid NOT NULL,
    import_id uuid NOT NULL,
    row_number integer NOT NULL,
    member_id uuid NOT NULL,
    base_version bigint NOT NULL, -- of the member when the roster was read; 0: a new one
    organization_id uuid NOT NULL,
    organization_path text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    id_number_sealed bytea NOT NULL,
    id_number_index bytea NOT NULL,
    sex text NOT NULL,
    birth_date date NOT NULL,
    ethnic_group text,
    education text,
    phone_sealed bytea,
    phone_index bytea,
    address_sealed bytea,
    address_index bytea,
    category text,
    joined_on date,
    full_since date,
    event_id uuid NOT NULL,
    event_type text NOT NULL,
    event_data bytea NOT NULL,
    PRIMARY KEY (street_id, import_id, row_number)
);

-- The first cells of a roster that cannot be taken in.
CREATE TABLE import_bad_cell (
    street_id uuid NOT NULL,
    import_id uuid NOT NULL,
    number integer NOT NULL,
    row_number integer NOT NULL,
    column_name text NOT NULL,
    column_title text NOT NULL,
    code text NOT NULL,
    message_zh text NOT NULL,
    message_en text NOT NULL,
    PRIMARY KEY (street_id, import_id, number)
);
