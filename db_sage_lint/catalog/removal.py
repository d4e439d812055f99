"""Objects taken out of the catalog: one of them with its parts, or all that a DROP … CASCADE takes along."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from db_sage_lint.catalog.parts import (
    alter,
    bury,
    change_column,
    drop_column,
    drop_constraint,
    drop_index,
    drop_sequence,
    note_gone,
    put_composite,
    release_partitions,
    without,
)
from db_sage_lint.catalog.records import CompositeType, Dependent, Index, Sequence, Table, View
from db_sage_lint.operations import Name, Operation
from db_sage_lint.script import Origin

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog


def cascade(db: "Catalog", op: Operation, origin: Origin) -> None:
    """Removes what hangs on the object that a DROP names, whether or not CASCADE stands there.

    Where RESTRICT was refused, the migration ends there, or something unread has dropped the rest before.
    """
    for dependent in db.dependents(op):
        remove(db, dependent, op, origin)


def remove(db: "Catalog", dependent: Dependent, op: Operation, origin: Origin) -> None:
    """Removes one dependent, with its parts."""
    _REMOVERS[dependent.kind](db, dependent, op, origin)


def remove_relation(db: "Catalog", name: Name, op: Operation, origin: Origin) -> None:
    """Removes a relation of whatever kind with its parts: a table's indexes and owned sequences, its place in the
    inheritance tree, its rights.
    """
    relation = db.relations.get(name)
    if isinstance(relation, Index):
        drop_index(db, name, op, origin)
    elif isinstance(relation, Sequence):
        drop_sequence(db, name, op, origin)
    elif isinstance(relation, CompositeType):
        remove_type(db, name, op, origin)
    elif relation is not None:
        _remove_table_or_view(db, relation, op, origin)
    for kind in ("table", "sequence"):
        db.remove(db.privileges, (kind, name))


def make_room(db: "Catalog", name: Name, op: Operation, origin: Origin, *, beside: Name | None = None) -> bool:
    """Removes a relation whose name a new one takes, which the server would have refused.

    Says no where the new one belongs to the table `beside` and that has the name itself.
    """
    if name == beside:
        return False
    if name in db.relations:
        remove_relation(db, name, op, origin)
    return True


def _remove_table_or_view(db: "Catalog", relation: Table | View, op: Operation, origin: Origin) -> None:
    for index in db.indexes_of(relation.name):
        release_partitions(db, index)
        db.remove_relation(index.name)
    bury(db, relation.name, op, origin, record=relation)
    if isinstance(relation, Table):
        _unlink(db, relation, origin)
        for column in relation.columns.values():
            if column.sequence:
                db.remove_relation(column.sequence)
    for publication in list(db.publications.values()):
        if relation.name in publication.tables:
            db.put(db.publications, publication.name, replace(publication, tables=publication.tables - {relation.name}))


def _unlink(db: "Catalog", table: Table, origin: Origin) -> None:
    """Takes a table out of its parents' children and its children's parents."""
    for name in table.parents:
        parent = db.relations.get(name)
        if isinstance(parent, Table):
            alter(db, parent, origin, children=tuple(n for n in parent.children if n != table.name))
    for name in table.children:
        child = db.relations.get(name)
        if isinstance(child, Table):
            alter(db, child, origin, parents=tuple(n for n in child.parents if n != table.name))


def _remove_relation(db: "Catalog", dependent: Dependent, op: Operation, origin: Origin) -> None:
    remove_relation(db, dependent.name, op, origin)


def _remove_constraint(db: "Catalog", dependent: Dependent, op: Operation, origin: Origin) -> None:
    if dependent.table:
        drop_constraint(db, dependent.table, dependent.name.name, op, origin)


def _remove_column(db: "Catalog", dependent: Dependent, op: Operation, origin: Origin) -> None:
    if not dependent.table:
        return
    composite = db.types.get(dependent.table)
    if isinstance(composite, CompositeType):
        rest = tuple(a for a in composite.attributes if a.name != dependent.name.name)
        put_composite(db, replace(composite, attributes=rest))
    else:
        drop_column(db, dependent.table, dependent.name.name, op, origin)


def _remove_default(db: "Catalog", dependent: Dependent, _: Operation, origin: Origin) -> None:
    if dependent.table:
        change_column(db, dependent.table, dependent.name.name, origin, default=None)


def remove_part(db: "Catalog", kind: str, table: Name, name: str, op: Operation, origin: Origin) -> None:
    """Takes a trigger, policy or rule off its table or view."""
    relation = db.relations.get(table)
    if kind == "trigger" and isinstance(relation, Table | View) and name in relation.triggers:
        note_gone(db, (kind, table, name), op, origin, record=relation.triggers[name])
        alter(db, relation, origin, triggers=without(relation.triggers, name))
    elif kind == "policy" and isinstance(relation, Table) and name in relation.policies:
        note_gone(db, (kind, table, name), op, origin, record=relation.policies[name])
        alter(db, relation, origin, policies=without(relation.policies, name))
    elif kind == "rule" and isinstance(relation, Table | View) and name in relation.rules:
        note_gone(db, (kind, table, name), op, origin)
        alter(db, relation, origin, rules=without(relation.rules, name))


def _remove_part(db: "Catalog", dependent: Dependent, op: Operation, origin: Origin) -> None:
    if dependent.table:
        remove_part(db, dependent.kind, dependent.table, dependent.name.name, op, origin)


def _remove_function(db: "Catalog", dependent: Dependent, op: Operation, origin: Origin) -> None:
    """Removes the overloads that the dependent's statement made."""
    overloads = db.functions.get(dependent.name, ())
    fallen = [function for function in overloads if function.made is dependent.origin]
    if fallen:
        note_gone(db, ("function", dependent.name, ""), op, origin, record=fallen[-1])
        db.put_functions(dependent.name, tuple(f for f in overloads if f.made is not dependent.origin))


def _remove_type(db: "Catalog", dependent: Dependent, op: Operation, origin: Origin) -> None:
    remove_type(db, dependent.name, op, origin)


def remove_type(db: "Catalog", name: Name, op: Operation, origin: Origin) -> None:
    """Removes a type of any kind."""
    note_gone(db, ("type", name, ""), op, origin, record=db.types.get(name))
    db.remove_type(name)
    if isinstance(db.relations.get(name), CompositeType):
        db.remove_relation(name)


def _remove_domain_constraint(db: "Catalog", dependent: Dependent, op: Operation, origin: Origin) -> None:
    domain = db.domain(dependent.table) if dependent.table else None
    if domain:
        note_gone(db, ("domain constraint", domain.name, dependent.name.name), op, origin)
        rest = tuple(check for check in domain.checks if check.name != dependent.name.name)
        db.put_type(replace(domain, checks=rest))


_REMOVERS: dict[str, Callable[["Catalog", Dependent, Operation, Origin], None]] = {
    **dict.fromkeys(("table", "foreign table", "view", "materialized view", "sequence", "index"), _remove_relation),
    **dict.fromkeys(("check", "foreign key", "unique", "primary key", "exclude", "not null"), _remove_constraint),
    **dict.fromkeys(("trigger", "policy", "rule"), _remove_part),
    **dict.fromkeys(("type", "domain", "composite type"), _remove_type),
    "column": _remove_column,
    "default": _remove_default,
    "function": _remove_function,
    "domain constraint": _remove_domain_constraint,
}
