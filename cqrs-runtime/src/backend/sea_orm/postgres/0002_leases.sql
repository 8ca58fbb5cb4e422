-- Joins a name or stays with it, and takes and gives up partitions up to the worker's share: all that it has then. Those of
-- a new name start at `start`; CQ010 where it is not there and is not to be made. Where the name is a generation's that stands
-- still or is gone, nothing is joined.
--
-- Whoever asks for partitions of a name holds its advisory lock, so shares add up. No row of a partition is waited for: one
-- whose checkpoint is being moved is passed over. So a commit that takes long holds up no session, and there is no deadlock.
--
-- VOLATILE, and READ COMMITTED: each statement after the lock sees what was committed before it was granted.
CREATE FUNCTION cqrs_acquire(this_name text, this_worker uuid, these_partitions bigint, lease_micros bigint,
    start bigint, start_id uuid, makes boolean)
RETURNS SETOF cqrs_checkpoints LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    moment  timestamptz;
    found   bigint;
    alive   bigint;
    rank    bigint;
    quota   bigint := 0;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'leases need the isolation level READ COMMITTED' USING ERRCODE = 'CQ001';
    END IF;
    PERFORM pg_advisory_xact_lock(
        hashtextextended('cqrs_checkpoints of ' || this_name, 'cqrs_checkpoints'::regclass::oid::bigint));

    -- Whoever retires or drops a generation waits for this, or has done so.
    PERFORM FROM cqrs_generations g WHERE g.projection || '@' || g.number = this_name FOR SHARE;
    IF EXISTS (SELECT FROM cqrs_generations g
        WHERE g.projection || '@' || g.number = this_name AND g.state IN ('retired', 'dropped'))
    THEN
        RETURN;
    END IF;

    SELECT count(*) INTO found FROM cqrs_checkpoints c WHERE c.name = this_name;
    IF found = 0 AND NOT makes THEN
        RAISE EXCEPTION 'the name has been forgotten' USING ERRCODE = 'CQ010';
    ELSIF found = 0 THEN
        INSERT INTO cqrs_checkpoints (name, partition, position, event_id)
        SELECT this_name, generate_series(0, these_partitions - 1), start, start_id;
    ELSIF found <> these_partitions THEN
        RAISE EXCEPTION 'the name has another number of partitions' USING ERRCODE = 'CQ005', DETAIL = found;
    END IF;

    moment := cqrs_clock();
    INSERT INTO cqrs_workers AS w (name, worker, expires_at)
    VALUES (this_name, this_worker, moment + lease_micros * interval '1 microsecond')
    ON CONFLICT (name, worker) DO UPDATE SET expires_at = excluded.expires_at;
    DELETE FROM cqrs_workers w USING (
        SELECT d.name, d.worker FROM cqrs_workers d WHERE d.expires_at <= moment FOR UPDATE SKIP LOCKED) d
    WHERE w.name = d.name AND w.worker = d.worker;

    SELECT count(*), count(*) FILTER (WHERE w.worker < this_worker) INTO alive, rank
    FROM cqrs_workers w WHERE w.name = this_name AND w.expires_at > moment;
    IF lease_micros > 0 THEN
        quota := these_partitions / alive + (rank < these_partitions % alive)::int;
    END IF;

    -- As an array, the choice is made once, and no more rows are locked than are chosen.
    UPDATE cqrs_checkpoints c SET worker = NULL
    WHERE c.name = this_name AND c.partition = ANY (ARRAY(
        SELECT o.partition FROM cqrs_checkpoints o
        WHERE o.name = this_name AND o.worker = this_worker
        ORDER BY o.partition OFFSET quota FOR UPDATE SKIP LOCKED));
    SELECT count(*) INTO found FROM cqrs_checkpoints c WHERE c.name = this_name AND c.worker = this_worker;
    UPDATE cqrs_checkpoints c SET worker = this_worker, epoch = c.epoch + 1
    WHERE c.name = this_name AND c.partition = ANY (ARRAY(
        SELECT f.partition FROM cqrs_checkpoints f
        WHERE f.name = this_name AND f.worker IS DISTINCT FROM this_worker AND NOT EXISTS (
            SELECT FROM cqrs_workers w WHERE w.name = this_name AND w.worker = f.worker AND w.expires_at > moment)
        ORDER BY f.partition LIMIT greatest(quota - found, 0) FOR UPDATE OF f SKIP LOCKED));
    RETURN QUERY SELECT c.* FROM cqrs_checkpoints c
        WHERE c.name = this_name AND c.worker = this_worker ORDER BY c.partition;
END $$;

-- Moves checkpoints, or raises: CQ006 where a lease is lost, CQ007 where a checkpoint does not stand at the step's start
-- (its partition and position are the detail). Where rows are changed beside it, that is counted by the lowest partition:
-- the new count is returned, for the other parts of a statement see an older one.
--
-- A function, and not a statement to put before others: whatever a batch writes in the same transaction, behind this call
-- or in its statement, is undone when it raises, whether or not anybody looks at an answer. Its rows stay locked to the
-- transaction's end, so a partition is not taken over before that.
CREATE FUNCTION cqrs_advance(
    this_name text, this_worker uuid,
    s_partition bigint[], s_epoch bigint[], s_from bigint[], s_to bigint[], s_event_id uuid[], changes_rows boolean
) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    moved  record;
    count  bigint;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'leases need the isolation level READ COMMITTED' USING ERRCODE = 'CQ001';
    END IF;
    -- In order, so that there is no deadlock.
    PERFORM FROM cqrs_checkpoints c WHERE c.name = this_name AND c.partition = ANY (s_partition)
        ORDER BY c.partition FOR UPDATE;
    IF NOT EXISTS (SELECT FROM cqrs_workers w
            WHERE w.name = this_name AND w.worker = this_worker AND w.expires_at > cqrs_clock())
        OR EXISTS (SELECT FROM unnest(s_partition, s_epoch) s(partition, epoch) WHERE NOT EXISTS (
            SELECT FROM cqrs_checkpoints c WHERE c.name = this_name AND c.partition = s.partition
                AND c.worker = this_worker AND c.epoch = s.epoch))
    THEN
        RAISE EXCEPTION 'the lease is lost' USING ERRCODE = 'CQ006';
    END IF;
    SELECT c.partition, c.position INTO moved
    FROM unnest(s_partition, s_from) s(partition, expected)
    JOIN cqrs_checkpoints c ON c.name = this_name AND c.partition = s.partition
    WHERE c.position <> s.expected ORDER BY c.partition LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the checkpoint has moved' USING ERRCODE = 'CQ007',
            DETAIL = moved.partition || ' ' || moved.position;
    END IF;
    UPDATE cqrs_checkpoints c SET position = s.target, event_id = s.event_id
    FROM unnest(s_partition, s_to, s_event_id) s(partition, target, event_id)
    WHERE c.name = this_name AND c.partition = s.partition;
    IF changes_rows THEN
        UPDATE cqrs_checkpoints c SET changes = c.changes + 1
        WHERE c.name = this_name AND c.partition = (SELECT min(p) FROM unnest(s_partition) p)
        RETURNING c.changes INTO count;
    END IF;
    RETURN count;
END $$;

-- Gives all partitions up; one that is being moved is waited for.
CREATE FUNCTION cqrs_release(this_name text, this_worker uuid) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM FROM cqrs_checkpoints c WHERE c.name = this_name AND c.worker = this_worker ORDER BY c.partition FOR UPDATE;
    UPDATE cqrs_checkpoints c SET worker = NULL WHERE c.name = this_name AND c.worker = this_worker;
    DELETE FROM cqrs_workers w WHERE w.name = this_name AND w.worker = this_worker;
END $$;

-- Forgets a name, unless a worker's session lasts. Who joins it meanwhile waits, and finds it new.
CREATE FUNCTION cqrs_forget(this_name text) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(
        hashtextextended('cqrs_checkpoints of ' || this_name, 'cqrs_checkpoints'::regclass::oid::bigint));
    DELETE FROM cqrs_checkpoints c WHERE c.name = this_name AND NOT EXISTS (
        SELECT FROM cqrs_workers w WHERE w.name = this_name AND w.expires_at > cqrs_clock());
    RETURN FOUND;
END $$;
