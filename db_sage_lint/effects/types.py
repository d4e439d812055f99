"""What changes of type do: ALTER COLUMN … TYPE, and changes of composite types that reach typed tables."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from db_sage_lint import expressions
from db_sage_lint.catalog.datatypes import BUILT_IN, resolved_type
from db_sage_lint.catalog.records import Column, Index, Table
from db_sage_lint.effects.coercion import is_collatable, keeps_values, operator_class
from db_sage_lint.effects.locks import Effect, Lock
from db_sage_lint.effects.predict import Server, effects
from db_sage_lint.effects.reach import foreign_keys, is_partitioned, over, over_partitions
from db_sage_lint.effects.userdefined import base_type, is_constrained
from db_sage_lint.operations import (
    AlterCompositeType,
    Expression,
    Name,
    RenameAttribute,
    SetType,
    Type,
)

if TYPE_CHECKING:
    from db_sage_lint.catalog import Catalog

DEFAULT_COLLATION = "default"


class TypeChange(Struct, frozen=True):
    """What ALTER COLUMN … TYPE does to the data of one table, besides its lock.

    `rewrites` is None where the old type, a type that no file made, or the session's TimeZone would have to be known.
    `scans` says that the rows are read: to be written anew, to build the indexes of `rebuilds`, or to check CHECK
    constraints again. `old` is the column's type so far. `reason` is a clause that says why.
    """

    rewrites: bool | None
    scans: bool
    rebuilds: tuple[Name, ...]
    reason: str
    old: Type | None = None


def type_change(op: SetType, db: "Catalog", settings: Mapping[str, str]) -> TypeChange:
    """What the change does to the table that `op` names; its heirs may differ in their indexes and constraints."""
    return _change_of(op, db.table(op.table), db, settings)


def _change_of(op: SetType, table: Table | None, db: "Catalog", settings: Mapping[str, str]) -> TypeChange:
    column = None if table is None else table.columns.get(op.column)
    if table is None or column is None or not column.type.name:
        return TypeChange(None, True, (), "the column's type so far is not known")
    if table.kind == "foreign table":
        return TypeChange(False, False, (), "a foreign table has no rows of its own", column.type)
    new = resolved_type(db, op.type)
    kept, reason = _conversion(op, column, new, db, settings)
    indexes = db.indexes_of(table.name)
    if kept is False:
        return TypeChange(True, True, tuple(index.name for index in indexes), reason, column.type)
    rebuilds = tuple(index.name for index in indexes if _is_rebuilt(index, op, column, new, db))
    scans = kept is None or bool(rebuilds) or _is_checked(table, op.column)
    return TypeChange(None if kept is None else False, scans, rebuilds, reason, column.type)


# --- the values -----------------------------------------------------------------------------------------------------


def _conversion(
    op: SetType, column: Column, new: Type, db: "Catalog", settings: Mapping[str, str]
) -> tuple[bool | None, str]:
    """Whether the values stay as they are (None: not known), and a clause that says why."""
    path = [column.type]
    if op.using is not None:
        casts = plain_casts(op.using, op.column)
        if casts is None:
            return False, "USING computes every value anew"
        path += [resolved_type(db, cast) for cast in casts]
    path.append(new)
    zone = _timezone(settings)
    for old, step in pairwise(path):
        kept, reason = _step(old, step, zone, db)
        if not kept:
            return kept, reason
    return True, "the stored values stay as they are"


def _step(old: Type, new: Type, zone: str | None, db: "Catalog") -> tuple[bool | None, str]:
    if old != new and is_constrained(new, db):
        return False, f"the constraints of {new} are checked row by row"
    plain_old, plain_new = base_type(old, db), base_type(new, db)
    if plain_old != old:
        plain_old = replace(plain_old, modifiers=())  # a domain's column shows none: its length counts as unlimited
    kept = keeps_values(plain_old, plain_new, zone)
    if kept is None:
        return None, f"{plain_old} and {plain_new} are stored alike only where TimeZone is UTC"
    if kept:
        return True, ""
    if (plain_old.name, plain_old.schema) == (plain_new.name, plain_new.schema):
        return False, f"values of {old} may not fit {new} as they are"
    unknown = next((t for t in (plain_old, plain_new) if not _is_known(t, db)), None)
    if unknown is not None:
        return None, f"how {unknown} is stored is not known"
    return False, f"{old} and {new} are stored differently"


def _is_known(base: Type, db: "Catalog") -> bool:
    return base.name in BUILT_IN or base.name == "citext" or Name(base.name, base.schema) in db.types


def _timezone(settings: Mapping[str, str]) -> str | None:
    return settings.get("timezone")


def plain_casts(using: Expression, column: str) -> list[Type] | None:
    """The types that USING casts the column to, one after the other; None where it is more than the column, cast.

    COLLATE changes no value.
    """
    from db_sage_lint.expressions.inference import type_named
    from db_sage_lint.expressions.questions import column_of
    from db_sage_lint.expressions.tree import fields_of, node, tree

    casts: list[Type] = []
    kind, fields = node(tree(using))
    while kind in ("TypeCast", "CollateClause"):
        if kind == "TypeCast":
            casts.append(type_named(fields_of(fields.get("typeName"))))
        kind, fields = node(fields.get("arg"))
    if kind != "ColumnRef" or column_of(fields).column != column:
        return None
    return casts[::-1]


# --- indexes and constraints ----------------------------------------------------------------------------------------


def _is_rebuilt(index: Index, op: SetType, column: Column, new: Type, db: "Catalog") -> bool:
    """Whether an index has to be built anew although the rows stay: CheckIndexCompatible in indexcmds.c.

    One with an expression or predicate that reads the column is, even if the type stays the same; so is a partition's
    index that belongs to one of the partitioned table.
    """
    keys = [key for key in index.keys if key.column == column.name]
    read = [e for e in (index.predicate, *(key.expression for key in index.keys)) if e is not None]
    touched = (
        bool(keys) or column.name in index.include or any(column.name in expressions.columns_read(e) for e in read)
    )
    if not touched or read or index.parent is not None:
        return touched
    if index.method == "gin" and column.type.dimensions:
        return bool(keys)
    old_base, new_base = base_type(column.type, db), base_type(new, db)
    recollated = is_collatable(new_base) and _collation(op.collation) != _collation(column.collation)
    reclassed = operator_class(old_base) != operator_class(new_base)
    return any((recollated and not key.collation) or (reclassed and not key.opclass) for key in keys)


def _collation(name: Name | None) -> str:
    return DEFAULT_COLLATION if name is None else name.name


def _is_checked(table: Table, column: str) -> bool:
    """Whether a valid CHECK reads the column: it is checked for every row, whatever the change."""
    return any(c.kind == "check" and c.valid and c.enforced and column in c.columns for c in table.constraints.values())


# --- effects --------------------------------------------------------------------------------------------------------


@effects
def set_type(op: SetType, server: Server) -> Iterator[Effect]:
    """Foreign keys on either side are dropped and made again: both tables are locked, and scanned if rows change."""
    any_scans = any_rewrites = False
    found = over(server, op.table, Lock.ACCESS_EXCLUSIVE, only=op.only)
    partitioned = [False] * len(found)
    for number, effect in enumerate(found):
        table = server.db.table(effect.relation)
        change = _change_of(op, table, server.db, server.settings)
        rewrites = change.rewrites is not False
        if table is not None and table.partition_by is not None:
            partitioned[number] = True
        else:
            any_scans, any_rewrites = any_scans or change.scans, any_rewrites or rewrites
        if table is not None:
            yield from _other_sides(table, op.column, server, scans=rewrites)
        if not partitioned[number]:
            yield Effect(effect.relation, effect.lock, change.scans, rewrites)
    for effect, is_parent in zip(found, partitioned, strict=True):
        if is_parent:
            yield Effect(effect.relation, effect.lock, any_scans, any_rewrites)


def _other_sides(table: Table, column: str, server: Server, *, scans: bool) -> Iterator[Effect]:
    """Up to 14 a partitioned table that is referenced gets SHARE ROW EXCLUSIVE; its partitions get the full lock."""
    for key in foreign_keys(table):
        if column in key.columns and key.referenced is not None and key.referenced != table.name:
            for effect in over_partitions(server, key.referenced, Lock.ACCESS_EXCLUSIVE, scans=scans and key.valid):
                weak = server.pg <= 14 and effect.relation == key.referenced and is_partitioned(server, effect.relation)
                lock = Lock.SHARE_ROW_EXCLUSIVE if weak else effect.lock
                yield Effect(effect.relation, lock, effect.scans)
    for other, key in server.db.referencing(table.name):
        if column in key.referenced_columns and other.name != table.name:
            yield from over_partitions(server, other.name, Lock.ACCESS_EXCLUSIVE, scans=scans and key.valid)


@effects
def alter_composite_type(op: AlterCompositeType | RenameAttribute, server: Server) -> Iterator[Effect]:
    """CASCADE changes the tables OF the type; a column of the type makes the server refuse the change."""
    name = server.db.resolve_type(op.type)
    for key, relation in server.db.relations.items():
        if isinstance(relation, Table) and relation.of_type == name:
            yield from over(server, key, Lock.ACCESS_EXCLUSIVE)
