"""Partitioned tables."""

from db_sage_lint.checks.registry import check
from db_sage_lint.checks.words import counted
from db_sage_lint.context import Context, Verdict
from db_sage_lint.operations import CreateIndex


@check
def index_on_partitioned_table(op: CreateIndex, now: Context) -> bool | Verdict:
    table = now.table(op.table)
    if table is None or table.partition_by is None or op.concurrently:
        return False
    built = sum(effect.scans and effect.relation != table.name for effect in now.contended_effects)
    return bool(built) and Verdict(facts={"count": counted(built, "partition")})
