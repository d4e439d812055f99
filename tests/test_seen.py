"""Where what a server did contradicts what was predicted, and where it doesn't."""

import pytest

from db_sage_lint.catalog import Catalog
from db_sage_lint.effects import Effect, Lock
from db_sage_lint.operations import Name
from db_sage_lint.read import read
from db_sage_lint.script import Origin, whole
from db_sage_lint.seen import Seen, misjudged, predictable

ORDERS, ITEMS, NUMBERS = Name("orders", "public"), Name("items", "public"), Name("orders_id_seq", "public")
READ = Effect(ORDERS, Lock.ACCESS_SHARE)
WRITE = Effect(ORDERS, Lock.ROW_EXCLUSIVE)
CASCADE = Effect(ITEMS, Lock.ROW_EXCLUSIVE, scans=True)
ALTER = Effect(ORDERS, Lock.ACCESS_EXCLUSIVE)


@pytest.mark.parametrize(
    ("predicted", "seen"),
    [
        ([ALTER], Seen(effects=(ALTER,))),
        ([], Seen(effects=(READ,))),
        ([ALTER], Seen(held={ORDERS: Lock.ACCESS_EXCLUSIVE})),
        ([WRITE, CASCADE], Seen(effects=(WRITE,))),
        ([ALTER], Seen(effects=(ALTER, Effect(NUMBERS, Lock.ACCESS_EXCLUSIVE)), sequences=frozenset({NUMBERS}))),
        ([ALTER], Seen(watched=frozenset({ITEMS}))),
    ],
)
def test_agreement(predicted: list[Effect], seen: Seen) -> None:
    assert misjudged(predicted, seen) == []


@pytest.mark.parametrize(
    ("predicted", "seen", "expected"),
    [
        ([], Seen(effects=(ALTER,)), "no lock, ACCESS EXCLUSIVE"),
        ([ALTER], Seen(), "ACCESS EXCLUSIVE, no lock"),
        ([ALTER], Seen(watched=frozenset({ORDERS})), "ACCESS EXCLUSIVE, no lock"),
        (
            [ALTER],
            Seen(effects=(Effect(ORDERS, Lock.ACCESS_EXCLUSIVE, rewrites=True),)),
            "ACCESS EXCLUSIVE, ACCESS EXCLUSIVE with a rewrite",
        ),
    ],
)
def test_contradiction(predicted: list[Effect], seen: Seen, expected: str) -> None:
    (found,) = misjudged(predicted, seen)
    assert f"{found.predicted}, {found.observed}" == expected


def test_a_cascade_that_no_row_set_off_contradicts_where_all_tables_have_rows() -> None:
    (found,) = misjudged([WRITE, CASCADE], Seen(effects=(WRITE,)), rows=True)
    assert found.relation == ITEMS


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("DELETE FROM orders", True),
        ("DELETE FROM watched", False),
        ("ALTER TABLE orders ADD a int", True),
        ("DROP EXTENSION pg_stat_statements", False),
        ("DO 'BEGIN END'", False),
    ],
)
def test_what_can_be_told_from_a_statement(sql: str, expected: bool) -> None:
    db = Catalog()
    before = """
        CREATE TABLE orders (id int); CREATE TABLE watched (id int);
        CREATE TRIGGER t AFTER DELETE ON watched EXECUTE FUNCTION f();
    """
    script = whole("1.sql", before.encode())
    for statement in read(script):
        for op in statement.operations:
            db.apply(op, Origin(script, statement.start, statement.end, 1))
    (statement,) = read(whole("2.sql", sql.encode()))
    effects = [Effect(Name(name, "public"), Lock.ROW_EXCLUSIVE) for name in ("orders", "watched") if name in sql]
    assert predictable(statement.operations, effects, db) is expected
