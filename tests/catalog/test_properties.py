"""Whatever is applied, nothing raises and the records agree with each other."""

from any_operation import any_operation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from invariants import check
from replay import replay

from db_sage_lint.catalog import Catalog
from db_sage_lint.operations import Operation
from db_sage_lint.script import Origin, whole

SCRIPT = whole("1.sql", b"")
START = """
CREATE TABLE t (a serial PRIMARY KEY, b text NOT NULL, c int CHECK (c > 0), UNIQUE (b, c)) ;
CREATE TABLE u (a int REFERENCES t, b text) PARTITION BY LIST (a);
CREATE TABLE a PARTITION OF u DEFAULT;
CREATE TABLE s.t (a int) INHERITS (t);
CREATE TYPE c AS ENUM ('a', 'b');
CREATE FUNCTION t(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE VIEW b AS SELECT a, b FROM t;
CREATE INDEX a_b ON u (a);
"""


def state(db: Catalog) -> tuple[object, ...]:
    """All that a rollback has to restore."""
    return (
        dict(db.relations), dict(db.types), dict(db.functions), dict(db.schemas), dict(db.extensions), dict(db.roles),
        dict(db.publications), dict(db.privileges), dict(db.default_privileges), dict(db.gone), dict(db.gone_parts),
        dict(db.doubtful), db.complete,
    )  # fmt: skip


def apply_all(db: Catalog, operations: list[Operation]) -> None:
    for number, op in enumerate(operations):
        db.apply(op, Origin(SCRIPT, number, number + 1, 1))


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(any_operation, max_size=12), st.booleans())
def test_any_operations_on_any_state(operations: list[Operation], from_start: bool) -> None:
    db = replay(START if from_start else "")
    apply_all(db, operations)
    check(db)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(any_operation, max_size=8), st.lists(any_operation, max_size=8))
def test_rollback_restores_everything(before: list[Operation], after: list[Operation]) -> None:
    db = replay(START)
    apply_all(db, before)
    mark = db.mark()
    known = state(db)
    apply_all(db, after)
    db.rollback(mark)
    assert state(db) == known
    check(db)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(any_operation, max_size=5), any_operation)
def test_questions_about_any_operation_change_nothing(before: list[Operation], op: Operation) -> None:
    db = replay(START)
    db.complete = True
    apply_all(db, before)
    known = state(db)
    db.conflict(op)
    db.missing(op)
    db.skips(op)
    assert isinstance(db.dependents(op), tuple)
    assert state(db) == known
