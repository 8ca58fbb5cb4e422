-- Judges appends in order, each on what the accepted ones before it leave, and writes the accepted ones.
--
-- Appends, events, receipts and claims come as columns; `.._append` is the number of the append that a row belongs to,
-- `a_previous` the number of the append before it that has the same stream, or 0. Expected versions are -1 for any, -2
-- for an existing stream. `r_first` is -1 where the versions of the append's own events belong.
--
-- Verdicts: 0 accepted, 1 an event id is known, 2 a receipt is kept, 3 a claim is taken, 4 another version. `bases` are
-- the streams' versions before each append, `positions` those of all written events in order.
--
-- VOLATILE, and READ COMMITTED: each statement after the lock sees what was committed before it was granted.
CREATE FUNCTION cqrs_append(
    this_attempt uuid,
    a_tenant text[], a_type text[], a_id text[], a_expected bigint[], a_count bigint[], a_previous bigint[],
    a_recorded_at timestamptz[],
    e_append bigint[], e_ordinal bigint[], e_tenant text[], e_type text[], e_stream text[], e_id uuid[], e_name text[],
    e_schema_version bigint[], e_payload text[], e_correlation_id uuid[], e_causation_id uuid[], e_principal text[],
    e_keys text[],
    r_append bigint[], r_tenant text[], r_principal text[], r_command text[], r_key text[], r_input_hash bytea[],
    r_type text[], r_id text[], r_first bigint[], r_last bigint[], r_refusal text[],
    c_append bigint[], c_scope text[], c_name text[], c_takes boolean[],
    OUT verdicts bigint[], OUT bases bigint[], OUT times timestamptz[], OUT positions bigint[],
    OUT taken_appends bigint[], OUT taken_claims bigint[], OUT taken_types text[], OUT taken_ids text[]
) LANGUAGE plpgsql VOLATILE SET plan_cache_mode = force_generic_plan SET jit = off AS $$
DECLARE
    appends    int := cardinality(a_id);
    heads      bigint[];
    ends       timestamptz[];
    base       bigint;
    previous   bigint;
    last_time  timestamptz;
    hit        record;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'appends need the isolation level READ COMMITTED' USING ERRCODE = 'CQ001';
    END IF;
    PERFORM pg_advisory_xact_lock(cqrs_lock_key());
    IF EXISTS (SELECT FROM cqrs_fences f WHERE f.attempt = this_attempt) THEN
        RAISE EXCEPTION 'the attempt to commit was given up' USING ERRCODE = 'CQ002';
    END IF;

    SELECT array_agg(coalesce(h.version, 0) ORDER BY a.number), array_agg(h.recorded_at ORDER BY a.number)
        INTO heads, ends
        FROM unnest(a_tenant, a_type, a_id) WITH ORDINALITY a(tenant, type, id, number)
        LEFT JOIN LATERAL (
            SELECT e.version, e.recorded_at FROM cqrs_events e
            WHERE e.tenant = a.tenant AND e.stream_type = a.type AND e.stream_id = a.id
            ORDER BY e.version DESC LIMIT 1) h ON true;

    verdicts := array_fill(0::bigint, ARRAY[appends]);
    IF cardinality(c_append) > 0 THEN
        FOR hit IN
            SELECT DISTINCT ON (c.append) c.append, c.number, h.stream_type, h.stream_id
            FROM unnest(c_append, c_scope, c_name, c_takes) WITH ORDINALITY c(append, scope, name, takes, number)
            JOIN cqrs_claims h ON h.tenant = a_tenant[c.append] AND h.scope = c.scope AND h.name = c.name
            WHERE c.takes AND (h.stream_type <> a_type[c.append] OR h.stream_id <> a_id[c.append])
            ORDER BY c.append, c.number
        LOOP
            verdicts[hit.append] := 3;
            taken_appends := array_append(taken_appends, hit.append);
            taken_claims := array_append(taken_claims, hit.number);
            taken_types := array_append(taken_types, hit.stream_type);
            taken_ids := array_append(taken_ids, hit.stream_id);
        END LOOP;
    END IF;
    IF cardinality(r_append) > 0 THEN
        FOR hit IN
            SELECT r.append FROM unnest(r_append, r_tenant, r_principal, r_command, r_key)
                r(append, tenant, principal, command, key)
            JOIN cqrs_receipts k USING (tenant, principal, command, key)
        LOOP
            verdicts[hit.append] := 2;
        END LOOP;
    END IF;
    FOR hit IN
        SELECT e.append FROM unnest(e_append, e_id) e(append, id)
        WHERE EXISTS (SELECT FROM cqrs_events k WHERE k.event_id = e.id)
    LOOP
        verdicts[hit.append] := 1;
    END LOOP;

    -- Appends to one stream build on each other, in version and in time.
    bases := heads;
    times := a_recorded_at;
    FOR i IN 1 .. appends LOOP
        previous := a_previous[i];
        IF previous > 0 THEN
            base := heads[previous];
            last_time := ends[previous];
        ELSE
            base := heads[i];
            last_time := ends[i];
        END IF;
        -- A time that no program can have given would pass from event to event.
        IF last_time >= '262143-01-01' THEN
            RAISE EXCEPTION 'the last event of a stream has an impossible time' USING ERRCODE = 'CQ004',
                DETAIL = (SELECT max(e.position) FROM cqrs_events e
                    WHERE e.tenant = a_tenant[i] AND e.stream_type = a_type[i] AND e.stream_id = a_id[i]);
        END IF;
        bases[i] := base;
        times[i] := greatest(times[i], last_time);
        -- Before a claim that is taken: decided on an older state, the append may be decided otherwise.
        IF verdicts[i] IN (0, 3)
            AND NOT (CASE a_expected[i] WHEN -1 THEN true WHEN -2 THEN base > 0 ELSE base = a_expected[i] END)
        THEN
            verdicts[i] := 4;
        END IF;
        IF verdicts[i] = 0 AND a_count[i] > 0 THEN
            heads[i] := base + a_count[i];
            ends[i] := times[i];
        ELSE
            heads[i] := base;
            ends[i] := last_time;
        END IF;
    END LOOP;

    WITH written AS (
        INSERT INTO cqrs_events (tenant, stream_type, stream_id, version, event_id, name, schema_version, payload,
            correlation_id, causation_id, principal, keys, recorded_at)
        SELECT e.tenant, e.type, e.stream, bases[e.append] + e.ordinal, e.id, e.name, e.schema_version, e.payload,
            e.correlation_id, e.causation_id, e.principal, e.keys, times[e.append]
        FROM unnest(e_append, e_ordinal, e_tenant, e_type, e_stream, e_id, e_name, e_schema_version, e_payload,
                e_correlation_id, e_causation_id, e_principal, e_keys)
            WITH ORDINALITY e(append, ordinal, tenant, type, stream, id, name, schema_version, payload,
                correlation_id, causation_id, principal, keys, number)
        WHERE verdicts[e.append] = 0
        ORDER BY e.number
        RETURNING position)
    SELECT array_agg(position ORDER BY position) INTO positions FROM written;

    IF cardinality(r_append) > 0 THEN
        INSERT INTO cqrs_receipts
            (tenant, principal, command, key, input_hash, stream_type, stream_id, first, last, refusal, recorded_at)
        SELECT r.tenant, r.principal, r.command, r.key, r.input_hash, r.type, r.id,
            CASE WHEN r.first < 0 THEN bases[r.append] + 1 ELSE r.first END,
            CASE WHEN r.first < 0 THEN bases[r.append] + a_count[r.append] ELSE r.last END,
            r.refusal, times[r.append]
        FROM unnest(r_append, r_tenant, r_principal, r_command, r_key, r_input_hash, r_type, r_id, r_first, r_last,
                r_refusal)
            r(append, tenant, principal, command, key, input_hash, type, id, first, last, refusal)
        WHERE verdicts[r.append] = 0;
    END IF;
    IF cardinality(c_append) > 0 THEN
        DELETE FROM cqrs_claims h
        USING unnest(c_append, c_scope, c_name, c_takes) c(append, scope, name, takes)
        WHERE NOT c.takes AND verdicts[c.append] = 0
            AND h.tenant = a_tenant[c.append] AND h.scope = c.scope AND h.name = c.name
            AND h.stream_type = a_type[c.append] AND h.stream_id = a_id[c.append];
        -- Judged under the lock: a claim that stands already is the stream's own.
        INSERT INTO cqrs_claims (tenant, scope, name, stream_type, stream_id)
        SELECT a_tenant[c.append], c.scope, c.name, a_type[c.append], a_id[c.append]
        FROM unnest(c_append, c_scope, c_name, c_takes) c(append, scope, name, takes)
        WHERE c.takes AND verdicts[c.append] = 0
        ON CONFLICT DO NOTHING;
    END IF;
END $$;

-- Waits for a commit under way, and fences the attempt: whatever of it arrives later is refused.
CREATE FUNCTION cqrs_settle(this_attempt uuid) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(cqrs_lock_key());
    DELETE FROM cqrs_fences WHERE fenced_at < clock_timestamp() - interval '1 day';
    INSERT INTO cqrs_fences (attempt) VALUES (this_attempt) ON CONFLICT DO NOTHING;
END $$;
