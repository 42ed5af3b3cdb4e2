-- What schema 2 has made anew.

-- Where the history ends; one row. Positions are counted here, never by rowid allocation.
CREATE TABLE head (
    id           INTEGER PRIMARY KEY CHECK (id = 1),
    ledger       TEXT NOT NULL,
    epoch        BLOB NOT NULL,
    position     INTEGER NOT NULL,
    recorded_at  INTEGER NOT NULL,
    frontier     BLOB NOT NULL,
    -- `ends` knows the last event of every stream up to this position.
    ends_through INTEGER NOT NULL
) STRICT;

-- Events. The small columns come first, so that a filter need not pass over payloads.
CREATE TABLE entries (
    position      INTEGER PRIMARY KEY,
    stream        INTEGER NOT NULL,
    version       INTEGER NOT NULL,
    -- Position of the stream's event before this one; 0 for its first. There is no index by stream.
    previous      INTEGER NOT NULL,
    event_type    TEXT NOT NULL,
    event_version INTEGER NOT NULL,
    recorded_at   INTEGER NOT NULL,
    leaf_hash     BLOB NOT NULL,
    metadata      BLOB NOT NULL,
    payload       BLOB NOT NULL
) STRICT;

-- Position of each stream's last event, written in bulk: complete up to `ends_through`, and what the entries after
-- that moved may already be here or not.
CREATE TABLE ends (
    stream   INTEGER PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT;

CREATE TRIGGER entries_keep BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
CREATE TRIGGER entries_stay BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
CREATE TRIGGER head_stays BEFORE DELETE ON head BEGIN SELECT RAISE(ABORT, 'the head stays'); END;
CREATE TRIGGER ends_stay BEFORE DELETE ON ends BEGIN SELECT RAISE(ABORT, 'the ends stay'); END;

-- The seven columns of cqrs-es, so that any of its programs can read the log. To read one aggregate here is to read
-- all entries: the ledger itself follows `previous` from the end.
CREATE VIEW events AS
SELECT
    streams.kind AS aggregate_type,
    lower(
        substr(hex(streams.id), 1, 8) || '-' || substr(hex(streams.id), 9, 4) || '-'
        || substr(hex(streams.id), 13, 4) || '-' || substr(hex(streams.id), 17, 4) || '-'
        || substr(hex(streams.id), 21)
    ) AS aggregate_id,
    entries.version AS sequence,
    entries.event_type AS event_type,
    CAST(entries.event_version AS TEXT) AS event_version,
    CAST(entries.payload AS TEXT) AS payload,
    CAST(entries.metadata AS TEXT) AS metadata
FROM entries
JOIN streams ON streams.number = entries.stream;
