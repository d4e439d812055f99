"""Partitioned tables."""

from db_sage_lint.checks.registry import check
from db_sage_lint.checks.words import counted
from db_sage_lint.context import Context, Verdict
from db_sage_lint.operations import CreateIndex


@check
def index_on_partitioned_table(op: CreateIndex, now: Context) -> bool | Verdict:
    table = now.table(op.table)
    if table is None or table.partition_by is None or op.concurrently or not now.scans:
        return False
    built = [name for name in now.db.partitions(table.name) if now.contended(name)]
    return Verdict(facts={"count": counted(len(built), "partition")})
