"""What runs in which transaction."""

from collections.abc import Callable
from typing import Any

from db_sage_lint.blocks import is_concurrent, refused_in_block
from db_sage_lint.checks.registry import check
from db_sage_lint.checks.words import listed
from db_sage_lint.context import Context, Verdict
from db_sage_lint.effects import Effect, Lock, type_change
from db_sage_lint.effects.versions import commits_by_partition
from db_sage_lint.expressions import fixed_columns, functions_called, reads
from db_sage_lint.filed import Filed
from db_sage_lint.operations import (
    AddColumn,
    AddExclusion,
    AddForeignKey,
    AddPrimaryKey,
    AddUnique,
    Cluster,
    Copy,
    CreateIndex,
    CreateMaterializedView,
    CreateSubscription,
    CreateTable,
    Delete,
    DetachPartition,
    DropIndex,
    DropObject,
    Expression,
    Insert,
    Merge,
    Name,
    Operation,
    Query,
    RefreshMaterializedView,
    Reindex,
    ScriptEnd,
    ServerWide,
    SetType,
    Update,
    Vacuum,
    ValidateConstraint,
)
from db_sage_lint.regex import lazy
from db_sage_lint.session import Held

NO_SLOT = lazy(rb"(?i)\bslot_name\s*=\s*'?none\b")


def block(op: Operation, now: Context) -> str:
    """The block that the operation would run in, in words; empty where it runs on its own."""
    if op.possible:
        return "inside a function or DO block"
    if now.in_transaction and now.script.one_message and now.session.began is None:
        return "beside other statements in one message, which is one transaction"
    return "inside a transaction" if now.in_transaction else ""


@check
def concurrently_in_transaction(
    op: CreateIndex | DropIndex | Reindex | DetachPartition, now: Context
) -> Verdict | bool:
    where = block(op, now)
    return bool(where and is_concurrent(op)) and Verdict(facts={"where": where})


@check
def not_allowed_in_transaction(
    op: Vacuum | Reindex | Cluster | ServerWide | CreateSubscription | DropObject, now: Context
) -> Verdict | bool:
    where = block(op, now)
    if not where or is_concurrent(op):
        return False
    refused = refused_in_block(op) or goes_by_partition(op, now) or drops_slot(op, now)
    return refused and Verdict(facts={"where": where, "statement": statement(op)})


def goes_by_partition(op: Operation, now: Context) -> bool:
    """Whether it is on a partitioned table and commits after each partition."""
    name = op.name if isinstance(op, Reindex) else op.table if isinstance(op, Cluster) else None
    if name is None or not commits_by_partition(now.pg, op):
        return False
    index = now.db.index(name)
    table = now.table(index.table if index else name)
    return table is not None and table.partition_by is not None


def drops_slot(op: Operation, now: Context) -> bool:
    """Whether it drops a subscription that may still have a slot on the publisher."""
    if not isinstance(op, DropObject) or op.kind != "subscription":
        return False
    return not NO_SLOT.search(now.script.source, 0, now.origin.start)


def statement(op: Vacuum | Reindex | Cluster | ServerWide | CreateSubscription | DropObject) -> str:
    """The statement's name in SQL."""
    if isinstance(op, ServerWide):
        return op.statement
    if isinstance(op, DropObject):
        return f"DROP {op.kind.upper()}"
    if isinstance(op, Reindex):
        return f"REINDEX {op.kind.upper()}"
    return "CREATE SUBSCRIPTION" if isinstance(op, CreateSubscription) else type(op).__name__.upper()


@check
def transaction_left_open(_: ScriptEnd, now: Context) -> Verdict | bool:
    return now.session.own_block and Verdict(where=now.session.began)


# --- work under lock -------------------------------------------------------------------------------------------------

# Functions that make the transaction wait for a time or for others. The remote ones are those of dblink, and of the
# http extension; pg_net's only queue a request.
WAITS = {
    "pg_sleep": "this statement sleeps",
    "pg_sleep_for": "this statement sleeps",
    "pg_sleep_until": "this statement sleeps",
    "pg_advisory_lock": "this statement waits for an advisory lock",
    "pg_advisory_lock_shared": "this statement waits for an advisory lock",
    "pg_advisory_xact_lock": "this statement waits for an advisory lock",
    "pg_advisory_xact_lock_shared": "this statement waits for an advisory lock",
    "dblink": "another server is asked",
    "dblink_connect": "another server is asked",
    "dblink_exec": "another server is asked",
    "http": "another server is asked",
    "http_get": "another server is asked",
    "http_post": "another server is asked",
}

# The words for work that is only done where something holds that the files don't tell.
UNSURE = "may be"
works: Filed[Callable[[Any, Context], str]] = Filed()


@check
def work_under_exclusive_lock(op: Operation, now: Context) -> Verdict | bool:
    if not now.may_hold_up() or now.told() is Lock.ACCESS_EXCLUSIVE:
        return False
    work = next(filter(None, (function(op, now) for function in works[type(op)])), "")
    if not work or validated_under_own_lock(op, now):
        return False
    held = [lock for lock in now.blocking_locks_held() if adds_to(lock, op, now)]
    if not held or not now.is_news(held[0].lock):
        return False
    strongest = [lock for lock in held if lock.lock is held[0].lock]
    names = [now.shown(lock.relation) for lock in strongest]
    return Verdict(
        severity="warning" if UNSURE in work else None,
        facts={
            "work": work,
            "held": f"{held[0].lock.sql} on {names[0]}",
            "waits": f"{held[0].lock.blocks} of {listed(names)} wait",
        },
        related=tuple(
            (lock.origin, f"takes {lock.lock.sql} on {name}") for lock, name in zip(strongest, names, strict=True)
        ),
        effects=(
            *(Effect(lock.relation, lock.lock) for lock in held),
            *(effect for effect in now.contended_effects if effect.relation not in {lock.relation for lock in held}),
        ),
    )


def adds_to(held: Held, op: Operation, now: Context) -> bool:
    """Whether an earlier statement's lock makes others wait that the operation by itself doesn't: where its own lock
    blocks writes, the rule about that operation speaks.
    """
    if held.origin is now.origin and not op.possible:
        return False
    own = now.effect_on(held.relation)
    return own is None or not own.lock.blocks_writes


def validated_under_own_lock(op: Operation, now: Context) -> bool:
    """Whether it is what constraint-validated-in-same-transaction speaks of."""
    if not isinstance(op, ValidateConstraint):
        return False
    held = now.locks_held.get(now.db.resolve(op.table))
    return held is not None and held.lock.blocks_writes


def reads_rows(query: Expression, now: Context) -> bool:
    return any(now.may_have_rows(name) for name, _ in reads(query, now.db))


@works
def scan(op: Operation, now: Context) -> str:
    growing = [effect for effect in now.effects if effect.grows and now.may_have_rows(effect.relation)]
    if not growing or (isinstance(op, AddForeignKey) and not now.may_have_rows(op.table)):
        return ""
    if isinstance(op, AddColumn) and not growing[0].rewrites and op.column.generated != "virtual":
        return ""  # a required column without a value: the first row makes the statement fail
    name = now.shown(growing[0].relation)
    if isinstance(op, AddPrimaryKey | AddUnique | AddExclusion):
        return f"an index on {name} is built"
    if isinstance(op, SetType) and type_change(op, now.db, now.session.settings).rewrites is None:
        return f"{name} {UNSURE} rewritten"
    return f"{name} is {'rewritten' if growing[0].rewrites else 'scanned'}"


@works
def index(op: CreateIndex, now: Context) -> str:
    return f"an index on {now.shown(op.table)} is built" if now.may_have_rows(op.table) else ""


@works
def change(op: Update | Delete, now: Context) -> str:
    if not now.may_have_rows(op.table) or is_keyed(op.where, op.table, now):
        return ""
    return f"rows of {now.shown(op.table)} are {'updated' if isinstance(op, Update) else 'deleted'}"


def is_keyed(where: Expression | None, table: Name, now: Context) -> bool:
    """Whether the condition names the rows by literal values of a unique key.

    Where the keys of the table aren't known, any column counts as one.
    """
    fixed = fixed_columns(where) if where else frozenset()
    known = now.table(table)
    if known is None or not known.closed:
        return bool(fixed)
    unique = (i for i in now.db.indexes_of(known.name) if i.unique and i.predicate is None)
    return any(fixed.issuperset(key.column for key in index.keys) for index in unique)


@works
def copied_rows(op: Insert, now: Context) -> str:
    return f"rows are copied into {now.shown(op.table)}" if op.query and reads_rows(op.query, now) else ""


@works
def merge(op: Merge, now: Context) -> str:
    return f"rows are merged into {now.shown(op.table)}"


@works
def load(op: Copy, now: Context) -> str:
    return f"rows are loaded into {now.shown(op.table)}" if op.is_from and op.place and op.table else ""


@works
def refresh(op: RefreshMaterializedView, now: Context) -> str:
    return f"{now.shown(op.view)} is refreshed" if op.with_data else ""


@works
def table_from_query(op: CreateTable, now: Context) -> str:
    return f"{now.shown(op.table)} is filled by a query" if op.fills and op.query and reads_rows(op.query, now) else ""


@works
def view_from_query(op: CreateMaterializedView, now: Context) -> str:
    return f"{now.shown(op.view)} is filled by a query" if op.with_data and reads_rows(op.query, now) else ""


@works
def wait(op: Query, _: Context) -> str:
    called = sorted(name.name for name in functions_called(op.query) if name.name in WAITS)
    return WAITS[called[0]] if called else ""
