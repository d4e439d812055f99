"""What a shadow server saw a statement do, and how that bears on what was predicted.

A server shows what happened to these rows, once: locks and rewrites for certain, of scans only those that had something
to read. So an observed effect stands for the predicted one, and predictions are held against it with that in mind.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from db_sage_lint.catalog.records import Table, View
from db_sage_lint.effects.locks import Effect, Lock
from db_sage_lint.operations import DoBlock, DropObject, Name, Operation, Query, Unread
from db_sage_lint.script import Script

if TYPE_CHECKING:
    from db_sage_lint.catalog import Catalog

NOTHING_HELD: Mapping[Name, Lock] = {}
# What these do can't be told from the outside.
UNPREDICTABLE = (DoBlock, Query, Unread)


class Seen(Struct, frozen=True, kw_only=True):
    """One statement's run. `effects` are the locks that it newly took, `held` those that its transaction had before.
    `with_tables` are indexes that it locked, no more than their tables, which stand in `effects` or `held`.
    `sequences` are those among `effects`, `watched` the relations of which a lock would have been seen (None: all).
    `complete` is false where the effects couldn't be seen. `skipped` says that IF [NOT] EXISTS left something undone.
    `failed` is PostgreSQL's message where it refused the statement, with its `hint`, and the byte of the file that it
    points at (-1: none). `not_restored`, of the last statement of a way back, says what of the schema is not as it was.
    """

    effects: tuple[Effect, ...] = ()
    held: Mapping[Name, Lock] = NOTHING_HELD
    with_tables: frozenset[Name] = frozenset()
    sequences: frozenset[Name] = frozenset()
    watched: frozenset[Name] | None = None
    complete: bool = True
    skipped: bool = False
    failed: str = ""
    hint: str = ""
    at: int = -1
    not_restored: tuple[str, ...] = ()


# By script and the number of the statement in it, as `read` counts them from 0.
SeenStatements = Mapping[tuple[Script, int], Seen]


class Misjudged(Struct, frozen=True):
    """A relation to which something else happened than was predicted, both in words."""

    relation: Name
    predicted: str
    observed: str


def confirmed(predicted: Sequence[Effect], seen: Seen, *, alone: bool) -> tuple[Effect, ...]:
    """The effects of an operation as they were seen; with `alone` it is all that the statement does.

    A lock that was held already was asked for all the same: there the prediction stands.
    """
    observed = {effect.relation: effect for effect in seen.effects}
    found = [one for one in (agreed(effect, observed, seen.held) for effect in predicted) if one is not None]
    if not alone:
        return tuple(found)
    known = {effect.relation for effect in found}
    found += [effect for effect in seen.effects if effect.relation not in known and effect.lock > Lock.ACCESS_SHARE]
    found = [
        observed[e.relation] if e.relation in observed and e.lock <= observed[e.relation].lock else e for e in found
    ]
    return tuple(sorted(found, key=lambda effect: -effect.lock))


def agreed(predicted: Effect, observed: Mapping[Name, Effect], held: Mapping[Name, Lock]) -> Effect | None:
    """The part of a predicted effect that was seen, None where the relation was left alone."""
    effect = observed.get(predicted.relation)
    before = held.get(predicted.relation, Lock.NONE)
    lock = max(before, effect.lock if effect else Lock.NONE)
    if not lock:
        return None
    return Effect(
        predicted.relation,
        min(lock, predicted.lock),
        predicted.scans,
        predicted.rewrites and (effect is not None and effect.rewrites),
    )


def predictable(operations: Sequence[Operation], predicted: Sequence[Effect], db: "Catalog") -> bool:
    """Whether all that a statement does can be told from it: not where it drops what an extension has, or where rows
    that it writes set off triggers or rules.
    """
    for op in operations:
        if op.possible or isinstance(op, UNPREDICTABLE) or (isinstance(op, DropObject) and op.kind == "extension"):
            return False
    written = (db.relations.get(effect.relation) for effect in predicted if effect.lock is Lock.ROW_EXCLUSIVE)
    return not any(isinstance(one, Table | View) and (one.triggers or one.rules) for one in written)


def misjudged(predicted: Sequence[Effect], seen: Seen, *, rows: bool = False) -> list[Misjudged]:
    """Where a statement's predicted effects and the observed ones contradict each other. With `rows`, all tables have
    some, so that what is done to rows shows.

    No contradiction: plain reads, a lock that the transaction held before, a predicted scan that had nothing to read,
    tables that only the rows of another one lead to, how the planner finds the rows to change, what isn't there so
    that IF EXISTS skips it, what is not predicted on purpose (locks of sequences, which block nobody's work on rows).
    """
    expected = {effect.relation: effect for effect in predicted}
    observed = {effect.relation: effect for effect in seen.effects}
    names = observed.keys() if seen.skipped else (expected.keys() | observed.keys()) - seen.with_tables
    if seen.watched is not None:
        names = {name for name in names if name in observed or name in seen.watched}
    least = Lock.ROW_SHARE if rows else Lock.ROW_EXCLUSIVE
    return [
        Misjudged(name, in_words(expected.get(name)), in_words(observed.get(name)))
        for name in sorted(names - (seen.sequences - expected.keys()))
        if contradict(expected.get(name), observed.get(name), seen.held.get(name, Lock.NONE), least)
    ]


def contradict(expected: Effect | None, observed: Effect | None, held: Lock, least: Lock) -> bool:
    """Whether they do, on one relation; a predicted lock up to `least` may not be taken at all."""
    asked = expected.lock if expected else Lock.NONE
    taken = observed.lock if observed else Lock.NONE
    telling = asked > least or taken > Lock.ROW_EXCLUSIVE
    if telling and asked is not taken and held < max(asked, taken):
        return True
    if observed is None or taken <= Lock.ACCESS_SHARE:
        return False
    if observed.rewrites or (expected is not None and expected.rewrites):
        return expected is None or observed.rewrites is not expected.rewrites
    return observed.scans and expected is not None and asked > Lock.ROW_EXCLUSIVE and not expected.scans


def in_words(effect: Effect | None) -> str:
    """The lock and the work: ACCESS EXCLUSIVE with a rewrite."""
    if effect is None or not effect.lock:
        return "no lock"
    work = " with a rewrite" if effect.rewrites else " with a scan" if effect.scans else ""
    return f"{effect.lock.sql}{work}"
