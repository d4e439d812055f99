"""What a query reads and what it returns."""

from __future__ import annotations

from msgspec import Struct

from db_sage_lint.expressions.known import Known
from db_sage_lint.expressions.namespace import Scope
from db_sage_lint.expressions.questions import relations_named
from db_sage_lint.expressions.resolve import Resolver, TooDeepError
from db_sage_lint.expressions.tree import node, tree
from db_sage_lint.operations import Expression, Name, Type

NO_COLUMN = "-"  # in `reads`: the relation is read, and none of its columns (count(*), EXISTS)


class OutputColumn(Struct, frozen=True):
    """A column that a query returns; `type` is None where it can't be told."""

    name: str
    type: Type | None = None


class Resolved(Struct, frozen=True):
    """What a query reads, the columns that it returns, None where they can't all be told, and those that it names and
    nothing has.
    """

    reads: frozenset[tuple[Name, str]] = frozenset()
    outputs: tuple[OutputColumn, ...] | None = None
    unbound: frozenset[tuple[Name, str]] = frozenset()


READS_NOTHING: frozenset[tuple[Name, str]] = frozenset()


def reads(query: Expression, db: Known) -> frozenset[tuple[Name, str]]:
    """The relations (resolved) that a query reads, each with a column of it that is read.

    The column is "" where all or unknown ones are, and NO_COLUMN where the relation is read for its rows only. The
    target of INSERT, UPDATE, DELETE or MERGE is read where a column of it is. Any expression may be given too: what
    its sub-selects read.
    """
    return _resolved(query, db).reads if b'"relname"' in query else READS_NOTHING


def unbound_in(query: Expression, db: Known) -> frozenset[tuple[Name, str]]:
    """Columns that a query names and nothing has, as `Resolver.unbound` tells them."""
    return _resolved(query, db).unbound if b'"relname"' in query else READS_NOTHING


def output_columns(query: Expression, db: Known) -> tuple[str, ...] | None:
    """The names of the columns that a query returns, None where they can't all be told."""
    outputs = _resolved(query, db).outputs
    return None if outputs is None else tuple(output.name for output in outputs)


def output_types(query: Expression, db: Known) -> tuple[OutputColumn, ...] | None:
    """The columns that a query returns, with the types that can be told."""
    return _resolved(query, db, typed=True).outputs


def _resolved(query: Expression, db: Known, *, typed: bool = False) -> Resolved:
    """The query resolved, once for a state of the catalog."""
    key = (query, typed)
    found = db.answers.get(key)
    if not isinstance(found, Resolved):
        found = db.answers[key] = _resolve(query, db, typed=typed)
    return found


def _resolve(query: Expression, db: Known, *, typed: bool) -> Resolved:
    top = tree(query)
    resolver = Resolver(db, typed=typed)
    try:
        resolver.expression(top, Scope(None, -1))
    except (TooDeepError, RecursionError):
        return Resolved(frozenset((db.resolve(name), "") for name in relations_named(query)))
    with_columns = {relation for relation, _ in resolver.touched}
    kind, fields = node(top)
    outputs = resolver.returned.get(id(fields)) if kind else None
    return Resolved(
        frozenset(resolver.touched) | {(relation, NO_COLUMN) for relation in resolver.relations - with_columns},
        None if outputs is None else tuple(OutputColumn(o.name, o.type) for o in outputs),
        resolver.unbound(),
    )
