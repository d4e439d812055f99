"""Change sets as the engine replays them: what ends them, and what down migrations and sessions leave behind."""

import pytest

from db_sage_lint.config import Config
from db_sage_lint.engine import Engine, Outcome, Step
from db_sage_lint.judge import Judge
from db_sage_lint.operations import Name
from db_sage_lint.rules import load
from db_sage_lint.script import Direction, whole

ORDERS = Name("orders", "public")


def run(*files: tuple[str, Direction], rule: str = "", together: bool = False) -> tuple[Engine, Outcome]:
    rules = {rule: load()[rule]} if rule else {}
    engine = Engine(Judge(rules), Config())
    steps = [
        Step(whole(f"{number}.sql", sql.encode(), direction=direction), 1 if together else number)
        for number, (sql, direction) in enumerate(files, 1)
    ]
    return engine, engine.run(steps)


def test_down_migration_leaves_nothing_behind() -> None:
    engine, _ = run(
        ("CREATE TABLE orders (id int);", "up"),
        ("BEGIN; DROP TABLE orders; COMMIT; CREATE TABLE other (id int);", "down"),
    )
    assert engine.db.table(ORDERS) is not None
    assert engine.db.table(Name("other")) is None
    assert ORDERS not in engine.db.gone


def test_later_files_go_on_after_a_down_migration() -> None:
    engine, _ = run(
        ("CREATE TABLE orders (id int);", "up"),
        ("DROP TABLE orders;", "down"),
        ("BEGIN; ALTER TABLE orders ADD a int; SAVEPOINT s; ALTER TABLE orders ADD b int; ROLLBACK TO s;", "up"),
    )
    table = engine.db.table(ORDERS)
    assert table is not None
    assert [*table.columns] == ["id", "a"]


def test_change_set_ends_with_its_last_up_migration() -> None:
    _, outcome = run(
        ("CREATE TABLE orders (id int);", "up"),
        ("DROP TABLE orders;", "down"),
        rule="table-without-primary-key",
        together=True,
    )
    assert [finding.location.script.path for finding in outcome.findings] == ["1.sql"]


def test_down_migration_ends_no_change_set() -> None:
    _, outcome = run(("CREATE TABLE orders (id int);", "down"), rule="table-without-primary-key")
    assert outcome.findings == []


def test_temporary_tables_end_with_the_session() -> None:
    engine, outcome = run(
        ("CREATE TEMP TABLE batch (id serial PRIMARY KEY);", "up"),
        ("CREATE TEMP TABLE batch (id int);", "up"),
        rule="object-already-exists",
    )
    assert outcome.findings == []
    assert engine.db.relations == {}


def test_proof_that_keeps_a_rule_quiet_is_told() -> None:
    _, outcome = run(
        ("CREATE TABLE orders (id bigint PRIMARY KEY, state text);", "up"),
        ("ALTER TABLE orders ADD CONSTRAINT given CHECK (state IS NOT NULL) NOT VALID;", "up"),
        ("ALTER TABLE orders VALIDATE CONSTRAINT given;", "up"),
        ("ALTER TABLE orders ALTER COLUMN state SET NOT NULL;", "up"),
        rule="not-null-without-proof",
    )
    assert not outcome.findings
    ((rule, where, why),) = [(p.rule, p.origin.script.path, p.proof.script.path) for p in outcome.proofs]
    assert (rule, where, why) == ("not-null-without-proof", "4.sql", "3.sql")


def found_together(*files: tuple[str, Direction], rule: str, joins: bool) -> list[str]:
    """The paths of the findings where the files are one change set, each in the runner's transaction."""
    steps = [
        Step(whole(f"{number}.sql", sql.encode(), direction=direction, transaction=True), 1, joins=joins)
        for number, (sql, direction) in enumerate(files, 1)
    ]
    history = b"CREATE TABLE orders (id int, n text); CREATE TYPE s AS ENUM ('a');"
    before = Step(whole("0.sql", history), 0, reported=False)
    outcome = Engine(Judge({rule: load()[rule]}), Config()).run([before, *steps])
    assert not outcome.bugs
    return [finding.location.script.path for finding in outcome.findings]


@pytest.mark.parametrize(("joins", "expected"), [(True, ["2.sql"]), (False, [])])
def test_enum_values_are_new_while_the_transaction_goes_on(joins: bool, expected: list[str]) -> None:
    files: tuple[tuple[str, Direction], ...] = (
        ("ALTER TYPE s ADD VALUE 'b';", "up"),
        ("CREATE TABLE t (v s DEFAULT 'b');", "up"),
    )
    assert found_together(*files, rule="enum-value-used-in-same-transaction", joins=joins) == expected


@pytest.mark.parametrize(("joins", "expected"), [(True, ["3.sql"]), (False, [])])
def test_locks_are_held_while_the_transaction_goes_on(joins: bool, expected: list[str]) -> None:
    files: tuple[tuple[str, Direction], ...] = (
        ("ALTER TABLE orders ADD COLUMN m text;", "up"),
        ("SET search_path = other; ALTER TABLE public.orders DROP COLUMN m;", "down"),
        ("UPDATE orders SET n = 'x' WHERE id > 0;", "up"),
    )
    assert found_together(*files, rule="work-under-exclusive-lock", joins=joins) == expected


def test_commit_in_a_file_ends_the_transaction_of_all() -> None:
    files: tuple[tuple[str, Direction], ...] = (
        ("ALTER TABLE orders ADD COLUMN m text; COMMIT;", "up"),
        ("UPDATE orders SET n = 'x' WHERE id > 0;", "up"),
    )
    assert found_together(*files, rule="work-under-exclusive-lock", joins=True) == []


def test_rollback_undoes_what_its_own_file_did() -> None:
    engine = Engine(Judge({}), Config())
    first = Step(whole("1.sql", b"CREATE TABLE orders (id int);", transaction=True), 1, joins=True)
    second = Step(whole("2.sql", b"CREATE TABLE other (id int); ROLLBACK;", transaction=True), 1, joins=True)
    assert not engine.run([first, second]).bugs
    assert engine.db.table(ORDERS) is not None
    assert engine.db.table(Name("other", "public")) is None
