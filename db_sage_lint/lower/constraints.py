"""Constraints, wherever they are written: one operation each."""

from collections.abc import Callable
from typing import Literal, TypedDict

import msgspec

from db_sage_lint.lower.base import optional
from db_sage_lint.lower.names import OnRelation, column_names, relation, words
from db_sage_lint.operations import (
    AddCheck,
    AddExclusion,
    AddForeignKey,
    AddNotNull,
    AddPrimaryKey,
    AddUnique,
    Expression,
    Name,
    Operation,
    RelationKind,
)
from db_sage_lint.regex import lazy
from db_sage_lint.tree import AnyNode, Constraint, Words

Within = Literal["", "table", "column"]


class OfConstraint(TypedDict):
    """The fields of AddConstraint, OnTable and Operation."""

    table: Name
    kind: RelationKind
    only: bool
    if_exists: bool
    at: int
    name: str
    within: Within
    valid: bool
    enforced: bool
    deferrable: bool
    initially_deferred: bool


# What the letters of a foreign key's actions stand for. Source: FKCONSTR_ACTION_* in src/include/nodes/parsenodes.h.
ACTIONS = {"a": "no action", "r": "restrict", "c": "cascade", "n": "set null", "d": "set default"}

# The kinds for which NOT ENFORCED can be written; for the others the tree doesn't say that they are enforced.
MAY_BE_UNENFORCED = frozenset({"CONSTR_CHECK", "CONSTR_FOREIGN"})


def add_constraint(node: Constraint, on: OnRelation, within: Within, at: int, column: str = "") -> Operation | None:
    """The operation that adds a constraint, None for what is a property of the column. `column` is the one beside
    which it is written, empty for a table constraint; `at` is its byte in the file.
    """
    function = CONSTRAINTS.get(node.contype)
    if function is None:
        return None
    enforced = node.is_enforced or node.contype not in MAY_BE_UNENFORCED
    common: OfConstraint = {
        "table": on["table"],
        "kind": on["kind"],
        "only": on["only"],
        "if_exists": on["if_exists"],
        "at": at,
        "name": node.conname,
        "within": within,
        "valid": enforced if is_new(on, within) else not node.skip_validation,
        "enforced": enforced,
        "deferrable": node.deferrable or node.initdeferred,
        "initially_deferred": node.initdeferred,
    }
    return function(node, common, column)


def is_new(on: OnRelation, within: Within) -> bool:
    """Whether the constraint comes with an ordinary table that has no rows yet: NOT VALID means nothing there.
    Source: transformCheckConstraints in src/backend/parser/parse_utilcmd.c.
    """
    return within == "table" and on["kind"] == "table"


def check(node: Constraint, common: OfConstraint, column: str) -> Operation:
    expression = bytes(node.raw_expr)
    columns = columns_in(expression)
    if column and column not in columns:
        columns = (column, *columns)
    return AddCheck(expression=expression, columns=columns, no_inherit=node.is_no_inherit, **common)


def not_null(node: Constraint, common: OfConstraint, column: str) -> Operation:
    return AddNotNull(column=column or column_names(node.keys)[0], no_inherit=node.is_no_inherit, **common)


def foreign_key(node: Constraint, common: OfConstraint, column: str) -> Operation:
    return AddForeignKey(
        columns=(column,) if column else column_names(node.fk_attrs),
        referenced=relation(node.pktable),
        referenced_columns=column_names(node.pk_attrs),
        on_delete=ACTIONS[node.fk_del_action],
        on_update=ACTIONS[node.fk_upd_action],
        match="full" if node.fk_matchtype == "f" else "simple",
        period=node.fk_with_period,
        **common,
    )


def primary_key(node: Constraint, common: OfConstraint, column: str) -> Operation:
    return AddPrimaryKey(
        columns=(column,) if column else column_names(node.keys),
        index=node.indexname,
        include=column_names(node.including),
        without_overlaps=node.without_overlaps,
        **common,
    )


def unique(node: Constraint, common: OfConstraint, column: str) -> Operation:
    return AddUnique(
        columns=(column,) if column else column_names(node.keys),
        index=node.indexname,
        include=column_names(node.including),
        nulls_not_distinct=node.nulls_not_distinct,
        without_overlaps=node.without_overlaps,
        **common,
    )


def exclusion(node: Constraint, common: OfConstraint, _column: str) -> Operation:
    return AddExclusion(
        columns=tuple(map(excluded_column, node.exclusions)),
        method=node.access_method or "btree",
        predicate=optional(node.where_clause),
        **common,
    )


def excluded_column(element: AnyNode) -> str:
    """The column of one element WITH operator, empty text for an expression."""
    first = element.list.items[0].index_elem if element.list is not None else None
    return first.name if first is not None else ""


CONSTRAINTS: dict[str, Callable[[Constraint, OfConstraint, str], Operation]] = {
    "CONSTR_CHECK": check,
    "CONSTR_NOTNULL": not_null,
    "CONSTR_FOREIGN": foreign_key,
    "CONSTR_PRIMARY": primary_key,
    "CONSTR_UNIQUE": unique,
    "CONSTR_EXCLUSION": exclusion,
}


def apply_attributes(nodes: list[Constraint]) -> list[Constraint]:
    """A column's constraints without DEFERRABLE, NOT ENFORCED and their kin, which follow the constraint that they are
    about as nodes of their own. Source: transformConstraintAttrs in src/backend/parser/parse_utilcmd.c.
    """
    kept: list[Constraint] = []
    for node in nodes:
        if not node.contype.startswith("CONSTR_ATTR_"):
            kept.append(node)
        elif kept:
            apply_attribute(node.contype, kept[-1])
    return kept


def apply_attribute(contype: str, constraint: Constraint) -> None:
    match contype.removeprefix("CONSTR_ATTR_"):
        case "DEFERRABLE":
            constraint.deferrable = True
        case "DEFERRED":
            constraint.initdeferred = True
        case "NOT_ENFORCED":
            constraint.is_enforced = False
            constraint.skip_validation = True


column_words = msgspec.json.Decoder(Words)
COLUMN = lazy(rb'\{"ColumnRef":\{"fields":\[((?:\{"String":\{"sval":"(?:[^"\\]|\\.)*"\}\},?)+)\]')


def columns_in(expression: Expression) -> tuple[str, ...]:
    """The columns that an expression over one table names, each once. Text inside of JSON strings has its quotes
    escaped, so it can't look like a node.
    """
    found: dict[str, None] = {}
    for match in COLUMN.findall(expression):
        found[words(column_words.decode(b"[%b]" % match))[-1]] = None
    return tuple(found)
