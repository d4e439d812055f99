"""Design of new tables, judged at the end of the change set."""

from collections.abc import Iterator

from db_sage_lint.catalog.records import Table
from db_sage_lint.checks.registry import check
from db_sage_lint.context import Context, Verdict
from db_sage_lint.operations import ChangeSetEnd


@check
def table_without_primary_key(_: ChangeSetEnd, now: Context) -> Iterator[Verdict]:
    for table in now.tables_touched():
        if now.in_change_set(table.made) and needs_key(table) and not now.allows(table.name.name):
            stand_in = has_unique_rows(table, now)
            yield Verdict(
                where=table.made,
                severity="info" if stand_in else None,
                facts={"table": now.shown(table.name), "instead": ", only a unique key" if stand_in else ""},
            )


def needs_key(table: Table) -> bool:
    """Whether it is a lasting table of rows of its own, and known to have no primary key."""
    if table.kind != "table" or table.persistence != "permanent" or table.bound is not None or not table.closed:
        return False
    return not any(constraint.kind == "primary key" for constraint in table.constraints.values())


def has_unique_rows(table: Table, now: Context) -> bool:
    """Whether a unique key over columns that are never null can stand in for the primary key."""
    never_null = {name for name, column in table.columns.items() if column.not_null}
    unique = (index for index in now.db.indexes_of(table.name) if index.unique and index.predicate is None)
    return any(index.keys and never_null.issuperset(key.column for key in index.keys) for index in unique)
