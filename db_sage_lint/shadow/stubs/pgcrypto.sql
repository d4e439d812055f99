-- pgcrypto: what PostgreSQL has itself. Encryption, HMAC and password hashes are not there: what calls them fails.
CREATE OR REPLACE FUNCTION @extschema@.digest(data bytea, type text) RETURNS bytea
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE pg_catalog.lower(type) WHEN 'md5' THEN pg_catalog.decode(pg_catalog.md5(data), 'hex')
    WHEN 'sha224' THEN pg_catalog.sha224(data) WHEN 'sha256' THEN pg_catalog.sha256(data)
    WHEN 'sha384' THEN pg_catalog.sha384(data) WHEN 'sha512' THEN pg_catalog.sha512(data) END $$;
CREATE OR REPLACE FUNCTION @extschema@.digest(data text, type text) RETURNS bytea
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE pg_catalog.lower(type)
    WHEN 'md5' THEN pg_catalog.decode(pg_catalog.md5(pg_catalog.convert_to(data, 'UTF8')), 'hex')
    WHEN 'sha224' THEN pg_catalog.sha224(pg_catalog.convert_to(data, 'UTF8'))
    WHEN 'sha256' THEN pg_catalog.sha256(pg_catalog.convert_to(data, 'UTF8'))
    WHEN 'sha384' THEN pg_catalog.sha384(pg_catalog.convert_to(data, 'UTF8'))
    WHEN 'sha512' THEN pg_catalog.sha512(pg_catalog.convert_to(data, 'UTF8')) END $$;
CREATE OR REPLACE FUNCTION @extschema@.gen_random_bytes(count integer) RETURNS bytea
  LANGUAGE sql VOLATILE STRICT PARALLEL SAFE AS $$
  SELECT pg_catalog.substr(pg_catalog.string_agg(pg_catalog.uuid_send(pg_catalog.gen_random_uuid()), ''), 1, count)
  FROM pg_catalog.generate_series(0, count / 16) $$;
