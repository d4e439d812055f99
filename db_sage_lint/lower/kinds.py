"""Kinds of object by libpg_query's names for them: SQL's words for the kind, and how its objects are named.

Source: ObjectType in src/include/nodes/parsenodes.h.
"""

from collections.abc import Callable

from db_sage_lint.lower.names import items, object_name, qualified
from db_sage_lint.lower.values import type_of
from db_sage_lint.operations import Name
from db_sage_lint.tree import AnyNode

UNLIKE_SQL = {
    "OBJECT_DOMCONSTRAINT": "domain constraint",
    "OBJECT_FDW": "foreign data wrapper",
    "OBJECT_LARGEOBJECT": "large object",
    "OBJECT_MATVIEW": "materialized view",
    "OBJECT_OPCLASS": "operator class",
    "OBJECT_OPFAMILY": "operator family",
    "OBJECT_PARAMETER_ACL": "parameter",
    "OBJECT_STATISTIC_EXT": "statistics",
    "OBJECT_TABCONSTRAINT": "constraint",
    "OBJECT_TSCONFIGURATION": "text search configuration",
    "OBJECT_TSDICTIONARY": "text search dictionary",
    "OBJECT_TSPARSER": "text search parser",
    "OBJECT_TSTEMPLATE": "text search template",
}


def kind_of(objtype: str) -> str:
    """OBJECT_FOREIGN_TABLE is "foreign table"."""
    return UNLIKE_SQL.get(objtype) or objtype.removeprefix("OBJECT_").replace("_", " ").lower()


def type_names(node: AnyNode) -> list[str]:
    """The types in a list, schemas left out."""
    found = [item.type_name for item in node.list.items] if node.list is not None else []
    return [type_of(item).name for item in found if item is not None]


def cast_name(node: AnyNode) -> Name:
    return Name(" as ".join(type_names(node)))


def transform_name(node: AnyNode) -> Name:
    return Name(" for ".join([*type_names(node), *items(node)]))


def behind_access_method(node: AnyNode) -> Name:
    """An operator class or family, whose access method stands first."""
    return qualified(items(node)[1:])


# What has no name of its own, or more than a name.
NAMES: dict[str, Callable[[AnyNode], Name]] = {
    "OBJECT_CAST": cast_name,
    "OBJECT_TRANSFORM": transform_name,
    "OBJECT_OPCLASS": behind_access_method,
    "OBJECT_OPFAMILY": behind_access_method,
}


def name_of(node: AnyNode | None, objtype: str) -> Name:
    """The name of an object of that kind; casts and transforms are named after their types."""
    return NAMES.get(objtype, object_name)(node) if node is not None else Name("")
