"""Which objects an operation needs to be there: tables, types, functions, schemas and roles, as it writes them.

What it only takes away (DROP, RENAME) or alters under IF EXISTS is not among them, nor what stands in the body of a
function, which the server looks up when it runs.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from db_sage_lint.expressions import functions_called, reads, relations_named, sequences_named
from db_sage_lint.expressions.known import Known
from db_sage_lint.filed import Filed
from db_sage_lint.operations import (
    AddCheck,
    AddColumn,
    AddEnumValue,
    AddForeignKey,
    AlterCompositeType,
    AlterDefaultPrivileges,
    AlterDomain,
    AlterFunction,
    AlterPolicy,
    AlterPublication,
    AlterSequence,
    AttachIndex,
    AttachPartition,
    ColumnSpec,
    Comment,
    Copy,
    CreateAggregate,
    CreateCompositeType,
    CreateDomain,
    CreateEnum,
    CreateExtension,
    CreateFunction,
    CreateIndex,
    CreateMaterializedView,
    CreatePolicy,
    CreatePublication,
    CreateSchema,
    CreateSequence,
    CreateStatistics,
    CreateTable,
    CreateTrigger,
    CreateType,
    CreateView,
    Delete,
    DropTable,
    Expression,
    Grant,
    GrantRole,
    Insert,
    Merge,
    Name,
    OnTable,
    Operation,
    Query,
    RefreshMaterializedView,
    RenameTable,
    SetDefault,
    SetExpression,
    SetObjectOwner,
    SetOwner,
    SetSchema,
    SetType,
    SetViewOptions,
    Type,
    Update,
)

# Kind (relation, type, function, schema, role, extension) and name.
Use = tuple[str, Name]
Uses = Iterator[Use]

COMMENTED = {
    **dict.fromkeys(("table", "foreign table", "view", "materialized view", "index", "sequence"), "relation"),
    **dict.fromkeys(("function", "procedure", "aggregate"), "function"),
    **dict.fromkeys(("type", "domain"), "type"),
    "schema": "schema",
    "role": "role",
    "extension": "extension",
}
ROLE_WORDS = frozenset({"public", "current_user", "current_role", "session_user"})

uses: Filed[Callable[[Any, Known], Uses]] = Filed()


def needed(op: Operation, db: Known) -> Uses:
    """What the operation needs; the same object may come twice, and relations that a query finds may be left out."""
    for function in uses[type(op)]:
        yield from function(op, db)


def types_of(columns: Iterable[Type]) -> Uses:
    for one in columns:
        yield "type", Name(one.name, one.schema)


def functions_of(expression: Expression | None) -> Uses:
    """The functions that an expression calls, and the sequences that it names in constants."""
    if expression is not None:
        for name in sorted(functions_called(expression)):
            yield "function", name
        for name in sorted(sequences_named(expression)):
            yield "relation", name


def relations_of(query: Expression | None, db: Known) -> Uses:
    """What a query reads, as far as it isn't there, and the functions that it calls."""
    if query is None:
        return
    if any(db.table(name) is None and db.view(name) is None for name in relations_named(query)):
        for name in sorted({name for name, _ in reads(query, db)}):
            yield "relation", name
    yield from functions_of(query)


def schema_of(name: Name) -> Uses:
    if name.schema:
        yield "schema", Name(name.schema)


def roles_of(names: Iterable[str]) -> Uses:
    for name in names:
        if name not in ROLE_WORDS:
            yield "role", Name(name)


def column_of(column: ColumnSpec) -> Uses:
    yield from types_of([column.type])
    yield from functions_of(column.default)
    yield from functions_of(column.generation)


@uses
def on_table(op: OnTable, _: Known) -> Uses:
    if not op.if_exists and not isinstance(op, DropTable | RenameTable):
        yield "relation", op.table


@uses
def add_column(op: AddColumn, _: Known) -> Uses:
    yield from column_of(op.column)


@uses
def set_type(op: SetType, _: Known) -> Uses:
    yield from types_of([op.type])
    yield from functions_of(op.using)


@uses
def set_default(op: SetDefault, _: Known) -> Uses:
    yield from functions_of(op.default)


@uses
def set_expression(op: SetExpression, _: Known) -> Uses:
    yield from functions_of(op.generation)


@uses
def add_check(op: AddCheck, _: Known) -> Uses:
    yield from functions_of(op.expression)


@uses
def add_foreign_key(op: AddForeignKey, _: Known) -> Uses:
    yield "relation", op.referenced


@uses
def attach_partition(op: AttachPartition, _: Known) -> Uses:
    yield "relation", op.partition


@uses
def create_trigger(op: CreateTrigger, _: Known) -> Uses:
    yield "function", op.function
    yield from functions_of(op.when)


@uses
def policy(op: CreatePolicy | AlterPolicy, db: Known) -> Uses:
    yield from roles_of(op.roles or ())
    for expression in (op.using, op.check):
        yield from relations_of(expression, db)


@uses
def set_owner(op: SetOwner | SetObjectOwner, _: Known) -> Uses:
    yield from roles_of([op.owner])


@uses
def create_table(op: CreateTable, db: Known) -> Uses:
    yield from schema_of(op.table)
    for column in op.columns:
        yield from column_of(column)
    relations = (*op.inherits, *(like.table for like in op.likes), *([op.partition_of] if op.partition_of else ()))
    for name in relations:
        yield "relation", name
    if op.of_type:
        yield "type", op.of_type
    yield from relations_of(op.query, db)


@uses
def create_index(op: CreateIndex, _: Known) -> Uses:
    yield "relation", op.table
    for expression in (op.predicate, *(key.expression for key in op.keys)):
        yield from functions_of(expression)


@uses
def create_view(op: CreateView | CreateMaterializedView, db: Known) -> Uses:
    yield from schema_of(op.view)
    yield from relations_of(op.query, db)


@uses
def refresh(op: RefreshMaterializedView, _: Known) -> Uses:
    yield "relation", op.view


@uses
def set_view_options(op: SetViewOptions, _: Known) -> Uses:
    if not op.if_exists:
        yield "relation", op.view


@uses
def create_sequence(op: CreateSequence | AlterSequence, _: Known) -> Uses:
    yield from schema_of(op.sequence)
    if op.owned_by:
        yield "relation", op.owned_by[0]


@uses
def create_domain(op: CreateDomain, _: Known) -> Uses:
    yield from schema_of(op.domain)
    yield from types_of([op.base])
    for expression in (op.default, *(check.expression for check in op.checks)):
        yield from functions_of(expression)


@uses
def alter_domain(op: AlterDomain, _: Known) -> Uses:
    yield "type", op.domain
    for expression in (op.default, op.check.expression if op.check else None):
        yield from functions_of(expression)


@uses
def create_enum(op: CreateEnum | CreateType, _: Known) -> Uses:
    yield from schema_of(op.type)


@uses
def create_composite_type(op: CreateCompositeType, _: Known) -> Uses:
    yield from schema_of(op.type)
    yield from types_of(attribute.type for attribute in op.attributes)


@uses
def alter_composite_type(op: AlterCompositeType, _: Known) -> Uses:
    yield "type", op.type
    if op.change != "drop":
        yield from types_of([op.attribute.type])


@uses
def add_enum_value(op: AddEnumValue, _: Known) -> Uses:
    yield "type", op.type


@uses
def create_function(op: CreateFunction, db: Known) -> Uses:
    yield from schema_of(op.function)
    yield from types_of(argument.type for argument in op.arguments)
    yield from types_of([op.returns] if op.returns else ())
    for argument in op.arguments:
        yield from functions_of(argument.default)
    yield from relations_of(op.sql_body, db)


@uses
def alter_function(op: AlterFunction, _: Known) -> Uses:
    yield "function", op.function


@uses
def create_aggregate(op: CreateAggregate, _: Known) -> Uses:
    yield from schema_of(op.function)


@uses
def create_schema(op: CreateSchema, _: Known) -> Uses:
    if op.owner:
        yield from roles_of([op.owner])


@uses
def create_extension(op: CreateExtension, _: Known) -> Uses:
    if op.schema:
        yield "schema", Name(op.schema)


@uses
def set_schema(op: SetSchema, _: Known) -> Uses:
    if not op.if_exists:
        yield "schema", Name(op.new_schema)


@uses
def attach_index(op: AttachIndex, _: Known) -> Uses:
    yield "relation", op.index
    yield "relation", op.partition


@uses
def comment(op: Comment, _: Known) -> Uses:
    kind = "relation" if op.part else COMMENTED.get(op.kind)
    if op.target and kind:
        yield kind, op.target


@uses
def create_statistics(op: CreateStatistics, _: Known) -> Uses:
    yield "relation", op.table


@uses
def publication(op: CreatePublication | AlterPublication, _: Known) -> Uses:
    for name in op.tables:
        yield "relation", name


@uses
def grant(op: Grant, _: Known) -> Uses:
    kind = {"table": "relation", "sequence": "relation", "function": "function", "schema": "schema", "type": "type"}
    for name in op.names:
        if op.all_in_schema:
            yield "schema", Name(name.name)
        elif op.kind in kind:
            yield kind[op.kind], name
    yield from roles_of(op.grantees)


@uses
def default_privileges(op: AlterDefaultPrivileges, _: Known) -> Uses:
    yield from roles_of((*op.roles, *op.grantees))
    for schema in op.schemas:
        yield "schema", Name(schema)


@uses
def grant_role(op: GrantRole, _: Known) -> Uses:
    yield from roles_of((*op.roles, *op.grantees))


@uses
def rows(op: Update | Delete | Merge, _: Known) -> Uses:
    yield "relation", op.table


@uses
def insert(op: Insert, db: Known) -> Uses:
    yield "relation", op.table
    yield from relations_of(op.query, db)


@uses
def copy(op: Copy, _: Known) -> Uses:
    if op.table:
        yield "relation", op.table


@uses
def query(op: Query, db: Known) -> Uses:
    yield from relations_of(op.query, db)
