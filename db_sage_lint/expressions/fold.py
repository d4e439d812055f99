"""Constant folding of conditions, with SQL's three truth values."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

from db_sage_lint.expressions.questions import literal_of, same
from db_sage_lint.expressions.tree import Fields, Json, fields_of, items, node, qualified_name, strings, tree
from db_sage_lint.operations import Expression

if TYPE_CHECKING:
    from decimal import Decimal


class Constant(Struct, frozen=True):
    """The value of an expression that has the same one for every row and session.

    `value` is "true" or "false" for booleans, and text that two equal constants of one `type` need not share
    otherwise ("1" and "1.0"). `type` is empty for a literal without a cast.
    """

    kind: Literal["boolean", "number", "text", "null"]
    value: str = ""
    type: str = ""


TRUE = Constant("boolean", "true")
FALSE = Constant("boolean", "false")
NULL = Constant("null")

_DEEPEST = 100


def folds_to(expr: Expression) -> bool | None:
    """The truth value that a condition always has; None where it depends, can't be told or is NULL."""
    constant = folded(tree(expr))
    return None if constant not in (TRUE, FALSE) else constant == TRUE


def always_true(expr: Expression) -> bool:
    """Whether a condition holds for every row: true, 1 = 1, x OR true, coalesce(true, …), NOT false, …"""
    kind, fields = node(tree(expr))
    if kind == "BoolExpr" and fields.get("boolop") == "AND_EXPR":
        return all(folded(part) == TRUE for part in items(fields.get("args")))
    return folds_to(expr) is True


def folded(value: Json, depth: int = 0) -> Constant | None:
    """The constant that an expression comes to, None where it depends on something or can't be told."""
    kind, fields = node(value)
    fold = _FOLDS.get(kind)
    if fold is None or depth > _DEEPEST:
        return None
    return fold(fields, lambda part: folded(part, depth + 1))


_Inner: TypeAlias = "Callable[[Json], Constant | None]"


def _truth(value: bool) -> Constant:
    return TRUE if value else FALSE


def _literal(fields: Fields, _inner: _Inner) -> Constant:
    literal = literal_of(fields)
    if literal.kind == "null":
        return NULL
    if literal.kind == "boolean":
        return _truth(literal.value == "true")
    return Constant("number" if literal.kind in ("integer", "float") else "text", literal.value)


# What boolin accepts, shortened forms aside: utils/adt/bool.c.
_BOOLEAN_WORDS = {
    **dict.fromkeys(("t", "true", "y", "yes", "on", "1"), TRUE),
    **dict.fromkeys(("f", "false", "n", "no", "off", "0"), FALSE),
}


def _cast(fields: Fields, inner: _Inner) -> Constant | None:
    constant = inner(fields.get("arg"))
    if constant is None or constant == NULL:
        return constant
    type_name = fields_of(fields.get("typeName"))
    name = "" if "arrayBounds" in type_name or "typmods" in type_name else strings(type_name.get("names"))[-1]
    if name == "bool":
        if constant.kind == "number":
            return _truth(constant.value.strip("0") != "")
        return _BOOLEAN_WORDS.get(constant.value.strip().lower())
    if constant.kind == "number" and name in ("int2", "int4", "int8", "numeric") and constant.value.isdigit():
        return constant
    return Constant("text", constant.value, name or "?")


def _collate(fields: Fields, inner: _Inner) -> Constant | None:
    return inner(fields.get("arg"))


def _boolean(fields: Fields, inner: _Inner) -> Constant | None:
    arguments = items(fields.get("args"))
    values = [inner(a) for a in arguments]
    op = fields.get("boolop")
    if op == "NOT_EXPR":
        return _not(values[0])
    deciding, other = (TRUE, FALSE) if op == "OR_EXPR" else (FALSE, TRUE)
    if deciding in values or (op == "OR_EXPR" and has_complements(arguments)):
        return deciding
    if None in values:
        return None
    return NULL if NULL in values else other


def _not(value: Constant | None) -> Constant | None:
    return {TRUE: FALSE, FALSE: TRUE, NULL: NULL}.get(value) if value else None


_COMPLEMENTS = {
    "IS_NULL": "IS_NOT_NULL",
    "IS_TRUE": "IS_NOT_TRUE",
    "IS_FALSE": "IS_NOT_FALSE",
    "IS_UNKNOWN": "IS_NOT_UNKNOWN",
}


def has_complements(arguments: list[Json]) -> bool:
    """Whether one of the tests is true whatever the value: x IS NULL OR x IS NOT NULL."""
    tests = [_test(a) for a in arguments]
    found = [t for t in tests if t is not None]
    return any(
        _COMPLEMENTS.get(name) == other and same(subject, argument)
        for name, subject in found
        for other, argument in found
    )


def _test(value: Json) -> tuple[str, Json] | None:
    kind, fields = node(value)
    if kind == "NullTest":
        return str(fields.get("nulltesttype")), fields.get("arg")
    if kind == "BooleanTest":
        return str(fields.get("booltesttype")), fields.get("arg")
    return None


def _null_test(fields: Fields, inner: _Inner) -> Constant | None:
    """IS [NOT] NULL; that of a row holds where it holds for every part."""
    kind, row = node(fields.get("arg"))
    parts = items(row.get("args")) if kind == "RowExpr" else [fields.get("arg")]
    is_null = fields.get("nulltesttype") == "IS_NULL"
    found = [None if c is None else (c == NULL) == is_null for c in map(inner, parts)]
    return FALSE if False in found else None if None in found else TRUE


_TESTED = {"TRUE": TRUE, "FALSE": FALSE, "UNKNOWN": NULL}


def _boolean_test(fields: Fields, inner: _Inner) -> Constant | None:
    constant = inner(fields.get("arg"))
    word = str(fields.get("booltesttype")).removeprefix("IS_")
    if constant not in (TRUE, FALSE, NULL):
        return None
    return _truth((constant == _TESTED.get(word.removeprefix("NOT_"))) != word.startswith("NOT_"))


def _coalesce(fields: Fields, inner: _Inner) -> Constant | None:
    for argument in items(fields.get("args")):
        constant = inner(argument)
        if constant != NULL:
            return constant
    return NULL


def _case(fields: Fields, inner: _Inner) -> Constant | None:
    """The value that every arm which can be reached has."""
    if "arg" in fields:
        return None
    results: set[Constant | None] = set()
    for when in items(fields.get("args")):
        _, arm = node(when)
        condition = inner(arm.get("expr"))
        if condition in (FALSE, NULL):
            continue
        results.add(inner(arm.get("result")))
        if condition == TRUE:
            break
    else:
        results.add(inner(fields["defresult"]) if "defresult" in fields else NULL)
    return results.pop() if len(results) == 1 else None


def _operator(fields: Fields, inner: _Inner) -> Constant | None:
    fold = _OPERATIONS.get(str(fields.get("kind")))
    return fold(fields, inner) if fold else None


def _plain(fields: Fields, inner: _Inner) -> Constant | None:
    name = qualified_name(fields.get("name")).name
    right = inner(fields.get("rexpr"))
    if "lexpr" not in fields:
        return _arithmetic(Constant("number", "0"), name, right) if name in ("+", "-") else None
    left = inner(fields["lexpr"])
    if NULL in (left, right):
        return NULL if name in _ORDER or name in ("+", "-", "*", "/") else None
    return _arithmetic(left, name, right) if name in ("+", "-", "*") else _compare(left, name, right)


_ORDER: dict[str, Callable[[int], bool]] = {
    "=": lambda c: c == 0,
    "<>": lambda c: c != 0,
    "<": lambda c: c < 0,
    "<=": lambda c: c <= 0,
    ">": lambda c: c > 0,
    ">=": lambda c: c >= 0,
}


def _compare(left: Constant | None, name: str, right: Constant | None) -> Constant | None:
    """The comparison of two constants other than NULL. The order of texts is a collation's, so it isn't told."""
    if left is None or right is None or name not in _ORDER:
        return None
    numbers = number_of(left), number_of(right)
    if numbers[0] is not None and numbers[1] is not None:
        return _truth(_ORDER[name]((numbers[0] > numbers[1]) - (numbers[0] < numbers[1])))
    types = {left.type, right.type} - {""}
    if left.kind != right.kind or len(types) > 1:
        return None
    if left.value == right.value:
        return _truth(_ORDER[name](0))
    comparable = left.kind == "boolean" or types <= {"text", "varchar"}
    return _truth(name == "<>") if comparable and name in ("=", "<>") else None


def number_of(constant: Constant) -> Decimal | int | None:
    """A number's value; integers are told without the module of decimals."""
    if constant.kind != "number":
        return None
    if constant.value.lstrip("-").isdigit():
        return int(constant.value) if len(constant.value) < 100 else None
    from decimal import Decimal, InvalidOperation

    try:
        return Decimal(constant.value)
    except InvalidOperation:
        return None


def _arithmetic(left: Constant | None, name: str, right: Constant | None) -> Constant | None:
    """Sums, differences and products of integers of moderate length."""
    if left is None or right is None or max(len(left.value), len(right.value)) > 30:
        return None
    one, other = number_of(left), number_of(right)
    if not isinstance(one, int) or not isinstance(other, int):
        return None
    return Constant("number", str({"+": one.__add__, "-": one.__sub__, "*": one.__mul__}[name](other)))


def _in(fields: Fields, inner: _Inner) -> Constant | None:
    """IN (…): true where one is equal. NOT IN carries the operator <> and is its opposite."""
    left = inner(fields.get("lexpr"))
    members = [inner(m) for m in items(node(fields.get("rexpr"))[1].get("items"))]
    if left == NULL:
        return NULL
    equal = [NULL if m == NULL else _compare(left, "=", m) for m in members]
    found = TRUE if TRUE in equal else None if None in equal else NULL if NULL in equal else FALSE
    return _not(found) if qualified_name(fields.get("name")).name == "<>" else found


def _distinct(fields: Fields, inner: _Inner) -> Constant | None:
    """IS [NOT] DISTINCT FROM: also told for a column and itself."""
    negated = fields.get("kind") == "AEXPR_NOT_DISTINCT"
    if node(fields.get("lexpr"))[0] == "ColumnRef" and same(fields.get("lexpr"), fields.get("rexpr")):
        return _truth(negated)
    left, right = inner(fields.get("lexpr")), inner(fields.get("rexpr"))
    if left is None or right is None:
        return None
    if NULL in (left, right):
        return _truth((left == right) == negated)
    equal = _compare(left, "=", right)
    return equal if negated else _not(equal)


def _between(fields: Fields, inner: _Inner) -> Constant | None:
    value = inner(fields.get("lexpr"))
    if value is None:
        return None
    low, high = map(inner, items(node(fields.get("rexpr"))[1].get("items")))
    if NULL in (value, low, high):
        return None
    above, below = _compare(value, ">=", low), _compare(value, "<=", high)
    found = FALSE if FALSE in (above, below) else TRUE if above == below == TRUE else None
    return _not(found) if fields.get("kind") == "AEXPR_NOT_BETWEEN" else found


_OPERATIONS: dict[str, Callable[[Fields, _Inner], Constant | None]] = {
    "AEXPR_OP": _plain,
    "AEXPR_IN": _in,
    "AEXPR_DISTINCT": _distinct,
    "AEXPR_NOT_DISTINCT": _distinct,
    "AEXPR_BETWEEN": _between,
    "AEXPR_NOT_BETWEEN": _between,
}


def _sub_select(fields: Fields, inner: _Inner) -> Constant | None:
    """(SELECT constant) and EXISTS (SELECT …) with nothing else in them."""
    _, select = node(fields.get("subselect"))
    targets = items(select.get("targetList"))
    if select.keys() - {"targetList", "limitOption", "op"} or select.get("op") != "SETOP_NONE":
        return None
    if fields.get("subLinkType") == "EXISTS_SUBLINK":
        return TRUE
    if fields.get("subLinkType") != "EXPR_SUBLINK" or len(targets) != 1:
        return None
    return inner(node(targets[0])[1].get("val"))


_FOLDS: dict[str, Callable[[Fields, _Inner], Constant | None]] = {
    "A_Const": _literal,
    "TypeCast": _cast,
    "CollateClause": _collate,
    "BoolExpr": _boolean,
    "NullTest": _null_test,
    "BooleanTest": _boolean_test,
    "CoalesceExpr": _coalesce,
    "CaseExpr": _case,
    "A_Expr": _operator,
    "SubLink": _sub_select,
}
