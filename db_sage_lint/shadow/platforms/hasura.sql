-- Hasura's own schema, with the tables that projects read: hasura/graphql-engine, server/src-rsr
CREATE SCHEMA IF NOT EXISTS hdb_catalog;
CREATE OR REPLACE FUNCTION hdb_catalog.gen_hasura_uuid() RETURNS uuid LANGUAGE sql AS 'SELECT gen_random_uuid()';
CREATE TABLE IF NOT EXISTS hdb_catalog.hdb_version (
  hasura_uuid uuid PRIMARY KEY DEFAULT hdb_catalog.gen_hasura_uuid(), version text NOT NULL,
  upgraded_on timestamptz NOT NULL, cli_state jsonb NOT NULL DEFAULT '{}', console_state jsonb NOT NULL DEFAULT '{}');
CREATE TABLE IF NOT EXISTS hdb_catalog.hdb_metadata (
  id integer PRIMARY KEY, metadata json NOT NULL, resource_version integer NOT NULL DEFAULT 1 UNIQUE);
CREATE TABLE IF NOT EXISTS hdb_catalog.event_log (
  id text PRIMARY KEY DEFAULT hdb_catalog.gen_hasura_uuid(), schema_name text NOT NULL, table_name text NOT NULL,
  trigger_name text NOT NULL, payload jsonb NOT NULL, delivered boolean NOT NULL DEFAULT false,
  error boolean NOT NULL DEFAULT false, tries integer NOT NULL DEFAULT 0, created_at timestamp DEFAULT now(),
  locked timestamptz, next_retry_at timestamp, archived boolean NOT NULL DEFAULT false);
CREATE TABLE IF NOT EXISTS hdb_catalog.event_invocation_logs (
  id text PRIMARY KEY DEFAULT hdb_catalog.gen_hasura_uuid(), trigger_name text, event_id text, status integer,
  request json, response json, created_at timestamp DEFAULT now());
CREATE TABLE IF NOT EXISTS hdb_catalog.hdb_cron_events (
  id text PRIMARY KEY DEFAULT hdb_catalog.gen_hasura_uuid(), trigger_name text NOT NULL,
  scheduled_time timestamptz NOT NULL, status text NOT NULL DEFAULT 'scheduled', tries integer NOT NULL DEFAULT 0,
  created_at timestamptz DEFAULT now(), next_retry_at timestamptz);
CREATE TABLE IF NOT EXISTS hdb_catalog.hdb_cron_event_invocation_logs (
  id text PRIMARY KEY DEFAULT hdb_catalog.gen_hasura_uuid(),
  event_id text REFERENCES hdb_catalog.hdb_cron_events ON UPDATE CASCADE ON DELETE CASCADE, status integer,
  request json, response json, created_at timestamptz DEFAULT now());
CREATE TABLE IF NOT EXISTS hdb_catalog.hdb_scheduled_events (
  id text PRIMARY KEY DEFAULT hdb_catalog.gen_hasura_uuid(), webhook_conf json NOT NULL,
  scheduled_time timestamptz NOT NULL, retry_conf json, payload json, header_conf json,
  status text NOT NULL DEFAULT 'scheduled', tries integer NOT NULL DEFAULT 0, created_at timestamptz DEFAULT now(),
  next_retry_at timestamptz, comment text);
CREATE TABLE IF NOT EXISTS hdb_catalog.hdb_scheduled_event_invocation_logs (
  id text PRIMARY KEY DEFAULT hdb_catalog.gen_hasura_uuid(),
  event_id text REFERENCES hdb_catalog.hdb_scheduled_events ON UPDATE CASCADE ON DELETE CASCADE, status integer,
  request json, response json, created_at timestamptz DEFAULT now());
