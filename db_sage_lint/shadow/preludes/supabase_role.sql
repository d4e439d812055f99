-- The rights of the role that runs migrations on Supabase, which is no superuser there: supabase/postgres,
-- migrations/db/migrations/10000000000000_demote-postgres.sql and those after it.
ALTER ROLE @role@ CREATEDB CREATEROLE REPLICATION BYPASSRLS;
GRANT anon, authenticated, service_role, authenticator TO @role@ WITH ADMIN OPTION;
-- There supautils lets it have policies and triggers on these (policy_grants, drop_trigger_grants).
ALTER TABLE auth.users OWNER TO @role@;
ALTER TABLE storage.objects OWNER TO @role@;
ALTER TABLE storage.buckets OWNER TO @role@;
ALTER PUBLICATION supabase_realtime OWNER TO @role@;
DO $$
DECLARE space text;
BEGIN
  FOR space IN SELECT nspname FROM pg_catalog.pg_namespace
    WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public')
  LOOP
    EXECUTE pg_catalog.format('GRANT ALL ON SCHEMA %I TO @role@ WITH GRANT OPTION', space);
    EXECUTE pg_catalog.format('GRANT ALL ON ALL TABLES IN SCHEMA %I TO @role@ WITH GRANT OPTION', space);
    EXECUTE pg_catalog.format('GRANT ALL ON ALL SEQUENCES IN SCHEMA %I TO @role@ WITH GRANT OPTION', space);
    EXECUTE pg_catalog.format('GRANT ALL ON ALL ROUTINES IN SCHEMA %I TO @role@ WITH GRANT OPTION', space);
  END LOOP;
END $$;
