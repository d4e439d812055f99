"""What a statement would be refused for: the name it wants is taken, or what it needs is not there.

The cases were put to PostgreSQL 17, which refuses exactly those that are said to be.
"""

import pytest
from msgspec.structs import replace
from replay import operation, operations, replay, text

from db_sage_lint.catalog import Catalog
from db_sage_lint.operations import Name, Operation

START = """
CREATE SCHEMA s;
CREATE TYPE e AS ENUM ('a');
CREATE DOMAIN d AS int CONSTRAINT pos CHECK (VALUE > 0);
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE t (a int PRIMARY KEY, b int CONSTRAINT pos CHECK (b > 0), c text);
CREATE TABLE u (a int REFERENCES t);
CREATE INDEX i ON t (b);
CREATE VIEW v AS SELECT a FROM t;
CREATE SEQUENCE q;
CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION g();
CREATE POLICY p ON t USING (a > 0);
"""


def first_refused(sql: str, db: Catalog) -> tuple[str, str] | None:
    """What the first operation of a statement that is refused meets: "taken" or what kind is missing, and its name."""
    for op in operations(sql):
        holder = db.conflict(op)
        if holder is not None:
            return "taken", str(getattr(holder, "value", None) or holder.name)
        missing = db.missing(op)
        if missing is not None:
            return missing.kind, missing.part or missing.name.name
    return None


TAKEN = [
    ("CREATE TABLE t (x int)", "public.t"),
    ("CREATE TABLE i (x int)", "public.i"),
    ("CREATE TABLE t_pkey (x int)", "public.t_pkey"),
    ("CREATE TABLE e (x int)", "public.e"),
    ("CREATE VIEW v AS SELECT 1 AS a", "public.v"),
    ("CREATE OR REPLACE VIEW t AS SELECT 1 AS a", "public.t"),
    ("CREATE MATERIALIZED VIEW v AS SELECT 1 AS a", "public.v"),
    ("CREATE SEQUENCE q", "public.q"),
    ("CREATE INDEX i ON u (a)", "public.i"),
    ("CREATE INDEX t ON u (a)", "public.t"),
    ("ALTER TABLE t ADD COLUMN a int", "a"),
    ("ALTER TABLE t ADD CONSTRAINT pos CHECK (b < 9)", "pos"),
    ("ALTER TABLE t ADD PRIMARY KEY (b)", "t_pkey"),
    ("ALTER TABLE t ADD CONSTRAINT i UNIQUE (b)", "public.i"),
    ("ALTER TABLE t RENAME COLUMN b TO a", "a"),
    ("ALTER TABLE t RENAME TO u", "public.u"),
    ("ALTER TABLE t RENAME CONSTRAINT t_pkey TO pos", "pos"),
    ("ALTER INDEX i RENAME TO t_pkey", "public.t_pkey"),
    ("ALTER VIEW v RENAME TO u", "public.u"),
    ("CREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION g()", "g"),
    ("CREATE POLICY p ON t USING (true)", "p"),
    ("CREATE TYPE e AS ENUM ('x')", "public.e"),
    ("CREATE TYPE t AS (x int)", "public.t"),
    ("CREATE DOMAIN e AS int", "public.e"),
    ("ALTER TYPE e ADD VALUE 'a'", "a"),
    ("ALTER DOMAIN d ADD CONSTRAINT pos CHECK (VALUE < 9)", "pos"),
    ("CREATE FUNCTION f(integer) RETURNS int LANGUAGE sql AS 'SELECT 2'", "public.f"),
    ("CREATE OR REPLACE PROCEDURE f(int) LANGUAGE sql AS 'SELECT 2'", "public.f"),
    ("CREATE SCHEMA s", "s"),
    ("CREATE SCHEMA public", "public"),
    ("CREATE EXTENSION plpgsql", "plpgsql"),
]


@pytest.mark.parametrize(("sql", "holder"), TAKEN)
def test_taken(sql: str, holder: str) -> None:
    assert first_refused(sql, replay(START)) == ("taken", holder)


MISSING = [
    ("ALTER TABLE t DROP COLUMN x", "column", "x"),
    ("ALTER TABLE t ALTER x SET NOT NULL", "column", "x"),
    ("ALTER TABLE t RENAME COLUMN x TO y", "column", "x"),
    ("ALTER TABLE t ADD CHECK (x > 0)", "column", "x"),
    ("ALTER TABLE t ADD UNIQUE (x)", "column", "x"),
    ("ALTER TABLE u ADD FOREIGN KEY (a) REFERENCES t (x)", "column", "x"),
    ("CREATE INDEX ON t (x)", "column", "x"),
    ("INSERT INTO t (x) VALUES (1)", "column", "x"),
    ("UPDATE t SET x = 1", "column", "x"),
    ("COPY t (x) FROM stdin", "column", "x"),
    ("ALTER TABLE t DROP CONSTRAINT x", "constraint", "x"),
    ("ALTER TABLE t VALIDATE CONSTRAINT x", "constraint", "x"),
    ("DROP TRIGGER x ON t", "trigger", "x"),
    ("ALTER TABLE t DISABLE TRIGGER x", "trigger", "x"),
    ("DROP POLICY x ON t", "policy", "x"),
    ("ALTER TYPE e RENAME VALUE 'x' TO 'y'", "enum value", "x"),
    ("ALTER TYPE e ADD VALUE 'y' BEFORE 'x'", "enum value", "x"),
    ("ALTER DOMAIN d DROP CONSTRAINT x", "domain constraint", "x"),
    ("ALTER TABLE v ENABLE ROW LEVEL SECURITY", "table", "v"),
    ("CREATE POLICY x ON v USING (true)", "table", "v"),
]


@pytest.mark.parametrize(("sql", "kind", "name"), MISSING)
def test_missing_from_a_closed_list(sql: str, kind: str, name: str) -> None:
    assert first_refused(sql, replay(START)) == (kind, name)


DROPPED = [
    ("DROP TABLE u", "INSERT INTO u VALUES (1)", "table", "u"),
    ("ALTER TABLE u RENAME TO w", "ALTER TABLE u ADD x int", "table", "u"),
    ("DROP TABLE u", "CREATE TABLE w (a int REFERENCES u)", "table", "u"),
    ("DROP TABLE u", "CREATE VIEW w AS SELECT 1 FROM u", "table", "u"),
    ("DROP TABLE u", "SELECT * FROM u", "table", "u"),
    ("DROP INDEX i", "DROP INDEX i", "index", "i"),
    ("DROP VIEW v", "ALTER VIEW v SET (security_barrier)", "view", "v"),
    ("DROP SEQUENCE q", "ALTER SEQUENCE q OWNED BY NONE", "sequence", "q"),
    ("DROP TYPE e", "ALTER TABLE u ADD x e", "type", "e"),
    ("DROP TYPE e", "ALTER TYPE e ADD VALUE 'b'", "type", "e"),
    ("DROP FUNCTION f(int)", "DROP FUNCTION f(int)", "function", "f"),
    ("DROP FUNCTION g() CASCADE", "CREATE TRIGGER x AFTER INSERT ON t EXECUTE FUNCTION g()", "function", "g"),
    ("DROP SCHEMA s", "CREATE TABLE s.x (a int)", "schema", "s"),
    ("ALTER TABLE t RENAME c TO x", "ALTER TABLE t DROP c", "column", "c"),
]


@pytest.mark.parametrize(("before", "sql", "kind", "name"), DROPPED)
def test_missing_because_dropped(before: str, sql: str, kind: str, name: str) -> None:
    db = replay(before, replay(START))
    missing = next(m for op in operations(sql) if (m := db.missing(op)) is not None)
    assert (missing.kind, missing.part or missing.name.name) == (kind, name)
    assert missing.gone is not None
    assert text(missing.gone.dropped) in before


ALLOWED = [
    "CREATE TABLE IF NOT EXISTS t (x int)",
    "CREATE OR REPLACE VIEW v AS SELECT a FROM t",
    "CREATE OR REPLACE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 2'",
    "CREATE FUNCTION f(text) RETURNS int LANGUAGE sql AS 'SELECT 2'",
    "CREATE TABLE s.t (x int)",
    "ALTER TABLE t ADD COLUMN IF NOT EXISTS a int UNIQUE",
    "ALTER TABLE t ADD COLUMN x int, ADD CHECK (x > 0)",
    "ALTER TABLE t DROP COLUMN IF EXISTS x",
    "ALTER TABLE t DROP CONSTRAINT IF EXISTS x",
    "DROP INDEX IF EXISTS x",
    "DROP POLICY IF EXISTS x ON t",
    "DROP TRIGGER IF EXISTS x ON u",
    "SELECT ctid FROM t",
    "ALTER TABLE u ADD CONSTRAINT pos CHECK (a > 0)",
    "ALTER TABLE t ADD CONSTRAINT k UNIQUE USING INDEX w",
    "ALTER TABLE t RENAME TO z",
    "SELECT count(*) FROM t",
    "WITH x AS (SELECT a FROM t) SELECT x.a FROM x",
]


@pytest.mark.parametrize("sql", ALLOWED)
def test_allowed(sql: str) -> None:
    db = replay(START + "CREATE UNIQUE INDEX w ON t (c);")
    for op in operations(sql):
        assert (db.conflict(op), db.missing(op)) == (None, None)
        replay_one(db, op)


def replay_one(db: Catalog, op: Operation) -> None:
    origin = next(iter(db.relations.values())).made
    assert origin is not None
    db.apply(op, origin)


@pytest.mark.parametrize(
    "sql", ["ALTER TABLE x ADD y int", "DROP TABLE x", "CREATE VIEW w AS SELECT 1 FROM x", "DROP TYPE x"]
)
def test_what_no_file_made_is_missing_only_where_the_history_is_complete(sql: str) -> None:
    db = replay(START)
    assert first_refused(sql, db) is None
    db.complete = True
    refused = first_refused(sql, db)
    assert refused is not None
    assert refused[1] == "x"


def test_extensions_may_have_made_types_and_functions() -> None:
    db = replay(START + "CREATE EXTENSION citext;")
    db.complete = True
    assert first_refused("ALTER TABLE t ADD x citext", db) is None


def test_possible_operations_are_never_refused() -> None:
    db = replay(START)
    for sql in ("CREATE TABLE t (x int)", "ALTER TABLE t DROP COLUMN x"):
        op = replace(operation(sql), possible=True)
        assert db.conflict(op) is None
        assert db.missing(op) is None


def test_what_a_possible_operation_dropped_may_be_there() -> None:
    db = replay(START)
    replay_one(db, replace(operation("DROP TABLE u"), possible=True))
    assert db.missing(operation("ALTER TABLE u ADD x int")) is None


@pytest.mark.parametrize(
    ("sql", "skips"),
    [
        ("CREATE TABLE IF NOT EXISTS t (x int)", True),
        ("CREATE TABLE IF NOT EXISTS x (x int)", False),
        ("ALTER TABLE t ADD COLUMN IF NOT EXISTS a int", True),
        ("CREATE INDEX IF NOT EXISTS i ON u (a)", True),
        ("CREATE SCHEMA IF NOT EXISTS s", True),
        ("CREATE EXTENSION IF NOT EXISTS plpgsql", True),
        ("ALTER TYPE e ADD VALUE IF NOT EXISTS 'a'", True),
        ("ALTER TABLE t DROP COLUMN IF EXISTS x", True),
        ("ALTER TABLE t DROP COLUMN IF EXISTS a", False),
        ("DROP TABLE IF EXISTS x", False),
        ("DROP POLICY IF EXISTS x ON t", True),
        ("CREATE TABLE t (x int)", False),
    ],
)
def test_skips(sql: str, skips: bool) -> None:
    assert replay(START).skips(operations(sql)[0]) == skips


def test_drop_if_exists_of_a_dropped_table_skips() -> None:
    db = replay("DROP TABLE u", replay(START))
    assert db.skips(operation("DROP TABLE IF EXISTS u"))
    assert db.skips(operation("ALTER TABLE IF EXISTS u ADD x int"))


# --- doubt -----------------------------------------------------------------------------------------------------------


def test_an_unread_statement_may_have_changed_what_it_names() -> None:
    db = replay(START)
    db.open(frozenset({"t"}))
    table = db.table(Name("t"))
    assert table is not None
    assert not table.closed
    assert first_refused("ALTER TABLE t DROP COLUMN x", db) is None
    assert first_refused("CREATE TABLE t (x int)", db) is None
    assert first_refused("ALTER TABLE t ADD COLUMN a int", db) is None
    assert first_refused("CREATE TABLE u (x int)", db) == ("taken", "public.u")


def test_without_names_it_may_have_changed_anything() -> None:
    db = replay("DROP TABLE u", replay(START))
    db.complete = True
    db.open(frozenset())
    assert not db.complete
    assert first_refused("INSERT INTO u VALUES (1)", db) is None
    assert first_refused("CREATE TABLE t (x int)", db) is None


def test_what_is_made_afterwards_is_certain_again() -> None:
    db = replay(START)
    db.open(frozenset())
    replay("CREATE TABLE n (a int); DROP TABLE t", db, path="2.sql")
    assert first_refused("CREATE TABLE n (a int)", db) == ("taken", "public.n")
    assert first_refused("ALTER TABLE n DROP COLUMN x", db) == ("column", "x")
    assert first_refused("INSERT INTO t VALUES (1)", db) == ("table", "t")
