"""`predict`: what an operation does to relations, told from the operation, the catalog and the major version.

The functions stand in the family modules, filed under operation types; the one under the most special type is asked.
Every fact in them was measured on PostgreSQL 13 to 18 (tests/effects/ holds the statements and what was observed).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from db_sage_lint.effects.locks import Effect
from db_sage_lint.filed import Filed
from db_sage_lint.operations import Operation

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


def predict(
    op: Operation, db: "Catalog", pg: int, settings: Mapping[str, str] = NO_SETTINGS
) -> tuple[Effect, ...]:
    """One effect for each relation that the operation locks, the strongest lock first.

    `db` is the catalog as it is before the operation, `pg` the major version (13 to 18), `settings` the session's
    run-time parameters as far as known. Relations that the operation creates are left out, as are the plain reads
    of queries. Where the catalog can't tell whether data is scanned or rewritten, the effect says that it is.
    """
    filed = effects.under(type(op))
    if not filed:
        return ()
    found = tuple(filed[0](op, Server(db, pg, settings)))
    return found if len(found) < 2 else strongest_first(found)


def strongest_first(found: Iterable[Effect]) -> tuple[Effect, ...]:
    """The effects with one for each relation: the strongest lock on it, and scanned or rewritten if any says so."""
    merged: dict[object, Effect] = {}
    for effect in found:
        other = merged.get(effect.relation)
        if other is not None and other != effect:
            effect = Effect(
                effect.relation,
                max(effect.lock, other.lock),
                effect.scans or other.scans,
                effect.rewrites or other.rewrites,
            )
        merged[effect.relation] = effect
    return tuple(sorted(merged.values(), key=lambda e: -e.lock))
