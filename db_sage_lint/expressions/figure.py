"""What PostgreSQL calls an expression that has no name of its own.

Source: FigureColnameInternal in parser/parse_target.c.
"""

from collections.abc import Callable

from db_sage_lint.expressions.tree import Fields, Json, fields_of, items, node, strings, text, tree
from db_sage_lint.operations import Expression

# How good a name is: a column's or function's own beats a type's.
_NONE, _WEAK, _STRONG = 0, 1, 2
Figured = tuple[int, str]

_NOTHING: Figured = (_NONE, "")
_FIXED = {
    "A_ArrayExpr": "array", "CoalesceExpr": "coalesce", "RowExpr": "row", "GroupingFunc": "grouping",
    "XmlSerialize": "xmlserialize", "MergeSupportFunc": "merge_action", "JsonObjectConstructor": "json_object",
    "JsonArrayConstructor": "json_array", "JsonArrayQueryConstructor": "json_array", "JsonObjectAgg": "json_objectagg",
    "JsonArrayAgg": "json_arrayagg", "JsonParseExpr": "json", "JsonScalarExpr": "json_scalar",
    "JsonSerializeExpr": "json_serialize",
}  # fmt: skip
_XML = {
    "IS_XMLCONCAT": "xmlconcat", "IS_XMLELEMENT": "xmlelement", "IS_XMLFOREST": "xmlforest", "IS_XMLPARSE": "xmlparse",
    "IS_XMLPI": "xmlpi", "IS_XMLROOT": "xmlroot", "IS_XMLSERIALIZE": "xmlserialize",
}  # fmt: skip
_JSON_FUNCTIONS = {"JSON_EXISTS_OP": "json_exists", "JSON_QUERY_OP": "json_query", "JSON_VALUE_OP": "json_value"}


def figure(expression: Expression) -> str:
    """The name, empty where PostgreSQL would say "?column?" (a query's output) or "expr" (an index)."""
    return name_of(tree(expression))


def name_of(value: Json) -> str:
    """`figure` of a tree."""
    try:
        return _figure(value)[1]
    except RecursionError:  # casts upon casts, by the thousand
        return ""


def _figure(value: Json) -> Figured:
    kind, fields = node(value)
    if kind in _FIXED:
        return _STRONG, _FIXED[kind]
    named = _KINDS.get(kind)
    return named(fields) if named else _NOTHING


def _last_name(key: str) -> Callable[[Fields], Figured]:
    def named(fields: Fields) -> Figured:
        words = strings(fields.get(key))
        return (_STRONG, words[-1]) if words else _NOTHING

    return named


def _indirection(fields: Fields) -> Figured:
    words = strings(fields.get("indirection"))
    return (_STRONG, words[-1]) if words else _figure(fields.get("arg"))


def _a_expr(fields: Fields) -> Figured:
    return (_STRONG, "nullif") if fields.get("kind") == "AEXPR_NULLIF" else _NOTHING


def _cast(fields: Fields) -> Figured:
    strength, name = _figure(fields.get("arg"))
    if strength > _WEAK:
        return strength, name
    words = strings(fields_of(fields.get("typeName")).get("names"))
    return (_WEAK, words[-1]) if words else (strength, name)


def _collate(fields: Fields) -> Figured:
    return _figure(fields.get("arg"))


def _case(fields: Fields) -> Figured:
    strength, name = _figure(fields.get("defresult"))
    return (strength, name) if strength > _WEAK else (_WEAK, "case")


def _min_max(fields: Fields) -> Figured:
    return _STRONG, "least" if fields.get("op") == "IS_LEAST" else "greatest"


def _value_function(fields: Fields) -> Figured:
    return _STRONG, text(fields.get("op")).removeprefix("SVFOP_").removesuffix("_N").lower()


def _xml(fields: Fields) -> Figured:
    return _STRONG, _XML.get(text(fields.get("op")), "xmlconcat")


def _json_function(fields: Fields) -> Figured:
    return _STRONG, _JSON_FUNCTIONS.get(text(fields.get("op")), "json_exists")


def _sub_link(fields: Fields) -> Figured:
    kind = fields.get("subLinkType", "EXISTS_SUBLINK")
    if kind == "EXISTS_SUBLINK":
        return _STRONG, "exists"
    if kind == "ARRAY_SUBLINK":
        return _STRONG, "array"
    if kind != "EXPR_SUBLINK":
        return _NOTHING
    select = node(fields.get("subselect"))[1]
    targets = items(select.get("targetList"))
    if not targets:
        return _NOTHING
    target = node(targets[0])[1]
    name = text(target.get("name"))
    return (_STRONG, name) if name else _figure(target.get("val"))


_KINDS: dict[str, Callable[[Fields], Figured]] = {
    "ColumnRef": _last_name("fields"),
    "FuncCall": _last_name("funcname"),
    "A_Indirection": _indirection,
    "A_Expr": _a_expr,
    "TypeCast": _cast,
    "CollateClause": _collate,
    "CaseExpr": _case,
    "MinMaxExpr": _min_max,
    "SQLValueFunction": _value_function,
    "XmlExpr": _xml,
    "JsonFuncExpr": _json_function,
    "SubLink": _sub_link,
}
