"""Statements on rows: whether a table may have any, and which columns are copied into others."""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from db_sage_lint.catalog.changes.registry import changes, stub
from db_sage_lint.catalog.records import Table, View
from db_sage_lint.operations import Copy, Delete, Insert, Merge, Name, Truncate, Update
from db_sage_lint.script import Origin

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog


@changes
def insert(op: Insert, db: "Catalog", origin: Origin) -> None:
    fill(db, op.table, origin)


@changes
def merge(op: Merge, db: "Catalog", origin: Origin) -> None:
    fill(db, op.table, origin)


@changes
def copy(op: Copy, db: "Catalog", origin: Origin) -> None:
    if op.is_from and op.table:
        fill(db, op.table, origin)


def fill(db: "Catalog", written: Name, origin: Origin) -> None:
    """Notes that a table may have rows from here on; with it the tables above and, as which is not known, all its
    partitions. Through a view, whatever it reads may.
    """
    name = db.resolve(written)
    relation = db.relations.get(name) or stub(db, name)
    if isinstance(relation, View):
        for read in sorted({read for read, _ in relation.reads}):
            table = db.relations.get(read)
            if isinstance(table, Table):
                _fill_family(db, table, origin)
    elif isinstance(relation, Table):
        _fill_family(db, relation, origin)


def known(db: "Catalog", written: Name) -> Table | None:
    """The table, with what is known of it; None where the name is another relation's."""
    name = db.resolve(written)
    relation = db.relations.get(name) or stub(db, name)
    return relation if isinstance(relation, Table) else None


def _fill_family(db: "Catalog", table: Table, origin: Origin) -> None:
    _fill_table(db, table, origin)
    if table.children or table.parents:
        for name in (*db.partitions(table.name), *db.ancestors(table.name)):
            other = db.relations.get(name)
            if isinstance(other, Table):
                _fill_table(db, other, origin)


def _fill_table(db: "Catalog", table: Table, origin: Origin) -> None:
    if table.filled is None or table.emptied is not None:
        db.put_relation(replace(table, filled=table.filled or origin, emptied=None, truncated=None))


@changes
def update(op: Update, db: "Catalog", origin: Origin) -> None:
    """Notes which columns' values go into another column: the step before the old one may be dropped."""
    from db_sage_lint.expressions import columns_read

    table = db.table(op.table)
    if table is None:
        return
    pairs = ((name, assignment.column) for assignment in op.assignments for name in columns_read(assignment.value))
    copied = {name for name, target in pairs if name != target and name in table.columns}
    if copied:
        columns = {name: replace(c, copied=origin) if name in copied else c for name, c in table.columns.items()}
        db.put_relation(replace(table, columns=columns))


@changes
def delete(op: Delete, db: "Catalog", origin: Origin) -> None:
    """Without a condition it leaves the table without rows, though not without their traces."""
    if op.where is not None or op.reads or op.possible:
        return
    table = known(db, op.table)
    if table is not None:
        db.put_relation(replace(table, emptied=origin))


@changes
def truncate(op: Truncate, db: "Catalog", origin: Origin) -> None:
    """The table and its heirs are empty again, with CASCADE those whose foreign keys point there too."""
    table = known(db, op.table)
    if table is None or op.possible:
        return
    emptied = [table.name] if op.only else [table.name, *db.heirs(table.name)]
    if op.cascade:
        for name in emptied:
            emptied += [other.name for other, _ in db.referencing(name) if other.name not in emptied]
    for name in emptied:
        other = db.relations.get(name)
        if isinstance(other, Table):
            db.put_relation(replace(other, filled=None, emptied=origin, truncated=origin))
