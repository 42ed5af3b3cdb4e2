-- The key-encryption key that wraps what is added; one row.
CREATE TABLE current_kek (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    name TEXT NOT NULL,
    sample BLOB NOT NULL
);
CREATE TABLE data_keys (
    id BLOB NOT NULL PRIMARY KEY,
    ledger TEXT NOT NULL,
    patient BLOB NOT NULL,
    class TEXT NOT NULL,
    kek TEXT,
    wrapped BLOB,
    made_at INTEGER NOT NULL,
    destroyed_at INTEGER,
    UNIQUE (ledger, patient, class),
    CHECK ((wrapped IS NULL) = (kek IS NULL) AND (wrapped IS NULL) = (destroyed_at IS NOT NULL))
);
CREATE INDEX by_kek ON data_keys (kek) WHERE kek IS NOT NULL;
CREATE TABLE shreds (
    id BLOB NOT NULL PRIMARY KEY,
    ledger TEXT NOT NULL,
    patient BLOB NOT NULL,
    reason TEXT NOT NULL,
    asked_by BLOB NOT NULL,
    approved_by BLOB NOT NULL,
    asked_at INTEGER NOT NULL,
    destroyed_at INTEGER,
    done_at INTEGER,
    clear_events INTEGER NOT NULL DEFAULT 0,
    UNIQUE (ledger, patient)
);
