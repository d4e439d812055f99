"""What a DROP names, as the dependents of it are looked for."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from db_sage_lint.catalog.changes.functions import find_overload
from db_sage_lint.catalog.nodes import constraint_node, kind_of, part_node, relation_node
from db_sage_lint.catalog.records import Dependent, Domain, Table
from db_sage_lint.filed import Filed
from db_sage_lint.operations import (
    DropColumn,
    DropConstraint,
    DropFunction,
    DropIndex,
    DropObject,
    DropTable,
    Name,
)

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog

# The object itself, then the others of the same statement, which go with it.
targets: Filed[Callable[..., Iterable[Dependent]]] = Filed()


def _relations(db: "Catalog", name: Name, together: tuple[Name, ...], kind: str) -> Iterable[Dependent]:
    for each in (name, *together):
        resolved = db.resolve(each)
        relation = db.relations.get(resolved)
        yield relation_node(relation) if relation else Dependent(kind, resolved)


@targets
def table(op: DropTable, db: "Catalog") -> Iterable[Dependent]:
    return _relations(db, op.table, op.together, op.kind)


@targets
def index(op: DropIndex, db: "Catalog") -> Iterable[Dependent]:
    return _relations(db, op.index, (), "index")


@targets
def column(op: DropColumn, db: "Catalog") -> Iterable[Dependent]:
    name = db.resolve(op.table)
    known = db.relations.get(name)
    record = known.columns.get(op.column) if isinstance(known, Table) else None
    return (part_node("column", op.column, name, record.made if record else None),)


@targets
def constraint(op: DropConstraint, db: "Catalog") -> Iterable[Dependent]:
    known = db.table(op.table)
    record = known.constraints.get(op.name) if known else None
    return (constraint_node(known, record),) if known and record else ()


@targets
def function(op: DropFunction, db: "Catalog") -> Iterable[Dependent]:
    """The overload; the others of the statement are named without their types, so all of theirs count as dropped."""
    found = find_overload(db, op.function, op.arguments)
    if found is None:
        return
    yield Dependent("function", found.name, None, found.made)
    for name in op.together:
        for other in db.function_overloads(name):
            if other is not found and other.name != found.name:
                yield Dependent("function", other.name, None, other.made)


@targets
def other(op: DropObject, db: "Catalog") -> Iterable[Dependent]:
    if op.kind in ("view", "materialized view", "sequence"):
        return _relations(db, op.name, op.together, op.kind)
    if op.kind in ("type", "domain"):
        return [_type(db, name) for name in (op.name, *op.together)]
    return [Dependent(op.kind, name) for name in (op.name, *op.together)]


def _type(db: "Catalog", written: Name) -> Dependent:
    name = db.resolve_type(written)
    known = db.types.get(name)
    relation = db.relations.get(name)
    kind = "domain" if isinstance(known, Domain) else kind_of(relation) if relation else "type"
    return Dependent(kind, name, None, known.made if known else None)
