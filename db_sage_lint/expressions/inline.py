"""PostgreSQL's inlining of SQL functions: the call is replaced by the one expression that the body selects.

Source: inline_function in optimizer/util/clauses.c.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from db_sage_lint.expressions.functions import aggregates, not_strict, of_server
from db_sage_lint.expressions.questions import column_of
from db_sage_lint.expressions.tree import Fields, Json, fields_of, items, node, number, qualified_name, text, tree, walk
from db_sage_lint.operations import Argument, Type
from db_sage_lint.script import Fragment

if TYPE_CHECKING:
    from db_sage_lint.catalog.records import Function


class Inlined(Struct, frozen=True):
    """A body that can take the place of a call.

    `types` are those of its parameters, by name and as "$1"; `arguments` the values that the call gives them, each
    with the count of places where it stands in the body.
    """

    expression: Json
    types: Mapping[str, Type]
    arguments: tuple[tuple[Json, int], ...]


def inlined(function: Function, call: Fields) -> Inlined | None:
    """The body that replaces a call of `function`; None where the call stays. Its volatility isn't looked at here."""
    if not _can_be_inlined(function):
        return None
    expression = _selected(function)
    if expression is None or not _is_simple(expression):
        return None
    parameters = inputs(function)
    given = _given(parameters, items(call.get("args")))
    uses = _uses(function, parameters, expression)
    if given is None or uses is None:
        return None
    if function.strict and not (all(uses[i] for i in range(len(parameters))) and _is_strict(expression)):
        return None
    types = {f"${i + 1}": a.type for i, a in enumerate(parameters)} | {a.name: a.type for a in parameters if a.name}
    return Inlined(expression, types, tuple((value, uses[i]) for i, value in enumerate(given)))


def inputs(function: Function) -> list[Argument]:
    """The arguments that a call gives."""
    return [a for a in function.arguments if a.mode in ("in", "inout", "variadic")]


def takes(function: Function, count: int) -> bool:
    """Whether the function can be called with that many arguments."""
    parameters = inputs(function)
    if parameters and parameters[-1].mode == "variadic":
        return count >= len(parameters) - 1
    return len([a for a in parameters if a.default is None]) <= count <= len(parameters)


def words(function: Function, count: int) -> tuple[str, ...]:
    """The types of its first `count` arguments as pg_type names them, the variadic one repeated."""
    parameters = inputs(function)
    found = ["_" * bool(a.type.dimensions) + a.type.name for a in parameters]
    if parameters and parameters[-1].mode == "variadic":
        found += [parameters[-1].type.name] * count
    return tuple(found[:count])


def _can_be_inlined(function: Function) -> bool:
    if function.language != "sql" or function.procedure or function.aggregate:
        return False
    if function.security_definer or function.settings:
        return False
    if function.returns is None:
        return sum(a.mode in ("out", "inout", "table") for a in function.arguments) == 1
    return not function.returns.set_of and function.returns.name != "record"


def _selected(function: Function) -> Json:
    """The expression of RETURN, or of the only statement, a SELECT of one expression and nothing else."""
    if function.sql_body is None:
        return _selected_by_text(function.body)
    kind, fields = node(tree(function.sql_body))
    if kind == "ReturnStmt":
        return fields.get("returnval")
    statements: list[Json] = [tree(function.sql_body)]
    while len(statements) == 1 and (isinstance(statements[0], list) or node(statements[0])[0] == "List"):
        inner = statements[0]
        statements = inner if isinstance(inner, list) else items(node(inner)[1].get("items"))
    kind, fields = node(statements[0]) if len(statements) == 1 else ("", {})
    return _target(fields) if kind == "SelectStmt" else None


@lru_cache(maxsize=256)
def _selected_by_text(body: str) -> Json:
    from db_sage_lint.parse import Statement, parse

    found = parse(Fragment(0, body.encode()))
    if len(found) != 1 or not isinstance(found[0], Statement) or found[0].kind != "SelectStmt":
        return None
    return _target(fields_of(tree(bytes(found[0].fields))))


def _target(select: Fields) -> Json:
    """What `SELECT expression` selects; None for a SELECT with anything else in it."""
    targets = items(select.get("targetList"))
    extra = select.keys() - {"targetList", "limitOption", "op"}
    if len(targets) != 1 or extra or select.get("op", "SETOP_NONE") != "SETOP_NONE":
        return None
    return node(targets[0])[1].get("val")


_SET_RETURNING = frozenset(
    {
        "generate_series", "generate_subscripts", "unnest", "regexp_matches", "regexp_split_to_table",
        "string_to_table", "json_array_elements", "json_array_elements_text", "jsonb_array_elements",
        "jsonb_array_elements_text", "json_object_keys", "jsonb_object_keys", "json_each", "json_each_text",
        "jsonb_each", "jsonb_each_text", "jsonb_path_query"
    }
)  # fmt: skip


def _is_simple(expression: Json) -> bool:
    """No sub-select, aggregate, window or set-returning function."""
    for kind, fields in walk(expression):
        if kind == "SubLink" or "over" in fields:
            return False
        if kind == "FuncCall":
            name = qualified_name(fields.get("funcname"))
            if of_server(name) and name.name in aggregates() | _SET_RETURNING:
                return False
    return True


def _given(inputs: list[Argument], written: list[Json]) -> list[Json] | None:
    """The value of each input argument: as written by place or by name, or its default; None where that fails."""
    values: list[Json] = [tree(a.default) if a.default is not None else None for a in inputs]
    if len(written) > len(inputs):
        return None
    places = {a.name: i for i, a in enumerate(inputs)}
    for i, value in enumerate(written):
        kind, fields = node(value)
        if kind != "NamedArgExpr":
            values[i] = value
        elif text(fields.get("name")) in places:
            values[places[text(fields.get("name"))]] = fields.get("arg")
        else:
            return None
    return None if None in values else values


def _uses(function: Function, inputs: list[Argument], expression: Json) -> Counter[int] | None:
    """How often each input argument stands in the body; None where something else stands there."""
    places = {a.name: i for i, a in enumerate(inputs) if a.name}
    uses: Counter[int] = Counter()
    for kind, fields in walk(expression):
        if kind == "ParamRef":
            place: int | None = number(fields.get("number")) - 1
        elif kind == "ColumnRef":
            column = column_of(fields)
            place = places.get(column.column) if column.qualifier in ("", function.name.name) else None
        else:
            continue
        if place is None or not 0 <= place < len(inputs):
            return None
        uses[place] += 1
    return uses


# Nodes that can give a value although an input is NULL. Source: contain_nonstrict_functions_walker in clauses.c.
_LOOSE = frozenset(
    {
        "BoolExpr", "NullTest", "BooleanTest", "CaseExpr", "CoalesceExpr", "MinMaxExpr", "A_ArrayExpr", "RowExpr",
        "XmlExpr", "XmlSerialize", "JsonObjectConstructor", "JsonArrayConstructor", "JsonIsPredicate", "JsonFuncExpr",
        "JsonScalarExpr", "JsonParseExpr", "JsonSerializeExpr"
    }
)  # fmt: skip
_LOOSE_OPERATORS = frozenset({"AEXPR_DISTINCT", "AEXPR_NOT_DISTINCT", "AEXPR_NULLIF"})


def _is_strict(expression: Json) -> bool:
    for kind, fields in walk(expression):
        if kind in _LOOSE or fields.get("kind") in _LOOSE_OPERATORS:
            return False
        if kind == "FuncCall":
            name = qualified_name(fields.get("funcname"))
            if not of_server(name) or name.name in not_strict():
                return False
    return True
