"""Constraints added, validated, changed and dropped."""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from db_sage_lint.catalog.changes.columns import change_columns, made_not_null, made_nullable
from db_sage_lint.catalog.changes.inherit import join_foreign_key
from db_sage_lint.catalog.changes.registry import changes, family, heir_tables, table_of
from db_sage_lint.catalog.names import free_constraint_name, joined, not_null_name
from db_sage_lint.catalog.parts import alter, drop_constraint, put_constraint
from db_sage_lint.catalog.reading import mentions
from db_sage_lint.catalog.records import Constraint, Table
from db_sage_lint.catalog.removal import cascade
from db_sage_lint.operations import (
    AddCheck,
    AddForeignKey,
    AddNotNull,
    AlterConstraint,
    DropConstraint,
    OnTable,
    ValidateConstraint,
)
from db_sage_lint.script import Origin

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog


@changes
def add_check(op: AddCheck, db: "Catalog", origin: Origin) -> None:
    table = table_of(op, db)
    if table is None:
        return
    constraint = Constraint(
        name=op.name or _check_name(db, table, op),
        kind="check",
        columns=op.columns,
        expression=op.expression,
        valid=op.valid and op.enforced,
        enforced=op.enforced,
        no_inherit=op.no_inherit,
        made=origin,
        at=op.at,
    )
    put_constraint(db, table.name, constraint, origin)
    if not op.no_inherit:
        _pass_on(db, table, constraint, op, origin)


def _check_name(db: "Catalog", table: Table, op: AddCheck) -> str:
    """A CHECK is named after its column if it reads just one: AddRelationNewConstraints in src/backend/catalog/heap.c.

    `columns` may have one more, beside which the constraint is written.
    """
    read = op.columns if len(op.columns) == 1 else [c for c in op.columns if mentions(op.expression, f'"{c}"')]
    column = read[0] if len(read) == 1 else ""
    return free_constraint_name(db, table.name.schema, table.name.name, column, "check", table.constraints)


def _pass_on(db: "Catalog", table: Table, constraint: Constraint, op: OnTable, origin: Origin) -> None:
    """Gives a check to the heirs; one of that name that they have already is merged with it."""
    if table.children and not op.only:
        for heir in heir_tables(db, table.name):
            own = heir.constraints.get(constraint.name)
            below = replace(own, inherited=True) if own else replace(constraint, inherited=True, local=False)
            put_constraint(db, heir.name, below, origin)


@changes
def add_not_null(op: AddNotNull, db: "Catalog", origin: Origin) -> None:
    table = table_of(op, db)
    if table is None:
        return
    schema, bare_name = table.name.schema, table.name.name
    constraint = Constraint(
        name=op.name or free_constraint_name(db, schema, bare_name, op.column, "not_null", table.constraints),
        kind="not null",
        columns=(op.column,),
        valid=op.valid,
        made=origin,
        at=op.at,
    )
    put_constraint(db, table.name, constraint, origin)
    _pass_on(db, table, constraint, op, origin)
    if op.valid:
        change_columns(db, op, op.column, origin, lambda _, column: made_not_null(column, origin))


@changes
def add_foreign_key(op: AddForeignKey, db: "Catalog", origin: Origin) -> None:
    table = table_of(op, db)
    if table is None:
        return
    name = op.name
    if not name:
        columns = joined(op.columns)
        name = free_constraint_name(db, table.name.schema, table.name.name, columns, "fkey", table.constraints)
    referenced = db.resolve(op.referenced)
    constraint = Constraint(
        name=name,
        kind="foreign key",
        columns=op.columns,
        valid=op.valid and op.enforced,
        enforced=op.enforced,
        deferrable=op.deferrable,
        initially_deferred=op.initially_deferred,
        referenced=referenced,
        referenced_columns=op.referenced_columns or primary_key(db.relations.get(referenced)),
        on_delete=op.on_delete,
        on_update=op.on_update,
        match=op.match,
        to_key=not op.referenced_columns,
        made=origin,
        at=op.at,
    )
    put_constraint(db, table.name, constraint, origin)
    if table.children:
        for child in db.partitions(table.name, deep=False):
            join_foreign_key(db, constraint, child, origin)


def primary_key(relation: object) -> tuple[str, ...]:
    """The columns of a table's primary key, none where it has none or is not known."""
    if isinstance(relation, Table):
        for constraint in relation.constraints.values():
            if constraint.kind == "primary key":
                return constraint.columns
    return ()


@changes
def validate_constraint(op: ValidateConstraint, db: "Catalog", origin: Origin) -> None:
    table = table_of(op, db)
    if table is None:
        return
    for member in family(db, table, op):
        constraint = member.constraints.get(op.name)
        if constraint is None or constraint.valid or not constraint.enforced:
            continue
        put_constraint(db, member.name, replace(constraint, valid=True, validated=origin), origin)
        if constraint.kind == "not null":
            only = replace_table(op, member)
            change_columns(db, only, constraint.columns[0], origin, lambda _, column: made_not_null(column, origin))


def replace_table(op: OnTable, member: Table) -> OnTable:
    """The operation as if it were on this member of the family alone."""
    return OnTable(table=member.name, only=True, possible=op.possible)


@changes
def alter_constraint(op: AlterConstraint, db: "Catalog", origin: Origin) -> None:
    table = table_of(op, db)
    constraint = table.constraints.get(op.name) if table else None
    if table is None or constraint is None:
        return
    enforced = constraint.enforced if op.enforced is None else op.enforced
    changed = replace(
        constraint,
        deferrable=constraint.deferrable if op.deferrable is None else op.deferrable,
        initially_deferred=(constraint.initially_deferred if op.initially_deferred is None else op.initially_deferred),
        no_inherit=constraint.no_inherit if op.no_inherit is None else op.no_inherit,
        enforced=enforced,
        valid=constraint.valid if enforced == constraint.enforced else enforced,
    )
    put_constraint(db, table.name, changed, origin)


@changes
def constraint_dropped(op: DropConstraint, db: "Catalog", origin: Origin) -> None:
    table = table_of(op, db)
    if table is None:
        return
    constraint = table.constraints.get(op.name)
    if constraint is None:
        _drop_unnamed_not_null(db, table, op, origin)
        return
    cascade(db, op, origin)
    drop_constraint(db, table.name, op.name, op, origin)
    if constraint.kind == "not null":
        change_columns(db, op, constraint.columns[0], origin, lambda _, column: made_nullable(column))


def _drop_unnamed_not_null(db: "Catalog", table: Table, op: DropConstraint, origin: Origin) -> None:
    """From 18 on NOT NULL is a constraint; the catalog keeps one that nobody named as a property of its column."""
    for column in table.columns.values():
        if column.not_null and not_null_name(table, column) == op.name:
            changed = replace(made_nullable(column), changed=origin)
            alter(db, table, origin, columns={**table.columns, column.name: changed})
            return
