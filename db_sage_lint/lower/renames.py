"""RENAME, SET SCHEMA, OWNER TO and COMMENT of every kind of object."""

from collections.abc import Callable
from typing import Literal

from db_sage_lint.lower.base import Source, lowers
from db_sage_lint.lower.kinds import kind_of, name_of
from db_sage_lint.lower.names import RELATION_KINDS, on_relation, part_of, relation, role
from db_sage_lint.lower.values import argument_types
from db_sage_lint.operations import (
    Comment,
    Name,
    Operation,
    RenameAttribute,
    RenameColumn,
    RenameConstraint,
    RenameIndex,
    RenameObject,
    RenamePolicy,
    RenameTable,
    RenameTrigger,
    SetObjectOwner,
    SetSchema,
    Type,
)
from db_sage_lint.tree import AlterObjectSchemaStmt, AlterOwnerStmt, AnyNode, CommentStmt, RenameStmt

Renamed = Literal[
    "view", "materialized view", "sequence", "type", "domain", "schema", "function", "role", "database",
    "domain constraint", "other",
]  # fmt: skip
Moved = Literal[
    "table", "foreign table", "view", "materialized view", "sequence", "type", "domain", "function", "extension",
    "other",
]  # fmt: skip

RENAMED: dict[str, Renamed] = {
    "OBJECT_VIEW": "view",
    "OBJECT_MATVIEW": "materialized view",
    "OBJECT_SEQUENCE": "sequence",
    "OBJECT_TYPE": "type",
    "OBJECT_DOMAIN": "domain",
    "OBJECT_SCHEMA": "schema",
    "OBJECT_FUNCTION": "function",
    "OBJECT_PROCEDURE": "function",
    "OBJECT_ROUTINE": "function",
    "OBJECT_AGGREGATE": "function",
    "OBJECT_ROLE": "role",
    "OBJECT_DATABASE": "database",
    "OBJECT_DOMCONSTRAINT": "domain constraint",
}

MOVED: dict[str, Moved] = {
    "OBJECT_TABLE": "table",
    "OBJECT_FOREIGN_TABLE": "foreign table",
    "OBJECT_VIEW": "view",
    "OBJECT_MATVIEW": "materialized view",
    "OBJECT_SEQUENCE": "sequence",
    "OBJECT_TYPE": "type",
    "OBJECT_DOMAIN": "domain",
    "OBJECT_FUNCTION": "function",
    "OBJECT_PROCEDURE": "function",
    "OBJECT_ROUTINE": "function",
    "OBJECT_AGGREGATE": "function",
    "OBJECT_EXTENSION": "extension",
}


@lowers
def rename(node: RenameStmt, _source: Source) -> list[Operation]:
    function = RENAMES.get(node.renameType, rename_object)
    return [function(node)]


def rename_table(node: RenameStmt) -> Operation:
    on = on_relation(node.relation, RELATION_KINDS[node.renameType], if_exists=node.missing_ok)
    return RenameTable(new_name=node.newname, **on)


def rename_column(node: RenameStmt) -> Operation:
    on = on_relation(node.relation, RELATION_KINDS[node.relationType], if_exists=node.missing_ok)
    return RenameColumn(column=node.subname, new_name=node.newname, **on)


def rename_constraint(node: RenameStmt) -> Operation:
    on = on_relation(node.relation, if_exists=node.missing_ok)
    return RenameConstraint(name=node.subname, new_name=node.newname, **on)


def rename_index(node: RenameStmt) -> Operation:
    return RenameIndex(index=relation(node.relation), new_name=node.newname, if_exists=node.missing_ok)


def rename_attribute(node: RenameStmt) -> Operation:
    return RenameAttribute(type=relation(node.relation), attribute=node.subname, new_name=node.newname)


def rename_trigger(node: RenameStmt) -> Operation:
    return RenameTrigger(name=node.subname, new_name=node.newname, **on_relation(node.relation))


def rename_policy(node: RenameStmt) -> Operation:
    on = on_relation(node.relation, if_exists=node.missing_ok)
    return RenamePolicy(name=node.subname, new_name=node.newname, **on)


def rename_object(node: RenameStmt) -> Operation:
    """What has no operation of its own: a part of something (a domain's constraint, a rule), named by words, or (a
    schema, role, database) by `subname` alone.
    """
    owned = node.relation is not None or node.object is not None
    return RenameObject(
        kind=RENAMED.get(node.renameType, "other"),
        name=named(node, node.renameType) if owned else Name(node.subname),
        new_name=node.newname,
        if_exists=node.missing_ok,
        constraint=node.subname if owned else "",
        arguments=arguments_of(node.object),
    )


def named(node: RenameStmt | AlterObjectSchemaStmt | AlterOwnerStmt, objtype: str) -> Name:
    return relation(node.relation) if node.relation is not None else name_of(node.object, objtype)


def arguments_of(node: AnyNode | None) -> tuple[Type, ...] | None:
    return argument_types(node.object_with_args) if node is not None else None


RENAMES: dict[str, Callable[[RenameStmt], Operation]] = {
    "OBJECT_TABLE": rename_table,
    "OBJECT_FOREIGN_TABLE": rename_table,
    "OBJECT_COLUMN": rename_column,
    "OBJECT_TABCONSTRAINT": rename_constraint,
    "OBJECT_INDEX": rename_index,
    "OBJECT_ATTRIBUTE": rename_attribute,
    "OBJECT_TRIGGER": rename_trigger,
    "OBJECT_POLICY": rename_policy,
}


@lowers
def set_schema(node: AlterObjectSchemaStmt, _source: Source) -> list[Operation]:
    op = SetSchema(
        kind=MOVED.get(node.objectType, "other"),
        name=named(node, node.objectType),
        new_schema=node.newschema,
        if_exists=node.missing_ok,
        arguments=arguments_of(node.object),
    )
    return [op]


@lowers
def set_owner(node: AlterOwnerStmt, _source: Source) -> list[Operation]:
    name = named(node, node.objectType)
    return [SetObjectOwner(kind=kind_of(node.objectType), name=name, owner=role(node.newowner))]


# What is a part of a relation or type, so that the last word of its name is the part.
PARTS = frozenset({
    "OBJECT_COLUMN", "OBJECT_TABCONSTRAINT", "OBJECT_DOMCONSTRAINT", "OBJECT_TRIGGER", "OBJECT_POLICY", "OBJECT_RULE",
})  # fmt: skip


@lowers
def comment(node: CommentStmt, _source: Source) -> list[Operation]:
    """An empty text takes the comment away, as IS NULL does."""
    if node.objtype in PARTS:
        target, part = part_of(node.object)
    else:
        target, part = name_of(node.object, node.objtype), ""
    return [Comment(kind=kind_of(node.objtype), target=target, part=part, text=node.comment)]
