-- Schema 1 as it was released, for the test that a file of it is taken over.

-- Where the history ends; one row. Positions are counted here, never by rowid allocation.
CREATE TABLE head (
    id          INTEGER PRIMARY KEY CHECK (id = 1),
    ledger      TEXT NOT NULL,
    epoch       BLOB NOT NULL,
    position    INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    frontier    BLOB NOT NULL
) STRICT;

-- A number for each stream, because a number is cheaper in every entry than a kind and an identifier.
CREATE TABLE streams (
    number INTEGER PRIMARY KEY,
    kind   TEXT NOT NULL,
    id     BLOB NOT NULL,
    UNIQUE (kind, id)
) STRICT;

-- Events. The small columns come first, so that a filter need not pass over payloads.
CREATE TABLE entries (
    position      INTEGER PRIMARY KEY,
    stream        INTEGER NOT NULL,
    version       INTEGER NOT NULL,
    event_type    TEXT NOT NULL,
    event_version INTEGER NOT NULL,
    recorded_at   INTEGER NOT NULL,
    leaf_hash     BLOB NOT NULL,
    metadata      BLOB NOT NULL,
    payload       BLOB NOT NULL,
    UNIQUE (stream, version)
) STRICT;

-- What was answered to each command, for ever.
CREATE TABLE receipts (
    command_id     BLOB PRIMARY KEY,
    request_hash   BLOB NOT NULL,
    position       INTEGER NOT NULL,
    count          INTEGER NOT NULL,
    stream_version INTEGER NOT NULL,
    recorded_at    INTEGER NOT NULL,
    reply          BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER entries_keep BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
CREATE TRIGGER entries_stay BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
CREATE TRIGGER streams_keep BEFORE UPDATE ON streams BEGIN SELECT RAISE(ABORT, 'streams are append-only'); END;
CREATE TRIGGER streams_stay BEFORE DELETE ON streams BEGIN SELECT RAISE(ABORT, 'streams are append-only'); END;
CREATE TRIGGER receipts_keep BEFORE UPDATE ON receipts BEGIN SELECT RAISE(ABORT, 'receipts are append-only'); END;
CREATE TRIGGER receipts_stay BEFORE DELETE ON receipts BEGIN SELECT RAISE(ABORT, 'receipts are append-only'); END;
CREATE TRIGGER head_stays BEFORE DELETE ON head BEGIN SELECT RAISE(ABORT, 'the head stays'); END;

-- The seven columns of cqrs-es, so that any of its programs can read the log.
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
