-- What schema 3 has added.

-- The epochs of the history, oldest first. A place that was given in an epoch holds up to where the next one began.
CREATE TABLE epochs (
    number   INTEGER PRIMARY KEY,
    epoch    BLOB NOT NULL UNIQUE,
    -- The last position before it; 0 for the first.
    after    INTEGER NOT NULL,
    began_at INTEGER NOT NULL
) STRICT;

CREATE TRIGGER epochs_keep BEFORE UPDATE ON epochs BEGIN SELECT RAISE(ABORT, 'epochs are append-only'); END;
CREATE TRIGGER epochs_stay BEFORE DELETE ON epochs BEGIN SELECT RAISE(ABORT, 'epochs are append-only'); END;
