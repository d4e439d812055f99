-- The schema on which the statements of cases/*.yaml were measured; every table has rows, so that a scan shows.
DO $$ BEGIN CREATE ROLE app; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
CREATE EXTENSION citext;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE addr AS (street text, zip text);
CREATE DOMAIN posint AS int CHECK (VALUE > 0);
CREATE DOMAIN plaintext AS text;
CREATE DOMAIN wrapped AS plaintext;
CREATE DOMAIN strict_wrapped AS posint;
CREATE DOMAIN needed AS int NOT NULL;
CREATE DOMAIN fallback AS int DEFAULT 7;
CREATE DOMAIN stamped AS timestamptz DEFAULT clock_timestamp();
CREATE DOMAIN guarded AS int CONSTRAINT guarded_ck CHECK (VALUE > 0);
ALTER DOMAIN guarded ADD CONSTRAINT guarded_late CHECK (VALUE < 100000) NOT VALID;
CREATE SEQUENCE free_seq;
CREATE SCHEMA other;
CREATE FUNCTION one_sql() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION random_sql() RETURNS double precision LANGUAGE sql AS 'SELECT random()';
CREATE FUNCTION one_plpgsql() RETURNS int LANGUAGE plpgsql VOLATILE AS 'BEGIN RETURN 1; END';
CREATE FUNCTION one_stable() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN 1; END';
CREATE FUNCTION one_immutable() RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN 1; END';
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE FUNCTION unused() RETURNS int LANGUAGE sql AS 'SELECT 1';

CREATE TABLE orgs (id bigint PRIMARY KEY, name text);
CREATE TABLE users (
  id bigint PRIMARY KEY, email text, name varchar(50), age int, created timestamp, org_id bigint, note text,
  nick text, score int, required text NOT NULL,
  CONSTRAINT users_age_ck CHECK (age IS NOT NULL),
  CONSTRAINT users_score_ck CHECK (score > 0 AND score IS NOT NULL),
  CONSTRAINT users_note_len CHECK (length(note) < 1000));
ALTER TABLE users ADD CONSTRAINT users_org_nn CHECK (org_id IS NOT NULL) NOT VALID;
ALTER TABLE users ADD CONSTRAINT users_nick_len CHECK (length(nick) < 1000) NOT VALID;
CREATE UNIQUE INDEX users_email_key ON users (email);
CREATE INDEX users_created_idx ON users (created);
CREATE INDEX users_org_name_idx ON users (org_id, name);
CREATE VIEW users_v AS SELECT id, email FROM users;

CREATE TABLE orders (
  id bigint PRIMARY KEY, user_id bigint REFERENCES users, amount numeric(10,2), status text, qty int,
  placed timestamptz, code varchar(20), state mood, num posint, meta jsonb, org_id bigint, seller_id bigint NOT NULL,
  CONSTRAINT orders_code_key UNIQUE (code),
  CONSTRAINT orders_qty_ck CHECK (qty > 0));
ALTER TABLE orders ADD CONSTRAINT orders_org_fk FOREIGN KEY (org_id) REFERENCES orgs NOT VALID;
CREATE INDEX orders_status_idx ON orders (status);
CREATE INDEX orders_placed_idx ON orders (placed);
CREATE TRIGGER orders_touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TABLE order_items (id bigserial PRIMARY KEY, order_id bigint NOT NULL REFERENCES orders, sku text, n int);
CREATE TABLE payments (id bigint PRIMARY KEY, order_id bigint REFERENCES orders, user_id bigint REFERENCES users, v int);
CREATE TABLE tree (id int PRIMARY KEY, up int REFERENCES tree);
CREATE TABLE teams (id int PRIMARY KEY, code varchar(10) UNIQUE);
CREATE TABLE members (id int, team int REFERENCES teams ON DELETE CASCADE);
CREATE TABLE badges (id int, team int REFERENCES teams ON DELETE SET NULL ON UPDATE CASCADE);
CREATE INDEX badges_team ON badges (team);
CREATE TABLE codes (id int PRIMARY KEY, code varchar(10) REFERENCES teams (code));
CREATE TABLE docs (id int PRIMARY KEY, owner text, body text);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY docs_own ON docs USING (owner = current_user);
CREATE RULE docs_quiet AS ON DELETE TO docs DO INSTEAD NOTHING;

CREATE TABLE events (id bigint NOT NULL, at date NOT NULL, kind text) PARTITION BY RANGE (at);
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE events_default PARTITION OF events DEFAULT;
CREATE INDEX events_kind_idx ON events (kind);
CREATE TABLE events_2026 (id bigint NOT NULL, at date NOT NULL, kind text);
CREATE TABLE events_2027 (id bigint NOT NULL, at date NOT NULL, kind text,
  CONSTRAINT c2027 CHECK (at >= '2027-01-01' AND at < '2028-01-01'));
CREATE INDEX events_2027_kind ON events_2027 (kind);

CREATE TABLE metrics (id bigint NOT NULL, region text NOT NULL, v int) PARTITION BY LIST (region);
CREATE TABLE metrics_eu PARTITION OF metrics FOR VALUES IN ('eu');
CREATE TABLE metrics_us PARTITION OF metrics FOR VALUES IN ('us');
CREATE TABLE metrics_ap (id bigint NOT NULL, region text NOT NULL, v int);
CREATE TABLE metrics_af (id bigint NOT NULL, region text NOT NULL, v int, CONSTRAINT caf CHECK (region = 'af'));

CREATE TABLE logs (id int NOT NULL, day date NOT NULL, msg text) PARTITION BY RANGE (day);
CREATE TABLE logs_24 PARTITION OF logs FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY HASH (id);
CREATE TABLE logs_24_a PARTITION OF logs_24 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE logs_24_b PARTITION OF logs_24 FOR VALUES WITH (MODULUS 2, REMAINDER 1);

CREATE TABLE accounts (id int NOT NULL, region text NOT NULL, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE accounts_eu PARTITION OF accounts FOR VALUES IN ('eu');
CREATE TABLE accounts_us PARTITION OF accounts FOR VALUES IN ('us');
CREATE TABLE transfers (id int NOT NULL, account int, region text, user_id bigint,
  CONSTRAINT transfers_account FOREIGN KEY (account, region) REFERENCES accounts);
CREATE TABLE visits (id int NOT NULL, user_id bigint, CONSTRAINT visits_user FOREIGN KEY (user_id) REFERENCES users)
  PARTITION BY RANGE (id);
CREATE TABLE visits_0 PARTITION OF visits FOR VALUES FROM (0) TO (100);
CREATE TABLE visits_1 (id int NOT NULL, user_id bigint);

CREATE TABLE ranged (id int NOT NULL, v int) PARTITION BY RANGE (id);
CREATE TABLE ranged_0 PARTITION OF ranged FOR VALUES FROM (0) TO (100);
CREATE TABLE ranged_1 (id int NOT NULL, v int);

CREATE TABLE parent (id int, a int, CONSTRAINT parent_a_ck CHECK (a > 0));
CREATE TABLE child (b int) INHERITS (parent);
CREATE TABLE grandchild () INHERITS (child);
CREATE TABLE lone (id int, a int, CONSTRAINT parent_a_ck CHECK (a > 0));
CREATE UNLOGGED TABLE scratch (id int);
CREATE TABLE addrs OF addr;
CREATE TABLE places (id int, home addr);

CREATE TABLE kinds (
  id int GENERATED BY DEFAULT AS IDENTITY, tx text, vc varchar(10), c char(5), ci cidr, vb varbit(5), b bit(4),
  ts timestamp(3), tz timestamptz, iv interval(3), tm time(3), arr varchar(5)[], ck varchar(5) CHECK (ck <> ''),
  g int GENERATED ALWAYS AS (1 + 1) STORED, nm numeric(6,2), nu numeric, si smallint, i4 int, i8 bigint, re real,
  dp double precision, bo boolean, by bytea, js json, jb jsonb, xm xml, uu uuid, ct citext, plain plaintext,
  pos posint, en mood, dt date, tn timestamp, inx inet, na name, tsi timestamp, txu text);
CREATE INDEX kinds_id ON kinds (id);
CREATE INDEX kinds_tx ON kinds (tx);
CREATE INDEX kinds_expr ON kinds (lower(tx));
CREATE INDEX kinds_part ON kinds (i4) WHERE vc <> 'x';
CREATE INDEX kinds_tsi ON kinds (tsi);
CREATE UNIQUE INDEX kinds_u ON kinds (i8);
CREATE TABLE nullable_key (id int, other int);
CREATE UNIQUE INDEX nullable_key_u ON nullable_key (id);
CREATE UNIQUE INDEX nullable_key_o ON nullable_key (other);
ALTER TABLE nullable_key ADD CONSTRAINT other_nn CHECK (other IS NOT NULL);
CREATE TABLE guards (id int, g guarded);
CREATE TABLE posints (id int, p strict_wrapped);
CREATE FOREIGN DATA WRAPPER nowhere;
CREATE SERVER elsewhere FOREIGN DATA WRAPPER nowhere;
CREATE FOREIGN TABLE far (id int) SERVER elsewhere;

INSERT INTO orgs SELECT g, 'o' || g FROM generate_series(1, 20) g;
INSERT INTO users SELECT g, 'u' || g, 'n' || g, g, '2025-01-01', 1 + g % 20, 'x', 'y', g, 'r' FROM generate_series(1, 200) g;
INSERT INTO orders SELECT g, g, g, 's' || g % 5, g, '2025-01-01', 'c' || g, 'ok', g, '{}', 1 + g % 20, g
  FROM generate_series(1, 200) g;
INSERT INTO order_items (order_id, sku, n) SELECT g, 's' || g, g FROM generate_series(1, 200) g;
INSERT INTO payments SELECT g, g, g, g FROM generate_series(1, 100) g;
INSERT INTO tree SELECT g, 1 FROM generate_series(1, 50) g;
INSERT INTO teams SELECT g, 'c' || g FROM generate_series(1, 50) g;
INSERT INTO members SELECT g, g FROM generate_series(1, 20) g;
INSERT INTO badges SELECT g, g FROM generate_series(1, 20) g;
INSERT INTO codes SELECT g, 'c' || g FROM generate_series(1, 20) g;
INSERT INTO docs SELECT g, 'app', 'b' FROM generate_series(1, 20) g;
INSERT INTO events SELECT g, date '2024-01-01' + g, 'k' || g % 3 FROM generate_series(0, 600, 5) g;
INSERT INTO events VALUES (9999, '2030-01-01', 'z');
INSERT INTO events_2026 SELECT g, date '2026-01-01' + g, 'k' FROM generate_series(1, 50) g;
INSERT INTO events_2027 SELECT g, date '2027-01-01' + g, 'k' FROM generate_series(1, 50) g;
INSERT INTO metrics SELECT g, CASE g % 2 WHEN 0 THEN 'eu' ELSE 'us' END, g FROM generate_series(1, 50) g;
INSERT INTO metrics_ap SELECT g, 'ap', g FROM generate_series(1, 50) g;
INSERT INTO metrics_af SELECT g, 'af', g FROM generate_series(1, 50) g;
INSERT INTO logs SELECT g, date '2024-01-01' + g, 'm' FROM generate_series(1, 50) g;
INSERT INTO accounts SELECT g, CASE g % 2 WHEN 0 THEN 'eu' ELSE 'us' END FROM generate_series(1, 50) g;
INSERT INTO transfers SELECT g, 2 * g, 'eu', g FROM generate_series(1, 25) g;
INSERT INTO visits SELECT g, g FROM generate_series(1, 50) g;
INSERT INTO visits_1 SELECT g, g FROM generate_series(101, 150) g;
INSERT INTO ranged SELECT g, g FROM generate_series(1, 50) g;
INSERT INTO ranged_1 SELECT g, g FROM generate_series(101, 150) g;
INSERT INTO parent SELECT g, g FROM generate_series(1, 20) g;
INSERT INTO child SELECT g, g, g FROM generate_series(1, 20) g;
INSERT INTO grandchild SELECT g, g, g FROM generate_series(1, 20) g;
INSERT INTO lone SELECT g, g FROM generate_series(1, 20) g;
INSERT INTO scratch SELECT g FROM generate_series(1, 20) g;
INSERT INTO addrs VALUES ('s', 'z');
INSERT INTO places VALUES (1, ('s', 'z'));
INSERT INTO kinds (tx, vc, c, ci, vb, b, ts, tz, iv, tm, arr, ck, nm, nu, si, i4, i8, re, dp, bo, by, js, jb, uu, ct,
  plain, pos, en, dt, tn, inx, na, tsi, txu)
  SELECT 't', 'v', 'c', '10.0.0.0/8', '101', '1010', '2025-01-01', '2025-01-01', '1 day', '10:00', '{a}', 'k', 1, 1, 1,
  g, g, 1, 1, true, 'x', '{}', '{}', '00000000-0000-0000-0000-000000000000', 'ct', 'p', 1, 'ok', '2025-01-01',
  '2025-01-01', '10.0.0.1', 'n', '2025-01-01', '12' FROM generate_series(1, 20) g;
INSERT INTO nullable_key SELECT g, g FROM generate_series(1, 20) g;
INSERT INTO guards SELECT g, g FROM generate_series(1, 20) g;
INSERT INTO posints SELECT g, g FROM generate_series(1, 20) g;

CREATE MATERIALIZED VIEW order_totals AS SELECT order_id, sum(n) AS total FROM order_items GROUP BY order_id;
CREATE UNIQUE INDEX order_totals_uq ON order_totals (order_id);
CREATE MATERIALIZED VIEW doc_counts AS SELECT owner, count(*) AS n FROM docs GROUP BY owner;
CREATE VIEW totals_v AS SELECT * FROM order_totals;
CREATE STATISTICS users_stats ON age, score FROM users;
CREATE PUBLICATION pub FOR TABLE docs;
