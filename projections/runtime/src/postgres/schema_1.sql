-- The views' tables. Every key begins with the ledger, as the ledger's own do: tenants never wait for each other, and one
-- of them can be moved by itself. Everything here can be made again from the log.

-- Who may write: the fence of whoever wrote last, or of whoever has taken over since. Its row is locked by every change, so
-- the changes of one ledger's views are made one after the other.
CREATE TABLE views.writers (
    ledger text COLLATE "C" PRIMARY KEY,
    fence  bigint NOT NULL CHECK (fence >= 0)
) WITH (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- How far each build of a view is. A build is known by its number within the ledger, which is never given again.
CREATE TABLE views.checkpoints (
    ledger     text COLLATE "C" NOT NULL,
    build      integer NOT NULL CHECK (build > 0),
    view       text COLLATE "C" NOT NULL,
    version    integer NOT NULL CHECK (version > 0),
    generation integer NOT NULL CHECK (generation > 0),
    stage      text NOT NULL CHECK (stage IN ('building', 'active', 'retired', 'dropped')),
    epoch      uuid NOT NULL,
    position   bigint NOT NULL CHECK (position >= 0),
    PRIMARY KEY (ledger, build),
    UNIQUE (ledger, view, version, generation)
) WITH (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

CREATE TABLE views.rows (
    ledger text COLLATE "C" NOT NULL,
    build  integer NOT NULL,
    key    bytea NOT NULL,
    doc    bytea NOT NULL,
    PRIMARY KEY (ledger, build, key)
) WITH (fillfactor = 80);

CREATE TABLE views.lists (
    ledger text COLLATE "C" NOT NULL,
    build  integer NOT NULL,
    list   bytea NOT NULL,
    sort   bytea NOT NULL,
    key    bytea NOT NULL,
    item   bytea NOT NULL,
    PRIMARY KEY (ledger, build, list, sort, key, item)
);

-- Takes the writing over under a fence; false when somebody with a higher one has.
CREATE FUNCTION views.claim(for_ledger text, under bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO views.writers AS writer (ledger, fence) VALUES (for_ledger, under)
    ON CONFLICT (ledger) DO UPDATE SET fence = excluded.fence WHERE writer.fence <= excluded.fence;
    RETURN FOUND;
END
$$;

-- Whether a fence is that of the one who may write; nobody else becomes that until the transaction ends.
CREATE FUNCTION views.may_write(for_ledger text, under bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM views.writers WHERE ledger = for_ledger AND fence = under FOR UPDATE;
    RETURN FOUND;
END
$$;

-- Begins a build and gives its generation. Anybody may have a build begun beside the one that answers, which the writer
-- then finds; a build that answers at once is the writer's to begin. Null says that somebody else is the writer.
CREATE FUNCTION views.begin_build(
    for_ledger text, under bigint, name text, of_version integer, as_stage text, in_epoch uuid
) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    number integer;
BEGIN
    INSERT INTO views.writers (ledger, fence) VALUES (for_ledger, 0) ON CONFLICT (ledger) DO NOTHING;
    PERFORM 1 FROM views.writers WHERE ledger = for_ledger FOR UPDATE;
    IF as_stage <> 'building' AND NOT views.may_write(for_ledger, under) THEN
        RETURN NULL;
    END IF;
    SELECT coalesce(max(generation), 0) + 1 INTO number FROM views.checkpoints
    WHERE ledger = for_ledger AND view = name AND version = of_version;
    INSERT INTO views.checkpoints (ledger, build, view, version, generation, stage, epoch, position)
    SELECT for_ledger, coalesce(max(build), 0) + 1, name, of_version, number, as_stage, in_epoch, 0
    FROM views.checkpoints WHERE ledger = for_ledger;
    RETURN number;
END
$$;

-- Writes what one batch of events does to several builds, or nothing. Gives 0, or the number of the build that refuses: its
-- checkpoint is not where the writer left it, or somebody else is the writer. `_of` arrays say to which build, by its
-- place among those named, a value belongs. Every value is found by its whole key, whatever the planner thinks of tables
-- that have just begun to grow.
CREATE FUNCTION views.fold(
    for_ledger text, under bigint, in_epoch uuid,
    names text[], versions integer[], generations integer[], froms bigint[], tos bigint[],
    row_of integer[], row_keys bytea[], row_docs bytea[],
    gone_of integer[], gone_keys bytea[],
    off_of integer[], off_lists bytea[], off_sorts bytea[], off_keys bytea[], off_items bytea[],
    on_of integer[], on_lists bytea[], on_sorts bytea[], on_keys bytea[], on_items bytea[]
) RETURNS integer LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    builds integer[];
    refused integer;
BEGIN
    IF NOT views.may_write(for_ledger, under) THEN
        RETURN 1;
    END IF;
    SELECT array_agg(stored.build ORDER BY asked.n), min(asked.n) FILTER (WHERE stored.build IS NULL)
    INTO builds, refused
    FROM unnest(names, versions, generations, froms) WITH ORDINALITY AS asked (name, version, generation, position, n)
    LEFT JOIN views.checkpoints stored ON stored.ledger = for_ledger AND stored.view = asked.name
        AND stored.version = asked.version AND stored.generation = asked.generation
        AND stored.epoch = in_epoch AND stored.position = asked.position
        AND stored.stage IN ('building', 'active');
    IF refused IS NOT NULL THEN
        RETURN refused;
    END IF;
    UPDATE views.checkpoints stored SET position = moved.position
    FROM unnest(builds, tos) AS moved (build, position)
    WHERE stored.ledger = for_ledger AND stored.build = moved.build;
    INSERT INTO views.rows (ledger, build, key, doc)
    SELECT for_ledger, builds[given.build], given.key, given.doc
    FROM unnest(row_of, row_keys, row_docs) AS given (build, key, doc)
    ON CONFLICT (ledger, build, key) DO UPDATE SET doc = excluded.doc;
    DELETE FROM views.rows stored USING unnest(gone_of, gone_keys) AS gone (build, key)
    WHERE stored.ledger = for_ledger AND stored.build = builds[gone.build] AND stored.key = gone.key;
    DELETE FROM views.lists stored
    USING unnest(off_of, off_lists, off_sorts, off_keys, off_items) AS gone (build, list, sort, key, item)
    WHERE stored.ledger = for_ledger AND stored.build = builds[gone.build] AND stored.list = gone.list
        AND stored.sort = gone.sort AND stored.key = gone.key AND stored.item = gone.item;
    INSERT INTO views.lists (ledger, build, list, sort, key, item)
    SELECT for_ledger, builds[given.build], given.list, given.sort, given.key, given.item
    FROM unnest(on_of, on_lists, on_sorts, on_keys, on_items) AS given (build, list, sort, key, item);
    RETURN 0;
END
$$;

-- Lets a build answer in place of those that answer now: 0. 1 says that somebody else is the writer, 2 that the builds are
-- not level; nothing changes then.
CREATE FUNCTION views.activate(
    for_ledger text, under bigint, name text, of_version integer, of_generation integer,
    in_epoch uuid, at_position bigint
) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    risen integer;
BEGIN
    IF NOT views.may_write(for_ledger, under) THEN
        RETURN 1;
    END IF;
    SELECT build INTO risen FROM views.checkpoints
    WHERE ledger = for_ledger AND view = name AND version = of_version AND generation = of_generation
        AND stage = 'building' AND epoch = in_epoch AND position = at_position;
    IF risen IS NULL OR EXISTS (
        SELECT 1 FROM views.checkpoints
        WHERE ledger = for_ledger AND view = name AND stage = 'active' AND epoch = in_epoch AND position > at_position
    ) THEN
        RETURN 2;
    END IF;
    UPDATE views.checkpoints SET stage = CASE WHEN build = risen THEN 'active' ELSE 'retired' END
    WHERE ledger = for_ledger AND view = name AND (stage = 'active' OR build = risen);
    RETURN 0;
END
$$;

-- Takes a build out of use; false when somebody else is the writer.
CREATE FUNCTION views.retire(
    for_ledger text, under bigint, name text, of_version integer, of_generation integer
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF NOT views.may_write(for_ledger, under) THEN
        RETURN false;
    END IF;
    UPDATE views.checkpoints SET stage = 'retired'
    WHERE ledger = for_ledger AND view = name AND version = of_version AND generation = of_generation;
    RETURN true;
END
$$;

-- Removes the rows of the builds of a view that were replaced, and gives how many builds there were. Their lines stay, so
-- that a generation is never used twice, and whoever still asks one of them is told.
CREATE FUNCTION views.drop_retired(for_ledger text, name text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    gone integer[];
BEGIN
    PERFORM 1 FROM views.writers WHERE ledger = for_ledger FOR UPDATE;
    WITH dropped AS (
        UPDATE views.checkpoints SET stage = 'dropped'
        WHERE ledger = for_ledger AND view = name AND stage = 'retired' RETURNING build
    )
    SELECT coalesce(array_agg(build), '{}') INTO gone FROM dropped;
    DELETE FROM views.rows WHERE ledger = for_ledger AND build = ANY (gone);
    DELETE FROM views.lists WHERE ledger = for_ledger AND build = ANY (gone);
    RETURN cardinality(gone);
END
$$;
