-- Who does what only one process may do. The time is this server's.
CREATE TABLE coordination.leases (
    ledger text COLLATE "C" NOT NULL,
    name   text COLLATE "C" NOT NULL,
    holder uuid NOT NULL,
    -- Grows with every holder, and is never lowered.
    token  bigint NOT NULL CHECK (token > 0),
    until  timestamptz NOT NULL,
    PRIMARY KEY (ledger, name)
) WITH (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
