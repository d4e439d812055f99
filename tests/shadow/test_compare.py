"""What differs between two states of a database."""

import psycopg
import pytest

from db_sage_lint.shadow.compare import differences, state


def after(connection: psycopg.Connection, sql: str) -> list[str]:
    before = state(connection)
    connection.execute(sql)
    return [str(one) for one in differences(before, state(connection))]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("ALTER TABLE lone ADD b int", ["column lone.b is left"]),
        ("ALTER TABLE lone DROP a", ["column lone.a is missing", "constraint parent_a_ck on public.lone is missing"]),
        ("ALTER TABLE lone ALTER a TYPE bigint", ["column lone.a is bigint, was integer"]),
        ("CREATE TABLE t (id int PRIMARY KEY, b text CHECK (b <> ''))", ["table t is left"]),
        ("CREATE TABLE t (id int); CREATE INDEX ti ON t (id)", ["table t is left"]),
        ("CREATE INDEX i ON lone (a)", ["index i is left"]),
        ("CREATE TYPE m AS ENUM ('a', 'b')", ["type m is left"]),
        ("ALTER TYPE mood ADD VALUE 'new'", ["type mood is 'sad', 'ok', 'happy', 'new', was 'sad', 'ok', 'happy'"]),
        ("ALTER TABLE docs DISABLE ROW LEVEL SECURITY", None),
        ("DROP POLICY docs_own ON docs", ["policy docs_own on public.docs is missing"]),
        ("DROP TRIGGER orders_touch ON orders", ["trigger orders_touch on public.orders is missing"]),
        ("DROP FUNCTION unused()", ["function unused() is missing"]),
        ("GRANT SELECT ON lone TO app", None),
        ("COMMENT ON TABLE lone IS 'x'", ["comment table public.lone is left"]),
        ("CREATE SCHEMA s; CREATE TABLE s.t ()", ["schema s is left", "table s.t is left"]),
        ("CREATE VIEW w AS SELECT 1 AS x", ["view w is left"]),
        ("CREATE PUBLICATION p FOR TABLE lone", ["publication p is left"]),
        ("CREATE STATISTICS st ON id, a FROM lone", ["statistics st is left"]),
        ("ALTER TABLE lone ADD b int; ALTER TABLE lone DROP b", []),
        ("CREATE EXTENSION hstore", ["extension hstore is left"]),
    ],
)
def test_differences(connection: psycopg.Connection, sql: str, expected: list[str] | None) -> None:
    found = after(connection, sql)
    if expected is None:
        assert len(found) == 1
        assert " is " in found[0]
        assert "was" in found[0]
    else:
        assert found == expected
