"""CREATE TYPE, CREATE DOMAIN, and changes to enums and domains. Composite types change by ALTER TABLE's subcommands."""

from typing import Literal

import msgspec

from db_sage_lint.lower.base import Source, lowers, optional
from db_sage_lint.lower.names import collation, named, relation, words
from db_sage_lint.lower.values import type_of
from db_sage_lint.operations import (
    AddEnumValue,
    AlterDomain,
    Attribute,
    CreateAggregate,
    CreateCompositeType,
    CreateDomain,
    CreateEnum,
    CreateType,
    DomainCheck,
    Nothing,
    Operation,
    RenameEnumValue,
)
from db_sage_lint.tree import (
    AlterDomainStmt,
    AlterEnumStmt,
    CompositeTypeStmt,
    Constraint,
    ConstraintNode,
    CreateDomainStmt,
    CreateEnumStmt,
    CreateRangeStmt,
    DefineStmt,
)

constraint = msgspec.json.Decoder(ConstraintNode)


@lowers
def create_enum(node: CreateEnumStmt, _source: Source) -> list[Operation]:
    return [CreateEnum(type=named(node.typeName), values=tuple(words(node.vals)))]


@lowers
def alter_enum(node: AlterEnumStmt, _source: Source) -> list[Operation]:
    """ADD VALUE and RENAME VALUE."""
    if node.oldVal:
        return [RenameEnumValue(type=named(node.typeName), value=node.oldVal, new_value=node.newVal)]
    op = AddEnumValue(
        type=named(node.typeName),
        value=node.newVal,
        if_not_exists=node.skipIfNewValExists,
        neighbour=node.newValNeighbor,
        before=bool(node.newValNeighbor) and not node.newValIsAfter,
    )
    return [op]


@lowers
def create_domain(node: CreateDomainStmt, _source: Source) -> list[Operation]:
    constraints = [each.constraint for each in node.constraints if each.constraint is not None]
    by_kind = {each.contype: each for each in constraints}
    default = by_kind.get("CONSTR_DEFAULT")
    op = CreateDomain(
        domain=named(node.domainname),
        base=type_of(node.typeName),
        not_null="CONSTR_NOTNULL" in by_kind,
        checks=tuple(domain_check(each) for each in constraints if each.contype == "CONSTR_CHECK"),
        default=optional(default.raw_expr) if default is not None else None,
        collation=collation(node.collClause),
    )
    return [op]


def domain_check(node: Constraint) -> DomainCheck:
    return DomainCheck(node.conname, bytes(node.raw_expr), valid=not node.skip_validation)


# Source for the letters: AlterDomainStmt in src/include/nodes/parsenodes.h.
DOMAIN_CHANGES: dict[str, Literal["set not null", "drop not null", "validate constraint", "drop constraint"]] = {
    "O": "set not null",
    "N": "drop not null",
    "V": "validate constraint",
    "X": "drop constraint",
}


@lowers
def alter_domain(node: AlterDomainStmt, _source: Source) -> list[Operation]:
    domain = named(node.typeName)
    if node.subtype == "C":
        return [add_domain_constraint(node)]
    if node.subtype == "T":
        default = optional(node.definition)
        return [AlterDomain(domain=domain, change="set default" if default else "drop default", default=default)]
    op = AlterDomain(
        domain=domain,
        change=DOMAIN_CHANGES[node.subtype],
        constraint=node.name,
        missing_ok=node.missing_ok,
        cascade=node.behavior == "DROP_CASCADE",
    )
    return [op]


def add_domain_constraint(node: AlterDomainStmt) -> Operation:
    added = constraint.decode(node.definition).constraint
    assert added is not None
    return AlterDomain(
        domain=named(node.typeName),
        change="add constraint",
        constraint=added.conname,
        check=domain_check(added) if added.contype == "CONSTR_CHECK" else None,
    )


@lowers
def create_composite_type(node: CompositeTypeStmt, _source: Source) -> list[Operation]:
    columns = [each.column_def for each in node.coldeflist if each.column_def is not None]
    attributes = tuple(Attribute(each.colname, type_of(each.typeName)) for each in columns)
    return [CreateCompositeType(type=relation(node.typevar), attributes=attributes)]


@lowers
def create_range(node: CreateRangeStmt, _source: Source) -> list[Operation]:
    return [CreateType(type=named(node.typeName), kind="range")]


@lowers
def define(node: DefineStmt, source: Source) -> list[Operation]:
    """CREATE AGGREGATE, CREATE TYPE of a base or shell type; operators, collations and text search aren't modelled."""
    match node.kind:
        case "OBJECT_AGGREGATE":
            return [CreateAggregate(function=named(node.defnames), replace=node.replace)]
        case "OBJECT_TYPE":
            return [CreateType(type=named(node.defnames), kind="base" if node.definition else "shell")]
        case _:
            return [Nothing(statement=source.kind)]
