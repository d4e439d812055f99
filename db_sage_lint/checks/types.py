"""Enums, domains and sequences."""

from collections.abc import Callable, Iterator
from typing import Any

from db_sage_lint.checks.registry import check
from db_sage_lint.context import Context, Verdict
from db_sage_lint.effects.versions import new_enum_value_usable
from db_sage_lint.expressions import columns_read, literals
from db_sage_lint.expressions.targets import cast_targets
from db_sage_lint.filed import Filed
from db_sage_lint.operations import (
    AddCheck,
    AddColumn,
    AlterPolicy,
    CreateFunction,
    CreateIndex,
    CreateMaterializedView,
    CreatePolicy,
    CreateTable,
    CreateView,
    Delete,
    Expression,
    Insert,
    Name,
    Query,
    SetDefault,
    SetType,
    Type,
    Update,
)

# What may hold a value of an enum: its expressions, each with the type that a bare literal in it takes on by its place.
Typed = tuple[Expression | None, Type | None]
holds: Filed[Callable[[Any, Context], Iterator[Typed]]] = Filed()


@check
def enum_value_used_in_same_transaction(
    op: AddCheck
    | AddColumn
    | AlterPolicy
    | CreateFunction
    | CreateIndex
    | CreateMaterializedView
    | CreatePolicy
    | CreateTable
    | CreateView
    | Delete
    | Insert
    | Query
    | SetDefault
    | SetType
    | Update,
    now: Context,
) -> bool | Verdict:
    for enum, value in used(op, now) if now.session.new_enum_values else ():
        if not is_usable(enum, now):
            added = now.session.new_enum_values[enum, value]
            facts = {"value": f"'{value}'", "type": now.shown(enum)}
            return Verdict(facts=facts, related=((added, "the value is added here"),))
    return False


def is_usable(enum: Name, now: Context) -> bool:
    known = now.db.enum(enum)
    return new_enum_value_usable(now.pg, type_is_new=known is not None and now.in_this_transaction(known.made))


def used(op: object, now: Context) -> Iterator[tuple[Name, str]]:
    """The new enum values whose text stands as a literal where it becomes a value of the enum."""
    new = now.session.new_enum_values
    if isinstance(op, CreateFunction):
        yield from (pair for pair in new if is_in_body(op, *pair, now))
        return
    enums = {enum for enum, _ in new}
    for expression, placed in typed_expressions(op, now):
        values = {literal.value for literal in literals(expression)}
        found = ((enum, value) for enum in enums for value in values if (enum, value) in new)
        yield from (pair for pair in found if becomes(pair[0], expression, placed, now))


def typed_expressions(op: object, now: Context) -> Iterator[tuple[Expression, Type | None]]:
    """The operation's expressions, each with the type that its place gives to a bare literal."""
    for function in holds[type(op)]:
        for expression, placed in function(op, now):
            if expression:
                yield expression, placed


def becomes(enum: Name, expression: Expression, placed: Type | None, now: Context) -> bool:
    """Whether literals of the expression become values of the enum: by their place, by a cast, or by comparison."""
    if placed and is_of(placed, enum, now):
        return True
    if any(now.db.resolve_type(name) == enum for name in cast_targets(expression)):
        return True
    return placed is None and not enum_columns(enum, now).isdisjoint(columns_read(expression))


def is_of(placed: Type, enum: Name, now: Context) -> bool:
    return placed.name == enum.name and now.db.resolve_type(Name(placed.name, placed.schema)) == enum


def enum_columns(enum: Name, now: Context) -> set[str]:
    """The names of all columns of that type."""
    return {column.name for _, column in now.db.tables_using_type(enum)}


def is_in_body(op: CreateFunction, enum: Name, value: str, now: Context) -> bool:
    """Whether the body of a function in SQL, which is analysed when it is created, has the value as one of the enum."""
    if op.language != "sql" or f"'{value}'" not in op.body:
        return False
    return any(name in op.body for name in (enum.name, *enum_columns(enum, now)))


def column_type(table: Name, column: str, now: Context) -> Type | None:
    known = now.table(table)
    found = known.columns.get(column) if known else None
    return found.type if found else None


@holds
def conditions(op: AddCheck | CreateView | CreateMaterializedView | Query | Delete, _: Context) -> Iterator[Typed]:
    for field in ("expression", "query", "where"):
        yield getattr(op, field, None), None


@holds
def policy(op: CreatePolicy | AlterPolicy, _: Context) -> Iterator[Typed]:
    yield op.using, None
    yield op.check, None


@holds
def index(op: CreateIndex, _: Context) -> Iterator[Typed]:
    yield op.predicate, None
    for key in op.keys:
        yield key.expression, None


@holds
def default(op: SetDefault, now: Context) -> Iterator[Typed]:
    yield op.default, column_type(op.table, op.column, now)


@holds
def new_type(op: SetType, _: Context) -> Iterator[Typed]:
    yield op.using, op.type


@holds
def new_column(op: AddColumn, _: Context) -> Iterator[Typed]:
    yield op.column.default, op.column.type


@holds
def new_table(op: CreateTable, _: Context) -> Iterator[Typed]:
    for column in op.columns:
        yield column.default, column.type
    yield op.query, None


@holds
def update(op: Update, now: Context) -> Iterator[Typed]:
    for assignment in op.assignments:
        yield assignment.value, column_type(op.table, assignment.column, now)
    yield op.where, None


@holds
def insert(op: Insert, now: Context) -> Iterator[Typed]:
    table = now.table(op.table)
    columns = op.columns or tuple(table.columns if table else ())
    types = [column_type(op.table, column, now) for column in columns]
    for row in op.values:
        yield from zip(row, types, strict=False)
    for placed in types:
        yield op.query, placed
