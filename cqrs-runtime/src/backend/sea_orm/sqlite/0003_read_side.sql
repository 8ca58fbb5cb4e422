-- The sessions of workers: which of them handle a name (a projection or a durable subscription), and until when.
CREATE TABLE cqrs_workers (
    name        TEXT    NOT NULL,
    worker      BLOB    NOT NULL CHECK (length(worker) = 16),
    expires_at  INTEGER NOT NULL,
    PRIMARY KEY (name, worker)
) STRICT, WITHOUT ROWID;

-- How far each partition of a name has been handled, and by whom.
CREATE TABLE cqrs_checkpoints (
    name       TEXT    NOT NULL,
    partition  INTEGER NOT NULL CHECK (partition >= 0),
    position   INTEGER NOT NULL DEFAULT 0,
    event_id   BLOB    NOT NULL DEFAULT (zeroblob(16)) CHECK (length(event_id) = 16),
    worker     BLOB,
    epoch      INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (name, partition)
) STRICT, WITHOUT ROWID;

-- The time in microseconds by which sessions expire: the host's, which all processes on the file share.
CREATE VIEW cqrs_clock AS SELECT CAST(unixepoch('now', 'subsec') * 1000000 AS INTEGER) AS now;
