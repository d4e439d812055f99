"""What operations on rows need, and what a query reads."""

from typing import TYPE_CHECKING

from db_sage_lint.catalog.expression_needs import of_expressions, of_unbound
from db_sage_lint.catalog.missing import Lacks, column_missing, lack, lacks, of_columns, relation_missing
from db_sage_lint.catalog.records import Missing
from db_sage_lint.operations import Analyze, Cluster, Copy, Delete, Expression, Insert, Name, Query, Update, Vacuum

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog


@lacks
def insert(op: Insert, db: "Catalog") -> Lacks:
    yield from lack(relation_missing(db, op.table, "table"))
    yield from of_columns(db, op.table, op.columns)
    if op.query is not None:
        yield from of_query(db, op.query)


@lacks
def update(op: Update, db: "Catalog") -> Lacks:
    yield from lack(relation_missing(db, op.table, "table"))
    yield from of_columns(db, op.table, (assignment.column for assignment in op.assignments))
    if not op.reads:
        yield from of_expressions(db, op.table, (op.where, *(assignment.value for assignment in op.assignments)))


@lacks
def delete(op: Delete, db: "Catalog") -> Lacks:
    yield from lack(relation_missing(db, op.table, "table"))
    if not op.reads:
        yield from of_expressions(db, op.table, (op.where,))


@lacks
def copy(op: Copy, db: "Catalog") -> Lacks:
    if op.table:
        yield from lack(relation_missing(db, op.table, "table"))
        yield from of_columns(db, op.table, op.columns)


@lacks
def query(op: Query, db: "Catalog") -> Lacks:
    yield from of_query(db, op.query)


@lacks
def maintenance(op: Vacuum | Analyze | Cluster, db: "Catalog") -> Lacks:
    if op.table:
        yield from lack(relation_missing(db, op.table, "table"))


def of_query(db: "Catalog", query: Expression) -> Lacks:
    """The relations that a query reads, and the columns of them that it names."""
    from db_sage_lint.expressions import NO_COLUMN, reads, unbound_in

    def missing(name: Name, column: str) -> Missing | None:
        whole = relation_missing(db, name, "table")
        return column_missing(db, name, column) if whole is None and column not in ("", NO_COLUMN) else whole

    found = {pair: lacking for pair in reads(query, db) if (lacking := missing(*pair))}
    for pair in sorted(found):
        yield found[pair], False
    yield from of_unbound(db, unbound_in(query, db))
