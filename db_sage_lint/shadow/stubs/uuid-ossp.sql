-- uuid-ossp: versions 3 and 4 as they are; 1 is random too, and 5 is made of MD5 since SHA-1 is not at hand.
CREATE OR REPLACE FUNCTION @extschema@.uuid_generate_v4() RETURNS uuid LANGUAGE sql VOLATILE STRICT PARALLEL SAFE
  AS 'SELECT pg_catalog.gen_random_uuid()';
CREATE OR REPLACE FUNCTION @extschema@.uuid_generate_v1() RETURNS uuid LANGUAGE sql VOLATILE STRICT PARALLEL SAFE
  AS 'SELECT pg_catalog.gen_random_uuid()';
CREATE OR REPLACE FUNCTION @extschema@.uuid_generate_v1mc() RETURNS uuid LANGUAGE sql VOLATILE STRICT PARALLEL SAFE
  AS 'SELECT pg_catalog.gen_random_uuid()';
CREATE OR REPLACE FUNCTION @extschema@.uuid_nil() RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS 'SELECT ''00000000-0000-0000-0000-000000000000''::uuid';
CREATE OR REPLACE FUNCTION @extschema@.uuid_ns_dns() RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS 'SELECT ''6ba7b810-9dad-11d1-80b4-00c04fd430c8''::uuid';
CREATE OR REPLACE FUNCTION @extschema@.uuid_ns_url() RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS 'SELECT ''6ba7b811-9dad-11d1-80b4-00c04fd430c8''::uuid';
CREATE OR REPLACE FUNCTION @extschema@.uuid_ns_oid() RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS 'SELECT ''6ba7b812-9dad-11d1-80b4-00c04fd430c8''::uuid';
CREATE OR REPLACE FUNCTION @extschema@.uuid_ns_x500() RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS 'SELECT ''6ba7b814-9dad-11d1-80b4-00c04fd430c8''::uuid';
CREATE OR REPLACE FUNCTION @extschema@.uuid_generate_v3(namespace uuid, name text) RETURNS uuid
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT pg_catalog.encode(pg_catalog.set_byte(pg_catalog.set_byte(hash, 6, pg_catalog.get_byte(hash, 6) & 15 | 48),
    8, pg_catalog.get_byte(hash, 8) & 63 | 128), 'hex')::uuid
  FROM pg_catalog.decode(pg_catalog.md5(pg_catalog.uuid_send(namespace) || pg_catalog.convert_to(name, 'UTF8')), 'hex')
    AS hash $$;
CREATE OR REPLACE FUNCTION @extschema@.uuid_generate_v5(namespace uuid, name text) RETURNS uuid
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT pg_catalog.encode(pg_catalog.set_byte(pg_catalog.set_byte(hash, 6, pg_catalog.get_byte(hash, 6) & 15 | 80),
    8, pg_catalog.get_byte(hash, 8) & 63 | 128), 'hex')::uuid
  FROM pg_catalog.decode(pg_catalog.md5(pg_catalog.uuid_send(namespace) || pg_catalog.convert_to(name, 'UTF8')), 'hex')
    AS hash $$;
