"""Enums, domains, composite and other types."""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from db_sage_lint.catalog.changes.registry import changes, new_name
from db_sage_lint.catalog.datatypes import resolved_type
from db_sage_lint.catalog.names import free_domain_constraint_name
from db_sage_lint.catalog.parts import alter, change_column, drop_column, note_gone, put_composite
from db_sage_lint.catalog.records import (
    Column,
    CompositeType,
    DataType,
    Domain,
    DomainConstraint,
    Enum,
    EnumValue,
    OtherType,
    Table,
)
from db_sage_lint.catalog.removal import make_room, remove_type
from db_sage_lint.catalog.rewriting import with_literal
from db_sage_lint.operations import (
    AddEnumValue,
    AlterCompositeType,
    AlterDomain,
    Attribute,
    CreateCompositeType,
    CreateDomain,
    CreateEnum,
    CreateType,
    DomainCheck,
    Expression,
    Name,
    Operation,
    RenameAttribute,
    RenameEnumValue,
)
from db_sage_lint.script import Origin

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog


def _place_type(db: "Catalog", name: Name, op: Operation, origin: Origin) -> Name:
    """Where a new type goes; one of that name, or a relation with its row type, makes room."""
    place = new_name(db, name)
    if place in db.types:
        remove_type(db, place, op, origin)
    make_room(db, place, op, origin)
    return place


# --- enums ---------------------------------------------------------------------------------------------------------


@changes
def create_enum(op: CreateEnum, db: "Catalog", origin: Origin) -> None:
    values = tuple(EnumValue(value, origin) for value in op.values)
    db.put_type(Enum(name=_place_type(db, op.type, op, origin), values=values, made=origin))


@changes
def add_enum_value(op: AddEnumValue, db: "Catalog", origin: Origin) -> None:
    enum = db.enum(op.type)
    if enum is None or any(known.value == op.value for known in enum.values):
        return
    places = [known.value for known in enum.values]
    place = len(places)
    if op.neighbour in places:
        place = places.index(op.neighbour) + (0 if op.before else 1)
    values = (*enum.values[:place], EnumValue(op.value, origin), *enum.values[place:])
    db.put_type(replace(enum, values=values))


@changes
def rename_enum_value(op: RenameEnumValue, db: "Catalog", origin: Origin) -> None:
    enum = db.enum(op.type)
    if enum is None:
        return
    renamed = [known for known in enum.values if known.value == op.value]
    if renamed:
        note_gone(db, ("enum value", enum.name, op.value), op, origin, record=renamed[0])
        values = tuple(EnumValue(op.new_value, v.made) if v.value == op.value else v for v in enum.values)
        db.put_type(replace(enum, values=values))
        for table, column in db.tables_using_type(enum.name):
            if column.default is not None:
                _change_default(db, table.name, column, with_literal(column.default, op.value, op.new_value))


def _change_default(db: "Catalog", name: Name, column: Column, default: Expression) -> None:
    table = db.table(name)
    if table is not None and default is not column.default:
        db.put_relation(replace(table, columns=table.columns | {column.name: replace(column, default=default)}))


# --- domains -------------------------------------------------------------------------------------------------------


@changes
def create_domain(op: CreateDomain, db: "Catalog", origin: Origin) -> None:
    name = _place_type(db, op.domain, op, origin)
    base = resolved_type(db, op.base)
    if base.schema:
        db.note(name, base.name)
    db.note_expression(name, op.default)
    domain = Domain(name=name, base=base, not_null=op.not_null, default=op.default, made=origin)
    for check in op.checks:
        domain = _with_check(db, domain, check, origin)
    db.put_type(domain)


def _with_check(db: "Catalog", domain: Domain, check: DomainCheck, origin: Origin) -> Domain:
    db.note_expression(domain.name, check.expression)
    name = check.name or free_domain_constraint_name(db, domain, "check")
    db.note(domain.name, name)
    constraint = DomainConstraint(name=name, expression=check.expression, valid=check.valid, made=origin)
    return replace(domain, checks=(*domain.checks, constraint))


@changes
def alter_domain(op: AlterDomain, db: "Catalog", origin: Origin) -> None:
    domain = db.domain(op.domain)
    if domain is None:
        return
    if op.change == "add constraint":
        domain = _with_check(db, domain, op.check, origin) if op.check else replace(domain, not_null=True)
    elif op.change in ("drop constraint", "validate constraint"):
        domain = _change_check(db, domain, op, origin)
    elif op.change in ("set not null", "drop not null"):
        domain = replace(domain, not_null=op.change == "set not null")
    else:
        db.note_expression(domain.name, op.default)
        domain = replace(domain, default=op.default)
    db.put_type(domain)


def _change_check(db: "Catalog", domain: Domain, op: AlterDomain, origin: Origin) -> Domain:
    check = next((known for known in domain.checks if known.name == op.constraint), None)
    if check is None:
        return domain
    if op.change == "drop constraint":
        note_gone(db, ("domain constraint", domain.name, op.constraint), op, origin, record=check)
        return replace(domain, checks=tuple(known for known in domain.checks if known is not check))
    valid = replace(check, valid=True)
    return replace(domain, checks=tuple(valid if known is check else known for known in domain.checks))


# --- composite and other types ----------------------------------------------------------------------------------------


@changes
def create_composite_type(op: CreateCompositeType, db: "Catalog", origin: Origin) -> None:
    name = _place_type(db, op.type, op, origin)
    attributes = tuple(Attribute(a.name, resolved_type(db, a.type)) for a in op.attributes)
    put_composite(db, CompositeType(name=name, attributes=attributes, made=origin))


@changes
def alter_composite_type(op: AlterCompositeType, db: "Catalog", origin: Origin) -> None:
    composite = _composite(db, op.type)
    if composite is None:
        return
    rest = tuple(a for a in composite.attributes if a.name != op.attribute.name)
    if op.cascade:
        _typed_tables_follow(op, db, composite.name, origin)
    if op.change == "drop":
        note_gone(db, ("attribute", composite.name, op.attribute.name), op, origin)
        put_composite(db, replace(composite, attributes=rest))
        return
    new = Attribute(op.attribute.name, resolved_type(db, op.attribute.type))
    if op.change == "type" and len(rest) < len(composite.attributes):
        attributes = tuple(new if a.name == new.name else a for a in composite.attributes)
    else:
        attributes = (*rest, new)
    put_composite(db, replace(composite, attributes=attributes))


def _typed_tables_follow(op: AlterCompositeType, db: "Catalog", type_name: Name, origin: Origin) -> None:
    """With CASCADE the tables that were created OF the type change like it."""
    name, new_type = op.attribute.name, resolved_type(db, op.attribute.type)
    for owner in db.noted(type_name.name):
        table = db.relations.get(owner)
        if not isinstance(table, Table) or table.of_type != type_name:
            continue
        if op.change == "drop":
            drop_column(db, owner, name, op, origin)
        elif name in table.columns:
            change_column(db, owner, name, origin, type=new_type)
        else:
            added = Column(name=name, type=new_type, made=origin)
            alter(db, table, origin, columns={**table.columns, name: added})


@changes
def rename_attribute(op: RenameAttribute, db: "Catalog", origin: Origin) -> None:
    composite = _composite(db, op.type)
    if composite:
        rename_attribute_of(db, composite, op.attribute, op.new_name, op, origin)


def rename_attribute_of(
    db: "Catalog", composite: CompositeType, old: str, new: str, op: Operation, origin: Origin
) -> None:
    if any(attribute.name == old for attribute in composite.attributes):
        note_gone(db, ("attribute", composite.name, old), op, origin)
        renamed = tuple(Attribute(new, a.type) if a.name == old else a for a in composite.attributes)
        put_composite(db, replace(composite, attributes=renamed))


def _composite(db: "Catalog", name: Name) -> CompositeType | None:
    found: DataType | None = db.types.get(db.resolve_type(name))
    return found if isinstance(found, CompositeType) else None


@changes
def create_type(op: CreateType, db: "Catalog", origin: Origin) -> None:
    """CREATE TYPE of a shell type that exists, or of one that a shell announced, takes its place."""
    name = db.place(op.type)
    before = db.types.get(name)
    if not (isinstance(before, OtherType) and before.kind == "shell"):
        name = _place_type(db, op.type, op, origin)
    db.put_type(OtherType(name=name, kind=op.kind, made=origin))
