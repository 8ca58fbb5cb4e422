-- The sessions of workers: which of them handle a name (a projection or a durable subscription), and until when.
CREATE TABLE cqrs_workers (
    name        TEXT    NOT NULL,
    worker      BLOB    NOT NULL CHECK (length(worker) = 16),
    expires_at  INTEGER NOT NULL,
    PRIMARY KEY (name, worker)
) STRICT, WITHOUT ROWID;

-- How far each partition of a name has been handled, and by whom; `changes` counts the batches that have changed rows.
CREATE TABLE cqrs_checkpoints (
    name       TEXT    NOT NULL,
    partition  INTEGER NOT NULL CHECK (partition >= 0),
    position   INTEGER NOT NULL DEFAULT 0,
    event_id   BLOB    NOT NULL DEFAULT (zeroblob(16)) CHECK (length(event_id) = 16),
    worker     BLOB,
    epoch      INTEGER NOT NULL DEFAULT 0,
    changes    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (name, partition)
) STRICT, WITHOUT ROWID;

-- The time in microseconds by which sessions expire: the host's, which all processes on the file share.
CREATE VIEW cqrs_clock AS SELECT CAST(unixepoch('now', 'subsec') * 1000000 AS INTEGER) AS now;

-- Which tables hold the rows of a projection: each rebuild fills tables of its own, named with the generation's number.
-- A generation that was dropped stays here, so that its number is not given again. `tables` are their names without it,
-- as JSON; `views` is what the views show that people look at, by their names, as JSON.
CREATE TABLE cqrs_generations (
    projection   TEXT    NOT NULL,
    number       INTEGER NOT NULL CHECK (number > 0),
    fingerprint  TEXT    NOT NULL,
    partitions   INTEGER NOT NULL CHECK (partitions > 0),
    state        TEXT    NOT NULL CHECK (state IN
        ('building', 'serving', 'retired', 'verifying', 'dropped')),
    tables       TEXT    NOT NULL,
    views        TEXT    NOT NULL,
    head         INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    served_at    INTEGER,
    PRIMARY KEY (projection, number)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX cqrs_generations_serving ON cqrs_generations (projection, fingerprint) WHERE state = 'serving';
CREATE UNIQUE INDEX cqrs_generations_building ON cqrs_generations (projection, fingerprint) WHERE state = 'building';
CREATE UNIQUE INDEX cqrs_generations_verifying ON cqrs_generations (projection, fingerprint) WHERE state = 'verifying';

-- Events that a generation has not projected.
CREATE TABLE cqrs_dead_letters (
    name            TEXT    NOT NULL,
    position        INTEGER NOT NULL,
    sequence        INTEGER NOT NULL,
    sequence_key    TEXT    NOT NULL,
    tenant          TEXT    NOT NULL,
    stream_type     TEXT    NOT NULL,
    stream_id       TEXT    NOT NULL,
    version         INTEGER NOT NULL,
    event_name      TEXT    NOT NULL,
    schema_version  INTEGER NOT NULL,
    error           TEXT    NOT NULL,
    attempts        INTEGER NOT NULL,
    parked_at       INTEGER NOT NULL,
    retry_at        INTEGER,
    request         TEXT CHECK (request IN ('retry', 'discard')),
    PRIMARY KEY (name, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX cqrs_dead_letters_by_sequence ON cqrs_dead_letters (name, sequence);

-- Events that were left out for good. Where one of them fails in a later generation, it is left out there too.
CREATE TABLE cqrs_discards (
    projection    TEXT    NOT NULL,
    position      INTEGER NOT NULL,
    sequence_key  TEXT    NOT NULL,
    event_name    TEXT    NOT NULL,
    error         TEXT    NOT NULL,
    PRIMARY KEY (projection, position)
) STRICT, WITHOUT ROWID;

-- Which rows of a read model's own table each batch has changed while its generation served: one row for a batch, entered
-- under the lowest of its partitions and numbered there by the checkpoint's `changes`, so that those of a partition are seen
-- in their order, and a hole is noticed. `keys` are JSON arrays of the tenant and the cells of the key; NULL where there were
-- too many to tell. Then `tenants` are JSON arrays of the tenant alone; NULL where it may be any.
CREATE TABLE cqrs_changes (
    name       TEXT    NOT NULL,
    partition  INTEGER NOT NULL,
    number     INTEGER NOT NULL,
    position   INTEGER NOT NULL,
    keys       TEXT,
    tenants    TEXT,
    PRIMARY KEY (name, partition, number)
) STRICT;
