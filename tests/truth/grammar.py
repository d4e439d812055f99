"""Statements at random: names are few, so that statements meet what others made, and many are refused.

Each symbol has its alternatives; a symbol in braces stands for one of its own. Alternatives that stand more than once
are taken more often.
"""

import re
from random import Random

START = (
    "CREATE SCHEMA s1",
    "CREATE TABLE a (x bigint PRIMARY KEY, y int, z text, w int DEFAULT 0)",
    "CREATE TABLE b (x bigint UNIQUE, y int REFERENCES a, z varchar(20) NOT NULL, w numeric(10, 2))",
    'CREATE TABLE s1.a (x int, y int CHECK (y > 0), z text, "Id" int)',
    "CREATE TYPE en AS ENUM ('one', 'two')",
    "CREATE DOMAIN dom AS int",
    "CREATE TYPE comp AS (m int, n text)",
    "CREATE FUNCTION f(i int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT i'",
    "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "CREATE SEQUENCE q",
    'CREATE TABLE "P" (x int NOT NULL, y int, z text) PARTITION BY RANGE (x)',
    'CREATE TABLE p1 PARTITION OF "P" FOR VALUES FROM (0) TO (10)',
    "INSERT INTO a VALUES (1, 1, 'a', 1)",
)

GRAMMAR: dict[str, tuple[str, ...]] = {
    # names
    "table": ("a", "a", "a", "b", "b", "c", "d", "s1.a", "s1.e", '"P"', "p1", "p2"),
    "bare table": ("a", "b", "c", "d", "e", "p1"),
    "column": ("x", "x", "y", "y", "z", "w", '"Id"'),
    "view": ("v1", "v2", "s1.v3"),
    "index": ("i1", "i2", "i3", "a_pkey", "a_x_idx", "b_x_key", "s1.i4"),
    "bare index": ("i1", "i2", "i3", "i4", "a_pkey", "a_x_idx", "b_x_key"),
    "constraint": ("k1", "k2", "a_pkey", "a_x_check", "b_y_fkey"),
    "type name": ("en", "dom", "comp", "s1.en"),
    "sequence": ("q", "q2", "a_x_seq", "s1.q"),
    "schema": ("s1", "s2", "public"),
    "type": (
        *("int", "bigint", "text", "varchar(20)", "varchar(50)", "numeric(10, 2)", "numeric(12, 2)", "timestamptz"),
        *("timestamp", "date", "uuid", "jsonb", "boolean", "serial", "bigserial", "text[]", "en", "dom", "comp"),
        *("s1.en", "real", "int[]", "char(3)"),
    ),
    # what may be left out
    "if exists": ("", "", "", " IF EXISTS"),
    "if not exists": ("", "", "", " IF NOT EXISTS"),
    "cascade": ("", "", "", " CASCADE", " RESTRICT"),
    "not valid": ("", "", " NOT VALID"),
    "or replace": ("", " OR REPLACE"),
    "unique": ("", "", " UNIQUE"),
    "only": ("", "", "", "", "", "", "", "ONLY "),
    # expressions and queries
    "condition": (
        *("{column} IS NOT NULL", "{column} > 0", "{column} <> ''", "{column} > 0 AND {column} IS NOT NULL"),
        *("f({column}) > 0", "{column}::text <> 'a'", "{column} = {column}"),
    ),
    "default": ("0", "'a'", "now()", "random()", "nextval('q')", "g()", "'{{}}'", "'one'", "1.5", "true"),
    "query": (
        *("SELECT {column}, {column} AS k FROM {table}", "SELECT * FROM {table}", "SELECT * FROM {view}"),
        "SELECT count(*) AS n FROM {table}",
        "SELECT t.{column}, u.{column} AS o FROM {table} t JOIN {table} u ON t.{column} = u.{column}",
        "WITH q AS (SELECT {column} AS m FROM {table}) SELECT m FROM q WHERE EXISTS ({rows of m})",
        "SELECT f({column}) AS fx FROM {table} UNION SELECT 1",
        "SELECT {column}::en AS e, row_number() OVER (ORDER BY {column}) FROM {table}",
    ),
    "rows of m": ("SELECT FROM {table} WHERE {column} = m",),
    # tables
    "beside": (
        *("", "", "", "", " NOT NULL", " DEFAULT {default}", " UNIQUE", " PRIMARY KEY", " REFERENCES {table}"),
        *(" REFERENCES {table} ({column}) ON DELETE CASCADE", " CHECK ({condition})"),
        *(" GENERATED ALWAYS AS IDENTITY", " GENERATED ALWAYS AS ({column} * 2) STORED"),
    ),
    "definition": ("{column} {type}{beside}{beside}",),
    "named": ("", "CONSTRAINT {constraint} "),
    "table constraint": (
        *("{named}PRIMARY KEY ({column})", "{named}UNIQUE ({column})", "{named}UNIQUE ({column}, {column})"),
        *("{named}CHECK ({condition}){not valid}", "{named}FOREIGN KEY ({column}) REFERENCES {table}{not valid}"),
        *("{named}FOREIGN KEY ({column}) REFERENCES {table} ({column}){not valid}",),
        "{named}EXCLUDE USING btree ({column} WITH =)",
    ),
    "bounds": ("FOR VALUES FROM (0) TO (10)", "FOR VALUES FROM (10) TO (20)", "DEFAULT"),
    "like": ("INCLUDING ALL", "", "INCLUDING DEFAULTS INCLUDING CONSTRAINTS", "INCLUDING INDEXES"),
    "create table": (
        *["CREATE TABLE{if not exists} {table} ({definition}, {definition})"] * 3,
        *("CREATE TABLE{if not exists} {table} ({definition}, {table constraint})",),
        "CREATE TABLE{if not exists} {table} AS {query}",
        "CREATE TABLE{if not exists} {table} (LIKE {table} {like})",
        "CREATE TABLE{if not exists} {table} ({definition}) INHERITS ({table})",
        'CREATE TABLE{if not exists} p2 PARTITION OF "P" {bounds}',
    ),
    "change": (
        *["ADD COLUMN{if not exists} {definition}"] * 3,
        *["DROP COLUMN{if exists} {column}{cascade}"] * 2,
        *["ADD {table constraint}"] * 3,
        *("ALTER COLUMN {column} TYPE {type}", "ALTER COLUMN {column} TYPE text USING {column}::text"),
        *("ALTER {column} SET NOT NULL", "ALTER {column} DROP NOT NULL", "ALTER {column} SET DEFAULT {default}"),
        *("ALTER {column} DROP DEFAULT", "DROP CONSTRAINT{if exists} {constraint}{cascade}"),
        *("VALIDATE CONSTRAINT {constraint}", "ENABLE ROW LEVEL SECURITY", "FORCE ROW LEVEL SECURITY"),
        *("ALTER {column} DROP IDENTITY{if exists}", "INHERIT {table}", "NO INHERIT {table}", "SET (fillfactor = 70)"),
        *("ADD CONSTRAINT {constraint} PRIMARY KEY USING INDEX {bare index}", "REPLICA IDENTITY FULL"),
        *("ADD CONSTRAINT {constraint} UNIQUE USING INDEX {bare index}", "ALTER {column} DROP EXPRESSION{if exists}"),
        *("CLUSTER ON {bare index}", "ALTER CONSTRAINT {constraint} DEFERRABLE"),
    ),
    "alter table": (
        *["ALTER TABLE{if exists} {only}{table} {change}"] * 5,
        "ALTER TABLE{if exists} {table} {change}, {change}",
        *("ALTER TABLE {table} ALTER {column} SET STATISTICS 100", "ALTER TABLE {table} DISABLE TRIGGER ALL"),
        *('ALTER TABLE "P" ATTACH PARTITION {table} {bounds}', 'ALTER TABLE "P" DETACH PARTITION {bare table}'),
        *("ALTER TABLE {table} SET UNLOGGED", "ALTER TABLE {table} SET LOGGED"),
    ),
    # other objects
    "create": (
        *["CREATE{unique} INDEX {bare index} ON {only}{table} ({column})"] * 2,
        *("CREATE{unique} INDEX ON {table} ({column}, {column})", "CREATE INDEX ON {table} (lower({column}::text))"),
        *("CREATE INDEX ON {table} (({column} IS NULL))", "CREATE INDEX ON {table} ({column}) WHERE {condition}"),
        *["CREATE{or replace} VIEW {view} AS {query}"] * 3,
        *("CREATE MATERIALIZED VIEW{if not exists} mv AS {query}", "CREATE INDEX ON mv ({column})"),
        *("CREATE TYPE {type name} AS ENUM ('one', 'two')", "ALTER TYPE {type name} ADD VALUE{if not exists} 'two'"),
        *("CREATE DOMAIN dom AS int CONSTRAINT positive CHECK (VALUE > 0)", "CREATE TYPE comp AS (m int, n text)"),
        *("ALTER DOMAIN dom DROP CONSTRAINT{if exists} positive", "ALTER DOMAIN dom SET NOT NULL"),
        *("ALTER TYPE comp ADD ATTRIBUTE o int{cascade}", "ALTER TYPE comp DROP ATTRIBUTE n{cascade}"),
        *("CREATE SCHEMA{if not exists} {schema}", "CREATE SEQUENCE{if not exists} {sequence}"),
        *("CREATE SEQUENCE {sequence} OWNED BY {table}.{column}", "ALTER SEQUENCE {sequence} OWNED BY NONE"),
        "CREATE{or replace} FUNCTION f(i int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT i'",
        "CREATE{or replace} FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT count(*)::int FROM {table}'",
        "CREATE{or replace} FUNCTION s1.h(r {table}) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE TRIGGER t BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION touch()",
        "CREATE TRIGGER t BEFORE UPDATE OF {column} ON {table} FOR EACH ROW {when} EXECUTE FUNCTION touch()",
        "CREATE POLICY p ON {table} USING ({condition})",
        "CREATE POLICY p ON {table} FOR SELECT USING ({column} IN (SELECT {column} FROM {table}))",
        "CREATE RULE r AS ON DELETE TO {table} DO INSTEAD NOTHING",
    ),
    "when": ("", "WHEN (NEW.{column} IS NOT NULL)"),
    "rename": (
        *("ALTER TABLE{if exists} {table} RENAME TO {bare table}", "ALTER TABLE {table} RENAME {column} TO {column}"),
        *("ALTER TABLE {table} RENAME CONSTRAINT {constraint} TO {constraint}",),
        *("ALTER INDEX{if exists} {index} RENAME TO {bare index}", "ALTER VIEW {view} RENAME TO v4"),
        *("ALTER TABLE {table} SET SCHEMA {schema}", "ALTER TYPE {type name} SET SCHEMA {schema}"),
        *("ALTER TYPE {type name} RENAME TO en2", "ALTER SEQUENCE {sequence} RENAME TO q3"),
        *("ALTER SCHEMA s1 RENAME TO s2", "ALTER TYPE comp RENAME ATTRIBUTE m TO o{cascade}"),
    ),
    "drop": (
        *["DROP TABLE{if exists} {table}{cascade}", "DROP INDEX{if exists} {index}{cascade}"] * 2,
        *("DROP TABLE{if exists} {table}, {table}{cascade}", "DROP VIEW{if exists} {view}{cascade}"),
        *("DROP MATERIALIZED VIEW{if exists} mv{cascade}", "DROP TYPE{if exists} {type name}{cascade}"),
        *("DROP DOMAIN{if exists} dom{cascade}", "DROP SEQUENCE{if exists} {sequence}{cascade}"),
        *("DROP FUNCTION{if exists} f(int){cascade}", "DROP FUNCTION{if exists} g{cascade}"),
        *("DROP SCHEMA{if exists} {schema}{cascade}", "DROP TRIGGER{if exists} t ON {table}"),
        *("DROP POLICY{if exists} p ON {table}", "DROP RULE{if exists} r ON {table}"),
    ),
    "rows": (
        *("UPDATE {table} SET {column} = NULL WHERE {column} IS NULL", "DELETE FROM {table} WHERE {column} IS NULL"),
        *("INSERT INTO {table} ({column}) SELECT {column} FROM {table}", "TRUNCATE {table}{cascade}"),
        *("ANALYZE {table}", "LOCK TABLE {table}", "COMMENT ON COLUMN {table}.{column} IS 'c'"),
        *("REFRESH MATERIALIZED VIEW mv", "GRANT SELECT ON {table} TO PUBLIC"),
    ),
    "statement": (
        *["{create table}"] * 4, *["{alter table}"] * 8, *["{create}"] * 8, *["{rename}"] * 2, *["{drop}"] * 4, "{rows}"
    ),
}  # fmt: skip
SYMBOL = re.compile(r"(?<!\{)\{(\w[\w ]*)\}")


def statement(random: Random) -> str:
    """One statement."""
    text = "{statement}"
    while found := SYMBOL.search(text):
        text = text[: found.start()] + random.choice(GRAMMAR[found[1]]) + text[found.end() :]
    return text.replace("{{", "{").replace("}}", "}")
