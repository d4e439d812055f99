"""What code sees that is deployed before or after the migration."""

from db_sage_lint.catalog.records import Table
from db_sage_lint.checks.registry import check
from db_sage_lint.context import Context
from db_sage_lint.operations import AddColumn, CreateView, RenameColumn, RenameTable


@check
def table_renamed(op: RenameTable, now: Context) -> bool:
    relation = now.db.relation(op.table)
    if op.kind not in {"table", "foreign table"} or not (relation is None or isinstance(relation, Table)):
        return False
    return now.contended(op.table) and not now.comes_back(op.table) and not takes_place_of_another(op, now)


def takes_place_of_another(op: RenameTable, now: Context) -> bool:
    """Whether the new name is one that a table of before has just given up, renamed or dropped: the swap of a copy."""
    name = now.relation_named_by(op)
    gone = now.db.gone.get(name) if name else None
    return gone is not None and now.in_change_set(gone.dropped)


@check
def column_renamed(op: RenameColumn, now: Context) -> bool:
    return now.contended(op.table) and now.column_existed(op.table, op.column) and not is_still_there(op, now)


def is_still_there(op: RenameColumn, now: Context) -> bool:
    """Whether the open transaction gives the old name back: as a column, or in a view in front of the table."""
    table = now.db.resolve(op.table)
    names = {table, *now.former_names(table)}
    for later in now.later_in_transaction():
        if isinstance(later, AddColumn) and later.column.name == op.column and now.db.resolve(later.table) in names:
            return True
        if isinstance(later, CreateView) and now.db.place(later.view) in names:
            return True
    return False
