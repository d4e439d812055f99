"""A condition as PostgreSQL's prover sees it: AND and OR of tests of columns.

The expression of a CHECK is simplified as the planner does it before it proves anything. Sources:
eval_const_expressions in optimizer/util/clauses.c, negate_clause and canonicalize_qual in optimizer/prep/prepqual.c.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal, TypeAlias

from msgspec import Struct

from db_sage_lint.expressions.fold import FALSE, NULL, TRUE, Constant, folded, has_complements
from db_sage_lint.expressions.questions import column_of, literal_of
from db_sage_lint.expressions.tree import Fields, Json, fields_of, items, node, qualified_name, strings

_DEEPEST = 100
MOST_MEMBERS = 100  # MAX_SAOP_ARRAY_SIZE in optimizer/util/predtest.c: longer lists are not taken apart


class Formula(Struct, frozen=True):
    """One node: "and" and "or" of `parts`; "null" and "not null" of `column`; "compare" of `column` by `operator`
    (=, <>, <, <=, >, >=) with a constant; "other" for anything else.
    """

    kind: Literal["and", "or", "null", "not null", "compare", "other"]
    parts: tuple[Formula, ...] = ()
    column: str = ""
    operator: str = ""
    value: Constant = NULL


OTHER = Formula("other")
NEGATED = {"=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_TURNED = {"=": "=", "<>": "<>", "<": ">", ">": "<", "<=": ">=", ">=": "<="}


def formula(value: Json, *, negated: bool = False, depth: int = 0) -> Formula:
    """The formula of a condition, or of its negation."""
    kind, fields = node(value)
    build = _BUILDERS.get(kind)
    if build is None or depth > _DEEPEST or (depth == 0 and build is not _boolean and folded(value) is not None):
        return OTHER

    def inner(part: Json, turned: bool) -> Formula:
        return formula(part, negated=turned, depth=depth + 1)

    return build(fields, negated, inner)


_Inner: TypeAlias = "Callable[[Json, bool], Formula]"


def _joined(kind: Literal["and", "or"], parts: Iterable[Formula]) -> Formula:
    found = tuple(parts)
    return found[0] if len(found) == 1 else Formula(kind, found)


def _boolean(fields: Fields, negated: bool, inner: _Inner) -> Formula:
    """AND, OR and NOT. What is constant in them is dropped."""
    arguments = items(fields.get("args"))
    op = fields.get("boolop")
    if op == "NOT_EXPR":
        return inner(arguments[0], not negated)
    neutral, deciding = (FALSE, TRUE) if op == "OR_EXPR" else (TRUE, FALSE)
    constants = [folded(a) for a in arguments]
    if deciding in constants or None not in constants or (op == "OR_EXPR" and has_complements(arguments)):
        return OTHER
    kept = [a for a, constant in zip(arguments, constants, strict=True) if constant != neutral]
    return _joined("and" if (op == "AND_EXPR") != negated else "or", (inner(a, negated) for a in kept))


def _null_test(fields: Fields, negated: bool, _inner: _Inner) -> Formula:
    is_null = fields.get("nulltesttype") == "IS_NULL"
    kind, row = node(fields.get("arg"))
    if kind != "RowExpr":
        return _tested(fields.get("arg"), is_null != negated)
    if negated:
        return OTHER  # NOT (ROW(a, b) IS NULL) says only that one of them is not null
    return _joined("and", (_tested(part, is_null) for part in items(row.get("args"))))


def _tested(value: Json, is_null: bool) -> Formula:
    kind, fields = node(value)
    if kind != "ColumnRef":
        return OTHER
    return Formula("null" if is_null else "not null", column=column_of(fields).column)


def _operator(fields: Fields, negated: bool, inner: _Inner) -> Formula:
    build = _OPERATIONS.get(str(fields.get("kind")))
    return build(fields, negated, inner) if build else OTHER


def _plain(fields: Fields, negated: bool, inner: _Inner) -> Formula:
    """A comparison with a constant; one with true or false is the other side itself."""
    name = qualified_name(fields.get("name")).name
    left, right = fields.get("lexpr"), fields.get("rexpr")
    for side, constant, operator in ((left, folded(right), name), (right, folded(left), _TURNED.get(name, ""))):
        if constant in (TRUE, FALSE) and operator in ("=", "<>"):
            return inner(side, negated != ((constant == TRUE) != (operator == "=")))
        if constant is not None:
            return _compared(side, NEGATED.get(operator, "") if negated else operator, constant)
    return OTHER


def _compared(value: Json, operator: str, constant: Constant | None) -> Formula:
    kind, fields = node(value)
    if kind != "ColumnRef" or operator not in NEGATED or constant in (None, NULL):
        return OTHER
    assert constant is not None
    return Formula("compare", column=column_of(fields).column, operator=operator, value=constant)


def _distinct(fields: Fields, negated: bool, _inner: _Inner) -> Formula:
    """IS [NOT] DISTINCT FROM NULL, which the parser makes a test for NULL."""
    for side, other in (("rexpr", "lexpr"), ("lexpr", "rexpr")):
        kind, constant = node(fields.get(side))
        if kind == "A_Const" and literal_of(constant).kind == "null":
            return _tested(fields.get(other), (fields.get("kind") == "AEXPR_NOT_DISTINCT") != negated)
    return OTHER


def _in(fields: Fields, negated: bool, _inner: _Inner) -> Formula:
    members = items(node(fields.get("rexpr"))[1].get("items"))
    return _any_of(fields, members, negated)


def _any(fields: Fields, negated: bool, _inner: _Inner) -> Formula:
    """Column = ANY (ARRAY[…])."""
    kind, array = node(fields.get("rexpr"))
    if kind == "TypeCast":
        kind, array = node(array.get("arg"))
    if kind != "A_ArrayExpr" or qualified_name(fields.get("name")).name != "=":
        return OTHER
    return _any_of(fields, items(array.get("elements")), negated)


def _any_of(fields: Fields, members: list[Json], negated: bool) -> Formula:
    name = qualified_name(fields.get("name")).name
    operator = NEGATED.get(name, "") if negated else name
    if len(members) > MOST_MEMBERS or operator not in ("=", "<>"):
        return OTHER
    parts = (_compared(fields.get("lexpr"), operator, folded(member)) for member in members)
    return _joined("or" if operator == "=" else "and", parts)


def _between(fields: Fields, negated: bool, _inner: _Inner) -> Formula:
    inside = (fields.get("kind") == "AEXPR_BETWEEN") != negated
    ends = items(node(fields.get("rexpr"))[1].get("items"))
    operators = (">=", "<=") if inside else ("<", ">")
    parts = (_compared(fields.get("lexpr"), o, folded(end)) for o, end in zip(operators, ends, strict=True))
    return _joined("and" if inside else "or", parts)


def _cast(fields: Fields, negated: bool, inner: _Inner) -> Formula:
    """A cast of a condition to boolean, which isn't there for the planner."""
    if strings(fields_of(fields.get("typeName")).get("names"))[-1:] != ["bool"]:
        return OTHER
    return inner(fields.get("arg"), negated)


def _case(fields: Fields, negated: bool, inner: _Inner) -> Formula:
    """CASE whose conditions are constant."""
    if "arg" in fields:
        return OTHER
    for when in items(fields.get("args")):
        _, arm = node(when)
        condition = folded(arm.get("expr"))
        if condition == TRUE:
            return inner(arm.get("result"), negated)
        if condition not in (FALSE, NULL):
            return OTHER
    return inner(fields.get("defresult"), negated)


_Build: TypeAlias = Callable[[Fields, bool, _Inner], Formula]

_OPERATIONS: dict[str, _Build] = {
    "AEXPR_OP": _plain,
    "AEXPR_DISTINCT": _distinct,
    "AEXPR_NOT_DISTINCT": _distinct,
    "AEXPR_IN": _in,
    "AEXPR_OP_ANY": _any,
    "AEXPR_BETWEEN": _between,
    "AEXPR_NOT_BETWEEN": _between,
}

_BUILDERS: dict[str, _Build] = {
    "BoolExpr": _boolean,
    "NullTest": _null_test,
    "A_Expr": _operator,
    "TypeCast": _cast,
    "CaseExpr": _case,
}
