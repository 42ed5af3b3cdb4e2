-- What the service has signed of its record, and what others have signed of that.
CREATE TABLE audit.checkpoints (
    origin text PRIMARY KEY,
    size bigint NOT NULL,
    note text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Roots of complete blocks of leaves: they never change, whatever default privileges let others do with the tables here.
CREATE TABLE audit.checkpoint_blocks (
    origin text NOT NULL,
    number bigint NOT NULL,
    root bytea NOT NULL,
    PRIMARY KEY (origin, number)
);
DO $$
DECLARE
    other regrole;
BEGIN
    FOR other IN SELECT DISTINCT grantee FROM pg_class, aclexplode(relacl)
        WHERE oid = 'audit.checkpoint_blocks'::regclass AND grantee NOT IN (0, relowner)
    LOOP
        EXECUTE format('REVOKE UPDATE, DELETE ON audit.checkpoint_blocks FROM %s', other);
    END LOOP;
END
$$;

CREATE TABLE audit.checkpoint_cosignatures (
    origin text NOT NULL,
    cosigner text NOT NULL,
    size bigint NOT NULL,
    note text NOT NULL,
    PRIMARY KEY (origin, cosigner)
);
