-- What has stood since schema 1.

-- A number for each stream, because a number is cheaper in every entry than a kind and an identifier.
CREATE TABLE streams (
    number INTEGER PRIMARY KEY,
    kind   TEXT NOT NULL,
    id     BLOB NOT NULL,
    UNIQUE (kind, id)
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

CREATE TRIGGER streams_keep BEFORE UPDATE ON streams BEGIN SELECT RAISE(ABORT, 'streams are append-only'); END;
CREATE TRIGGER streams_stay BEFORE DELETE ON streams BEGIN SELECT RAISE(ABORT, 'streams are append-only'); END;
CREATE TRIGGER receipts_keep BEFORE UPDATE ON receipts BEGIN SELECT RAISE(ABORT, 'receipts are append-only'); END;
CREATE TRIGGER receipts_stay BEFORE DELETE ON receipts BEGIN SELECT RAISE(ABORT, 'receipts are append-only'); END;
