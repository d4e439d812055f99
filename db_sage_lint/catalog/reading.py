"""What the records of the catalog read, call and name in their expressions, resolved."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from db_sage_lint.catalog.records import Column, Domain, Function, Index, Policy, Table, Trigger, View
from db_sage_lint.operations import Expression, Name

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog

_ROW_VARIABLES = frozenset({"new", "old"})


def mentions(expression: Expression | None, word: str) -> bool:
    """Whether the word stands anywhere in it as an identifier or constant: cheap, and never wrongly false."""
    return expression is not None and word.encode() in expression


def calls(db: "Catalog", expression: Expression | None, function: Name) -> bool:
    """Whether the expression calls the function."""
    if expression is None or not mentions(expression, function.name):
        return False
    from db_sage_lint.expressions import functions_called

    named = [called for called in functions_called(expression) if called.name == function.name]
    return any(db.resolve_function(called) == function for called in named)


def uses_sequence(db: "Catalog", expression: Expression | None, sequence: Name) -> bool:
    """Whether the expression has the sequence as a constant: nextval('t_id_seq'), and not nextval('t_id_seq'::text)."""
    if expression is None or not mentions(expression, sequence.name):
        return False
    from db_sage_lint.expressions import sequences_named

    return any(db.resolve(named) == sequence for named in sequences_named(expression))


def reads_relation(db: "Catalog", expression: Expression | None, relation: Name) -> bool:
    """Whether a sub-select of the expression reads the relation."""
    if expression is None or not mentions(expression, relation.name):
        return False
    from db_sage_lint.expressions import relations_named

    return any(named.name == relation.name and db.resolve(named) == relation for named in relations_named(expression))


def reads_column(db: "Catalog", table: Table, expression: Expression | None, relation: Name, column: str) -> bool:
    """Whether an expression of `table`, sub-selects included, reads a column of `relation`."""
    if expression is None or not mentions(expression, column):
        return False
    from db_sage_lint.expressions import bindings

    return any(b.column == column and b.relation == relation for b in bindings(expression, table, db))


def own_columns(expression: Expression | None) -> frozenset[str]:
    """The columns that an expression without sub-selects reads: a CHECK, an index's, a generated column's."""
    if expression is None:
        return frozenset()
    from db_sage_lint.expressions import columns_read

    return columns_read(expression)


def index_reads(index: Index, column: str) -> bool:
    """Whether an index is built on the column: as key, in INCLUDE, in an expression or the predicate."""
    if column in index.include or any(key.column == column for key in index.keys):
        return True
    expressions = (index.predicate, *(key.expression for key in index.keys))
    return any(mentions(e, column) and column in own_columns(e) for e in expressions if e is not None)


def trigger_reads(trigger: Trigger, column: str) -> bool:
    """Whether a trigger depends on a column: by UPDATE OF, or by NEW or OLD in its condition."""
    return column in trigger.columns or row_has(trigger.when, column)


def row_has(expression: Expression | None, column: str) -> bool:
    """Whether the expression of a trigger or rule reads the column of NEW or OLD."""
    if expression is None or not mentions(expression, column):
        return False
    from db_sage_lint.expressions import qualified_columns_read

    return any(c.column == column and c.qualifier in _ROW_VARIABLES for c in qualified_columns_read(expression))


def policy_expressions(policy: Policy) -> Iterator[Expression]:
    for expression in (policy.using, policy.check):
        if expression is not None:
            yield expression


def column_expressions(column: Column) -> Iterator[Expression]:
    for expression in (column.default, column.generation):
        if expression is not None:
            yield expression


def types_named(expression: Expression | None, target: Name, db: "Catalog") -> bool:
    """Whether the expression names the type, in a cast or a column definition."""
    if expression is None or not mentions(expression, target.name):
        return False
    from db_sage_lint.expressions.tree import qualified_name, tree

    waiting: list[object] = [tree(expression)]
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            for key, value in here.items():
                if key in ("typeName", "TypeName") and isinstance(value, dict):
                    named = qualified_name(value.get("names"))
                    if named.name == target.name and db.resolve_type(named) == target:
                        return True
            waiting += here.values()
        elif isinstance(here, list):
            waiting += here
    return False


def view_reads(view: View, relation: Name, column: str = "") -> bool:
    """Whether a view reads a relation, or that column of it; one whose columns could not be told reads them all."""
    if not column:
        return any(read == relation for read, _ in view.reads)
    return (relation, column) in view.reads or (relation, "") in view.reads


def body_uses(db: "Catalog", function: Function, relation: Name, column: str = "") -> bool:
    """Whether a function's BEGIN ATOMIC body reads or writes the relation, or that column of it; a body in quotes has
    no dependencies.
    """
    return statement_uses(db, function.sql_body, relation, column)


def statement_uses(db: "Catalog", statement: Expression | None, relation: Name, column: str = "") -> bool:
    """Whether a statement, or one of a body, reads or writes the relation, or that column of it."""
    if statement is None or not mentions(statement, column) or not mentions(statement, relation.name):
        return False
    from db_sage_lint.expressions import reads
    from db_sage_lint.expressions.questions import columns_written

    written = ((db.resolve(named), word) for named, word in columns_written(statement))
    if (relation, column) in written:
        return True
    return (relation, column) in reads(statement, db) if column else reads_relation(db, statement, relation)


def domain_expressions(domain: Domain) -> Iterable[Expression | None]:
    return (domain.default, *(check.expression for check in domain.checks))
