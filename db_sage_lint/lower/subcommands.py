"""The subcommands of ALTER TABLE, by libpg_query's names for them: what each changes."""

from collections.abc import Callable
from typing import Literal

import msgspec

from db_sage_lint.lower.base import Source, optional
from db_sage_lint.lower.columns import IDENTITY, column
from db_sage_lint.lower.constraints import add_constraint
from db_sage_lint.lower.names import OnRelation, collation, named, relation, role
from db_sage_lint.lower.tables import bound
from db_sage_lint.lower.values import elements, option_name, option_text, type_of
from db_sage_lint.operations import (
    AddColumn,
    AddIdentity,
    AlterCompositeType,
    AlterConstraint,
    AlterIndex,
    AttachIndex,
    AttachPartition,
    Attribute,
    ClusterOn,
    DetachPartition,
    DropColumn,
    DropConstraint,
    DropDefault,
    DropExpression,
    DropIdentity,
    DropNotNull,
    Operation,
    SetAccessMethod,
    SetColumnOption,
    SetDefault,
    SetExpression,
    SetIdentity,
    SetInherit,
    SetLogged,
    SetNotNull,
    SetOfType,
    SetOwner,
    SetReplicaIdentity,
    SetRowSecurity,
    SetStorageParameters,
    SetTableOption,
    SetTablespace,
    SetTriggerState,
    SetType,
    SetViewOptions,
    ValidateConstraint,
)
from db_sage_lint.tree import AlterTableCmd, DefElem, Definition

Subcommand = Callable[[AlterTableCmd, OnRelation, Source], list[Operation]]

definition = msgspec.json.Decoder(Definition)


def options_of(command: AlterTableCmd) -> list[DefElem]:
    """The list in parentheses."""
    found = definition.decode(command.definition).list
    return elements(found.items) if found is not None else []


def cascades(command: AlterTableCmd) -> bool:
    return command.behavior == "DROP_CASCADE"


# --- columns ---------------------------------------------------------------------------------------------------------


def add_column(command: AlterTableCmd, on: OnRelation, source: Source) -> list[Operation]:
    """The column, then each constraint beside it."""
    node = definition.decode(command.definition).column_def
    assert node is not None
    spec, constraints = column(node, on, "column", source)
    return [AddColumn(column=spec, if_not_exists=command.missing_ok, **on), *constraints]


def drop_column(command: AlterTableCmd, on: OnRelation, _source: Source) -> list[Operation]:
    return [DropColumn(column=command.name, missing_ok=command.missing_ok, cascade=cascades(command), **on)]


def column_type(command: AlterTableCmd, on: OnRelation, _source: Source) -> list[Operation]:
    node = definition.decode(command.definition).column_def
    assert node is not None
    op = SetType(
        column=command.name,
        type=type_of(node.typeName),
        using=optional(node.raw_default),
        collation=collation(node.collClause),
        **on,
    )
    return [op]


def column_default(command: AlterTableCmd, on: OnRelation, _source: Source) -> list[Operation]:
    if command.definition:
        return [SetDefault(column=command.name, default=bytes(command.definition), **on)]
    return [DropDefault(column=command.name, **on)]


def set_not_null(command: AlterTableCmd, on: OnRelation, _source: Source) -> list[Operation]:
    return [SetNotNull(column=command.name, **on)]


def drop_not_null(command: AlterTableCmd, on: OnRelation, _source: Source) -> list[Operation]:
    return [DropNotNull(column=command.name, **on)]


def add_identity(command: AlterTableCmd, on: OnRelation, _source: Source) -> list[Operation]:
    node = definition.decode(command.definition).constraint
    assert node is not None
    return [AddIdentity(column=command.name, identity=IDENTITY[node.generated_when], **on)]


def set_identity(command: AlterTableCmd, on: OnRelation, _source: Source) -> list[Operation]:
    """The kind stands in the tree as the number of its letter."""
    numbers = [o.arg.integer.ival for o in options_of(command) if o.defname == "generated" and o.arg and o.arg.integer]
    return [SetIdentity(column=command.name, identity=IDENTITY[chr(numbers[0])] if numbers else "", **on)]


def drop_identity(command: AlterTableCmd, on: OnRelation, _source: Source) -> list[Operation]:
    return [DropIdentity(column=command.name, missing_ok=command.missing_ok, **on)]


def set_expression(command: AlterTableCmd, on: OnRelation, _source: Source) -> list[Operation]:
    return [SetExpression(column=command.name, generation=bytes(command.definition), **on)]


def drop_expression(command: AlterTableCmd, on: OnRelation, _source: Source) -> list[Operation]:
    return [DropExpression(column=command.name, missing_ok=command.missing_ok, **on)]


def column_option(
    option: Literal["statistics", "storage", "compression", "attribute options", "fdw options"],
) -> Subcommand:
    return lambda command, on, _source: [SetColumnOption(column=command.name, option=option, **on)]


# --- constraints -----------------------------------------------------------------------------------------------------


def new_constraint(command: AlterTableCmd, on: OnRelation, _source: Source) -> list[Operation]:
    node = definition.decode(command.definition).constraint
    added = add_constraint(node, on, "", on["at"]) if node is not None else None
    return [added] if added is not None else []


def alter_constraint(command: AlterTableCmd, on: OnRelation, _source: Source) -> list[Operation]:
    node = definition.decode(command.definition).at_alter_constraint
    assert node is not None
    op = AlterConstraint(
        name=node.conname,
        deferrable=node.deferrable if node.alterDeferrability else None,
        initially_deferred=node.initdeferred if node.alterDeferrability else None,
        enforced=node.is_enforced if node.alterEnforceability else None,
        no_inherit=node.noinherit if node.alterInheritability else None,
        **on,
    )
    return [op]


def validate_constraint(command: AlterTableCmd, on: OnRelation, _source: Source) -> list[Operation]:
    return [ValidateConstraint(name=command.name, **on)]


def drop_constraint(command: AlterTableCmd, on: OnRelation, _source: Source) -> list[Operation]:
    return [DropConstraint(name=command.name, missing_ok=command.missing_ok, cascade=cascades(command), **on)]


# --- the table as a whole --------------------------------------------------------------------------------------------


def storage_parameters(command: AlterTableCmd, on: OnRelation, _source: Source) -> list[Operation]:
    options = options_of(command)
    values = tuple(map(option_text, options)) if command.subtype == "AT_SetRelOptions" else ()
    return [SetStorageParameters(names=tuple(map(option_name, options)), values=values, **on)]


def set_logged(*, logged: bool) -> Subcommand:
    return lambda _command, on, _source: [SetLogged(logged=logged, **on)]


def access_method(command: AlterTableCmd, on: OnRelation, _source: Source) -> list[Operation]:
    return [SetAccessMethod(method=command.name, **on)]


def tablespace(command: AlterTableCmd, on: OnRelation, _source: Source) -> list[Operation]:
    return [SetTablespace(tablespace=command.name, **on)]


def cluster_on(command: AlterTableCmd, on: OnRelation, _source: Source) -> list[Operation]:
    """CLUSTER ON; SET WITHOUT CLUSTER has no name."""
    return [ClusterOn(index=command.name, **on)]


def owner(command: AlterTableCmd, on: OnRelation, _source: Source) -> list[Operation]:
    return [SetOwner(owner=role(command.newowner), **on)]


def inherit(*, attached: bool) -> Subcommand:
    def changed(command: AlterTableCmd, on: OnRelation, _source: Source) -> list[Operation]:
        return [SetInherit(parent=relation(definition.decode(command.definition).range_var), attached=attached, **on)]

    return changed


def of_type(command: AlterTableCmd, on: OnRelation, _source: Source) -> list[Operation]:
    node = definition.decode(command.definition).type_name
    return [SetOfType(type=named(node.names) if node is not None else None, **on)]


def not_of_type(_command: AlterTableCmd, on: OnRelation, _source: Source) -> list[Operation]:
    return [SetOfType(type=None, **on)]


def row_security(change: Literal["enable", "disable", "force", "no force"]) -> Subcommand:
    return lambda _command, on, _source: [SetRowSecurity(change=change, **on)]


# Source: REPLICA_IDENTITY_* in src/include/catalog/pg_class.h.
REPLICA_IDENTITY: dict[str, Literal["default", "full", "nothing", "index"]] = {
    "d": "default", "f": "full", "n": "nothing", "i": "index",
}  # fmt: skip


def replica_identity(command: AlterTableCmd, on: OnRelation, _source: Source) -> list[Operation]:
    node = definition.decode(command.definition).replica_identity_stmt
    assert node is not None
    return [SetReplicaIdentity(identity=REPLICA_IDENTITY[node.identity_type], index=node.name, **on)]


State = Literal["enable", "enable always", "enable replica", "disable"]


def trigger(state: State, which: Literal["one", "all", "user", "rule"] = "one") -> Subcommand:
    return lambda command, on, _source: [SetTriggerState(state=state, name=command.name, which=which, **on)]


def attach(command: AlterTableCmd, on: OnRelation, _source: Source) -> list[Operation]:
    node = definition.decode(command.definition).partition_cmd
    assert node is not None
    return [AttachPartition(partition=relation(node.name), bound=bound(node.bound), **on)]


def detach(*, finalize: bool) -> Subcommand:
    def detached(command: AlterTableCmd, on: OnRelation, _source: Source) -> list[Operation]:
        node = definition.decode(command.definition).partition_cmd
        assert node is not None
        op = DetachPartition(partition=relation(node.name), concurrently=node.concurrent, finalize=finalize, **on)
        return [op]

    return detached


def other(command: AlterTableCmd, on: OnRelation, _source: Source) -> list[Operation]:
    return [SetTableOption(subcommand=command.subtype, **on)]


# --- other relations -------------------------------------------------------------------------------------------------


def index(change: str) -> Subcommand:
    return lambda _command, on, _source: [
        AlterIndex(index=on["table"], change=change, if_exists=on["if_exists"], at=on["at"])
    ]


def attach_index(command: AlterTableCmd, on: OnRelation, _source: Source) -> list[Operation]:
    node = definition.decode(command.definition).partition_cmd
    assert node is not None
    return [AttachIndex(index=on["table"], partition=relation(node.name), at=on["at"])]


def view_options(command: AlterTableCmd, on: OnRelation, _source: Source) -> list[Operation]:
    options = options_of(command)
    op = SetViewOptions(
        view=on["table"],
        names=tuple(map(option_name, options)),
        values=tuple(map(option_text, options)) if command.subtype == "AT_SetRelOptions" else (),
        if_exists=on["if_exists"],
        at=on["at"],
    )
    return [op]


def attribute(change: Literal["add", "drop", "type"]) -> Subcommand:
    def changed(command: AlterTableCmd, on: OnRelation, _source: Source) -> list[Operation]:
        node = definition.decode(command.definition).column_def if command.definition else None
        name = command.name or (node.colname if node is not None else "")
        made = Attribute(name, type_of(node.typeName if node is not None else None))
        return [
            AlterCompositeType(type=on["table"], change=change, attribute=made, cascade=cascades(command), at=on["at"])
        ]

    return changed


SUBCOMMANDS: dict[str, Subcommand] = {
    "AT_AddColumn": add_column,
    "AT_DropColumn": drop_column,
    "AT_AlterColumnType": column_type,
    "AT_ColumnDefault": column_default,
    "AT_SetNotNull": set_not_null,
    "AT_DropNotNull": drop_not_null,
    "AT_AddIdentity": add_identity,
    "AT_SetIdentity": set_identity,
    "AT_DropIdentity": drop_identity,
    "AT_SetExpression": set_expression,
    "AT_DropExpression": drop_expression,
    "AT_SetStatistics": column_option("statistics"),
    "AT_SetStorage": column_option("storage"),
    "AT_SetCompression": column_option("compression"),
    "AT_SetOptions": column_option("attribute options"),
    "AT_ResetOptions": column_option("attribute options"),
    "AT_AlterColumnGenericOptions": column_option("fdw options"),
    "AT_AddConstraint": new_constraint,
    "AT_AlterConstraint": alter_constraint,
    "AT_ValidateConstraint": validate_constraint,
    "AT_DropConstraint": drop_constraint,
    "AT_SetRelOptions": storage_parameters,
    "AT_ResetRelOptions": storage_parameters,
    "AT_SetLogged": set_logged(logged=True),
    "AT_SetUnLogged": set_logged(logged=False),
    "AT_SetAccessMethod": access_method,
    "AT_SetTableSpace": tablespace,
    "AT_ClusterOn": cluster_on,
    "AT_DropCluster": cluster_on,
    "AT_ChangeOwner": owner,
    "AT_AddInherit": inherit(attached=True),
    "AT_DropInherit": inherit(attached=False),
    "AT_AddOf": of_type,
    "AT_DropOf": not_of_type,
    "AT_EnableRowSecurity": row_security("enable"),
    "AT_DisableRowSecurity": row_security("disable"),
    "AT_ForceRowSecurity": row_security("force"),
    "AT_NoForceRowSecurity": row_security("no force"),
    "AT_ReplicaIdentity": replica_identity,
    "AT_EnableTrig": trigger("enable"),
    "AT_EnableAlwaysTrig": trigger("enable always"),
    "AT_EnableReplicaTrig": trigger("enable replica"),
    "AT_DisableTrig": trigger("disable"),
    "AT_EnableTrigAll": trigger("enable", "all"),
    "AT_DisableTrigAll": trigger("disable", "all"),
    "AT_EnableTrigUser": trigger("enable", "user"),
    "AT_DisableTrigUser": trigger("disable", "user"),
    "AT_EnableRule": trigger("enable", "rule"),
    "AT_EnableAlwaysRule": trigger("enable always", "rule"),
    "AT_EnableReplicaRule": trigger("enable replica", "rule"),
    "AT_DisableRule": trigger("disable", "rule"),
    "AT_AttachPartition": attach,
    "AT_DetachPartition": detach(finalize=False),
    "AT_DetachPartitionFinalize": detach(finalize=True),
    "AT_GenericOptions": other,
    "AT_DropOids": other,
}

# What means another thing on a relation that is no table.
BY_KIND: dict[tuple[str, str], Subcommand] = {
    ("OBJECT_INDEX", "AT_SetTableSpace"): index("tablespace"),
    ("OBJECT_INDEX", "AT_SetRelOptions"): index("parameters"),
    ("OBJECT_INDEX", "AT_ResetRelOptions"): index("parameters"),
    ("OBJECT_INDEX", "AT_SetStatistics"): index("statistics"),
    ("OBJECT_INDEX", "AT_AttachPartition"): attach_index,
    ("OBJECT_VIEW", "AT_SetRelOptions"): view_options,
    ("OBJECT_VIEW", "AT_ResetRelOptions"): view_options,
    ("OBJECT_TYPE", "AT_AddColumn"): attribute("add"),
    ("OBJECT_TYPE", "AT_DropColumn"): attribute("drop"),
    ("OBJECT_TYPE", "AT_AlterColumnType"): attribute("type"),
}

# Subcommands that the parser never makes, and who does.
NEVER_PARSED = {
    "AT_AddColumnToView": "CREATE OR REPLACE VIEW, when it runs",
    "AT_AddIndex": "ALTER TABLE itself, for a key that it adds",
    "AT_AddIndexConstraint": "ALTER TABLE itself, for USING INDEX",
    "AT_CookedColumnDefault": "CREATE TABLE … LIKE, when it runs",
    "AT_ReAddComment": "ALTER COLUMN … TYPE, for what it rebuilds",
    "AT_ReAddConstraint": "ALTER COLUMN … TYPE, for what it rebuilds",
    "AT_ReAddDomainConstraint": "ALTER COLUMN … TYPE, for what it rebuilds",
    "AT_ReAddIndex": "ALTER COLUMN … TYPE, for what it rebuilds",
    "AT_ReAddStatistics": "ALTER COLUMN … TYPE, for what it rebuilds",
    "AT_ReplaceRelOptions": "CREATE OR REPLACE VIEW, when it runs",
}
