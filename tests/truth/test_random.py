"""Statements at random, one after the other: what the server takes, no rule may call impossible, and afterwards the
replayed catalog is the server's.

Statements that the server refuses are left out. Locks are compared on tables and views, from SHARE UPDATE EXCLUSIVE on.
"""

from collections.abc import Callable, Iterator
from random import Random

import pytest

from db_sage_lint.config import Config
from db_sage_lint.effects import Effect
from db_sage_lint.effects.locks import Lock
from db_sage_lint.engine import Engine, Step
from db_sage_lint.judge import Judge
from db_sage_lint.operations import Name
from db_sage_lint.rules import load
from db_sage_lint.script import whole
from db_sage_lint.shadow import agreement
from db_sage_lint.shadow.observe import Observer
from tests.truth.grammar import START, statement
from tests.truth.server import Server

SEQUENCES, LENGTH = 12, 60
TABLES = """
SELECT nspname::text, relname::text FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = relnamespace
WHERE relkind IN ('r', 'p', 'v', 'm')"""
IMPOSSIBLE = ("unknown-object", "used-before-created", "object-already-exists", "change-blocked-by-dependents")
RULES = {rule: document for rule, document in load().items() if rule in IMPOSSIBLE}


@pytest.mark.parametrize("number", range(SEQUENCES))
def test_what_the_server_takes(number: int, server: Server, figure: Callable[[str, int], None]) -> None:
    random = Random(number)
    with server.observer(b"") as observer:
        tried = (*START, *(statement(random) for _ in range(LENGTH)))
        taken = [(sql, locks) for sql, locks in ((sql, run(sql, observer)) for sql in tried) if locks is not None]
        real = agreement.of_server(observer.connection)
    figure("statements at random, taken", len(taken))
    engine = Engine(Judge(RULES), Config(complete_history=True, pg=server.major))
    engine.predictions = []
    steps = [Step(whole(f"{n}.sql", sql.encode(), transaction=True), n) for n, (sql, _) in enumerate(taken)]
    outcome = engine.run(steps)
    compared = agreement.compare(engine.db, real)
    figure("objects after statements at random", compared.all)
    wrong = [f"{found.location.script.source.decode()}: {found.message}" for found in outcome.findings]
    for prediction, (sql, locks) in zip(engine.predictions, taken, strict=True):
        wrong += [f"{sql}: {difference}" for difference in misjudged(prediction.effects, locks)]
    wrong += compared.differing
    assert not outcome.bugs
    assert not wrong, "\n".join([*wrong, "after:", *(sql for sql, _ in taken)])


def run(sql: str, observer: Observer) -> dict[Name, Lock] | None:
    """The locks that it takes on tables, in a transaction of its own; None where the server refuses."""
    observer.forget()
    tables = {Name(name, schema) for schema, name in observer.connection.execute(TABLES)}
    observer.connection.execute("BEGIN")
    observed = observer.run(sql.encode())
    observer.connection.execute("ROLLBACK" if observed.failure else "COMMIT")
    if observed.failure:
        return None
    return dict.fromkeys(tables, Lock.NONE) | {e.relation: e.lock for e in observed.effects if e.relation in tables}


def misjudged(predicted: tuple[Effect, ...], observed: dict[Name, Lock]) -> Iterator[str]:
    """The tables on which another lock was predicted than was taken."""
    ours = {effect.relation: effect.lock for effect in predicted}
    for table, lock in observed.items():
        expected = ours.get(table, Lock.NONE)
        if lock is not expected and max(lock, expected) >= Lock.SHARE_UPDATE_EXCLUSIVE:
            yield f"{lock.sql} on {table}, predicted {expected.sql}"
