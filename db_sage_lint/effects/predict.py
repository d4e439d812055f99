"""`predict`: what an operation does to relations, told from the operation, the catalog and the major version.

The functions stand in the family modules, filed under operation types; the one under the most special type is asked.
Every fact in them was measured on PostgreSQL 13 to 18 (tests/effects/ holds the statements and what was observed).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from db_sage_lint.effects.locks import Effect, Lock
from db_sage_lint.filed import Filed
from db_sage_lint.operations import (
    AddColumn,
    CreateIndex,
    CreateStatistics,
    DropColumn,
    DropConstraint,
    DropExpression,
    DropIdentity,
    Name,
    OnTable,
    Operation,
)

if TYPE_CHECKING:
    from db_sage_lint.catalog import Catalog

NO_SETTINGS: Mapping[str, str] = {}


class Server:
    """What an operation meets: the catalog before it runs, the major version, and the session's settings."""

    __slots__ = ("db", "pg", "settings")

    def __init__(self, db: "Catalog", pg: int, settings: Mapping[str, str] = NO_SETTINGS) -> None:
        self.db = db
        self.pg = pg
        self.settings = settings


effects: Filed[Callable[..., Iterable[Effect]]] = Filed()


def predict(op: Operation, db: "Catalog", pg: int, settings: Mapping[str, str] = NO_SETTINGS) -> tuple[Effect, ...]:
    """One effect for each relation that the operation locks, the strongest lock first.

    `db` is the catalog as it is before the operation, `pg` the major version (13 to 18), `settings` the session's
    run-time parameters as far as known. Relations that the operation creates are left out, as are the plain reads
    of queries. Where the catalog can't tell whether data is scanned or rewritten, the effect says that it is.
    """
    return while_skipping(op, db, pg) if db.skips(op) else while_running(op, db, pg, settings)


def while_running(op: Operation, db: "Catalog", pg: int, settings: Mapping[str, str]) -> tuple[Effect, ...]:
    """As `predict`, of an operation that IF [NOT] EXISTS does not skip."""
    filed = effects[type(op)]
    if not filed:
        return ()
    found = tuple(filed[0](op, Server(db, pg, settings)))
    return found if len(found) < 2 else strongest_first(found)


# What IF [NOT] EXISTS skips, yet not before the lock is taken.
LOCKS_FIRST = {
    AddColumn: Lock.ACCESS_EXCLUSIVE,
    DropColumn: Lock.ACCESS_EXCLUSIVE,
    DropIdentity: Lock.ACCESS_EXCLUSIVE,
    DropExpression: Lock.ACCESS_EXCLUSIVE,
    CreateIndex: Lock.SHARE,
    CreateStatistics: Lock.SHARE_UPDATE_EXCLUSIVE,
}


def while_skipping(op: Operation, db: "Catalog", pg: int) -> tuple[Effect, ...]:
    """The effect of an operation that finds nothing to do: none on a relation that doesn't exist."""
    if isinstance(op, DropConstraint):
        return while_running(op, db, pg, NO_SETTINGS) if db.relation(op.table) else ()
    lock = LOCKS_FIRST.get(type(op), Lock.NONE)
    if not lock or not isinstance(op, OnTable | CreateIndex | CreateStatistics) or db.relation(op.table) is None:
        return ()
    if not isinstance(op, CreateIndex):
        return (Effect(db.resolve(op.table), lock),)
    if op.concurrently:
        lock = Lock.SHARE_UPDATE_EXCLUSIVE
    table = db.table(op.table)
    partitioned = table is not None and table.partition_by is not None and not op.only
    return tuple(
        Effect(name, lock) for name in (db.resolve(op.table), *(db.partitions(op.table) if partitioned else ()))
    )


def strongest_first(found: Iterable[Effect]) -> tuple[Effect, ...]:
    """The effects with one for each relation: the strongest lock on it, and scanned or rewritten if any says so."""
    merged: dict[Name, Effect] = {}
    for effect in found:
        other = merged.get(effect.relation)
        merged[effect.relation] = effect if other is None or other == effect else both(effect, other)
    return tuple(sorted(merged.values(), key=lambda e: -e.lock))


def both(one: Effect, other: Effect) -> Effect:
    """The effect of two things that happen to one relation."""
    return Effect(one.relation, max(one.lock, other.lock), one.scans or other.scans, one.rewrites or other.rewrites)
