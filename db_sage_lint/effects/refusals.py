"""What stands in the way of a change: the dependents for whose sake the server refuses it.

Every kind was put to PostgreSQL 13 to 18. Sources: findDependentObjects in src/backend/catalog/dependency.c for DROP;
RememberAllDependentForRebuilding and find_composite_type_dependencies in src/backend/commands/tablecmds.c for a change
of type.
"""

from collections.abc import Callable, Iterable, Iterator

from db_sage_lint.catalog import Catalog
from db_sage_lint.catalog.datatypes import input_types
from db_sage_lint.catalog.dependents import direct
from db_sage_lint.catalog.dependents_of_code import of_row_type
from db_sage_lint.catalog.nodes import part_node
from db_sage_lint.catalog.records import Dependent, Table, View
from db_sage_lint.catalog.replacing import function_refusal, view_refusal
from db_sage_lint.filed import Filed
from db_sage_lint.operations import (
    AlterCompositeType,
    CreateFunction,
    CreateView,
    DropColumn,
    DropConstraint,
    DropFunction,
    DropIndex,
    DropObject,
    DropTable,
    Name,
    Operation,
    SetType,
)

# Before this version a generated column went without a word with the column, or the function, that it is computed from.
GENERATED_COLUMN_BLOCKS = 15
# What a change of type is refused for. Constraints and indexes are built anew.
BLOCKING_TYPE = frozenset({"view", "materialized view", "rule", "trigger", "policy", "function", "column", "table"})

refusals: Filed[Callable[..., Iterable[Dependent]]] = Filed()


def blockers(op: Operation, db: Catalog, pg: int) -> list[Dependent]:
    """The dependents for whose sake a server of major version `pg` refuses the operation, the nearest first."""
    asked = refusals[type(op)]
    return list(asked[0](op, db, pg)) if asked else []


@refusals
def dropped(
    op: DropTable | DropConstraint | DropIndex | DropFunction | DropObject, db: Catalog, pg: int
) -> Iterator[Dependent]:
    """What an index or sequence is a part of counts with CASCADE too."""
    for each in db.dependents(op):
        if not each.automatic and (not op.cascade or requires(each, op, db)) and not goes_along(each, db, pg):
            yield each
    if isinstance(op, DropObject) and op.kind == "sequence":
        yield from identity_column(op.name, db)


def requires(dependent: Dependent, op: Operation, db: Catalog) -> bool:
    """Whether it is the constraint that the dropped index enforces."""
    index = db.index(op.index) if isinstance(op, DropIndex) else None
    return index is not None and (dependent.table, dependent.name.name) == (index.table, index.constraint)


def identity_column(sequence: Name, db: Catalog) -> Iterator[Dependent]:
    """The identity column whose values the sequence makes."""
    known = db.sequence(sequence)
    if known is not None and known.identity and known.owned_by is not None:
        yield part_node("column", known.owned_by[1], known.owned_by[0], known.made)


def goes_along(dependent: Dependent, db: Catalog, pg: int) -> bool:
    """Whether it is a generated column that the server drops along."""
    if pg >= GENERATED_COLUMN_BLOCKS or dependent.kind != "column" or dependent.table is None:
        return False
    table = db.relations.get(dependent.table)
    column = table.columns.get(dependent.name.name) if isinstance(table, Table) else None
    return column is not None and bool(column.generated)


@refusals
def column_dropped(op: DropColumn, db: Catalog, pg: int) -> Iterator[Dependent]:
    """A view of which it isn't known what it reads doesn't count."""
    table = db.resolve(op.table)
    for each in () if op.cascade else db.dependents(op):
        view = db.relations.get(each.name) if each.table is None else None
        unknown = isinstance(view, View) and (table, "") in view.reads
        if not (each.automatic or unknown or goes_along(each, db, pg)):
            yield each


@refusals
def column_retyped(op: SetType, db: Catalog, _pg: int) -> Iterator[Dependent]:
    """What reads the column, in the heirs too, and the columns that are rows of the table."""
    table = db.resolve(op.table)
    for member in (table, *db.heirs(table)):
        for each in direct(db, part_node("column", op.column, member)):
            view = db.relations.get(each.name) if each.table is None else None
            unknown = isinstance(view, View) and (member, op.column) not in view.reads
            if not each.automatic and each.kind in BLOCKING_TYPE and not unknown:
                yield each
        yield from rows_of(member, db)


@refusals
def attribute_retyped(op: AlterCompositeType, db: Catalog, _pg: int) -> Iterator[Dependent]:
    """Columns of tables, for a new type of an attribute; typed tables, for any change without CASCADE."""
    name = db.resolve_type(op.type)
    if op.change == "type":
        yield from rows_of(name, db)
    if not op.cascade:
        node = Dependent("composite type", name)
        yield from (each for each in direct(db, node) if each.kind == "table" and each.table is None)


@refusals
def view_replaced(op: CreateView, db: Catalog, pg: int) -> list[Dependent]:
    """What would have to go with the view, where it has to be dropped to get other columns."""
    if not op.replace or db.view(op.view) is None:
        return []
    users = list(dropped(DropObject(kind="view", name=db.resolve(op.view)), db, pg))
    return users if users and view_refusal(op, db) else []


@refusals
def function_replaced(op: CreateFunction, db: Catalog, pg: int) -> list[Dependent]:
    """As for a view: what it returns, and the names of its parameters, stay as they are."""
    name = db.place(op.function)
    if not op.replace or name not in db.functions:
        return []
    users = list(dropped(DropFunction(function=name, arguments=input_types(op.arguments)), db, pg))
    return users if users and function_refusal(op, db) else []


def rows_of(name: Name, db: Catalog) -> Iterator[Dependent]:
    """The columns of tables that hold rows of a table, or values of a composite type."""
    for each in of_row_type(db, name):
        if each.kind == "column" and isinstance(db.relations.get(each.table or each.name), Table):
            yield each
