-- +migrate Up

-- What identity tells of organisations: this service's own copy, fed by identity's events.
CREATE TABLE organization_copy (
    street_id uuid NOT NULL,
    id uuid NOT NULL,
    path text COLLATE "C" NOT NULL,
    dissolved boolean NOT NULL DEFAULT false,
    PRIMARY KEY (street_id, id)
);
CREATE INDEX organization_copy_path ON organization_copy (street_id, path);

CREATE TABLE note (
    street_id uuid NOT NULL,
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    day date NOT NULL,
    text text NOT NULL,
    written_by uuid NOT NULL,
    written_at timestamptz NOT NULL,
    PRIMARY KEY (street_id, id)
);
CREATE INDEX note_organization ON note (street_id, organization_id, id);
