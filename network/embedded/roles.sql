-- The three roles of a network's database, and who owns it (docs/operations.md, "Roles in the database").
-- A superuser runs this in the database of the network; safe to repeat. The embedded PostgreSQL runs it at its start, the
-- one of docker-compose.yml when its data folder is made. What each role may do to rows stands in the migrations.

DO $$
DECLARE
    login text;
    held record;
BEGIN
    FOREACH login IN ARRAY ARRAY['vigie_owner', 'vigie_web', 'vigie_worker'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = login) THEN
            EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION', login);
        END IF;
    END LOOP;
    FOR held IN
        SELECT oid::regclass AS name FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relowner <> 'vigie_owner'::regrole
    LOOP
        EXECUTE format('ALTER TABLE %s OWNER TO vigie_owner', held.name);
    END LOOP;
END $$;

-- statements carry tags; nobody needs to watch them
ALTER ROLE vigie_web SET track_activities = off;
ALTER ROLE vigie_worker SET track_activities = off;

-- so that the log of rows that were dealt out can be removed; take these two back where the log is archived or replicated
GRANT pg_checkpoint TO vigie_worker;
GRANT EXECUTE ON FUNCTION pg_switch_wal() TO vigie_worker;

-- The owner comes last: that the database has it says that all else was done.
DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO vigie_web, vigie_worker', current_database());
    EXECUTE format('ALTER DATABASE %I OWNER TO vigie_owner', current_database());
END $$;
