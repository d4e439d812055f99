-- Diesel's record of what is applied: diesel_migrations, src/migration_harness.rs
CREATE TABLE IF NOT EXISTS __diesel_schema_migrations (
  version varchar(50) PRIMARY KEY NOT NULL, run_on timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP);
