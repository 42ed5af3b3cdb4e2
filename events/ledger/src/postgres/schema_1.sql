-- The ledger's tables. Every key begins with the ledger, so that tenants never wait for each other and one of them can
-- be exported, moved or put on a server of its own.

-- Where each ledger's history ends. Its row is locked until an append commits: positions are given in commit order.
CREATE TABLE heads (
    ledger      text COLLATE "C" PRIMARY KEY,
    epoch       uuid NOT NULL,
    position    bigint NOT NULL CHECK (position >= 0),
    recorded_at timestamptz NOT NULL,
    frontier    bytea NOT NULL
) WITH (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- Events. The seven columns of cqrs-es have its names and types, so that any program on postgres-es reads the log.
-- `json`, not `jsonb`: what is stored is what is hashed.
CREATE TABLE events (
    ledger         text COLLATE "C" NOT NULL,
    position       bigint NOT NULL,
    aggregate_type text COLLATE "C" NOT NULL,
    aggregate_id   text COLLATE "C" NOT NULL,
    sequence       bigint NOT NULL CHECK (sequence > 0),
    event_type     text COLLATE "C" NOT NULL,
    event_version  text COLLATE "C" NOT NULL,
    payload        json NOT NULL,
    metadata       json NOT NULL,
    recorded_at    timestamptz NOT NULL,
    leaf_hash      bytea NOT NULL CHECK (length(leaf_hash) = 32),
    PRIMARY KEY (ledger, position),
    UNIQUE (aggregate_type, aggregate_id, sequence, ledger)
);

-- What was answered to each command, for ever.
CREATE TABLE receipts (
    ledger         text COLLATE "C" NOT NULL,
    command_id     uuid NOT NULL,
    request_hash   bytea NOT NULL CHECK (length(request_hash) = 32),
    position       bigint NOT NULL,
    count          integer NOT NULL,
    stream_version bigint NOT NULL,
    recorded_at    timestamptz NOT NULL,
    reply          bytea NOT NULL,
    PRIMARY KEY (ledger, command_id)
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER events_keep BEFORE UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER events_stay BEFORE TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER receipts_keep BEFORE UPDATE OR DELETE ON receipts FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER receipts_stay BEFORE TRUNCATE ON receipts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER heads_stay BEFORE DELETE ON heads FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER heads_last BEFORE TRUNCATE ON heads FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Appends a batch that was decided on a head, if the head is still there. The frontier tells one history from another of the
-- same length, which a standby that was behind may have. The update waits for whoever holds the row and
-- then looks at it again, so what was decided on is what is appended to; false says that somebody else was faster, and
-- nothing was written. A function, because its statements are planned once a connection, also behind PgBouncer.
CREATE FUNCTION append_batch(
    for_ledger text, on_epoch uuid, on_position bigint, on_frontier bytea,
    new_recorded_at timestamptz, new_frontier bytea,
    types text[], ids text[], sequences bigint[], event_types text[], event_versions text[],
    payloads text[], metadatas text[], times timestamptz[], leaves bytea[],
    commands uuid[], hashes bytea[], positions bigint[], counts integer[], versions bigint[],
    answered timestamptz[], replies bytea[]
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
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
