"""RENAME TO and SET SCHEMA of everything."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from db_sage_lint.catalog.changes.datatypes import rename_attribute_of
from db_sage_lint.catalog.changes.functions import change_overload, find_overload
from db_sage_lint.catalog.changes.registry import changes, table_of
from db_sage_lint.catalog.moves import move_relation, rewrite_policies, types_follow
from db_sage_lint.catalog.names import not_null_name
from db_sage_lint.catalog.parts import bury, note_gone, put_constraint, without
from db_sage_lint.catalog.records import CompositeType, Domain, Function, Index, Sequence, Table, View
from db_sage_lint.operations import (
    Name,
    Operation,
    RenameColumn,
    RenameConstraint,
    RenameIndex,
    RenameObject,
    RenameTable,
    SetSchema,
    Type,
)
from db_sage_lint.script import Origin

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog

Move = Callable[["Catalog", Name, Name, Operation, Origin], None]


@changes
def rename_table(op: RenameTable, db: "Catalog", origin: Origin) -> None:
    """ALTER TABLE … RENAME TO, which views, indexes and sequences allow too."""
    old = db.resolve(op.table)
    new = Name(op.new_name, old.schema)
    if old in db.relations or table_of(op, db):
        move_relation(db, old, new, op, origin)


@changes
def rename_index(op: RenameIndex, db: "Catalog", origin: Origin) -> None:
    old = db.resolve(op.index)
    if old in db.relations:
        move_relation(db, old, Name(op.new_name, old.schema), op, origin)
    else:
        bury(db, old, op, origin, now=Name(op.new_name, old.schema))


@changes
def column_renamed(op: RenameColumn, db: "Catalog", origin: Origin) -> None:
    from db_sage_lint.catalog.columnnames import rename_column

    relation = db.relations.get(db.resolve(op.table)) or table_of(op, db)
    if isinstance(relation, CompositeType):
        rename_attribute_of(db, relation, op.column, op.new_name, op, origin)
    elif isinstance(relation, Table):
        for name in (relation.name, *db.heirs(relation.name)):
            member = db.relations.get(name)
            if isinstance(member, Table):
                rename_column(db, member, op.column, op.new_name, op, origin)
    elif isinstance(relation, View):
        columns = tuple(op.new_name if column == op.column else column for column in relation.columns)
        db.put_relation(replace(relation, columns=columns, changed=origin))


@changes
def rename_constraint(op: RenameConstraint, db: "Catalog", origin: Origin) -> None:
    table = table_of(op, db)
    if table is None:
        return
    for name in (table.name, *db.heirs(table.name)):
        member = db.relations.get(name)
        constraint = member.constraints.get(op.name) if isinstance(member, Table) else None
        if isinstance(member, Table) and constraint is None:
            _rename_unnamed_not_null(db, member, op)
        if not isinstance(member, Table) or constraint is None or not (constraint.inherited or name == table.name):
            continue
        note_gone(db, ("constraint", name, op.name), op, origin, record=constraint)
        if constraint.index:
            move_relation(db, constraint.index, Name(op.new_name, name.schema), op, origin)
        else:
            db.put_relation(replace(member, constraints=without(member.constraints, op.name)))
            put_constraint(db, name, replace(constraint, name=op.new_name), origin)


def _rename_unnamed_not_null(db: "Catalog", table: Table, op: RenameConstraint) -> None:
    """From 18 on NOT NULL is a constraint; see `not_null_name`."""
    for column in table.columns.values():
        if column.not_null and not_null_name(table, column) == op.name:
            renamed = replace(column, not_null_name=op.new_name)
            db.put_relation(replace(table, columns={**table.columns, column.name: renamed}))
            return


@changes
def rename_object(op: RenameObject, db: "Catalog", origin: Origin) -> None:
    if op.kind == "function":
        _move_function(db, op.name, op.arguments, lambda name: Name(op.new_name, name.schema), op, origin)
    elif op.kind == "domain constraint":
        _rename_domain_constraint(db, op, origin)
    elif op.kind in _RENAMES:
        place, move = _RENAMES[op.kind]
        old = place(db, op.name)
        move(db, old, Name(op.new_name, old.schema), op, origin)


@changes
def set_schema(op: SetSchema, db: "Catalog", origin: Origin) -> None:
    if op.kind == "function":
        _move_function(db, op.name, op.arguments, lambda name: Name(name.name, op.new_schema), op, origin)
    elif op.kind == "extension":
        extension = db.extensions.get(op.name.name)
        if extension:
            db.put(db.extensions, extension.name, replace(extension, schema=op.new_schema))
    elif op.kind in _RENAMES:
        place, move = _RENAMES[op.kind]
        old = place(db, op.name)
        move(db, old, Name(old.name, op.new_schema), op, origin)


def _move_with_parts(db: "Catalog", old: Name, new: Name, op: Operation, origin: Origin) -> None:
    """Moves a relation; into another schema its indexes and owned sequences follow."""
    if isinstance(db.relations.get(old), Index):  # an index stands where its table does
        return
    if old not in db.relations and op_is_of_table(op):
        db.put_relation(Table(name=old))
    if new.schema != old.schema:
        relation = db.relations.get(old)
        parts = relation.indexes if isinstance(relation, Table | View) else ()
        owned = [name for name in db.users(old.name) if _owns(db, old, name)] if isinstance(relation, Table) else []
        for part in (*parts, *owned):
            move_relation(db, part, Name(part.name, new.schema), op, origin)
    move_relation(db, old, new, op, origin)


def op_is_of_table(op: Operation) -> bool:
    return isinstance(op, SetSchema) and op.kind in ("table", "foreign table") and not op.if_exists


def _owns(db: "Catalog", table: Name, sequence: Name) -> bool:
    found = db.relations.get(sequence)
    return isinstance(found, Sequence) and found.owned_by is not None and found.owned_by[0] == table


def _move_type(db: "Catalog", old: Name, new: Name, op: Operation, origin: Origin) -> None:
    data_type = db.types.get(old)
    if data_type is None or old == new:
        return
    if isinstance(data_type, CompositeType):
        move_relation(db, old, new, op, origin)
    else:
        note_gone(db, ("type", old, ""), op, origin, record=data_type, now=new)
        db.remove_type(old)
        db.rename_user(old, new)
        db.put_type(replace(data_type, name=new))
        types_follow(db, old, new)


def _move_schema(db: "Catalog", old: Name, new: Name, op: Operation, origin: Origin) -> None:
    """Moves everything in a schema, whose name stands in `old.name`."""
    schema = db.schemas.get(old.name)
    if schema is None:
        return
    note_gone(db, ("schema", Name(old.name), ""), op, origin, record=schema, now=Name(new.name))
    db.remove(db.schemas, old.name)
    db.put(db.schemas, new.name, replace(schema, name=new.name))
    for name in [name for name in db.relations if name.schema == old.name]:
        move_relation(db, name, Name(name.name, new.name), op, origin)
    for name in [name for name in db.types if name.schema == old.name]:
        _move_type(db, name, Name(name.name, new.name), op, origin)
    for name in [name for name in db.functions if name.schema == old.name]:
        for function in db.functions[name]:
            _move_overload(db, function, Name(name.name, new.name), op, origin)


def _move_role(db: "Catalog", old: Name, new: Name, op: Operation, origin: Origin) -> None:
    role = db.roles.get(old.name)
    if role is None:
        return
    note_gone(db, ("role", Name(old.name), ""), op, origin, record=role, now=Name(new.name))
    db.remove(db.roles, old.name)
    db.put(db.roles, new.name, replace(role, name=new.name))
    for table in [t for t in db.relations.values() if isinstance(t, Table)]:
        rewrite_policies(
            db,
            table,
            lambda policy: (
                replace(policy, roles=tuple(new.name if r == old.name else r for r in policy.roles))
                if old.name in policy.roles
                else policy
            ),
        )


def _move_function(
    db: "Catalog",
    name: Name,
    arguments: tuple[Type, ...] | None,
    new_name: Callable[[Name], Name],
    op: Operation,
    origin: Origin,
) -> None:
    function = find_overload(db, name, arguments)
    if function:
        _move_overload(db, function, new_name(function.name), op, origin)


def _move_overload(db: "Catalog", function: Function, new: Name, op: Operation, origin: Origin) -> None:
    from db_sage_lint.catalog.callers import calls_follow

    old = function.name
    if new == old:
        return
    note_gone(db, ("function", old, ""), op, origin, record=function, now=new)
    change_overload(db, function, None)
    db.put_functions(new, (*db.functions.get(new, ()), replace(function, name=new, changed=origin)))
    db.rename_user(old, new)
    if old not in db.functions:
        calls_follow(db, old, new)


def _rename_domain_constraint(db: "Catalog", op: RenameObject, origin: Origin) -> None:
    domain = db.domain(op.name)
    if isinstance(domain, Domain) and any(check.name == op.constraint for check in domain.checks):
        note_gone(db, ("domain constraint", domain.name, op.constraint), op, origin)
        new = op.new_name
        checks = tuple(replace(c, name=new) if c.name == op.constraint else c for c in domain.checks)
        db.put_type(replace(domain, checks=checks))
        db.note(domain.name, new)


def _relation(db: "Catalog", name: Name) -> Name:
    return db.resolve(name)


def _type(db: "Catalog", name: Name) -> Name:
    return db.resolve_type(name)


def _bare(_: "Catalog", name: Name) -> Name:
    return Name(name.name)


_RENAMES: dict[str, tuple[Callable[["Catalog", Name], Name], Move]] = {
    **dict.fromkeys(("table", "foreign table", "view", "materialized view", "sequence"), (_relation, _move_with_parts)),
    "type": (_type, _move_type),
    "domain": (_type, _move_type),
    "schema": (_bare, _move_schema),
    "role": (_bare, _move_role),
}
