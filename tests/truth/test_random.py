"""Statements at random, one after the other: what the server takes, no rule may call impossible, and afterwards the
replayed catalog is the server's.

Statements that the server refuses are left out. Locks are compared from SHARE UPDATE EXCLUSIVE on.
"""

from collections.abc import Callable, Iterator
from random import Random

import pytest

from db_sage_lint.config import Config
from db_sage_lint.effects import Effect
from db_sage_lint.effects.locks import Lock
from db_sage_lint.engine import Engine, Step
from db_sage_lint.judge import Judge
from db_sage_lint.rules import load
from db_sage_lint.script import whole
from db_sage_lint.shadow import agreement
from db_sage_lint.shadow.observe import Observed, Observer
from tests.truth.grammar import START, statement
from tests.truth.server import Server

SEQUENCES, LENGTH = 10, 60
IMPOSSIBLE = ("unknown-object", "used-before-created", "object-already-exists", "change-blocked-by-dependents")
RULES = {rule: document for rule, document in load().items() if rule in IMPOSSIBLE}


@pytest.mark.parametrize("number", range(SEQUENCES))
def test_what_the_server_takes(number: int, server: Server, figure: Callable[[str, int], None]) -> None:
    random = Random(number)
    with server.observer(b"") as observer:
        tried = (*START, *(statement(random) for _ in range(LENGTH)))
        taken = [(sql, observed) for sql, observed in ((sql, run(sql, observer)) for sql in tried) if observed]
        real = agreement.of_server(observer.connection)
    figure("statements at random, taken", len(taken))
    engine = Engine(Judge(RULES), Config(complete_history=True, pg=server.major))
    engine.predictions = []
    steps = [Step(whole(f"{n}.sql", sql.encode(), transaction=True), n) for n, (sql, _) in enumerate(taken)]
    outcome = engine.run(steps)
    compared = agreement.compare(engine.db, real)
    figure("objects after statements at random", compared.all)
    wrong = [f"{found.location.script.source.decode()}: {found.message}" for found in outcome.findings]
    for prediction, (sql, observed) in zip(engine.predictions, taken, strict=True):
        wrong += [f"{sql}: {difference}" for difference in misjudged(prediction.effects, observed.effects)]
    wrong += compared.differing
    assert not outcome.bugs
    assert not wrong, "\n".join([*wrong, "after:", *(sql for sql, _ in taken)])


def run(sql: str, observer: Observer) -> Observed | None:
    """What the server did, in a transaction of its own; None where it refused."""
    observer.forget()
    observer.connection.execute("BEGIN")
    observed = observer.run(sql.encode())
    observer.connection.execute("ROLLBACK" if observed.failure else "COMMIT")
    return None if observed.failure else observed


def misjudged(predicted: tuple[Effect, ...], observed: tuple[Effect, ...]) -> Iterator[str]:
    """The relations on which another lock was predicted than was taken."""
    ours, real = ({effect.relation: effect.lock for effect in effects} for effects in (predicted, observed))
    for relation in ours.keys() | real.keys():
        lock, seen = ours.get(relation, Lock.NONE), real.get(relation, Lock.NONE)
        if lock is not seen and max(lock, seen) >= Lock.SHARE_UPDATE_EXCLUSIVE:
            yield f"{seen.sql} on {relation}, predicted {lock.sql}"
