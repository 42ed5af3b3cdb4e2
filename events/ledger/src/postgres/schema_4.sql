-- What schema 4 has added.

-- The head row, locked until the transaction ends, with what others have appended since a position, in order. The second
-- statement sees what was committed before the lock was had. A function, because its statements are planned once a
-- connection, also behind PgBouncer.
CREATE FUNCTION take_head(for_ledger text, since bigint, most bigint)
RETURNS TABLE (
    epoch uuid, "position" bigint, recorded_at timestamptz, frontier bytea,
    types text[], ids text[], sequences bigint[], leaves bytea[]
)
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    SELECT heads.epoch, heads.position, heads.recorded_at, heads.frontier
    INTO take_head.epoch, take_head.position, take_head.recorded_at, take_head.frontier
    FROM heads WHERE heads.ledger = for_ledger FOR UPDATE;
    SELECT coalesce(array_agg(moved.aggregate_type ORDER BY moved.position), '{}'),
        coalesce(array_agg(moved.aggregate_id ORDER BY moved.position), '{}'),
        coalesce(array_agg(moved.sequence ORDER BY moved.position), '{}'),
        coalesce(array_agg(moved.leaf_hash ORDER BY moved.position), '{}')
    INTO take_head.types, take_head.ids, take_head.sequences, take_head.leaves
    FROM (
        SELECT events.position, events.aggregate_type, events.aggregate_id, events.sequence, events.leaf_hash
        FROM events WHERE events.ledger = for_ledger AND events.position > since
        ORDER BY events.position LIMIT most
    ) AS moved;
    RETURN NEXT;
END
$$;

-- With the rights of the owner only the owner's tables may be meant. Whoever may lock the head may do it so.
DO $$
DECLARE
    own regprocedure;
    writer regrole;
BEGIN
    FOR own IN SELECT oid::regprocedure FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace AND proname = 'take_head'
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', own, current_schema());
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', own);
        FOR writer IN SELECT DISTINCT rights.grantee FROM pg_proc, aclexplode(proacl) AS rights
            WHERE pronamespace = current_schema()::regnamespace AND proname = 'lock_head'
                AND rights.grantee NOT IN (0, proowner)
        LOOP
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %s', own, writer);
        END LOOP;
    END LOOP;
END
$$;
