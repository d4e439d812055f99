"""Columns added, dropped and changed; what is done to a table is done to those that inherit from it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from db_sage_lint.catalog.changes.inherit import own_column
from db_sage_lint.catalog.changes.registry import changes, family, table_of
from db_sage_lint.catalog.changes.sources import inherited_column
from db_sage_lint.catalog.datatypes import resolved_type, type_name
from db_sage_lint.catalog.parts import alter, drop_column, drop_sequence, kept_default, new_column, new_sequence
from db_sage_lint.catalog.records import UNKNOWN_TYPE, Column, Enum, Table
from db_sage_lint.catalog.removal import cascade
from db_sage_lint.operations import (
    AddColumn,
    AddIdentity,
    DropColumn,
    DropDefault,
    DropExpression,
    DropIdentity,
    DropNotNull,
    Expression,
    OnColumn,
    OnTable,
    SetDefault,
    SetExpression,
    SetIdentity,
    SetNotNull,
    SetType,
    Type,
)
from db_sage_lint.script import Origin

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog


@changes
def add_column(op: AddColumn, db: "Catalog", origin: Origin) -> None:
    table = table_of(op, db)
    if table is None:
        return
    column = new_column(db, table.name, op.column, origin, table.persistence)
    alter(db, table, origin, columns={**table.columns, column.name: column})
    if not table.children:
        return
    for heir in family(db, table, op):
        if heir.name != table.name:
            own = heir.columns.get(column.name)
            below = (
                replace(own, inherited=True)
                if own
                else inherited_column(column, origin, partition=heir.bound is not None)
            )
            alter(db, heir, origin, columns={**heir.columns, column.name: below})


@changes
def column_dropped(op: DropColumn, db: "Catalog", origin: Origin) -> None:
    table = table_of(op, db)
    if table is None:
        return
    cascade(db, op, origin)
    if op.column in table.columns or not table.closed:
        drop_column(db, table.name, op.column, op, origin)
        _let_go(db, table, op.column, origin)


def _let_go(db: "Catalog", table: Table, column: str, origin: Origin) -> None:
    """Children that keep the column have it by themselves from here on, unless another parent has it."""
    for child in db.heirs(table.name, deep=False):
        heir = db.relations.get(child)
        if isinstance(heir, Table) and column in heir.columns:
            others = [db.relations.get(parent) for parent in heir.parents if parent != table.name]
            if not any(isinstance(other, Table) and column in other.columns for other in others):
                alter(db, heir, origin, columns={**heir.columns, column: own_column(heir.columns[column])})


def change_columns(
    db: "Catalog",
    op: OnTable,
    name: str,
    origin: Origin,
    change: Callable[[Table, Column], Column],
    *,
    partitions_only: bool = False,
) -> None:
    """Changes one column of a table and of its heirs (identity: of partitions only).

    A column that the catalog does not know, of a table that it does not know all of, becomes known by it.
    """
    table = table_of(op, db)
    if table is None:
        return
    for member in family(db, table, op):
        column = member.columns.get(name)
        if partitions_only and member.bound is None and member.name != table.name:
            continue
        if column is None:
            if member.closed:
                continue
            column = Column(name=name, type=UNKNOWN_TYPE)
        changed = replace(change(member, column), changed=origin)
        alter(db, member, origin, columns={**member.columns, name: changed})


@changes
def set_not_null(op: SetNotNull, db: "Catalog", origin: Origin) -> None:
    change_columns(db, op, op.column, origin, lambda _, column: made_not_null(column, origin))


def made_not_null(column: Column, origin: Origin) -> Column:
    """The column as NOT NULL; one that was so already keeps the statement that made it so."""
    return column if column.not_null else replace(column, not_null=True, not_null_made=origin)


def made_nullable(column: Column) -> Column:
    return replace(column, not_null=False, not_null_made=None, not_null_name="")


@changes
def drop_not_null(op: DropNotNull, db: "Catalog", origin: Origin) -> None:
    change_columns(db, op, op.column, origin, lambda _, column: made_nullable(column))
    table = db.table(op.table)
    if table and any(c.kind == "not null" for c in table.constraints.values()):
        rest = {n: c for n, c in table.constraints.items() if c.kind != "not null" or c.columns != (op.column,)}
        alter(db, table, origin, constraints=rest)


@changes
def set_default(op: SetDefault, db: "Catalog", origin: Origin) -> None:
    def change(_: Table, column: Column) -> Column:
        return replace(column, default=kept_default(db, op.default, column.type))

    change_columns(db, op, op.column, origin, change)
    db.note_expression(db.resolve(op.table), op.default)


@changes
def drop_default(op: DropDefault, db: "Catalog", origin: Origin) -> None:
    change_columns(db, op, op.column, origin, lambda _, column: replace(column, default=None))


@changes
def set_type(op: SetType, db: "Catalog", origin: Origin) -> None:
    new = resolved_type(db, op.type)

    def change(table: Table, column: Column) -> Column:
        db.note(table.name, new.name)
        default = _kept_default(db, column, new)
        if default is not column.default:
            db.note_expression(table.name, default)
        return replace(column, type=new, collation=op.collation, default=default)

    change_columns(db, op, op.column, origin, change)


def _kept_default(db: "Catalog", column: Column, new: Type) -> Expression | None:
    """The default under a new type. That of an enum stays a value of the enum, which is cast from then on."""
    old = type_name(column.type)
    if column.default is None or old == type_name(new) or not isinstance(db.types.get(old), Enum):
        return column.default
    from db_sage_lint.catalog.rewriting import with_cast

    return with_cast(column.default, column.type)


@changes
def add_identity(op: AddIdentity, db: "Catalog", origin: Origin) -> None:
    table = table_of(op, db)
    if table is None:
        return
    column = table.columns.get(op.column)
    integer = column.type.name if column else "int8"
    sequence = new_sequence(db, table.name, op.column, integer, origin, table.persistence, identity=True)

    def change(member: Table, known: Column) -> Column:
        own = sequence if member.name == table.name else None
        return replace(made_not_null(known, origin), identity=op.identity, sequence=own)

    change_columns(db, op, op.column, origin, change, partitions_only=True)


def _change_identity(
    db: "Catalog", op: OnColumn, identity: Literal["", "always", "by default"], origin: Origin
) -> None:
    def change(_: Table, column: Column) -> Column:
        return replace(column, identity=identity)

    change_columns(db, op, op.column, origin, change, partitions_only=True)


@changes
def set_identity(op: SetIdentity, db: "Catalog", origin: Origin) -> None:
    if op.identity:
        _change_identity(db, op, op.identity, origin)


@changes
def drop_identity(op: DropIdentity, db: "Catalog", origin: Origin) -> None:
    table = table_of(op, db)
    column = table.columns.get(op.column) if table else None
    if table is None or column is None:
        return
    if column.sequence:
        drop_sequence(db, column.sequence, op, origin)
    _change_identity(db, op, "", origin)


@changes
def set_expression(op: SetExpression, db: "Catalog", origin: Origin) -> None:
    change_columns(db, op, op.column, origin, lambda _, column: replace(column, generation=op.generation))
    db.note_expression(db.resolve(op.table), op.generation)


@changes
def drop_expression(op: DropExpression, db: "Catalog", origin: Origin) -> None:
    change_columns(db, op, op.column, origin, lambda _, column: replace(column, generated="", generation=None))
