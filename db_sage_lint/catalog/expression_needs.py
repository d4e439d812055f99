"""What the expressions of an operation name: columns of its table, and what their sub-selects read."""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from db_sage_lint.catalog.missing import Lacks, lack, missing_of, relation_missing
from db_sage_lint.catalog.records import Missing, Table, View
from db_sage_lint.operations import Expression, Name
from db_sage_lint.regex import lazy

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog

_ROW_VARIABLES = frozenset({"new", "old"})
# A column that is written without a table, in libpg_query's JSON.
_PLAIN_COLUMNS = lazy(rb'"ColumnRef":\{"fields":\[\{"String":\{"sval":"([^"\\]*)"\}\}\]')


def of_expressions(db: "Catalog", written: Name, expressions: Iterable[Expression | None]) -> Lacks:
    """What the expressions of a table name and is known not to exist."""
    from db_sage_lint.expressions.scope import resolved

    table = db.table(written)
    for expression in expressions if table is not None and table.closed else ():
        if table is None or expression is None or names_only_columns(expression, table):
            continue
        resolver = resolved(expression, table, db)
        for name in sorted(resolver.relations):
            yield from lack(relation_missing(db, name, "table"))
        yield from of_unbound(db, resolver.unbound(table.name))


def names_only_columns(expression: Expression, table: Table) -> bool:
    """Whether it has no sub-select, and no name but columns of the table: a quick look that answers for most."""
    named = _PLAIN_COLUMNS.findall(expression)
    every = len(named) == expression.count(b'"ColumnRef"') and b'"SubLink"' not in expression
    return every and all(column.decode() in table.columns for column in named)


def of_unbound(db: "Catalog", columns: Collection[tuple[Name, str]]) -> Lacks:
    """The columns that every relation lacks which should have them."""
    for column in sorted({column for _, column in columns}):
        found = [named_missing(db, name, column) for name, named in sorted(columns) if named == column]
        if all(found):
            yield from lack(found[0])


def of_row(db: "Catalog", written: Name, condition: Expression | None) -> Lacks:
    """The columns of NEW and OLD in the condition of a trigger."""
    from db_sage_lint.expressions import qualified_columns_read

    table = db.relation(written)
    if isinstance(table, Table | View) and condition is not None:
        for named in qualified_columns_read(condition):
            if named.qualifier in _ROW_VARIABLES and named.column != "*":
                yield from lack(named_missing(db, table.name, named.column))


def named_missing(db: "Catalog", name: Name, column: str) -> Missing | None:
    """A column that an expression names and the relation is known not to have; t.f may be f(t) as well."""
    relation = db.relation(name)
    if not isinstance(relation, Table | View) or db.function_overloads(Name(column)):
        return None
    return missing_of(db, relation, column)
