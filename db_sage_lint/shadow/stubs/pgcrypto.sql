-- pgcrypto: what PostgreSQL has itself. Encryption, HMAC and password hashes are there by name: calling them fails.
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
CREATE OR REPLACE FUNCTION @extschema@.hmac(bytea, bytea, text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
  AS 'BEGIN RAISE EXCEPTION ''pgcrypto is not on this server: hmac of its stub can not be called''; END';
CREATE OR REPLACE FUNCTION @extschema@.hmac(text, text, text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
  AS 'BEGIN RAISE EXCEPTION ''pgcrypto is not on this server: hmac of its stub can not be called''; END';
CREATE OR REPLACE FUNCTION @extschema@.crypt(text, text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
  AS 'BEGIN RAISE EXCEPTION ''pgcrypto is not on this server: crypt of its stub can not be called''; END';
CREATE OR REPLACE FUNCTION @extschema@.gen_salt(text) RETURNS text LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE
  AS 'BEGIN RAISE EXCEPTION ''pgcrypto is not on this server: gen_salt of its stub can not be called''; END';
CREATE OR REPLACE FUNCTION @extschema@.gen_salt(text, integer) RETURNS text LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE
  AS 'BEGIN RAISE EXCEPTION ''pgcrypto is not on this server: gen_salt of its stub can not be called''; END';
CREATE OR REPLACE FUNCTION @extschema@.encrypt(bytea, bytea, text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
  AS 'BEGIN RAISE EXCEPTION ''pgcrypto is not on this server: encrypt of its stub can not be called''; END';
CREATE OR REPLACE FUNCTION @extschema@.decrypt(bytea, bytea, text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
  AS 'BEGIN RAISE EXCEPTION ''pgcrypto is not on this server: decrypt of its stub can not be called''; END';
CREATE OR REPLACE FUNCTION @extschema@.encrypt_iv(bytea, bytea, bytea, text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
  AS 'BEGIN RAISE EXCEPTION ''pgcrypto is not on this server: encrypt_iv of its stub can not be called''; END';
CREATE OR REPLACE FUNCTION @extschema@.decrypt_iv(bytea, bytea, bytea, text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
  AS 'BEGIN RAISE EXCEPTION ''pgcrypto is not on this server: decrypt_iv of its stub can not be called''; END';
CREATE OR REPLACE FUNCTION @extschema@.pgp_sym_encrypt(text, text) RETURNS bytea LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE
  AS 'BEGIN RAISE EXCEPTION ''pgcrypto is not on this server: pgp_sym_encrypt of its stub can not be called''; END';
CREATE OR REPLACE FUNCTION @extschema@.pgp_sym_encrypt(text, text, text) RETURNS bytea LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE
  AS 'BEGIN RAISE EXCEPTION ''pgcrypto is not on this server: pgp_sym_encrypt of its stub can not be called''; END';
CREATE OR REPLACE FUNCTION @extschema@.pgp_sym_encrypt_bytea(bytea, text) RETURNS bytea LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE
  AS 'BEGIN RAISE EXCEPTION ''pgcrypto is not on this server: pgp_sym_encrypt_bytea of its stub can not be called''; END';
CREATE OR REPLACE FUNCTION @extschema@.pgp_sym_encrypt_bytea(bytea, text, text) RETURNS bytea LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE
  AS 'BEGIN RAISE EXCEPTION ''pgcrypto is not on this server: pgp_sym_encrypt_bytea of its stub can not be called''; END';
CREATE OR REPLACE FUNCTION @extschema@.pgp_sym_decrypt(bytea, text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
  AS 'BEGIN RAISE EXCEPTION ''pgcrypto is not on this server: pgp_sym_decrypt of its stub can not be called''; END';
CREATE OR REPLACE FUNCTION @extschema@.pgp_sym_decrypt(bytea, text, text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
  AS 'BEGIN RAISE EXCEPTION ''pgcrypto is not on this server: pgp_sym_decrypt of its stub can not be called''; END';
CREATE OR REPLACE FUNCTION @extschema@.pgp_sym_decrypt_bytea(bytea, text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
  AS 'BEGIN RAISE EXCEPTION ''pgcrypto is not on this server: pgp_sym_decrypt_bytea of its stub can not be called''; END';
CREATE OR REPLACE FUNCTION @extschema@.pgp_sym_decrypt_bytea(bytea, text, text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
  AS 'BEGIN RAISE EXCEPTION ''pgcrypto is not on this server: pgp_sym_decrypt_bytea of its stub can not be called''; END';
CREATE OR REPLACE FUNCTION @extschema@.pgp_pub_encrypt(text, bytea) RETURNS bytea LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE
  AS 'BEGIN RAISE EXCEPTION ''pgcrypto is not on this server: pgp_pub_encrypt of its stub can not be called''; END';
CREATE OR REPLACE FUNCTION @extschema@.pgp_pub_encrypt_bytea(bytea, bytea) RETURNS bytea LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE
  AS 'BEGIN RAISE EXCEPTION ''pgcrypto is not on this server: pgp_pub_encrypt_bytea of its stub can not be called''; END';
CREATE OR REPLACE FUNCTION @extschema@.pgp_pub_decrypt(bytea, bytea) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
  AS 'BEGIN RAISE EXCEPTION ''pgcrypto is not on this server: pgp_pub_decrypt of its stub can not be called''; END';
CREATE OR REPLACE FUNCTION @extschema@.pgp_pub_decrypt(bytea, bytea, text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
  AS 'BEGIN RAISE EXCEPTION ''pgcrypto is not on this server: pgp_pub_decrypt of its stub can not be called''; END';
CREATE OR REPLACE FUNCTION @extschema@.pgp_pub_decrypt_bytea(bytea, bytea) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
  AS 'BEGIN RAISE EXCEPTION ''pgcrypto is not on this server: pgp_pub_decrypt_bytea of its stub can not be called''; END';
CREATE OR REPLACE FUNCTION @extschema@.armor(bytea) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
  AS 'BEGIN RAISE EXCEPTION ''pgcrypto is not on this server: armor of its stub can not be called''; END';
CREATE OR REPLACE FUNCTION @extschema@.dearmor(text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
  AS 'BEGIN RAISE EXCEPTION ''pgcrypto is not on this server: dearmor of its stub can not be called''; END';
