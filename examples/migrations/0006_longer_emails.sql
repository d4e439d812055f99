-- A longer varchar costs nothing: PostgreSQL changes the catalog only.
SET lock_timeout = '2s';

ALTER TABLE customers ALTER COLUMN email TYPE varchar(254);
