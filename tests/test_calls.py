"""Functions that a file defines and calls: what they run with the arguments of the call."""

import pytest

from db_sage_lint.config import Config
from db_sage_lint.engine import Engine, Step
from db_sage_lint.judge import Judge
from db_sage_lint.operations import Name
from db_sage_lint.script import whole

TOUCH = """
CREATE FUNCTION touch(tbl {type}, col text DEFAULT 'updated_at') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ADD COLUMN %I timestamptz', {tbl}, {col});
END $$;
CREATE TABLE orders (id int);
"""
BY_NAME = TOUCH.format(type="regclass", tbl="tbl", col="col")
BY_POSITION = TOUCH.format(type="text", tbl="$1", col="$2")
EACH = """
CREATE FUNCTION add_all(tbl text, cols text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE col text;
BEGIN
  FOREACH col IN ARRAY cols LOOP
    EXECUTE 'ALTER TABLE ' || tbl || ' ADD COLUMN ' || quote_ident(col) || ' int';
  END LOOP;
END $$;
CREATE TABLE orders (id int);
"""
OVERLOADS = EACH + EACH.replace("cols text[]", "cols text").replace(
    "FOREACH col IN ARRAY cols LOOP", "FOR i IN 1..1 LOOP"
).replace("quote_ident(col)", "quote_ident(cols)").replace("CREATE TABLE orders (id int);", "")
PROCEDURE = """
CREATE PROCEDURE touch(tbl text) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE 'ALTER TABLE ' || tbl || ' ADD COLUMN updated_at timestamptz';
END $$;
CREATE TABLE orders (id int);
"""
RECURSIVE = """
CREATE FUNCTION touch(tbl text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM touch('orders');
  EXECUTE 'ALTER TABLE ' || tbl || ' ADD COLUMN updated_at timestamptz';
END $$;
CREATE TABLE orders (id int);
"""


def replayed(sql: str) -> tuple[list[str], int]:
    """The columns that the table orders has in the end, and how many statements were not analysed."""
    engine = Engine(Judge({}), Config())
    outcome = engine.run([Step(whole("1.sql", sql.encode()), 1)])
    assert not outcome.bugs
    table = engine.db.table(Name("orders"))
    assert table is not None
    return [*table.columns], outcome.not_analysed


@pytest.mark.parametrize(
    ("functions", "call", "columns"),
    [
        (BY_NAME, "SELECT touch('orders');", ["id", "updated_at"]),
        (BY_NAME, "SELECT touch('orders'::regclass, 'seen_at');", ["id", "seen_at"]),
        (BY_NAME, "SELECT touch(col => 'seen_at', tbl => 'orders');", ["id", "seen_at"]),
        (BY_NAME, "SELECT 1 FROM touch('orders');", ["id", "updated_at"]),
        (BY_NAME, "SELECT touch('orders', 'a'), touch('orders', 'b');", ["id", "a", "b"]),
        (BY_NAME, "DO $$ BEGIN PERFORM touch('orders', 'a'); PERFORM touch('orders', 'b'); END $$;", ["id", "a", "b"]),
        (BY_POSITION, "SELECT touch('orders');", ["id", "updated_at"]),
        (EACH, "SELECT add_all('orders', ARRAY['a', 'b']);", ["id", "a", "b"]),
        (EACH, "SELECT add_all('orders', '{a,b}'::text[]);", ["id", "a", "b"]),
        (OVERLOADS, "SELECT add_all('orders', 'a');", ["id", "a"]),
        (OVERLOADS, "SELECT add_all('orders', ARRAY['b', 'c']);", ["id", "b", "c"]),
        (PROCEDURE, "CALL touch('orders');", ["id", "updated_at"]),
        (RECURSIVE, "SELECT touch('orders');", ["id", "updated_at"]),
    ],
)
def test_arguments_that_are_literals(functions: str, call: str, columns: list[str]) -> None:
    assert replayed(functions + call) == (columns, 0)


@pytest.mark.parametrize(
    "call", ["SELECT touch(name) FROM tables;", "SELECT touch(current_setting('app.table'));", "SELECT touch(NULL);"]
)
def test_arguments_that_are_not(call: str) -> None:
    columns, unread = replayed(BY_NAME + call)
    assert (columns, unread) == (["id"], 1)


POLICIES = """
CREATE TABLE orders (id int);
CREATE TABLE other (id int);
CREATE POLICY one ON orders USING (true);
CREATE POLICY "Two 2" ON orders USING (true);
CREATE POLICY three ON other USING (true);
"""
DROP = """
DO $$
DECLARE p record; wanted text := 'public.orders';
BEGIN
  FOR p IN {query} LOOP
    EXECUTE format('DROP POLICY %I ON orders', p.{column});
  END LOOP;
END $$;
"""


@pytest.mark.parametrize(
    ("query", "column"),
    [
        ("SELECT policyname FROM pg_policies WHERE tablename = 'orders'", "policyname"),
        (
            "SELECT policyname AS p FROM pg_policies WHERE schemaname = 'public' AND tablename = 'orders' ORDER BY 1",
            "p",
        ),
        (
            """(SELECT policyname FROM pg_catalog.pg_policies
                WHERE schemaname = split_part(wanted, '.', 1) AND tablename = split_part(wanted, '.', 2))""",
            "policyname",
        ),
        ("SELECT polname FROM pg_policy WHERE polrelid = wanted::regclass", "polname"),
        ("SELECT polname FROM pg_policy p WHERE p.polrelid = '\"public\".Orders'::regclass", "polname"),
    ],
)
def test_policies_that_a_loop_drops(query: str, column: str) -> None:
    engine = Engine(Judge({}), Config())
    outcome = engine.run([Step(whole("1.sql", (POLICIES + DROP.format(query=query, column=column)).encode()), 1)])
    assert outcome.not_analysed == 0
    left = {name: [*table.policies] for name in ("orders", "other") if (table := engine.db.table(Name(name)))}
    assert left == {"orders": [], "other": ["three"]}


@pytest.mark.parametrize(
    "query",
    [
        "SELECT policyname FROM pg_policies WHERE tablename LIKE 'orders%'",
        "SELECT policyname FROM pg_policies WHERE tablename = current_setting('app.table')",
        "SELECT policyname FROM pg_policies WHERE tablename = 'orders' LIMIT 1",
        "SELECT policyname FROM pg_policies WHERE tablename = 'orders' OR tablename = 'other'",
        "SELECT policyname FROM pg_policies",
        "SELECT policyname FROM archive.pg_policies WHERE tablename = 'orders'",
    ],
)
def test_policies_that_are_not_known(query: str) -> None:
    engine = Engine(Judge({}), Config())
    outcome = engine.run([Step(whole("1.sql", (POLICIES + DROP.format(query=query, column="policyname")).encode()), 1)])
    assert outcome.not_analysed == 1
