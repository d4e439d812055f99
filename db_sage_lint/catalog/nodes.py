"""Objects as dependents: how each is named, and of which kind it is."""

from collections.abc import Iterator

from db_sage_lint.catalog.records import (
    CompositeType,
    Constraint,
    Dependent,
    Index,
    Relation,
    Sequence,
    Table,
    View,
)
from db_sage_lint.operations import Name
from db_sage_lint.script import Origin

Found = Iterator[Dependent]

RELATION_KINDS = frozenset(
    {"table", "foreign table", "view", "materialized view", "sequence", "index", "composite type"}
)


def relation_node(relation: Relation, *, automatic: bool = False) -> Dependent:
    return Dependent(kind_of(relation), relation.name, None, relation.made, automatic)


def kind_of(relation: Relation) -> str:
    """The kind of a relation in SQL's words."""
    if isinstance(relation, Table):
        return relation.kind
    if isinstance(relation, View):
        return "materialized view" if relation.materialized else "view"
    return {Index: "index", Sequence: "sequence", CompositeType: "composite type"}[type(relation)]


def part_node(kind: str, part: str, table: Name, made: Origin | None = None, *, automatic: bool = False) -> Dependent:
    return Dependent(kind, Name(part, table.schema), table, made, automatic)


def constraint_node(table: Table, constraint: Constraint, *, automatic: bool = False) -> Dependent:
    return part_node(constraint.kind, constraint.name, table.name, constraint.made, automatic=automatic)
