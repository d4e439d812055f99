"""Names of relations, types, functions and roles, and what an operation on a relation begins with."""

from collections.abc import Callable
from typing import Any, TypedDict

from db_sage_lint.operations import Name, RelationKind
from db_sage_lint.operations.tables import Persistence
from db_sage_lint.tree import (
    AnyNode,
    CollateClause,
    Integer,
    ObjectWithArgs,
    RangeVar,
    RoleSpec,
    RoleSpecNode,
    String,
    TypeName,
    Words,
)


def words(names: Words) -> list[str]:
    """The identifiers of a list of String nodes."""
    return [name.string.sval for name in names if name.string is not None]


def column_names(names: Words) -> tuple[str, ...]:
    return tuple(words(names))


def qualified(parts: list[str]) -> Name:
    """A name from its parts; the database in front of a schema is dropped."""
    return Name(parts[-1], parts[-2] if len(parts) > 1 else "") if parts else Name("")


def named(names: Words) -> Name:
    return qualified(words(names))


def relation(node: RangeVar | None) -> Name:
    assert node is not None
    return Name(node.relname, node.schemaname)


def collation(node: CollateClause | None) -> Name | None:
    return named(node.collname) if node is not None else None


def items(node: AnyNode | None) -> list[str]:
    """The identifiers of a List of String nodes."""
    if node is None or node.list is None:
        return []
    return [item.string.sval for item in node.list.items if item.string is not None]


def held(node: AnyNode) -> object:
    """The node that a wrapper holds, None where its type is not read."""
    return next((value for field in node.__struct_fields__ if (value := getattr(node, field)) is not None), None)


def object_name(node: AnyNode) -> Name:
    """The name of an object that is given as a list of words, a type, a function, a word, or a number."""
    if node.list is not None:
        return qualified(items(node))
    value = held(node)
    function = OBJECT_NAMES.get(type(value))
    return function(value) if function is not None else Name("")


OBJECT_NAMES: dict[type, Callable[[Any], Name]] = {
    TypeName: lambda node: named(node.names),
    ObjectWithArgs: lambda node: named(node.objname),
    RangeVar: relation,
    String: lambda node: Name(node.sval),
    Integer: lambda node: Name(str(node.ival)),
}


def part_of(node: AnyNode | None) -> tuple[Name, str]:
    """The relation (or type) and the part of it that a list names: its last word."""
    if node is None or node.list is None:
        return Name(""), ""
    if node.list.items and node.list.items[0].type_name is not None:
        return named(node.list.items[0].type_name.names), items(node)[-1]
    *owner, part = items(node)
    return qualified(owner), part


def role(node: RoleSpec | None) -> str:
    """A role's name; "public", "current_user", … for those that SQL has a word for."""
    if node is None:
        return ""
    if node.roletype == "ROLESPEC_CSTRING":
        return node.rolename
    return node.roletype.removeprefix("ROLESPEC_").lower()


def roles(nodes: tuple[RoleSpecNode, ...]) -> tuple[str, ...]:
    return tuple(role(node.role_spec) for node in nodes)


RELATION_KINDS: dict[str, RelationKind] = {
    "OBJECT_TABLE": "table",
    "OBJECT_FOREIGN_TABLE": "foreign table",
    "OBJECT_VIEW": "view",
    "OBJECT_MATVIEW": "materialized view",
    "OBJECT_INDEX": "index",
    "OBJECT_SEQUENCE": "sequence",
    "OBJECT_TYPE": "composite type",
}

PERSISTENCE: dict[str, Persistence] = {"p": "permanent", "t": "temporary", "u": "unlogged"}


def persistence(node: RangeVar | None) -> Persistence:
    """As written; what is made in pg_temp is temporary without the word (RangeVarAdjustRelationPersistence)."""
    if node is None:
        return "permanent"
    return "temporary" if node.schemaname == "pg_temp" else PERSISTENCE[node.relpersistence]


class OnRelation(TypedDict):
    """The fields of OnTable and Operation, to be passed on to any operation on a relation."""

    table: Name
    kind: RelationKind
    only: bool
    if_exists: bool
    at: int


def on_relation(
    node: RangeVar | None, kind: RelationKind = "table", *, if_exists: bool = False, at: int = -1
) -> OnRelation:
    """What an operation on the relation begins with."""
    assert node is not None
    return {"table": relation(node), "kind": kind, "only": not node.inh, "if_exists": if_exists, "at": at}
