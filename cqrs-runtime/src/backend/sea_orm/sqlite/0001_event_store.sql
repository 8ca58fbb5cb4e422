CREATE TABLE cqrs_events (
    position        INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant          TEXT    NOT NULL DEFAULT '',
    stream_type     TEXT    NOT NULL,
    stream_id       TEXT    NOT NULL,
    version         INTEGER NOT NULL CHECK (version > 0),
    event_id        BLOB    NOT NULL UNIQUE CHECK (length(event_id) = 16),
    name            TEXT    NOT NULL,
    schema_version  INTEGER NOT NULL,
    payload         TEXT    NOT NULL,
    correlation_id  BLOB    NOT NULL,
    causation_id    BLOB    NOT NULL,
    principal       TEXT    NOT NULL,
    keys            TEXT    NOT NULL,
    recorded_at     INTEGER NOT NULL,
    UNIQUE (tenant, stream_type, stream_id, version)
) STRICT;

CREATE INDEX cqrs_events_by_name ON cqrs_events (tenant, name, position);
CREATE INDEX cqrs_events_by_time ON cqrs_events (tenant, recorded_at, position);

CREATE TRIGGER cqrs_events_never_change BEFORE UPDATE ON cqrs_events
BEGIN
    SELECT RAISE(ABORT, 'events are immutable');
END;

CREATE TRIGGER cqrs_events_never_go BEFORE DELETE ON cqrs_events
BEGIN
    SELECT RAISE(ABORT, 'events are immutable');
END;

CREATE TABLE cqrs_receipts (
    tenant       TEXT    NOT NULL DEFAULT '',
    principal    TEXT    NOT NULL,
    command      TEXT    NOT NULL,
    key          TEXT    NOT NULL,
    input_hash   BLOB    NOT NULL,
    stream_type  TEXT    NOT NULL,
    stream_id    TEXT    NOT NULL,
    first        INTEGER NOT NULL,
    last         INTEGER NOT NULL,
    refusal      TEXT    NOT NULL,
    recorded_at  INTEGER NOT NULL,
    PRIMARY KEY (tenant, principal, command, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE cqrs_claims (
    tenant       TEXT NOT NULL DEFAULT '',
    scope        TEXT NOT NULL,
    name         TEXT NOT NULL,
    stream_type  TEXT NOT NULL,
    stream_id    TEXT NOT NULL,
    PRIMARY KEY (tenant, scope, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE cqrs_snapshots (
    tenant         TEXT    NOT NULL DEFAULT '',
    stream_type    TEXT    NOT NULL,
    stream_id      TEXT    NOT NULL,
    version        INTEGER NOT NULL,
    event_id       BLOB    NOT NULL,
    position       INTEGER NOT NULL,
    recorded_at    INTEGER NOT NULL,
    fingerprint    INTEGER NOT NULL,
    state_version  INTEGER NOT NULL,
    payload        TEXT    NOT NULL,
    checksum       INTEGER NOT NULL,
    PRIMARY KEY (tenant, stream_type, stream_id)
) STRICT;

CREATE TABLE cqrs_log (
    id          BLOB    NOT NULL,
    created_at  INTEGER NOT NULL,
    settled     INTEGER NOT NULL DEFAULT 0
) STRICT;

INSERT INTO cqrs_log (id, created_at) VALUES (randomblob(16), unixepoch() * 1000000);
