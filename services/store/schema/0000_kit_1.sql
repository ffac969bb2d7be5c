-- +migrate Up

-- What every daemon's schema has, because the kit uses it. The search path is the daemon's own schema.

-- One row: the position of the last event. Its lock orders the commits.
CREATE TABLE stream_head (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    position bigint NOT NULL
);
INSERT INTO stream_head (position) VALUES (0);

-- The event log: append only, dense positions in commit order.
CREATE TABLE event (
    position bigint PRIMARY KEY,
    id uuid NOT NULL,
    type text NOT NULL,
    subject text NOT NULL,
    street_id uuid NOT NULL,
    organization_path text COLLATE "C" NOT NULL,
    time timestamptz NOT NULL,
    traceparent text NOT NULL,
    data bytea NOT NULL
);

-- How far this daemon has applied the events of another.
CREATE TABLE checkpoint (
    source text PRIMARY KEY,
    position bigint NOT NULL
);

-- The first answer to a request with an Idempotency-Key, for its repeats.
CREATE TABLE idempotency_key (
    street_id uuid NOT NULL,
    account_id uuid NOT NULL,
    key text NOT NULL,
    method text NOT NULL,
    request_hash bytea NOT NULL,
    reply bytea NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (street_id, account_id, key)
);
CREATE INDEX idempotency_key_age ON idempotency_key USING brin (created_at);

-- Who did what. The id is the command's own, so that a command whose commit was not answered can be found again.
CREATE TABLE audit_entry (
    street_id uuid NOT NULL,
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    account_id uuid,
    method text NOT NULL,
    subject text NOT NULL,
    organization_id uuid,
    traceparent text NOT NULL,
    PRIMARY KEY (street_id, id)
);

-- Long work and how far it has come. The id is the service's name and the idempotency key of the request.
CREATE TABLE operation (
    street_id uuid NOT NULL,
    account_id uuid NOT NULL,
    id text NOT NULL,
    kind text NOT NULL,
    state text NOT NULL CHECK (state IN ('RUNNING', 'SUCCEEDED', 'FAILED')),
    done bigint NOT NULL,
    total bigint NOT NULL,
    result text NOT NULL,
    started_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    finished_at timestamptz,
    PRIMARY KEY (street_id, account_id, id)
);
