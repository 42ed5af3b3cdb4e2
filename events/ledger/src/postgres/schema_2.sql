-- What a role may do that does not own the tables: read them, and write through the three functions below, which run with
-- the rights of their owner. Nobody else may call them. Programs of the version before go on: names, arguments and answers
-- stay.

CREATE FUNCTION begin_ledger(for_ledger text, in_epoch uuid, at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER AS $$
    INSERT INTO heads (ledger, epoch, position, recorded_at, frontier) VALUES (for_ledger, in_epoch, 0, at, '')
    ON CONFLICT (ledger) DO NOTHING
$$;

-- The head row, locked until the transaction ends.
CREATE FUNCTION lock_head(for_ledger text)
RETURNS TABLE (epoch uuid, "position" bigint, recorded_at timestamptz, frontier bytea)
LANGUAGE sql SECURITY DEFINER AS $$
    SELECT heads.epoch, heads.position, heads.recorded_at, heads.frontier FROM heads
    WHERE heads.ledger = for_ledger FOR UPDATE
$$;

-- As before. New: nobody waits for ever for a process that holds the row and does not go on, and a commit waits for the disk
-- whatever the session, the role or the server's configuration say by now.
CREATE OR REPLACE FUNCTION append_batch(
    for_ledger text, on_epoch uuid, on_position bigint, on_frontier bytea,
    new_recorded_at timestamptz, new_frontier bytea,
    types text[], ids text[], sequences bigint[], event_types text[], event_versions text[],
    payloads text[], metadatas text[], times timestamptz[], leaves bytea[],
    commands uuid[], hashes bytea[], positions bigint[], counts integer[], versions bigint[],
    answered timestamptz[], replies bytea[]
) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET lock_timeout = '5s' AS $$
BEGIN
    IF current_setting('synchronous_commit') = 'off' THEN
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
    UPDATE heads
    SET position = on_position + cardinality(sequences), recorded_at = new_recorded_at, frontier = new_frontier
    WHERE ledger = for_ledger AND epoch = on_epoch AND position = on_position AND frontier = on_frontier;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO events (ledger, position, aggregate_type, aggregate_id, sequence, event_type, event_version,
        payload, metadata, recorded_at, leaf_hash)
    SELECT for_ledger, on_position + n, kind, id, version, event, shape, payload::json, metadata::json, at, leaf
    FROM unnest(types, ids, sequences, event_types, event_versions, payloads, metadatas, times, leaves)
        WITH ORDINALITY AS new (kind, id, version, event, shape, payload, metadata, at, leaf, n);
    INSERT INTO receipts (ledger, command_id, request_hash, position, count, stream_version, recorded_at, reply)
    SELECT for_ledger, command, hash, place, number, version, at, reply
    FROM unnest(commands, hashes, positions, counts, versions, answered, replies)
        AS new (command, hash, place, number, version, at, reply);
    RETURN true;
END
$$;

-- With the rights of the owner only the owner's tables may be meant: no schema or temporary table of the caller.
DO $$
DECLARE
    own regprocedure;
BEGIN
    FOR own IN SELECT oid::regprocedure FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace
            AND proname IN ('append_batch', 'begin_ledger', 'lock_head')
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', own, current_schema());
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', own);
    END LOOP;
END
$$;
