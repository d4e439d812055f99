"""What operations on columns do, but for changes of type."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from db_sage_lint import expressions
from db_sage_lint.catalog.datatypes import BUILT_IN
from db_sage_lint.catalog.records import Column, Table
from db_sage_lint.effects.drops import dropped_with, lost_target
from db_sage_lint.effects.locks import Effect, Lock
from db_sage_lint.effects.predict import Server, effects
from db_sage_lint.effects.reach import Effects, is_partitioned, on, over, over_partitions, own_foreign_keys
from db_sage_lint.effects.userdefined import is_constrained, underlying_default
from db_sage_lint.operations import (
    SERIAL,
    AddColumn,
    AddIdentity,
    ColumnSpec,
    DropColumn,
    DropDefault,
    DropExpression,
    DropIdentity,
    DropNotNull,
    Name,
    RenameColumn,
    SetColumnOption,
    SetDefault,
    SetExpression,
    SetIdentity,
    SetNotNull,
)

if TYPE_CHECKING:
    from db_sage_lint.catalog import Catalog
    from db_sage_lint.expressions import Volatility


@effects
def add_column(op: AddColumn, server: Server) -> Effects:
    """A heir that has the column already is locked as well, but nothing below it."""
    rewrites = fills_rows(op.column, server)
    scans = rewrites or _verifies_not_null(op.column)
    found = over(server, op.table, Lock.ACCESS_EXCLUSIVE, only=op.only, scans=scans, rewrites=rewrites)
    if len(found) < 2 or is_partitioned(server, op.table):
        return found
    return _without_merged(found, op.column.name, server)


def _without_merged(found: list[Effect], column: str, server: Server) -> Iterator[Effect]:
    merged: set[Name] = set()
    for effect in found:
        table = server.db.table(effect.relation)
        if table is None or not merged.isdisjoint(table.parents):
            merged.add(effect.relation)
            continue
        if column in table.columns:
            merged.add(effect.relation)
            yield Effect(effect.relation, effect.lock)
        else:
            yield effect


def fills_rows(column: ColumnSpec, server: Server) -> bool:
    """Whether the rows that exist have to be written anew to get their value of a new column."""
    db = server.db
    if column.identity or column.generated == "stored" or column.type.name in SERIAL:
        return True
    if column.default is None and column.type.name in BUILT_IN:
        return False
    return is_constrained(column.type, db) or default_volatility(column, db) == "volatile"


def default_volatility(column: ColumnSpec, db: "Catalog") -> "Volatility":
    """How volatile the value is that existing rows get in a new column; "immutable" where it has no default.

    The column's own default, else that of its domain. "unknown" where it calls a function that is neither built in
    nor made by a file: then nothing is said of a rewrite.
    """
    default = column.default if column.default is not None else underlying_default(column.type, db)
    return "immutable" if default is None else expressions.volatility(default, db)


def _verifies_not_null(column: ColumnSpec) -> bool:
    """NOT NULL is looked at row by row where no default fills the column: it has no value, NULL, or a virtual one."""
    return column.not_null and (column.default is None or expressions.is_null_constant(column.default))


@effects
def drop_column(op: DropColumn, server: Server) -> Iterator[Effect]:
    """ONLY leaves the column to direct heirs, which are locked to be told so."""
    db = server.db
    yield on(server, op.table, Lock.ACCESS_EXCLUSIVE)
    table = db.table(op.table)
    if table is None:
        return
    for heir in db.heirs(op.table, deep=not op.only):
        yield Effect(heir, Lock.ACCESS_EXCLUSIVE)
    for key in own_foreign_keys(table):
        if op.column in key.columns and key.referenced is not None:
            yield from lost_target(server, key.referenced)
    yield from dropped_with(op, server, cascade=op.cascade, heirs=not op.only)


@effects
def set_not_null(op: SetNotNull, server: Server) -> Effects:
    return becomes_not_null(server, op.table, op.column, only=op.only)


def becomes_not_null(server: Server, name: Name, column: str, *, only: bool = False) -> list[Effect]:
    """Each table is scanned for nulls unless a valid constraint of its own proves that there are none.

    Where the column is NOT NULL already, partitions are left alone, and from 18 on heirs too.
    """
    table = server.db.table(name)
    known = None if table is None else table.columns.get(column)
    if table is not None and known is not None and known.not_null and not _unvalidated(table, column):
        only = only or server.pg >= 18 or table.partition_by is not None
    found = over(server, name, Lock.ACCESS_EXCLUSIVE, only=only)
    judged = [on(server, e.relation, e.lock, scans=may_have_null(server, e.relation, column)) for e in found]
    if table is not None and table.partition_by is not None and len(judged) > 1:
        judged[0] = Effect(judged[0].relation, judged[0].lock, scans=any(e.scans for e in judged[1:]))
    return judged


def may_have_null(server: Server, name: Name, column: str) -> bool:
    """Whether nothing proves that the column has no null. A NOT NULL that is NOT VALID (18+) proves nothing."""
    table = server.db.table(name)
    if table is None:
        return True
    known = table.columns.get(column)
    if known is not None and known.not_null and not _unvalidated(table, column):
        return False
    return server.db.not_null_proof(name, column) is None


def _unvalidated(table: Table, column: str) -> bool:
    return any(c.kind == "not null" and not c.valid and column in c.columns for c in table.constraints.values())


@effects
def drop_not_null(op: DropNotNull, server: Server) -> Effects:
    """From 18 on NOT NULL is a constraint: heirs are locked only if there is one to drop."""
    column = _column(server, op.table, op.column)
    nothing_to_drop = server.pg >= 18 and column is not None and not column.not_null
    return over(server, op.table, Lock.ACCESS_EXCLUSIVE, only=op.only or nothing_to_drop)


def _column(server: Server, name: Name, column: str) -> Column | None:
    table = server.db.table(name)
    return None if table is None else table.columns.get(column)


@effects
def on_tree(op: SetDefault | DropDefault | DropExpression | RenameColumn, server: Server) -> Effects:
    return over(server, op.table, Lock.ACCESS_EXCLUSIVE, only=op.only)


@effects
def identity(op: AddIdentity | SetIdentity | DropIdentity, server: Server) -> Effects:
    """An existing column keeps its values. Partitions follow from 17 on; not where there is no identity to drop."""
    column = _column(server, op.table, op.column) if isinstance(op, DropIdentity) else None
    nothing_to_drop = column is not None and not column.identity
    return over_partitions(server, op.table, Lock.ACCESS_EXCLUSIVE, only=op.only or server.pg < 17 or nothing_to_drop)


@effects
def set_expression(op: SetExpression, server: Server) -> Effects:
    """The values of a stored generated column are computed anew."""
    column = _column(server, op.table, op.column)
    stored = column is None or column.generated != "virtual"
    return over(server, op.table, Lock.ACCESS_EXCLUSIVE, only=op.only, scans=stored, rewrites=stored)


@effects
def set_column_option(op: SetColumnOption, server: Server) -> Effects:
    """AlterTableGetLockLevel in tablecmds.c; which of them recurse: ATPrepCmd."""
    if op.option == "statistics":
        return over(server, op.table, Lock.SHARE_UPDATE_EXCLUSIVE, only=op.only)
    if op.option == "attribute options":
        return (on(server, op.table, Lock.SHARE_UPDATE_EXCLUSIVE),)
    return over(server, op.table, Lock.ACCESS_EXCLUSIVE, only=op.only or op.option != "storage")
