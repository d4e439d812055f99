"""Building, rebuilding and dropping indexes."""

from db_sage_lint.checks.registry import check
from db_sage_lint.context import Context, Verdict
from db_sage_lint.effects import Lock
from db_sage_lint.operations import CreateIndex, DropIndex, Name, Reindex


def is_partitioned(name: Name, now: Context) -> bool:
    table = now.table(name)
    return table is not None and table.partition_by is not None


@check
def index_without_concurrently(op: CreateIndex, now: Context) -> bool:
    return not (op.concurrently or op.only) and now.scans and not is_partitioned(op.table, now)


@check
def index_drop_without_concurrently(op: DropIndex, now: Context) -> bool | Verdict:
    if op.concurrently:
        return False
    index = now.db.index(op.index)
    if index is None:
        return Verdict(facts={"table": "its table"})
    if index.constraint or not now.existed(index.made) or is_partitioned(index.table, now):
        return False
    if now.holds(index.table, Lock.ACCESS_EXCLUSIVE) or now.is_dropped_later(index.table):
        return False
    return now.contended(index.table) and Verdict(facts={"table": now.shown(index.table)})


@check
def reindex_without_concurrently(op: Reindex, now: Context) -> bool | Verdict:
    if op.concurrently or op.kind == "system":
        return False
    return is_contended(op, now) and Verdict(facts={"target": f"{op.kind} {op.name or ''}".strip()})


def is_contended(op: Reindex, now: Context) -> bool:
    """Whether other sessions can be using something that is rebuilt."""
    if op.name is None or op.kind == "database":
        return True
    if op.kind == "schema":
        schema = now.db.schemas.get(op.name.name)
        return op.name.name not in now.private_schemas and (schema is None or now.existed(schema.made))
    index = now.db.index(op.name) if op.kind == "index" else None
    return now.contended(index.table if index else op.name)


@check
def concurrently_if_not_exists(op: CreateIndex, now: Context) -> bool:
    if not (op.concurrently and op.if_not_exists and now.contended(op.table)):
        return False
    drops = (other for other in now.earlier_in_script() if isinstance(other, DropIndex))
    return not any(drop.missing_ok and drop.index.name == op.name for drop in drops)
