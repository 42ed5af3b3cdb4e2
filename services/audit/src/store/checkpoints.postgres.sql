CREATE TABLE checkpoints (
    origin text PRIMARY KEY,
    size bigint NOT NULL,
    note text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE checkpoint_blocks (
    origin text NOT NULL,
    number bigint NOT NULL,
    root bytea NOT NULL,
    PRIMARY KEY (origin, number)
);
CREATE TABLE checkpoint_cosignatures (
    origin text NOT NULL,
    cosigner text NOT NULL,
    size bigint NOT NULL,
    note text NOT NULL,
    PRIMARY KEY (origin, cosigner)
);
