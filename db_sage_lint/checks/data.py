"""Data changes inside migrations."""

from db_sage_lint.checks.registry import check
from db_sage_lint.context import Context
from db_sage_lint.expressions import always_true
from db_sage_lint.operations import Delete, Expression, Update


def takes_all_rows(where: Expression | None) -> bool:
    """Whether the condition leaves no row out."""
    return where is None or always_true(where)


@check
def update_without_where(op: Update, now: Context) -> bool:
    return takes_all_rows(op.where) and now.contended(op.table)


@check
def delete_without_where(op: Delete, now: Context) -> bool:
    return takes_all_rows(op.where) and now.contended(op.table)
