"""Timeouts in force when a lock is asked for."""

from db_sage_lint.blocks import is_concurrent
from db_sage_lint.checks.registry import check
from db_sage_lint.context import Context, Verdict
from db_sage_lint.effects import Effect
from db_sage_lint.operations import CreateIndex, DetachPartition, DropIndex, Operation, Reindex, ScriptEnd
from db_sage_lint.session import milliseconds


@check
def missing_lock_timeout(_: ScriptEnd, now: Context) -> Verdict | bool:
    request = now.unguarded
    if request is None:
        return False
    expected = "lock_timeout" in now.habits or bool(now.profiles & {"strict", "online"})
    return Verdict(
        where=request.origin,
        severity="warning" if expected else None,
        effects=(Effect(request.relation, request.lock),),
    )


@check
def timeout_during_concurrent_build(op: CreateIndex | Reindex | DetachPartition, now: Context) -> Verdict | bool:
    if not is_concurrent(op) or now.in_transaction:
        return False
    for name in ("lock_timeout", "statement_timeout"):
        value = now.setting(name)
        if value is not None and milliseconds(value) and not drops_leftover_first(op, now):
            return Verdict(facts={"timeout": f"a {name} of {value}", "leftover": leftover(op)})
    return False


def leftover_name(op: Operation) -> str:
    """The invalid index that a broken build leaves; empty where it can't be told."""
    if isinstance(op, CreateIndex):
        return op.name
    return f"{op.name.name}_ccnew" if isinstance(op, Reindex) and op.kind == "index" and op.name else ""


def leftover(op: Operation) -> str:
    if isinstance(op, DetachPartition):
        return f"{op.partition} stays half detached"
    name = leftover_name(op)
    return f"the invalid index {name} stays behind" if name else "an invalid index stays behind"


def drops_leftover_first(op: Operation, now: Context) -> bool:
    """Whether the file can be run again: it drops what a broken run left."""
    name = leftover_name(op)
    return bool(name) and any(
        isinstance(earlier, DropIndex) and earlier.missing_ok and earlier.index.name == name
        for earlier in now.earlier_in_script()
    )
