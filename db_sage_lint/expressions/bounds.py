"""What PostgreSQL's prover concludes from CHECK constraints about the bound of a partition to attach."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec.structs import replace

from db_sage_lint.expressions.fold import NULL, Constant, folded, number_of
from db_sage_lint.expressions.formula import MOST_MEMBERS, NEGATED, Formula, formula
from db_sage_lint.expressions.proof import Order, implied
from db_sage_lint.expressions.questions import column_of
from db_sage_lint.expressions.tree import Json, node, tree
from db_sage_lint.operations import Bound, Expression, PartitionBy, Type

if TYPE_CHECKING:
    from decimal import Decimal


def bound_implied(
    checks: Iterable[Expression],
    key: PartitionBy,
    bound: Bound,
    not_null: AbstractSet[str],
    types: Mapping[str, Type] | None = None,
) -> bool:
    """Whether valid CHECKs of these expressions, and the columns that are NOT NULL, imply a bound.

    Then ATTACH PARTITION skips its scan, provided that the same holds for the bounds of the parent, where that is a
    partition itself. Range and list bounds of literals over plain columns are judged, False is the answer for all
    others. `types` holds the types of the key's columns; without it, literals that are cast prove nothing.
    """
    predicate = bound_formula(key, bound)
    return predicate is not None and implied(predicate, _clause(checks, not_null), _ordered_by(types or {}))


def bound_excluded(
    checks: Iterable[Expression],
    key: PartitionBy,
    bound: Bound,
    not_null: AbstractSet[str],
    types: Mapping[str, Type] | None = None,
) -> bool:
    """Whether valid CHECKs of the default partition prove that it has no row of a new bound, so that it isn't scanned.

    Source: get_proposed_default_constraint in partitioning/partbounds.c.
    """
    inside = bound_formula(key, bound)
    return inside is not None and implied(_negated(inside), _clause(checks, not_null), _ordered_by(types or {}))


def _clause(checks: Iterable[Expression], not_null: AbstractSet[str]) -> Formula:
    known = [Formula("not null", column=column) for column in sorted(not_null)]
    return Formula("and", (*known, *(formula(tree(check)) for check in checks)))


_OPPOSITE: Mapping[str, Literal["and", "or", "null", "not null"]] = {
    "and": "or", "or": "and", "null": "not null", "not null": "null",
}  # fmt: skip


def _negated(inside: Formula) -> Formula:
    if inside.kind == "compare":
        return replace(inside, operator=NEGATED[inside.operator])
    if inside.kind == "other":
        return inside
    return Formula(_OPPOSITE[inside.kind], tuple(map(_negated, inside.parts)), column=inside.column)


def bound_formula(key: PartitionBy, bound: Bound) -> Formula | None:
    """The partition's constraint, None where it isn't one of literals over plain columns."""
    if bound.is_default or "" in key.keys or not key.keys:
        return None
    if key.strategy == "range" and len(bound.lower) == len(bound.upper) == len(key.keys):
        return _range(key, bound)
    if key.strategy == "list" and bound.values and len(key.keys) == 1:
        return _list(key.keys[0], bound)
    return None


def _list(column: str, bound: Bound) -> Formula | None:
    """Source: get_qual_for_list in partitioning/partbounds.c."""
    values = [folded(tree(v)) for v in bound.values]
    found = [v for v in values if v is not None and v != NULL]
    if None in values or len(found) > MOST_MEMBERS:
        return None
    equal = tuple(Formula("compare", column=column, operator="=", value=v) for v in found)
    if NULL in values:
        return Formula("or", (Formula("null", column=column), *equal))
    return Formula("and", (Formula("not null", column=column), Formula("or", equal)))


def _range(key: PartitionBy, bound: Bound) -> Formula | None:
    """Source: get_qual_for_range in partitioning/partbounds.c."""
    lower, upper = _end(bound.lower), _end(bound.upper)
    if None in lower or None in upper:
        return None
    parts = [Formula("not null", column=column) for column in key.keys]
    shared = 0
    while shared < len(lower) and lower[shared] == upper[shared] and isinstance(lower[shared], Constant):
        parts.append(_compare(key.keys[shared], "=", lower[shared]))
        shared += 1
    if shared == len(lower):
        return None
    for values, operator, endless in ((lower, ">", "min"), (upper, "<", "max")):
        arms = _arms(key.keys, values, shared, operator, endless)
        if arms:
            parts.append(arms[0] if len(arms) == 1 else Formula("or", tuple(arms)))
    return Formula("and", tuple(parts))


_Value: TypeAlias = "Constant | str | None"


def _arms(keys: tuple[str, ...], values: list[_Value], shared: int, operator: str, endless: str) -> list[Formula]:
    """The arms of OR that compare the columns from `shared` on with one end, in the order of rows.

    The last column of the last arm allows equality at the lower end, and any column whose next one has no limit.
    """
    arms: list[Formula] = []
    for last in range(shared, len(keys)):
        if not isinstance(values[last], Constant):
            break
        following = values[last + 1] if last + 1 < len(keys) else None
        allows = following == endless or (last == len(keys) - 1 and operator == ">")
        equal = [_compare(keys[i], "=", values[i]) for i in range(shared, last)]
        arms.append(Formula("and", (*equal, _compare(keys[last], operator + "=" * allows, values[last]))))
    return arms


def _compare(column: str, operator: str, value: _Value) -> Formula:
    assert isinstance(value, Constant)
    return Formula("compare", column=column, operator=operator, value=value)


_INFINITE = {"minvalue": "min", "maxvalue": "max"}


def _end(values: tuple[Expression, ...]) -> list[_Value]:
    """One end of a range: for each key column a constant, "min" or "max"; None for what can't be told."""
    return [_end_value(tree(v)) for v in values]


def _end_value(value: Json) -> _Value:
    """MINVALUE and MAXVALUE are written as columns of that name."""
    kind, fields = node(value)
    if kind == "ColumnRef":
        return _INFINITE.get(column_of(fields).column)
    constant = folded(value)
    return None if constant == NULL else constant


# Dates and times as ISO 8601 writes them, without a zone: of one shape, they are in the order of their texts.
_ISO = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d)?)?")
_MIDNIGHT = re.compile(r"[ T]00:00(:00)?$")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_INTEGERS = frozenset({"int2", "int4", "int8"})
_TIMES = frozenset({"date", "timestamp", "timestamptz"})
# Types that are compared with each other without a setting of the session.
_FAMILIES = (frozenset({"text", "varchar"}), frozenset({"date", "timestamp"}))


def _ordered_by(types: Mapping[str, Type]) -> Order:
    """How two constants compare as values of a column."""

    def order(column: str, one: Constant, other: Constant) -> int | None:
        column_type = types[column].name if column in types and not types[column].dimensions else ""
        left, right = _plain(one, column_type), _plain(other, column_type)
        if left is None or right is None or left.kind != right.kind:
            return None
        if left.kind == "number":
            return _sign(number_of(left), number_of(right))
        if left.value == right.value:
            return 0
        return _text_sign(left.value, right.value, column_type)

    return order


def _sign(one: Decimal | int | None, other: Decimal | int | None) -> int | None:
    return None if one is None or other is None else (one > other) - (one < other)


def _text_sign(one: str, other: str, column_type: str) -> int | None:
    if column_type in _TIMES:
        one, other = (_MIDNIGHT.sub("", v).replace("T", " ") for v in (one, other))
    for shape in (_ISO, _UUID):
        if len(one) == len(other) and shape.fullmatch(one) and shape.fullmatch(other):
            return (one > other) - (one < other)
    if column_type in _TIMES and _ISO.fullmatch(one) and _ISO.fullmatch(other):
        return 0 if one == other else 1 if one > other else -1
    return None


def _plain(constant: Constant, column_type: str) -> Constant | None:
    """The constant without its cast, None where that may not be of the column's type."""
    if constant.kind == "number":
        exact = constant.value.lstrip("-").isdigit() or column_type == "numeric"
        return constant if exact and (column_type in _INTEGERS or column_type in ("numeric", "")) else None
    if constant.kind != "text" or constant.type not in ("", column_type):
        same = any({constant.type, column_type} <= family for family in _FAMILIES)
        return Constant("text", constant.value) if same else None
    if column_type in _INTEGERS:
        return Constant("number", constant.value) if constant.value.lstrip("-").isdigit() else None
    return Constant("text", constant.value)
