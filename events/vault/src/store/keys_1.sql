-- The key-encryption key that wraps what is added; one row.
CREATE TABLE keys.current_kek (
    one boolean NOT NULL PRIMARY KEY CHECK (one),
    name text NOT NULL,
    sample bytea NOT NULL
);
CREATE TABLE keys.data_keys (
    id uuid NOT NULL PRIMARY KEY,
    ledger text NOT NULL,
    patient uuid NOT NULL,
    class text NOT NULL,
    kek text,
    wrapped bytea,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    destroyed_at timestamptz,
    UNIQUE (ledger, patient, class),
    CHECK ((wrapped IS NULL) = (kek IS NULL) AND (wrapped IS NULL) = (destroyed_at IS NOT NULL))
);
CREATE INDEX by_kek ON keys.data_keys (kek) WHERE kek IS NOT NULL;
CREATE TABLE keys.shreds (
    id uuid NOT NULL PRIMARY KEY,
    number bigint GENERATED ALWAYS AS IDENTITY,
    ledger text NOT NULL,
    patient uuid NOT NULL,
    reason text NOT NULL,
    asked_by uuid NOT NULL,
    approved_by uuid NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    destroyed_at timestamptz,
    done_at timestamptz,
    clear_events bigint NOT NULL DEFAULT 0,
    UNIQUE (ledger, patient)
);
