"""Kinds of statements by name, for settings that list some: those of operations, and what SQL calls otherwise."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, get_args

from db_sage_lint import operations
from db_sage_lint.operations import base

# Asked with an operation, and the text of its statement.
Kind = Callable[[Any, bytes], bool]

# Groups of operations, and those that stand for several kinds.
GROUPS = (
    operations.OnTable, operations.OnColumn, operations.OnConstraint, operations.DropObject, operations.RenameObject,
    operations.Query, operations.ServerWide, operations.ServerOptions, operations.AlterSetting,
    operations.SetTableOption, operations.SetObjectOwner,
)  # fmt: skip
UPPER = re.compile(r"(?<!^)(?=[A-Z])")
EXPLAIN = re.compile(rb"(?i)explain\b")
# Statements of which nothing is modelled, by their node in the grammar.
NODES = {
    "alter collation": "AlterCollationStmt",
    "alter event trigger": "AlterEventTrigStmt",
    "alter extension": "AlterExtensionStmt",
    "alter operator": "AlterOperatorStmt",
    "create access method": "CreateAmStmt",
    "create cast": "CreateCastStmt",
    "create conversion": "CreateConversionStmt",
    "create event trigger": "CreateEventTrigStmt",
    "create language": "CreatePLangStmt",
    "create operator class": "CreateOpClassStmt",
    "create operator family": "CreateOpFamilyStmt",
    "create transform": "CreateTransformStmt",
    "explain": "ExplainStmt",
    "listen": "ListenStmt",
    "load": "LoadStmt",
    "notify": "NotifyStmt",
    "security label": "SecLabelStmt",
    "show": "VariableShowStmt",
}


def of_type(kind: type[operations.Operation]) -> Kind:
    return lambda op, _: isinstance(op, kind)


def where(kind: type[operations.Operation], field: str, *values: object) -> Kind:
    """Operations with one of the values in a field, or without values, with any that isn't empty."""
    if not values:
        return lambda op, _: isinstance(op, kind) and bool(getattr(op, field))
    return lambda op, _: isinstance(op, kind) and getattr(op, field) in values


def either(*kinds: Kind) -> Kind:
    return lambda op, text: any(kind(op, text) for kind in kinds)


def explained(op: operations.Operation, text: bytes) -> bool:
    """EXPLAIN ANALYZE, also of a statement that writes, of which the operations are those of that statement."""
    ran = not isinstance(op, operations.Nothing | operations.ScriptEnd | operations.ChangeSetEnd)
    return ran and EXPLAIN.match(text) is not None


def takes_along(op: operations.Operation, _: bytes) -> bool:
    return bool(getattr(op, "cascade", False))


PHRASES: dict[str, Kind] = {
    "alter database set": where(operations.AlterSetting, "database"),
    "alter role set": lambda op, _: isinstance(op, operations.AlterSetting) and not op.database,
    "cascade": takes_along,
    "copy program": where(operations.Copy, "program"),
    "create procedure": where(operations.CreateFunction, "procedure"),
    "create type": either(
        of_type(operations.CreateType), of_type(operations.CreateEnum), of_type(operations.CreateCompositeType)
    ),
    "create type as enum": of_type(operations.CreateEnum),
    "create unique index": where(operations.CreateIndex, "unique"),
    "disable row level security": where(operations.SetRowSecurity, "change", "disable"),
    "disable trigger": where(operations.SetTriggerState, "state", "disable"),
    "do": of_type(operations.DoBlock),
    "explain analyze": explained,
    "foreign key": of_type(operations.AddForeignKey),
    "grant": either(where(operations.Grant, "grant"), where(operations.GrantRole, "grant")),
    "inherits": either(where(operations.CreateTable, "inherits"), where(operations.SetInherit, "attached")),
    "partition by": where(operations.CreateTable, "partition_by"),
    "partition of": either(
        where(operations.CreateTable, "partition_of"), lambda op, _: isinstance(op, operations.AttachPartition)
    ),
    "revoke": lambda op, _: isinstance(op, operations.Grant | operations.GrantRole) and not op.grant,
    "security definer": where(operations.CreateFunction, "security_definer"),
    "set owner": either(of_type(operations.SetOwner), of_type(operations.SetObjectOwner)),
    "temporary table": where(operations.CreateTable, "persistence", "temporary"),
    "typed table": where(operations.CreateTable, "of_type"),
    "unlogged table": where(operations.CreateTable, "persistence", "unlogged"),
    "vacuum full": where(operations.Vacuum, "full"),
    **{
        statement: where(operations.ServerWide, "statement", statement.upper())
        for statement in (
            "alter database", "alter system", "alter tablespace", "checkpoint", "commit prepared", "create database",
            "create tablespace", "discard all", "rollback prepared",
        )
    },
    **{
        statement: where(operations.Query, "statement", statement.upper())
        for statement in ("call", "declare cursor", "execute", "select", "values")
    },
    **{name: where(operations.Nothing, "statement", node) for name, node in NODES.items()},
}  # fmt: skip


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind by its name."""
    drops = get_args(operations.DropObject.__annotations__["kind"])
    renames = get_args(operations.RenameObject.__annotations__["kind"])
    return {
        **dict(of_operations()),
        **{f"drop {kind}": where(operations.DropObject, "kind", kind) for kind in drops},
        **{f"rename {kind}": where(operations.RenameObject, "kind", kind) for kind in renames if kind != "other"},
        **PHRASES,
    }


def of_operations() -> Iterator[tuple[str, Kind]]:
    """The operations by the words of their names: `create table`, `add foreign key`. What isn't SQL is left out."""
    for name, kind in vars(operations).items():
        is_kind = isinstance(kind, type) and issubclass(kind, operations.Operation) and kind not in GROUPS
        if is_kind and kind.__module__ != base.__name__:
            yield UPPER.sub(" ", name).lower(), of_type(kind)
