"""What is used before it is made, and the order that is suggested instead."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db_sage_lint.config import Config
from db_sage_lint.ordering.problems import Check, Order
from db_sage_lint.ordering.replay import all_units, part_of
from db_sage_lint.ordering.rewrite import diff, rewritten
from db_sage_lint.ordering.suggestion import Suggestion
from db_sage_lint.script import whole

SCHEMA = (
    "CREATE SCHEMA app;",
    "CREATE ROLE clerk;",
    "CREATE EXTENSION citext;",
    "CREATE TYPE state AS ENUM ('open', 'paid');",
    "DO $$ BEGIN CREATE TYPE colour AS ENUM ('red'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;",
    "CREATE DOMAIN price AS numeric CHECK (value > 0);",
    "CREATE SEQUENCE numbers;",
    "-- who buys\nCREATE TABLE customers (id bigint PRIMARY KEY, mail citext, hue colour); -- and who looks",
    (
        "CREATE TABLE app.orders (\n  id bigint PRIMARY KEY DEFAULT nextval('numbers'),\n"
        "  customer_id bigint REFERENCES customers,\n  state state\n);"
    ),
    "CREATE TABLE regions (code text);",
    "ALTER TABLE regions ADD CONSTRAINT regions_code UNIQUE (code);",
    "ALTER TABLE customers ADD COLUMN region text;",
    "ALTER TABLE customers ADD CONSTRAINT lives FOREIGN KEY (region) REFERENCES regions (code) NOT VALID;",
    "ALTER TABLE customers VALIDATE CONSTRAINT lives;",
    "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';",
    "CREATE TRIGGER touched BEFORE UPDATE ON app.orders FOR EACH ROW EXECUTE FUNCTION touch();",
    "CREATE VIEW buyers AS SELECT c.id, c.region FROM customers c JOIN app.orders o ON o.customer_id = c.id;",
    (
        "/* of their own */ CREATE FUNCTION own(wanted bigint) RETURNS boolean STABLE LANGUAGE sql"
        " AS $$ SELECT EXISTS (SELECT FROM buyers b WHERE b.id = wanted) $$;"
    ),
    "CREATE POLICY seen ON app.orders TO clerk USING (own(customer_id));",
    "ALTER TABLE app.orders ENABLE ROW LEVEL SECURITY;",
    "GRANT SELECT ON buyers TO clerk;",
    "COMMENT ON COLUMN customers.region IS 'where';",
    "ALTER TABLE app.orders ADD COLUMN total price;",
    "CREATE INDEX orders_total ON app.orders (total);",
)


def order(*files: str, loose: bool = True) -> Order:
    """The files, each with its number as name."""
    parts = [part_of(n, whole(f"{n}.sql", text.encode()), reported=True) for n, text in enumerate(files)]
    return Order(parts, all_units(parts), loose, complete=False)


def too_early(*files: str, loose: bool = True) -> list[tuple[str, str]]:
    """Kind and name of what is used before it is made."""
    return [(p.word, p.thing.part or p.thing.name.name) for p in Check(order(*files, loose=loose), Config()).problems]


def suggested(*files: str) -> Suggestion:
    given = order(*files)
    return Suggestion(given, Config(), Check(given, Config()))


def mended(text: str) -> str:
    """The only file with its statements in the order that is suggested."""
    found = suggested(text)
    units = found.order.parts[0].units
    return rewritten(text.encode(), 0, units, found.schedule.units).decode()


def test_the_schema_in_order() -> None:
    assert too_early("\n".join(SCHEMA)) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.permutations(SCHEMA))
def test_the_suggested_order_of_a_shuffled_schema_is_in_order(statements: list[str]) -> None:
    text = "\n\n".join(statements) + "\n"
    found = suggested(text)
    assert found.left == set()
    assert not found.found.problems or found.is_better
    after = mended(text)
    assert too_early(after) == []
    assert sorted(after.split()) == sorted(text.split())
    assert mended(after) == after


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.permutations(SCHEMA))
def test_the_suggested_order_of_files(statements: list[str]) -> None:
    found = suggested(*statements)
    assert found.left == set()
    assert too_early(*(statements[number] for number in found.schedule.parts)) == []


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("ALTER TABLE a ADD b int; CREATE TABLE a ();", [("table", "a")]),
        ("CREATE TABLE a (b c); CREATE TYPE c AS ENUM ();", [("type", "c")]),
        ("CREATE TABLE a (b c); CREATE DOMAIN c AS int;", [("type", "c")]),
        ("CREATE TABLE a.b (); CREATE SCHEMA a;", [("schema", "a")]),
        ("GRANT ALL ON SCHEMA public TO a; CREATE ROLE a;", [("role", "a")]),
        ("CREATE TABLE a (b uuid DEFAULT uuid_generate_v4()); CREATE EXTENSION \"uuid-ossp\";",
         [("extension", "uuid-ossp")]),
        ("CREATE TABLE a (b text); CREATE INDEX ON a USING gin (b gin_trgm_ops); CREATE EXTENSION pg_trgm;",
         [("extension", "pg_trgm")]),
        ("CREATE TABLE a (b text); CREATE INDEX ON a USING gin (b); CREATE EXTENSION btree_gin;",
         [("extension", "btree_gin")]),
        ("COMMENT ON TYPE c IS 'x'; CREATE TYPE c AS ENUM ();", [("type", "c")]),
        ("ALTER TABLE a ADD b int; CREATE TABLE IF NOT EXISTS a (c int); INSERT INTO a (c) VALUES (1);",
         [("table", "a")]),
        ("CREATE TABLE a (b int); CREATE INDEX ON a (c); ALTER TABLE a ADD c int;", [("column", "c")]),
        ("CREATE TABLE a (b int); CREATE VIEW v AS SELECT a.c FROM a; ALTER TABLE a ADD c int;", [("column", "c")]),
        ("CREATE TABLE a (b int); CREATE VIEW v AS SELECT b, c FROM a; ALTER TABLE a ADD c int;", [("column", "c")]),
        ("CREATE TABLE a (b int); CREATE POLICY p ON a USING (c > b); ALTER TABLE a ADD c int;", [("column", "c")]),
        ("CREATE TABLE a (b int); CREATE TABLE c (b int REFERENCES a (b)); ALTER TABLE a ADD UNIQUE (b);",
         [("unique key", "b")]),
        ("CREATE TABLE a (b int); CREATE TABLE c (b int REFERENCES a); ALTER TABLE a ADD PRIMARY KEY (b);",
         [("primary key", "a")]),
        (("CREATE TABLE a (); CREATE TRIGGER t AFTER INSERT ON a EXECUTE FUNCTION f();"
         "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END';"), [("function", "f")]),
        ("CREATE TABLE a (); CREATE POLICY p ON a USING (EXISTS (SELECT FROM b)); CREATE TABLE b ();",
         [("table", "b")]),
        ("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT count(*) FROM a'; CREATE TABLE a ();",
         [("table", "a")]),
        ("ALTER TYPE c ADD VALUE 'x' AFTER 'y'; CREATE TYPE c AS ENUM ('y');", [("type", "c")]),
        ("CREATE TYPE c AS ENUM (); ALTER TYPE c ADD VALUE 'x' AFTER 'y'; ALTER TYPE c ADD VALUE 'y';",
         [("value", "y")]),
        ("INSERT INTO a SELECT * FROM b; CREATE TABLE a (); CREATE VIEW b AS SELECT 1;",
         [("table", "a"), ("view", "b")]),
        ("ALTER TABLE b ADD c int; CREATE TABLE a (); ALTER TABLE a RENAME TO b;", [("table", "b")]),
        ("ALTER SEQUENCE a_b_seq RESTART; CREATE TABLE a (b serial);", [("sequence", "a_b_seq")]),
        ("SET search_path = app; CREATE VIEW v AS SELECT FROM a; CREATE TABLE app.a (); ", [("table", "a")]),
    ],
)  # fmt: skip
def test_used_before_made(sql: str, expected: list[tuple[str, str]]) -> None:
    assert too_early(sql) == expected


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE a (b int PRIMARY KEY, c int REFERENCES a);",
        "ALTER TABLE a ADD b int;",
        "DROP TABLE a; CREATE TABLE a ();",
        "INSERT INTO a DEFAULT VALUES; DROP TABLE a; CREATE TABLE a ();",
        "DROP TABLE IF EXISTS a; CREATE TABLE a ();",
        "ALTER TABLE IF EXISTS a ADD b int; CREATE TABLE a ();",
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT 1 FROM a); END'; CREATE TABLE a ();",
        "DO $$ BEGIN ALTER TABLE a ADD b int; EXCEPTION WHEN undefined_table THEN NULL; END $$; CREATE TABLE a ();",
        "SELECT lower('A'); CREATE FUNCTION lower(int) RETURNS int LANGUAGE sql AS 'SELECT 1';",
        (
            "SET check_function_bodies = off; CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1 FROM a';"
            "CREATE TABLE a ();"
        ),
        "WITH a AS (SELECT 1) SELECT * FROM a; CREATE TABLE a ();",
        "CREATE TEMP TABLE t (); SELECT * FROM t;",
        "CREATE VIEW v AS SELECT FROM other.a; CREATE TABLE a ();",
    ],
)
def test_in_order(sql: str) -> None:
    assert too_early(sql) == []


def test_files_of_a_history_may_build_on_what_no_file_made() -> None:
    table = "CREATE TABLE a (b c); CREATE TYPE c AS ENUM ();"
    trigger = "CREATE TRIGGER t AFTER INSERT ON a EXECUTE FUNCTION f();"
    function = "CREATE OR REPLACE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END';"
    assert too_early(table, trigger, function, loose=False) == [("type", "c"), ("function", "f")]
    older = "ALTER TABLE made_by_nobody ADD b int;"
    assert too_early(table, older, trigger, function, loose=False) == [("type", "c")]
    assert too_early(table, older, trigger, function, loose=True) == [("type", "c"), ("function", "f")]


def test_a_cycle_is_named() -> None:
    tables = "CREATE TABLE a (b int PRIMARY KEY REFERENCES c); CREATE TABLE c (b int PRIMARY KEY REFERENCES a);"
    found = suggested(tables)
    (ring,) = found.schedule.cycles
    assert [need.thing.name.name for need in ring] == ["c", "a"]
    assert len(found.left) == 1


def test_what_needs_nothing_stays_where_it_is() -> None:
    text = "SELECT 1;\nCREATE VIEW v AS SELECT FROM a;\nSELECT 2;\nCREATE TABLE a ();\nSELECT 3;\n"
    expected = "SELECT 1;\nCREATE TABLE a ();\nCREATE VIEW v AS SELECT FROM a;\nSELECT 2;\nSELECT 3;\n"
    assert mended(text) == expected


def test_nothing_moves_across_what_sets_how_statements_run() -> None:
    text = "CREATE VIEW v AS SELECT FROM a;\nSET search_path = app;\nCREATE TABLE public.a ();\n"
    found = suggested(text)
    assert found.left
    assert mended(text) == text


def test_comments_move_with_their_statement() -> None:
    text = (
        "-- a licence\n\n-- the view\nCREATE VIEW v AS SELECT FROM a; -- of a\n\n"
        "-- the table\n/* really */\nCREATE TABLE a () -- without end"
    )
    assert mended(text) == (
        "-- a licence\n\n\n-- the table\n/* really */\nCREATE TABLE a (); -- without end\n"
        "-- the view\nCREATE VIEW v AS SELECT FROM a; -- of a\n"
    )


def test_rows_move_with_copy() -> None:
    text = "CREATE VIEW v AS SELECT FROM b;\nCREATE TABLE a ();\nCOPY a FROM stdin;\n\\.\nCREATE TABLE b ();\n"
    assert mended(text).startswith("CREATE TABLE b ();\nCREATE VIEW v")
    assert mended(text).endswith("COPY a FROM stdin;\n\\.\n")


def test_diff_of_a_file_without_a_line_break_at_its_end() -> None:
    shown = diff("a.sql", b"SELECT 1;\nSELECT 2;", b"SELECT 2;\nSELECT 1;\n")
    assert shown == (
        "--- a/a.sql\n+++ b/a.sql\n@@ -1,2 +1,2 @@\n+SELECT 2;\n SELECT 1;\n-SELECT 2;\n\\ No newline at end of file\n"
    )
