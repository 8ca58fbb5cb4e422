-- The sessions of workers: which of them handle a name (a projection or a durable subscription), and until when.
CREATE TABLE cqrs_workers (
    name        text         COLLATE "C" NOT NULL,
    worker      uuid         NOT NULL,
    expires_at  timestamptz  NOT NULL,
    PRIMARY KEY (name, worker)
);

-- How far each partition of a name has been handled, and by whom.
CREATE TABLE cqrs_checkpoints (
    name       text    COLLATE "C" NOT NULL,
    partition  bigint  NOT NULL CHECK (partition >= 0),
    position   bigint  NOT NULL DEFAULT 0,
    event_id   uuid    NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    worker     uuid,
    epoch      bigint  NOT NULL DEFAULT 0,
    PRIMARY KEY (name, partition)
);

-- The time by which sessions expire.
CREATE FUNCTION cqrs_clock() RETURNS timestamptz LANGUAGE sql VOLATILE RETURN clock_timestamp();
