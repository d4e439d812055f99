"""Change sets as the engine replays them: what ends them, and what down migrations and sessions leave behind."""

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
