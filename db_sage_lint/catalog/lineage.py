"""Which tables stand above and below which, who points at whom, and which indexes are alike."""

from typing import TYPE_CHECKING

from db_sage_lint.catalog.datatypes import type_name
from db_sage_lint.catalog.records import Column, CompositeType, Constraint, Domain, Index, Table
from db_sage_lint.operations import Expression, IndexKey, Name
from db_sage_lint.script import Origin

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog


def children(db: "Catalog", name: Name, *, deep: bool, partitions_only: bool) -> tuple[Name, ...]:
    """The children of a table, and with `deep` theirs: each once, parents before children."""
    found: dict[Name, None] = {}
    top = db.resolve(name)
    waiting = [top]
    for parent in waiting:
        table = db.relations.get(parent)
        if not isinstance(table, Table):
            continue
        for child in table.children:
            if child not in found and child != top and not (partitions_only and not is_partition(db, child)):
                found[child] = None
                if deep:
                    waiting.append(child)
    return tuple(found)


def parents(db: "Catalog", name: Name, *, partitions_only: bool) -> tuple[Name, ...]:
    """The tables above a table, nearest first."""
    found: dict[Name, None] = {}
    waiting = [db.resolve(name)]
    for child in waiting:
        table = db.relations.get(child)
        if not isinstance(table, Table) or (partitions_only and table.bound is None):
            continue
        waiting += [parent for parent in table.parents if parent not in found]
        found.update(dict.fromkeys(table.parents))
    return tuple(found)


def is_partition(db: "Catalog", name: Name) -> bool:
    table = db.relations.get(name)
    return isinstance(table, Table) and table.bound is not None


def referencing(db: "Catalog", name: Name) -> list[tuple[Table, Constraint]]:
    """The foreign keys that point at a table: found among those that were ever noted to."""
    target = db.resolve(name)
    found: list[tuple[Table, Constraint]] = []
    for owner in db.noted(target.name):
        table = db.relations.get(owner)
        if isinstance(table, Table):
            found += [(table, c) for c in table.constraints.values() if c.referenced == target]
    return found


def tables_using_type(db: "Catalog", name: Name) -> list[tuple[Table, Column]]:
    """The columns of a type, of arrays of it, and of the domains, composites and row types that it is part of."""
    found: list[tuple[Table, Column]] = []
    seen = [db.resolve_type(name)]
    for target in seen:
        for owner in db.noted(target.name):
            table = db.relations.get(owner)
            if isinstance(table, Table):
                columns = [column for column in table.columns.values() if type_name(column.type) == target]
                found += [(table, column) for column in columns]
                if columns and owner not in seen:
                    seen.append(owner)
            elif owner not in seen and _builds_on(db, owner, target):
                seen.append(owner)
    return found


def _builds_on(db: "Catalog", owner: Name, target: Name) -> bool:
    """Whether the domain or composite type `owner` is made of the type."""
    record = db.types.get(owner)
    if isinstance(record, Domain):
        return type_name(record.base) == target
    if isinstance(record, CompositeType):
        return any(type_name(attribute.type) == target for attribute in record.attributes)
    return False


def not_null_proof(db: "Catalog", name: Name, column: str) -> Origin | None:
    """The statement by which the server knows that a column has no null, so that SET NOT NULL scans nothing.

    The column may be NOT NULL already; else a valid CHECK implies it, or a valid NOT NULL constraint (18+) says it.
    Source: NotNullImpliedByRelConstraints in src/backend/commands/tablecmds.c.
    """
    table = db.table(name)
    if table is None:
        return None
    known = table.columns.get(column)
    if known and known.not_null:
        return known.not_null_made
    for constraint in table.constraints.values():
        if constraint.valid and constraint.enforced and _proves_not_null(constraint, column):
            return constraint.validated or constraint.made
    return None


def _proves_not_null(constraint: Constraint, column: str) -> bool:
    if constraint.kind == "not null":
        return constraint.columns == (column,)
    if constraint.kind != "check" or column not in constraint.columns or constraint.expression is None:
        return False
    from db_sage_lint.expressions import implies_not_null

    return implies_not_null(constraint.expression, column)


def equivalent(one: Index, other: Index) -> bool:
    """Whether two indexes, on whatever tables, are built alike: CompareIndexInfo in src/backend/catalog/index.c."""
    plain = (one.method, one.unique, one.include, one.nulls_not_distinct, len(one.keys))
    if plain != (other.method, other.unique, other.include, other.nulls_not_distinct, len(other.keys)):
        return False
    return _same(one.predicate, other.predicate) and all(map(_same_key, one.keys, other.keys))


def _same_key(one: IndexKey, other: IndexKey) -> bool:
    plain = (one.column, one.opclass, one.collation)
    return plain == (other.column, other.opclass, other.collation) and _same(one.expression, other.expression)


def _same(one: Expression | None, other: Expression | None) -> bool:
    if one is None or other is None or one == other:
        return one == other
    from db_sage_lint.expressions import equal

    return equal(one, other)
