-- What schema 3 has added.

-- The epochs of each history, oldest first. A place that was given in an epoch holds up to where the next one began.
CREATE TABLE epochs (
    ledger   text COLLATE "C" NOT NULL,
    number   integer NOT NULL CHECK (number > 0),
    epoch    uuid NOT NULL,
    -- The last position before it; 0 for the first.
    after    bigint NOT NULL CHECK (after >= 0),
    began_at timestamptz NOT NULL,
    PRIMARY KEY (ledger, number),
    UNIQUE (ledger, epoch)
);

CREATE TRIGGER epochs_keep BEFORE UPDATE OR DELETE ON epochs FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER epochs_stay BEFORE TRUNCATE ON epochs FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Programs of the versions before begin ledgers without saying so here.
CREATE FUNCTION begin_first_epoch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO epochs (ledger, number, epoch, after, began_at) VALUES (NEW.ledger, 1, NEW.epoch, 0, NEW.recorded_at);
    RETURN NULL;
END
$$;
CREATE TRIGGER heads_begin AFTER INSERT ON heads FOR EACH ROW EXECUTE FUNCTION begin_first_epoch();

-- What was recorded before epochs were kept is one. When it began is the time of its first event, or of its row.
INSERT INTO epochs (ledger, number, epoch, after, began_at)
SELECT heads.ledger, 1, heads.epoch, 0, coalesce(events.recorded_at, heads.recorded_at)
FROM heads LEFT JOIN events ON events.ledger = heads.ledger AND events.position = 1;
