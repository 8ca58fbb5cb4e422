-- The sessions of workers: which of them handle a name (a projection or a durable subscription), and until when.
CREATE TABLE cqrs_workers (
    name        text         COLLATE "C" NOT NULL,
    worker      uuid         NOT NULL,
    expires_at  timestamptz  NOT NULL,
    PRIMARY KEY (name, worker)
);

-- How far each partition of a name has been handled, and by whom; `changes` counts the batches that have changed rows.
CREATE TABLE cqrs_checkpoints (
    name       text    COLLATE "C" NOT NULL,
    partition  bigint  NOT NULL CHECK (partition >= 0),
    position   bigint  NOT NULL DEFAULT 0,
    event_id   uuid    NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    worker     uuid,
    epoch      bigint  NOT NULL DEFAULT 0,
    changes    bigint  NOT NULL DEFAULT 0,
    PRIMARY KEY (name, partition)
);

-- The time by which sessions expire.
CREATE FUNCTION cqrs_clock() RETURNS timestamptz LANGUAGE sql VOLATILE RETURN clock_timestamp();

-- Which tables hold the rows of a projection: each rebuild fills tables of its own, named with the generation's number.
-- A generation that was dropped stays here, so that its number is not given again. `tables` are their names without it,
-- as JSON; `views` is what the views show that people look at, by their names, as JSON.
CREATE TABLE cqrs_generations (
    projection   text         COLLATE "C" NOT NULL,
    number       bigint       NOT NULL CHECK (number > 0),
    fingerprint  text         COLLATE "C" NOT NULL,
    partitions   bigint       NOT NULL CHECK (partitions > 0),
    state        text         COLLATE "C" NOT NULL CHECK (state IN
        ('building', 'serving', 'retired', 'verifying', 'dropped')),
    tables       text         COLLATE "C" NOT NULL,
    views        text         COLLATE "C" NOT NULL,
    head         bigint       NOT NULL,
    created_at   timestamptz  NOT NULL,
    served_at    timestamptz,
    PRIMARY KEY (projection, number)
);

CREATE UNIQUE INDEX cqrs_generations_serving ON cqrs_generations (projection, fingerprint) WHERE state = 'serving';
CREATE UNIQUE INDEX cqrs_generations_building ON cqrs_generations (projection, fingerprint) WHERE state = 'building';
CREATE UNIQUE INDEX cqrs_generations_verifying ON cqrs_generations (projection, fingerprint) WHERE state = 'verifying';

-- Events that a generation has not projected.
CREATE TABLE cqrs_dead_letters (
    name            text         COLLATE "C" NOT NULL,
    position        bigint       NOT NULL,
    sequence        bigint       NOT NULL,
    sequence_key    text         COLLATE "C" NOT NULL,
    tenant          text         COLLATE "C" NOT NULL,
    stream_type     text         COLLATE "C" NOT NULL,
    stream_id       text         COLLATE "C" NOT NULL,
    version         bigint       NOT NULL,
    event_name      text         COLLATE "C" NOT NULL,
    schema_version  bigint       NOT NULL,
    error           text         COLLATE "C" NOT NULL,
    attempts        bigint       NOT NULL,
    parked_at       timestamptz  NOT NULL,
    retry_at        timestamptz,
    request         text         COLLATE "C" CHECK (request IN ('retry', 'discard')),
    PRIMARY KEY (name, position)
);

CREATE INDEX cqrs_dead_letters_by_sequence ON cqrs_dead_letters (name, sequence);

-- Events that were left out for good. Where one of them fails in a later generation, it is left out there too.
CREATE TABLE cqrs_discards (
    projection    text    COLLATE "C" NOT NULL,
    position      bigint  NOT NULL,
    sequence_key  text    COLLATE "C" NOT NULL,
    event_name    text    COLLATE "C" NOT NULL,
    error         text    COLLATE "C" NOT NULL,
    PRIMARY KEY (projection, position)
);

-- Which rows of a read model's own table each batch has changed while its generation served: one row for a batch, entered
-- under the lowest of its partitions and numbered there by the checkpoint's `changes`, so that those of a partition are seen
-- in their order, and a hole is noticed. `keys` are JSON arrays of the tenant and the cells of the key; NULL where there were
-- too many to tell. Then `tenants` are JSON arrays of the tenant alone; NULL where it may be any.
CREATE TABLE cqrs_changes (
    name       text    COLLATE "C" NOT NULL,
    partition  bigint  NOT NULL,
    number     bigint  NOT NULL,
    position   bigint  NOT NULL,
    keys       text    COLLATE "C",
    tenants    text    COLLATE "C",
    PRIMARY KEY (name, partition, number)
);

-- Moments as rows of JSON have them, in microseconds. Days and the rest of the day are multiplied for themselves: an
-- interval is multiplied by a double, which counts microseconds of the years until 2255 only.
CREATE FUNCTION cqrs_time(micros bigint) RETURNS timestamptz LANGUAGE sql STABLE
RETURN timestamptz 'epoch' + (micros / 86400000000) * interval '24:00:00' + (micros % 86400000000) * interval '1 microsecond';
CREATE FUNCTION cqrs_micros(moment timestamptz) RETURNS bigint LANGUAGE sql STABLE
RETURN (extract(epoch FROM moment) * 1000000)::bigint;
