-- uuid-ossp: version 4 as PostgreSQL makes it; the others give random ones too.
CREATE OR REPLACE FUNCTION @extschema@.uuid_generate_v4() RETURNS uuid LANGUAGE sql VOLATILE STRICT PARALLEL SAFE
  AS 'SELECT pg_catalog.gen_random_uuid()';
CREATE OR REPLACE FUNCTION @extschema@.uuid_generate_v1() RETURNS uuid LANGUAGE sql VOLATILE STRICT PARALLEL SAFE
  AS 'SELECT pg_catalog.gen_random_uuid()';
CREATE OR REPLACE FUNCTION @extschema@.uuid_generate_v1mc() RETURNS uuid LANGUAGE sql VOLATILE STRICT PARALLEL SAFE
  AS 'SELECT pg_catalog.gen_random_uuid()';
CREATE OR REPLACE FUNCTION @extschema@.uuid_nil() RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS 'SELECT ''00000000-0000-0000-0000-000000000000''::uuid';
CREATE OR REPLACE FUNCTION @extschema@.uuid_generate_v5(namespace uuid, name text) RETURNS uuid
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS 'SELECT pg_catalog.md5(namespace::text || name)::uuid';
