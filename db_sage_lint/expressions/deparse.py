"""An expression as SQL text, for messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from db_sage_lint.expressions.inference import type_named
from db_sage_lint.expressions.questions import literal_of
from db_sage_lint.expressions.tree import (
    Fields,
    Json,
    fields_of,
    items,
    node,
    number,
    qualified_name,
    strings,
    text,
    tree,
)
from db_sage_lint.operations import Expression, quoted

ELLIPSIS = "…"
_DEEPEST = 40
_Inner: TypeAlias = Callable[[Json], str]


def sql(expr: Expression) -> str:
    """A compact, readable text on one line; sub-selects and whatever has no short form are "…"."""
    return _text(tree(expr), 0)


def _text(value: Json, depth: int) -> str:
    kind, fields = node(value)
    write = _WRITERS.get(kind)
    if write is None or depth > _DEEPEST:
        return ELLIPSIS
    return write(fields, lambda part: _text(part, depth + 1))


# Nodes that stand as operands without parentheses.
_TIGHT = frozenset(
    {
        "A_Const", "ColumnRef", "FuncCall", "TypeCast", "SubLink", "CoalesceExpr", "MinMaxExpr", "A_ArrayExpr",
        "SQLValueFunction", "ParamRef", "RowExpr", "A_Indirection", "CaseExpr",
    }
)  # fmt: skip


def _operand(value: Json, inner: _Inner) -> str:
    kind, fields = node(value)
    negative = kind == "A_Const" and literal_of(fields).value.startswith("-") and literal_of(fields).kind != "string"
    return inner(value) if kind in _TIGHT and not negative else f"({inner(value)})"


def _list(value: Json, inner: _Inner) -> str:
    return ", ".join(inner(part) for part in items(value))


def _constant(fields: Fields, _inner: _Inner) -> str:
    literal = literal_of(fields)
    if literal.kind == "null":
        return "NULL"
    if literal.kind == "bits":
        return f"{literal.value[:1]}'{literal.value[1:]}'"
    if literal.kind != "string":
        return literal.value
    body = literal.value.replace("'", "''")
    if "\n" in body or "\\" in body:
        return "E'" + body.replace("\\", "\\\\").replace("\n", "\\n") + "'"
    return f"'{body}'"


def _column(fields: Fields, _inner: _Inner) -> str:
    words = [quoted(text(f.get("sval"))) if kind == "String" else "*" for kind, f in map(node, items(fields["fields"]))]
    return ".".join(words)


def _call(fields: Fields, inner: _Inner) -> str:
    name = qualified_name(fields.get("funcname"))
    if fields.keys() & {"over", "agg_order", "agg_filter", "agg_within_group"}:
        return f"{name}({ELLIPSIS})"
    arguments = "*" if fields.get("agg_star") else _list(fields.get("args"), inner)
    distinct = "DISTINCT " if fields.get("agg_distinct") else ""
    variadic = "VARIADIC " if fields.get("func_variadic") and len(items(fields.get("args"))) == 1 else ""
    return f"{name}({distinct}{variadic}{arguments})"


def _cast(fields: Fields, inner: _Inner) -> str:
    return f"{_operand(fields.get('arg'), inner)}::{type_named(fields_of(fields.get('typeName')))}"


_WORDS = {
    "AEXPR_DISTINCT": "IS DISTINCT FROM",
    "AEXPR_NOT_DISTINCT": "IS NOT DISTINCT FROM",
    "AEXPR_BETWEEN": "BETWEEN",
    "AEXPR_NOT_BETWEEN": "NOT BETWEEN",
    "AEXPR_BETWEEN_SYM": "BETWEEN SYMMETRIC",
    "AEXPR_NOT_BETWEEN_SYM": "NOT BETWEEN SYMMETRIC",
}
_MATCHES = {"~~": "LIKE", "!~~": "NOT LIKE", "~~*": "ILIKE", "!~~*": "NOT ILIKE"}


def _operator(fields: Fields, inner: _Inner) -> str:
    kind = text(fields.get("kind"))
    name = qualified_name(fields.get("name")).name
    right = fields.get("rexpr")
    if "lexpr" not in fields:
        return f"{name}{_operand(right, inner)}"
    left = _operand(fields["lexpr"], inner)
    members = node(right)[1].get("items")
    if kind == "AEXPR_NULLIF":
        return f"NULLIF({inner(fields['lexpr'])}, {inner(right)})"
    if kind == "AEXPR_IN":
        return f"{left} {'IN' if name == '=' else 'NOT IN'} ({_list(members, inner)})"
    if kind in ("AEXPR_OP_ANY", "AEXPR_OP_ALL"):
        return f"{left} {name} {kind.removeprefix('AEXPR_OP_')} ({inner(right)})"
    if "BETWEEN" in kind:
        low, high = (_operand(end, inner) for end in items(members))
        return f"{left} {_WORDS[kind]} {low} AND {high}"
    word = _WORDS.get(kind) or (_MATCHES.get(name) if "LIKE" in kind else None) or name
    return f"{left} {word} {_operand(right, inner)}" if kind != "AEXPR_SIMILAR" else ELLIPSIS


def _boolean(fields: Fields, inner: _Inner) -> str:
    word = text(fields.get("boolop")).removesuffix("_EXPR")
    parts = [inner(a) if node(a)[0] != "BoolExpr" else f"({inner(a)})" for a in items(fields.get("args"))]
    return f"NOT {_operand(items(fields.get('args'))[0], inner)}" if word == "NOT" else f" {word} ".join(parts)


def _null_test(fields: Fields, inner: _Inner) -> str:
    word = "IS NULL" if fields.get("nulltesttype") == "IS_NULL" else "IS NOT NULL"
    return f"{_operand(fields.get('arg'), inner)} {word}"


def _boolean_test(fields: Fields, inner: _Inner) -> str:
    return f"{_operand(fields.get('arg'), inner)} {text(fields.get('booltesttype')).replace('_', ' ')}"


def _sub_link(fields: Fields, inner: _Inner) -> str:
    kind = text(fields.get("subLinkType"))
    query = inner(fields.get("subselect"))
    if "testexpr" not in fields:
        return f"{ {'EXISTS_SUBLINK': 'EXISTS ', 'ARRAY_SUBLINK': 'ARRAY'}.get(kind, '') }({query})"
    operator = qualified_name(fields.get("operName")).name
    word = f"{operator} {kind.removesuffix('_SUBLINK')}" if operator else "IN"
    return f"{_operand(fields['testexpr'], inner)} {word} ({query})"


def _select(fields: Fields, inner: _Inner) -> str:
    """A SELECT of expressions and nothing else, as policies have them; any other in short."""
    if fields.keys() - {"targetList", "limitOption", "op"}:
        return f"SELECT {ELLIPSIS}"
    return "SELECT " + ", ".join(inner(node(target)[1].get("val")) for target in items(fields.get("targetList")))


def _array(fields: Fields, inner: _Inner) -> str:
    return f"ARRAY[{_list(fields.get('elements'), inner)}]"


def _row(fields: Fields, inner: _Inner) -> str:
    word = "" if fields.get("row_format") == "COERCE_IMPLICIT_CAST" else "ROW"
    return f"{word}({_list(fields.get('args'), inner)})"


def _coalesce(fields: Fields, inner: _Inner) -> str:
    return f"COALESCE({_list(fields.get('args'), inner)})"


def _min_max(fields: Fields, inner: _Inner) -> str:
    return f"{'LEAST' if fields.get('op') == 'IS_LEAST' else 'GREATEST'}({_list(fields.get('args'), inner)})"


def _value_function(fields: Fields, _inner: _Inner) -> str:
    op = text(fields.get("op")).removeprefix("SVFOP_")
    return f"{op.removesuffix('_N')}({number(fields.get('typmod'))})" if op.endswith("_N") else op


def _parameter(fields: Fields, _inner: _Inner) -> str:
    return f"${number(fields.get('number'))}"


def _collate(fields: Fields, inner: _Inner) -> str:
    return f"{_operand(fields.get('arg'), inner)} COLLATE {'.'.join(map(quoted, strings(fields.get('collname'))))}"


def _case(fields: Fields, inner: _Inner) -> str:
    words = ["CASE"] + ([inner(fields["arg"])] if "arg" in fields else [])
    for when in items(fields.get("args")):
        _, arm = node(when)
        words += ["WHEN", inner(arm.get("expr")), "THEN", inner(arm.get("result"))]
    if "defresult" in fields:
        words += ["ELSE", inner(fields["defresult"])]
    return " ".join([*words, "END"])


def _indirection(fields: Fields, inner: _Inner) -> str:
    steps = "".join(_step(step, inner) for step in items(fields.get("indirection")))
    kind, _ = node(fields.get("arg"))
    fits = kind == "ColumnRef" and not steps.startswith(".")
    return (inner(fields.get("arg")) if fits else f"({inner(fields.get('arg'))})") + steps


def _step(value: Json, inner: _Inner) -> str:
    kind, fields = node(value)
    if kind == "A_Indices":
        low = inner(fields["lidx"]) if "lidx" in fields else ""
        high = inner(fields["uidx"]) if "uidx" in fields else ""
        return f"[{low}:{high}]" if fields.get("is_slice") else f"[{high}]"
    return "." + (quoted(text(fields.get("sval"))) if kind == "String" else "*")


_WRITERS: dict[str, Callable[[Fields, _Inner], str]] = {
    "A_Const": _constant,
    "ColumnRef": _column,
    "FuncCall": _call,
    "TypeCast": _cast,
    "A_Expr": _operator,
    "BoolExpr": _boolean,
    "NullTest": _null_test,
    "BooleanTest": _boolean_test,
    "SubLink": _sub_link,
    "SelectStmt": _select,
    "A_ArrayExpr": _array,
    "RowExpr": _row,
    "CoalesceExpr": _coalesce,
    "MinMaxExpr": _min_max,
    "SQLValueFunction": _value_function,
    "ParamRef": _parameter,
    "CollateClause": _collate,
    "CaseExpr": _case,
    "A_Indirection": _indirection,
}
