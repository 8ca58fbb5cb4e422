-- Makes the tables of a new generation by `definition`, in which `_g@` stands for `_g` and its number, and enters it; one of this
-- fingerprint and in this state is left as it is. The number of either.
CREATE FUNCTION cqrs_create_generation(
    this_projection text, this_fingerprint text, these_partitions bigint, these_tables text, these_views text,
    definition text, this_state text
) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    this  bigint;
BEGIN
    PERFORM cqrs_lock_generations();
    SELECT g.number INTO this FROM cqrs_generations g
    WHERE g.projection = this_projection AND g.fingerprint = this_fingerprint AND g.state = this_state;
    IF FOUND THEN
        RETURN this;
    END IF;
    -- Two projections may have a lookup of one name: its tables get numbers that differ.
    SELECT coalesce(max(g.number), 0) + 1 INTO this FROM cqrs_generations g
    WHERE g.projection = this_projection OR EXISTS (
        SELECT FROM json_array_elements_text(g.tables::json) a JOIN json_array_elements_text(these_tables::json) b
            USING (value));
    EXECUTE replace(definition, '_g@', '_g' || this);
    INSERT INTO cqrs_generations (projection, number, fingerprint, partitions, state, tables, views, head, created_at)
    VALUES (this_projection, this, this_fingerprint, these_partitions, this_state, these_tables, these_views,
        (SELECT coalesce(max(e.position), 0) FROM cqrs_events e), cqrs_clock());
    RETURN this;
END $$;

-- Who changes what serves, or which tables there are, does so alone.
CREATE FUNCTION cqrs_lock_generations() RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'generations need the isolation level READ COMMITTED' USING ERRCODE = 'CQ001';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('cqrs_generations', 'cqrs_generations'::regclass::oid::bigint));
END $$;

-- How many events are parked in a generation that another one has seen and has not parked.
--
-- Of the same fingerprint, both have an event in a sequence, and so in a partition, of one hash; the upper 63 bits of the
-- hash are divided for themselves, as it is taken without a sign.
CREATE FUNCTION cqrs_newly_parked(new cqrs_generations, old cqrs_generations) RETURNS bigint LANGUAGE sql VOLATILE
RETURN (
    SELECT count(*) FROM cqrs_dead_letters l
    WHERE l.name = new.projection || '@' || new.number
        AND EXISTS (SELECT FROM cqrs_checkpoints c
            WHERE c.name = old.projection || '@' || old.number AND c.position >= l.position
                AND (old.fingerprint <> new.fingerprint OR c.partition =
                    (((l.sequence >> 1) & 9223372036854775807) % old.partitions * 2 + (l.sequence & 1)) % old.partitions))
        AND NOT EXISTS (SELECT FROM cqrs_dead_letters o
            WHERE o.name = old.projection || '@' || old.number AND o.position = l.position)
);

-- Lets a generation serve in the place of the one of its fingerprint: 'serves', or 'gone' where none is being built.
--
-- CQ008 where it has not come as far as it must; how far it has come and how far it must is the detail. CQ009 where events
-- are parked that what serves has projected, and that is not accepted; how many is the detail. No lock is waited for longer
-- than `patience` milliseconds: those who read the view hold it, and others wait behind this.
CREATE FUNCTION cqrs_swap(this_projection text, this_number bigint, accepts_parked boolean, patience bigint)
RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    new         cqrs_generations;
    old         cqrs_generations;
    before      cqrs_generations;
    come        bigint;
    parked      bigint;
    needed      bigint;
    view        record;
    definition  text;
BEGIN
    PERFORM set_config('lock_timeout', patience::text, true);
    PERFORM cqrs_lock_generations();
    SELECT * INTO new FROM cqrs_generations g
    WHERE g.projection = this_projection AND g.number = this_number AND g.state <> 'dropped';
    IF new.state = 'serving' THEN
        RETURN 'serves';
    ELSIF new.state IS DISTINCT FROM 'building' THEN
        RETURN 'gone';
    END IF;
    SELECT * INTO old FROM cqrs_generations g
    WHERE g.projection = this_projection AND g.fingerprint = new.fingerprint AND g.state = 'serving';
    SELECT * INTO before FROM cqrs_generations g
    WHERE g.projection = this_projection AND g.state = 'serving'
    ORDER BY g.fingerprint = new.fingerprint DESC, g.served_at DESC LIMIT 1;

    -- Asked twice, so that workers are not held up while the view is waited for.
    FOR turn IN 1..2 LOOP
        SELECT CASE WHEN count(*) < new.partitions THEN 0 ELSE min(c.position) END INTO come
        FROM cqrs_checkpoints c WHERE c.name = this_projection || '@' || this_number;
        SELECT greatest(new.head, max(c.position)) INTO needed
        FROM cqrs_checkpoints c WHERE c.name = this_projection || '@' || old.number;
        IF come < needed THEN
            RAISE EXCEPTION 'the generation is behind' USING ERRCODE = 'CQ008', DETAIL = come || ' ' || needed;
        END IF;
        parked := cqrs_newly_parked(new, before);
        IF parked > 0 AND NOT accepts_parked THEN
            RAISE EXCEPTION 'the generation has parked events' USING ERRCODE = 'CQ009', DETAIL = parked;
        END IF;
        CONTINUE WHEN turn = 2;
        FOR view IN SELECT key AS name FROM json_each_text(before.views::json) WHERE new.views::jsonb -> key IS NULL LOOP
            EXECUTE format('DROP VIEW IF EXISTS %I', view.name);
        END LOOP;
        FOR view IN SELECT key AS name, value AS shown FROM json_each_text(new.views::json) LOOP
            definition := format('VIEW %I AS SELECT %s FROM %I AS t', view.name, view.shown,
                view.name || '_g' || this_number);
            BEGIN
                EXECUTE 'CREATE OR REPLACE ' || definition;
            EXCEPTION WHEN invalid_table_definition THEN
                EXECUTE format('DROP VIEW %I', view.name);
                EXECUTE 'CREATE ' || definition;
            END;
        END LOOP;
        PERFORM FROM cqrs_checkpoints c
        WHERE c.name IN (this_projection || '@' || this_number, this_projection || '@' || old.number)
        ORDER BY c.name, c.partition FOR UPDATE;
    END LOOP;

    UPDATE cqrs_generations g SET state = 'retired' WHERE g.projection = this_projection AND g.number = old.number;
    -- What is retired stands still.
    UPDATE cqrs_checkpoints c SET worker = NULL WHERE c.name = this_projection || '@' || old.number;
    DELETE FROM cqrs_workers w WHERE w.name = this_projection || '@' || old.number;
    UPDATE cqrs_generations g SET state = 'serving', served_at = greatest(cqrs_clock(), (
        SELECT max(o.served_at) + interval '1 microsecond' FROM cqrs_generations o WHERE o.projection = this_projection))
    WHERE g.projection = this_projection AND g.number = this_number;
    RETURN 'serves';
END $$;

-- Lets a generation that does not serve be there for something else: 'set', 'taken' where another one of its fingerprint
-- is there for that, or 'gone' where it is not in the state from which it should go.
CREATE FUNCTION cqrs_set_state(
    this_projection text, this_number bigint, from_state text, to_state text, patience bigint
) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    this       cqrs_generations;
    this_name  text := this_projection || '@' || this_number;
BEGIN
    PERFORM set_config('lock_timeout', patience::text, true);
    PERFORM cqrs_lock_generations();
    SELECT * INTO this FROM cqrs_generations g
    WHERE g.projection = this_projection AND g.number = this_number AND g.state = from_state AND g.state <> 'serving'
    FOR UPDATE;
    IF NOT FOUND THEN
        RETURN 'gone';
    ELSIF to_state <> 'retired' AND EXISTS (SELECT FROM cqrs_generations g
        WHERE g.projection = this_projection AND g.fingerprint = this.fingerprint AND g.state = to_state)
    THEN
        RETURN 'taken';
    END IF;
    -- First, so that nobody takes partitions any more.
    UPDATE cqrs_generations g SET state = to_state WHERE g.projection = this_projection AND g.number = this_number;
    PERFORM FROM cqrs_checkpoints c WHERE c.name = this_name ORDER BY c.partition FOR UPDATE;
    UPDATE cqrs_checkpoints c SET worker = NULL WHERE c.name = this_name;
    DELETE FROM cqrs_workers w WHERE w.name = this_name;
    IF to_state = 'building' THEN
        -- What has failed in it and was left out since, elsewhere, is left out here, too.
        UPDATE cqrs_dead_letters l SET request = 'discard' WHERE l.name = this_name AND l.error <> '' AND EXISTS (
            SELECT FROM cqrs_discards d WHERE d.projection = this_projection AND d.position = l.position);
    END IF;
    RETURN 'set';
END $$;

-- Drops the tables of a generation and all that belongs to it; false where it serves.
--
-- One that serves an older shape is dropped when no worker keeps it up to date any more.
CREATE FUNCTION cqrs_drop_generation(this_projection text, this_number bigint, patience bigint)
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    this       cqrs_generations;
    this_name  text := this_projection || '@' || this_number;
    all_tables text;
BEGIN
    PERFORM set_config('lock_timeout', patience::text, true);
    PERFORM cqrs_lock_generations();
    SELECT * INTO this FROM cqrs_generations g
    WHERE g.projection = this_projection AND g.number = this_number AND g.state <> 'dropped'
    -- Who asks for its partitions waits, and finds that it is gone.
    FOR UPDATE;
    IF NOT FOUND THEN
        RETURN true;
    END IF;
    IF this.state = 'serving' AND (
        NOT EXISTS (SELECT FROM cqrs_generations g WHERE g.projection = this_projection AND g.state = 'serving'
            AND g.served_at > this.served_at)
        OR EXISTS (SELECT FROM cqrs_workers w WHERE w.name = this_name AND w.expires_at > cqrs_clock()))
    THEN
        RETURN false;
    END IF;
    -- The tables first, as a worker's batch locks them.
    SELECT string_agg(format('%I', each_table || '_g' || this_number), ', ') INTO all_tables
    FROM json_array_elements_text(this.tables::json) each_table;
    EXECUTE 'DROP TABLE IF EXISTS ' || all_tables;
    PERFORM FROM cqrs_checkpoints c WHERE c.name = this_name ORDER BY c.partition FOR UPDATE;
    DELETE FROM cqrs_checkpoints c WHERE c.name = this_name;
    DELETE FROM cqrs_workers w WHERE w.name = this_name;
    DELETE FROM cqrs_dead_letters l WHERE l.name = this_name;
    DELETE FROM cqrs_changes c WHERE c.name = this_name;
    UPDATE cqrs_generations g SET state = 'dropped' WHERE g.projection = this_projection AND g.number = this_number;
    RETURN true;
END $$;

-- As cqrs_advance, where not every program can tell the sequence of an event: CQ006 also where there is a letter of such
-- an event between the steps' ends that is not among the `known` ones of `so`, and where a partition has passed the
-- first one that is to be parked. Those who park such an event and those who project one do so one after the other.
CREATE FUNCTION cqrs_advance_placed(
    this_name text, this_worker uuid,
    s_partition bigint[], s_epoch bigint[], s_from bigint[], s_to bigint[], s_event_id uuid[], changes_rows boolean,
    so text
) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    parks  bigint := so::json ->> 'parks';
    known  bigint[] := ARRAY(SELECT k.value::bigint FROM json_array_elements_text(so::json -> 'known') k);
    lock   bigint := hashtextextended('cqrs_placing of ' || this_name, 'cqrs_checkpoints'::regclass::oid::bigint);
BEGIN
    IF parks IS NULL THEN
        PERFORM pg_advisory_xact_lock_shared(lock);
    ELSE
        PERFORM pg_advisory_xact_lock(lock);
    END IF;
    IF EXISTS (SELECT FROM cqrs_checkpoints c WHERE c.name = this_name AND c.position >= parks)
        OR EXISTS (SELECT FROM cqrs_dead_letters l WHERE l.name = this_name
            AND l.position > (SELECT min(p) FROM unnest(s_from) p) AND l.position <= (SELECT max(p) FROM unnest(s_to) p)
            AND l.sequence_key LIKE '(unknown)%' AND l.position <> ALL (known))
    THEN
        RAISE EXCEPTION 'an event is known otherwise' USING ERRCODE = 'CQ006';
    END IF;
    RETURN cqrs_advance(this_name, this_worker, s_partition, s_epoch, s_from, s_to, s_event_id, changes_rows);
END $$;
