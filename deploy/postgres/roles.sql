-- The roles of a database with Concord's ledgers. Execute it in that database as a superuser, before or after the tables are
-- made; executing it again does no harm. No role has a password here and none may log in but by what pg_hba.conf and
-- ALTER ROLE ... PASSWORD allow.
--
--   concord_owner    owns the tables and changes them: `concord ledger migrate`, `restore`, `acknowledge-restore`
--   concord_service  what `concord serve` runs as: reads, and writes through three functions; it can append to the record, and
--                    neither change nor remove anything of it. It fills the tables beside the record and makes none: `views` may be
--                    made anew, `coordination` says who does what, `audit` has what was signed
--   concord_reader   reads the record: audits, `concord ledger fsck` and `export`; its sessions write nothing
--   concord_backup   reads everything for pg_dump, and streams for pg_basebackup and standbys

DO $$
DECLARE
    role text;
BEGIN
    FOREACH role IN ARRAY ARRAY['concord_owner', 'concord_service', 'concord_reader', 'concord_backup'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
            EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT', role);
        END IF;
    END LOOP;
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO concord_owner, concord_service, concord_reader, concord_backup',
        current_database());
    EXECUTE format('GRANT CREATE ON DATABASE %I TO concord_owner', current_database());
    EXECUTE format('REVOKE CREATE ON DATABASE %I FROM concord_service', current_database());
END
$$;

ALTER ROLE concord_backup REPLICATION;

-- A process of the service that stops in the middle gives the ledger free; one whose machine is gone is noticed.
ALTER ROLE concord_service SET lock_timeout = '5s';
ALTER ROLE concord_service SET idle_in_transaction_session_timeout = '10s';
ALTER ROLE concord_service SET client_connection_check_interval = '5s';
-- Whoever reads at length must not keep the head row's old versions from being removed.
ALTER ROLE concord_reader SET statement_timeout = '1h';
ALTER ROLE concord_reader SET default_transaction_read_only = on;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO concord_owner;
GRANT USAGE ON SCHEMA public TO concord_service, concord_reader, concord_backup;

-- Beside the record: schemas of their own. One that the service made becomes the owner's.
CREATE SCHEMA IF NOT EXISTS views;
CREATE SCHEMA IF NOT EXISTS coordination;
CREATE SCHEMA IF NOT EXISTS audit;
ALTER SCHEMA views OWNER TO concord_owner;
ALTER SCHEMA coordination OWNER TO concord_owner;
ALTER SCHEMA audit OWNER TO concord_owner;
REVOKE ALL ON SCHEMA views, coordination, audit FROM PUBLIC;
REVOKE CREATE ON SCHEMA views, coordination, audit FROM concord_service, concord_reader, concord_backup;
GRANT USAGE ON SCHEMA views, coordination, audit TO concord_service, concord_reader, concord_backup;

-- What the owner makes from now on.
ALTER DEFAULT PRIVILEGES FOR ROLE concord_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE concord_owner IN SCHEMA public
    GRANT SELECT ON TABLES TO concord_service, concord_reader, concord_backup;
ALTER DEFAULT PRIVILEGES FOR ROLE concord_owner IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO concord_service;
ALTER DEFAULT PRIVILEGES FOR ROLE concord_owner IN SCHEMA views, coordination, audit
    GRANT SELECT ON TABLES TO concord_service, concord_reader, concord_backup;
-- Of these rights, whoever makes a table that is not to be changed takes them back: the versions of each schema, roots of blocks.
ALTER DEFAULT PRIVILEGES FOR ROLE concord_owner IN SCHEMA views GRANT INSERT, UPDATE, DELETE ON TABLES TO concord_service;
ALTER DEFAULT PRIVILEGES FOR ROLE concord_owner IN SCHEMA coordination, audit GRANT INSERT, UPDATE ON TABLES TO concord_service;
ALTER DEFAULT PRIVILEGES FOR ROLE concord_owner IN SCHEMA views GRANT EXECUTE ON FUNCTIONS TO concord_service;

-- What is there already: it becomes the owner's, and nobody else writes it.
DO $$
DECLARE
    own record;
BEGIN
    FOR own IN SELECT oid::regclass AS name, relowner AS owner FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
            AND relname IN ('heads', 'events', 'receipts', 'epochs', 'schema_versions')
    LOOP
        -- It waits for everybody who reads, so only where it changes something.
        IF own.owner <> 'concord_owner'::regrole THEN
            EXECUTE format('ALTER TABLE %s OWNER TO concord_owner', own.name);
        END IF;
        EXECUTE format('REVOKE ALL ON %s FROM PUBLIC, concord_service, concord_reader, concord_backup', own.name);
        EXECUTE format('GRANT SELECT ON %s TO concord_service, concord_reader, concord_backup', own.name);
    END LOOP;
    FOR own IN SELECT oid::regprocedure AS name FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace
            AND proname IN ('append_batch', 'lock_head', 'take_head', 'begin_ledger', 'begin_first_epoch', 'refuse_change')
    LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO concord_owner', own.name);
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC, concord_reader, concord_backup', own.name);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO concord_service', own.name);
    END LOOP;
    FOR own IN SELECT class.oid::regclass AS name, relowner AS owner, nspname AS schema, relname AS called
        FROM pg_class class JOIN pg_namespace schema ON schema.oid = relnamespace
        WHERE nspname IN ('views', 'coordination', 'audit') AND relkind = 'r'
    LOOP
        IF own.owner <> 'concord_owner'::regrole THEN
            EXECUTE format('ALTER TABLE %s OWNER TO concord_owner', own.name);
        END IF;
        EXECUTE format('REVOKE ALL ON %s FROM PUBLIC, concord_service, concord_reader, concord_backup', own.name);
        EXECUTE format('GRANT SELECT ON %s TO concord_service, concord_reader, concord_backup', own.name);
        IF own.called <> 'schema_versions' THEN
            EXECUTE format('GRANT INSERT ON %s TO concord_service', own.name);
            IF own.called <> 'checkpoint_blocks' THEN
                EXECUTE format('GRANT UPDATE ON %s TO concord_service', own.name);
            END IF;
            IF own.schema = 'views' THEN
                EXECUTE format('GRANT DELETE ON %s TO concord_service', own.name);
            END IF;
        END IF;
    END LOOP;
    FOR own IN SELECT oid::regprocedure AS name FROM pg_proc WHERE pronamespace = 'views'::regnamespace LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO concord_owner', own.name);
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC, concord_reader, concord_backup', own.name);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO concord_service', own.name);
    END LOOP;
END
$$;
