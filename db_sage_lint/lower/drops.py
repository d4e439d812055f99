"""DROP of every kind of object: one operation a name."""

from collections.abc import Callable
from typing import Literal

from db_sage_lint.lower.base import Source, lowers
from db_sage_lint.lower.kinds import name_of
from db_sage_lint.lower.names import object_name, part_of, roles
from db_sage_lint.lower.values import argument_types
from db_sage_lint.operations import (
    DropFunction,
    DropIndex,
    DropObject,
    DropPolicy,
    DropRule,
    DropTable,
    DropTrigger,
    Name,
    Operation,
)
from db_sage_lint.operations.objects import DroppedKind
from db_sage_lint.tree import (
    AnyNode,
    DropdbStmt,
    DropOwnedStmt,
    DropRoleStmt,
    DropStmt,
    DropSubscriptionStmt,
    DropTableSpaceStmt,
    DropUserMappingStmt,
)

DROPPED: dict[str, DroppedKind] = {
    "OBJECT_VIEW": "view",
    "OBJECT_MATVIEW": "materialized view",
    "OBJECT_SEQUENCE": "sequence",
    "OBJECT_TYPE": "type",
    "OBJECT_DOMAIN": "domain",
    "OBJECT_SCHEMA": "schema",
    "OBJECT_EXTENSION": "extension",
    "OBJECT_PUBLICATION": "publication",
    "OBJECT_COLLATION": "collation",
    "OBJECT_CONVERSION": "conversion",
    "OBJECT_TSPARSER": "text search",
    "OBJECT_TSDICTIONARY": "text search",
    "OBJECT_TSTEMPLATE": "text search",
    "OBJECT_TSCONFIGURATION": "text search",
    "OBJECT_STATISTIC_EXT": "statistics",
    "OBJECT_OPERATOR": "operator",
    "OBJECT_OPCLASS": "operator",
    "OBJECT_OPFAMILY": "operator",
    "OBJECT_CAST": "cast",
    "OBJECT_LANGUAGE": "language",
    "OBJECT_FOREIGN_SERVER": "foreign server",
    "OBJECT_FDW": "foreign data wrapper",
    "OBJECT_EVENT_TRIGGER": "event trigger",
    "OBJECT_ACCESS_METHOD": "access method",
    "OBJECT_TRANSFORM": "transform",
}

FUNCTIONS: dict[str, Literal["function", "procedure", "routine", "aggregate"]] = {
    "OBJECT_FUNCTION": "function",
    "OBJECT_PROCEDURE": "procedure",
    "OBJECT_ROUTINE": "routine",
    "OBJECT_AGGREGATE": "aggregate",
}


@lowers
def drop(node: DropStmt, _source: Source) -> list[Operation]:
    """What is named twice is dropped once."""
    function = DROPS.get(node.removeType, drop_object)
    return list(dict.fromkeys(function(each, node) for each in node.objects))


def drop_table(each: AnyNode, node: DropStmt) -> Operation:
    return DropTable(
        table=object_name(each),
        kind="foreign table" if node.removeType == "OBJECT_FOREIGN_TABLE" else "table",
        if_exists=node.missing_ok,
        cascade=cascades(node),
        together=tuple(map(object_name, node.objects)),
    )


def drop_index(each: AnyNode, node: DropStmt) -> Operation:
    return DropIndex(
        index=object_name(each),
        concurrently=node.concurrent,
        missing_ok=node.missing_ok,
        cascade=cascades(node),
    )


def drop_function(each: AnyNode, node: DropStmt) -> Operation:
    return DropFunction(
        function=object_name(each),
        arguments=argument_types(each.object_with_args),
        kind=FUNCTIONS[node.removeType],
        missing_ok=node.missing_ok,
        cascade=cascades(node),
        together=several(node),
    )


def drop_trigger(each: AnyNode, node: DropStmt) -> Operation:
    table, name = part_of(each)
    return DropTrigger(table=table, name=name, missing_ok=node.missing_ok, cascade=cascades(node))


def drop_policy(each: AnyNode, node: DropStmt) -> Operation:
    table, name = part_of(each)
    return DropPolicy(table=table, name=name, missing_ok=node.missing_ok)


def drop_rule(each: AnyNode, node: DropStmt) -> Operation:
    table, name = part_of(each)
    return DropRule(table=table, name=name, missing_ok=node.missing_ok, cascade=cascades(node))


def drop_object(each: AnyNode, node: DropStmt) -> Operation:
    return DropObject(
        kind=DROPPED[node.removeType],
        name=name_of(each, node.removeType),
        missing_ok=node.missing_ok,
        cascade=cascades(node),
        together=several(node),
    )


def several(node: DropStmt) -> tuple[Name, ...]:
    """Every name of the statement, none where it has one only."""
    return tuple(name_of(each, node.removeType) for each in node.objects) if len(node.objects) > 1 else ()


def cascades(node: DropStmt | DropOwnedStmt | DropSubscriptionStmt) -> bool:
    return node.behavior == "DROP_CASCADE"


DROPS: dict[str, Callable[[AnyNode, DropStmt], Operation]] = {
    "OBJECT_TABLE": drop_table,
    "OBJECT_FOREIGN_TABLE": drop_table,
    "OBJECT_INDEX": drop_index,
    **dict.fromkeys(FUNCTIONS, drop_function),
    "OBJECT_TRIGGER": drop_trigger,
    "OBJECT_POLICY": drop_policy,
    "OBJECT_RULE": drop_rule,
}


@lowers
def drop_role(node: DropRoleStmt, _source: Source) -> list[Operation]:
    return [DropObject(kind="role", name=Name(name), missing_ok=node.missing_ok) for name in roles(node.roles)]


@lowers
def drop_owned(node: DropOwnedStmt, _source: Source) -> list[Operation]:
    return [DropObject(kind="owned", name=Name(name), cascade=cascades(node)) for name in roles(node.roles)]


@lowers
def drop_subscription(node: DropSubscriptionStmt, _source: Source) -> list[Operation]:
    name = Name(node.subname)
    return [DropObject(kind="subscription", name=name, missing_ok=node.missing_ok, cascade=cascades(node))]


@lowers
def drop_user_mapping(node: DropUserMappingStmt, _source: Source) -> list[Operation]:
    return [DropObject(kind="user mapping", name=Name(node.servername), missing_ok=node.missing_ok)]


@lowers
def drop_database(node: DropdbStmt, _source: Source) -> list[Operation]:
    return [DropObject(kind="database", name=Name(node.dbname), missing_ok=node.missing_ok)]


@lowers
def drop_tablespace(node: DropTableSpaceStmt, _source: Source) -> list[Operation]:
    return [DropObject(kind="tablespace", name=Name(node.tablespacename), missing_ok=node.missing_ok)]
