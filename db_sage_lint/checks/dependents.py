"""Changes that the server refuses for the sake of what depends on the object."""

from collections.abc import Callable
from typing import Any

from msgspec import structs

from db_sage_lint.catalog.records import Dependent
from db_sage_lint.catalog.replacing import function_refusal, view_refusal
from db_sage_lint.checks.registry import check
from db_sage_lint.checks.words import described, listed
from db_sage_lint.context import Context, Verdict
from db_sage_lint.effects.refusals import GENERATED_COLUMN_BLOCKS, blockers
from db_sage_lint.operations import (
    AlterCompositeType,
    CreateFunction,
    CreateView,
    DropColumn,
    DropConstraint,
    DropFunction,
    DropIndex,
    DropObject,
    DropTable,
    OnTable,
    Operation,
    SetType,
)
from db_sage_lint.script import Origin

Changing = (
    DropTable
    | DropColumn
    | DropConstraint
    | DropIndex
    | DropFunction
    | DropObject
    | SetType
    | AlterCompositeType
    | CreateView
    | CreateFunction
)

# What each is to do, in words.
ATTEMPTS: dict[type[Operation], Callable[[Any, Context], str]] = {
    SetType: lambda op, now: f"change the type of column {op.column} of {now.shown(op.table)}",
    DropColumn: lambda op, now: f"drop column {op.column} of {now.shown(op.table)}",
    DropConstraint: lambda op, now: f"drop constraint {op.name} of {now.shown(op.table)}",
    DropTable: lambda op, now: f"drop {op.kind} {now.shown(op.table)}",
    DropIndex: lambda op, now: f"drop index {now.shown(op.index)}",
    DropFunction: lambda op, now: f"drop {op.kind} {now.shown(op.function)}",
    DropObject: lambda op, now: f"drop {op.kind} {now.shown(op.name)}",
    AlterCompositeType: lambda op, now: f"change type {now.shown(op.type)}",
    CreateView: lambda op, now: f"replace view {now.shown(op.view)} by one that {view_refusal(op, now.db)}",
    CreateFunction: lambda op, now: (
        f"replace function {now.shown(op.function)} by one that " + function_refusal(op, now.db)
    ),
}


@check
def change_blocked_by_dependents(op: Changing, now: Context) -> Verdict | bool:
    if op.possible:
        return False
    users, who = known_blockers(op, now, now.pg), "PostgreSQL refuses"
    doubted = all(user.origin in now.db.perhaps for user in users)
    if not users and now.pg < GENERATED_COLUMN_BLOCKS:
        users = known_blockers(op, now, GENERATED_COLUMN_BLOCKS)
        who = f"PostgreSQL from {GENERATED_COLUMN_BLOCKS} on refuses"
    if not users or now.missing is not None:
        return False
    named = [in_the_way(user, op, now) for user in users]
    return Verdict(
        facts={
            "who": who,
            "change": ATTEMPTS[type(op)](op, now),
            "users": listed(named),
            "depend": "depends" if len(named) == 1 else "depend",
        },
        related=tuple((user.origin, name) for user, name in zip(users, named, strict=True) if user.origin),
        severity="info" if all(is_on_unread(user, now) for user in users) else "warning" if doubted else None,
        effects=(),
    )


def is_on_unread(user: Dependent, now: Context) -> bool:
    """Whether it is part of a table that no file made, or points at one: what made that may since have undone more."""
    table = now.db.table(user.table) if user.table else None
    constraint = table.constraints.get(user.name.name) if table and user.kind == "foreign key" else None
    tables = (user.table, constraint.referenced if constraint else None)
    known = [now.db.relation(name) for name in tables if name is not None]
    return any(relation is None or relation.made is None for relation in known)


def known_blockers(op: Operation, now: Context, pg: int) -> list[Dependent]:
    """What a server of that version refuses the operation for, of what a file has made and nothing unread can have
    taken away since; each with the statement that made it as it is.
    """
    users = [structs.replace(user, origin=last_change(user, now)) for user in blockers(op, now.db, pg)]
    return [user for user in users if user.origin is not None and not is_doubtful(user, now)]


def last_change(user: Dependent, now: Context) -> Origin | None:
    view = now.db.view(user.name) if user.table is None else None
    return (view.changed if view else None) or user.origin


def is_doubtful(user: Dependent, now: Context) -> bool:
    whole = user.table is not None and now.db.doubts(user.table.name, user.origin)
    return whole or now.db.doubts(user.name.name, user.origin)


def in_the_way(user: Dependent, op: Operation, now: Context) -> str:
    if isinstance(op, OnTable) and user.table is None and user.name == now.db.resolve(op.table):
        return f"the partition key of {now.shown(user.name)}"
    return described(user, now.shown)
