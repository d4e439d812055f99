"""Logical replication, foreign servers, and statements on the whole server or a database."""

from typing import Literal

from db_sage_lint.lower.base import Source, lowers
from db_sage_lint.lower.names import relation
from db_sage_lint.lower.values import FALSE, elements, option_pairs, option_text
from db_sage_lint.operations import (
    AlterPublication,
    AlterSubscription,
    CreatePublication,
    CreateSubscription,
    Name,
    Operation,
    ServerOptions,
    ServerWide,
)
from db_sage_lint.tree import (
    AlterDatabaseRefreshCollStmt,
    AlterDatabaseStmt,
    AlterFdwStmt,
    AlterForeignServerStmt,
    AlterPublicationStmt,
    AlterSubscriptionStmt,
    AlterSystemStmt,
    AlterTableSpaceOptionsStmt,
    AlterUserMappingStmt,
    CheckPointStmt,
    CreatedbStmt,
    CreateFdwStmt,
    CreateForeignServerStmt,
    CreatePublicationStmt,
    CreateSubscriptionStmt,
    CreateTableSpaceStmt,
    CreateUserMappingStmt,
    Options,
    PublicationObjSpecNode,
)

Change = Literal[
    "options", "connection", "set publication", "add publication", "drop publication", "refresh", "enabled", "skip"
]

PUBLICATION_CHANGES: dict[str, Literal["add", "drop", "set"]] = {
    "AP_AddObjects": "add",
    "AP_DropObjects": "drop",
    "AP_SetObjects": "set",
}

SUBSCRIPTION_CHANGES: dict[str, Change] = {
    "ALTER_SUBSCRIPTION_OPTIONS": "options",
    "ALTER_SUBSCRIPTION_CONNECTION": "connection",
    "ALTER_SUBSCRIPTION_SET_PUBLICATION": "set publication",
    "ALTER_SUBSCRIPTION_ADD_PUBLICATION": "add publication",
    "ALTER_SUBSCRIPTION_DROP_PUBLICATION": "drop publication",
    "ALTER_SUBSCRIPTION_REFRESH": "refresh",
    "ALTER_SUBSCRIPTION_ENABLED": "enabled",
    "ALTER_SUBSCRIPTION_SKIP": "skip",
}

# Changes that ask the publisher for its tables, unless told otherwise.
# Source: AlterSubscription in src/backend/commands/subscriptioncmds.c.
REFRESHING = frozenset({"set publication", "add publication", "drop publication"})

CURRENT_SCHEMA = "current_schema"


@lowers
def create_publication(node: CreatePublicationStmt, _source: Source) -> list[Operation]:
    op = CreatePublication(
        publication=node.pubname,
        tables=published_tables(node.pubobjects),
        schemas=published_schemas(node.pubobjects),
        all_tables=node.for_all_tables,
    )
    return [op]


@lowers
def alter_publication(node: AlterPublicationStmt, _source: Source) -> list[Operation]:
    op = AlterPublication(
        publication=node.pubname,
        change=PUBLICATION_CHANGES[node.action] if node.pubobjects else "options",
        tables=published_tables(node.pubobjects),
        schemas=published_schemas(node.pubobjects),
    )
    return [op]


def published_tables(nodes: tuple[PublicationObjSpecNode, ...]) -> tuple[Name, ...]:
    tables = [node.publication_obj_spec.pubtable for node in nodes if node.publication_obj_spec is not None]
    return tuple(relation(table.relation) for table in tables if table is not None)


def published_schemas(nodes: tuple[PublicationObjSpecNode, ...]) -> tuple[str, ...]:
    """The schemas all of whose tables are published; "current_schema" for CURRENT_SCHEMA."""
    objects = [node.publication_obj_spec for node in nodes if node.publication_obj_spec is not None]
    return tuple(each.name or CURRENT_SCHEMA for each in objects if each.pubtable is None)


@lowers
def create_subscription(node: CreateSubscriptionStmt, source: Source) -> list[Operation]:
    creates_slot = not (is_false(node.options, "create_slot") or is_false(node.options, "connect"))
    op = CreateSubscription(
        subscription=node.subname,
        connection=node.conninfo,
        connection_at=source.at(node.conninfo_location),
        creates_slot=creates_slot,
    )
    return [op]


@lowers
def alter_subscription(node: AlterSubscriptionStmt, source: Source) -> list[Operation]:
    change = SUBSCRIPTION_CHANGES[node.kind]
    op = AlterSubscription(
        subscription=node.subname,
        change=change,
        connection=node.conninfo,
        connection_at=source.at(node.conninfo_location) if change == "connection" else -1,
        refreshes=change == "refresh" or (change in REFRESHING and not is_false(node.options, "refresh")),
    )
    return [op]


def is_false(options: Options, name: str) -> bool:
    """Whether a boolean option that is true by default is given as false."""
    return any(o.defname.lower() == name and option_text(o).lower() in FALSE for o in elements(options))


# --- foreign servers -------------------------------------------------------------------------------------------------


@lowers
def wrapper(node: CreateFdwStmt | AlterFdwStmt, _source: Source) -> list[Operation]:
    return [ServerOptions(kind="wrapper", name=node.fdwname, options=option_pairs(node.options))]


@lowers
def server(node: CreateForeignServerStmt | AlterForeignServerStmt, _source: Source) -> list[Operation]:
    return [ServerOptions(kind="server", name=node.servername, options=option_pairs(node.options))]


@lowers
def user_mapping(node: CreateUserMappingStmt | AlterUserMappingStmt, _source: Source) -> list[Operation]:
    return [ServerOptions(kind="user mapping", name=node.servername, options=option_pairs(node.options))]


# --- the whole server or a database ----------------------------------------------------------------------------------
# Source for what is refused in a transaction block: standard_ProcessUtility in src/backend/tcop/utility.c.


@lowers
def create_database(node: CreatedbStmt, _source: Source) -> list[Operation]:
    return [ServerWide(statement="CREATE DATABASE", name=node.dbname, transactional=False)]


@lowers
def alter_database(node: AlterDatabaseStmt, _source: Source) -> list[Operation]:
    """SET TABLESPACE moves the files, so it is refused in a transaction block; the other options are not."""
    moves = any(option.defname == "tablespace" for option in elements(node.options))
    return [ServerWide(statement="ALTER DATABASE", name=node.dbname, transactional=not moves)]


@lowers
def refresh_database(node: AlterDatabaseRefreshCollStmt, _source: Source) -> list[Operation]:
    return [ServerWide(statement="ALTER DATABASE", name=node.dbname)]


@lowers
def create_tablespace(node: CreateTableSpaceStmt, _source: Source) -> list[Operation]:
    return [ServerWide(statement="CREATE TABLESPACE", name=node.tablespacename, transactional=False)]


@lowers
def alter_tablespace(node: AlterTableSpaceOptionsStmt, _source: Source) -> list[Operation]:
    return [ServerWide(statement="ALTER TABLESPACE", name=node.tablespacename)]


@lowers
def alter_system(node: AlterSystemStmt, _source: Source) -> list[Operation]:
    name = node.setstmt.name if node.setstmt is not None else ""
    return [ServerWide(statement="ALTER SYSTEM", name=name, transactional=False)]


@lowers
def checkpoint(_node: CheckPointStmt, _source: Source) -> list[Operation]:
    return [ServerWide(statement="CHECKPOINT")]
