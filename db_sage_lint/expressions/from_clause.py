"""The items of FROM: which names each brings into sight.

Source: transformFromClauseItem in parser/parse_clause.c.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from itertools import chain, repeat
from typing import TYPE_CHECKING

from db_sage_lint.expressions import functions
from db_sage_lint.expressions.figure import name_of
from db_sage_lint.expressions.inference import type_named
from db_sage_lint.expressions.namespace import Item, Output, Outputs, Scope, Seen, Source, outputs_renamed, renamed
from db_sage_lint.expressions.tree import Fields, Json, fields_of, items, node, qualified_name, strings, text
from db_sage_lint.operations import Name, Type

if TYPE_CHECKING:
    from db_sage_lint.catalog.records import Function, View
    from db_sage_lint.expressions.resolve import Resolver

_TEXT, _JSON, _JSONB, _ANY = Type("text"), Type("json"), Type("jsonb"), None
# The server's functions that name what they return. Source: pg_proc.proargnames.
_NAMED_RESULTS: dict[str, tuple[tuple[str, Type | None], ...]] = {
    "json_array_elements": (("value", _JSON),),
    "json_array_elements_text": (("value", _TEXT),),
    "jsonb_array_elements": (("value", _JSONB),),
    "jsonb_array_elements_text": (("value", _TEXT),),
    "json_each": (("key", _TEXT), ("value", _JSON)),
    "json_each_text": (("key", _TEXT), ("value", _TEXT)),
    "jsonb_each": (("key", _TEXT), ("value", _JSONB)),
    "jsonb_each_text": (("key", _TEXT), ("value", _TEXT)),
    "each": (("key", _TEXT), ("value", _TEXT)),
    "pg_partition_tree": (("relid", _ANY), ("parentrelid", _ANY), ("isleaf", _ANY), ("level", _ANY)),
    "pg_partition_ancestors": (("relid", _ANY),),
}


def from_item(resolver: Resolver, value: Json, scope: Scope) -> list[Item]:
    """The items that one part of FROM brings; what it contains is resolved on the way."""
    kind, fields = node(value)
    find = _KINDS.get(kind)
    if find is not None:
        return find(resolver, fields, scope)
    resolver.expression(value, scope)
    source = resolver.source(*_alias(fields)[:1])
    return [Item(source.alias, [], open=(source,), source=source)]


def _alias(fields: Fields) -> tuple[str, list[str]]:
    alias = fields_of(fields.get("alias"))
    return text(alias.get("aliasname")), strings(alias.get("colnames"))


def table_item(resolver: Resolver, fields: Fields, scope: Scope | None, *, read: bool = True) -> list[Item]:
    """A RangeVar: a WITH query where no schema is written and one has the name, else a relation."""
    written = Name(text(fields.get("relname")), text(fields.get("schemaname")))
    alias, names = _alias(fields)
    if scope is not None and not written.schema and written.name in scope.queries:
        return [_of_outputs(resolver, alias or written.name, scope.queries[written.name], names)]
    relation = resolver.db.resolve(written)
    if read:
        resolver.relations.add(relation)
    source = resolver.source(alias or written.name, relation)
    known = _known_columns(resolver, relation, source)
    return [
        Item(
            source.alias,
            renamed(known or (), names),
            open=() if known is not None and _is_closed(resolver, relation) else (source,),
            source=source,
            schema="" if alias else relation.schema,
        )
    ]


def _known_columns(resolver: Resolver, relation: Name, source: Source) -> list[Seen] | None:
    table = resolver.db.table(relation)
    if table is not None:
        return [Seen(name, source, name, column.type) for name, column in table.columns.items()]
    view = resolver.db.view(relation)
    if view is None or not view.columns:
        return None
    types = _types_of(resolver, view) if resolver.typed else repeat(None)
    return [Seen(name, source, name, told) for name, told in zip(view.columns, types, strict=False)]


def _types_of(resolver: Resolver, view: View) -> Iterable[Type | None]:
    """The types of a view's columns, by its query: what it reads can't change its type as long as it is there."""
    from db_sage_lint.expressions.queries import output_types

    outputs = output_types(view.query, resolver.db) if view.query is not None else None
    return repeat(None) if outputs is None else chain((output.type for output in outputs), repeat(None))


def _is_closed(resolver: Resolver, relation: Name) -> bool:
    table = resolver.db.table(relation)
    return table is None or table.closed


def _of_outputs(resolver: Resolver, alias: str, outputs: Outputs, names: list[str]) -> Item:
    """Rows that come from no relation."""
    source = resolver.source(alias)
    found = outputs_renamed(outputs, names)
    columns = [Seen(o.name, source, o.name, o.type) for o in found or ()]
    return Item(alias, columns, open=() if found is not None else (source,), source=source)


def _sub_select(resolver: Resolver, fields: Fields, scope: Scope) -> list[Item]:
    kind, select = node(fields.get("subquery"))
    outputs = _laterally(scope, bool(fields.get("lateral")), lambda: resolver.statement(kind, select, scope))
    alias, names = _alias(fields)
    return [_of_outputs(resolver, alias, outputs, names)]


def _laterally(scope: Scope, lateral: bool, resolve: Callable[[], Outputs]) -> Outputs:
    """Resolves a part of FROM that sees the items before it, or doesn't."""
    before, scope.lateral = scope.lateral, lateral
    try:
        return resolve()
    finally:
        scope.lateral = before


def _function(resolver: Resolver, fields: Fields, scope: Scope) -> list[Item]:
    """Functions see the items before them without LATERAL."""
    alias, names = _alias(fields)
    found: list[Output] | None = []
    calls = [items(node(pair)[1].get("items")) for pair in items(fields.get("functions"))]
    for call, *definitions in calls:
        _laterally(scope, True, partial(resolver.expression, call, scope))
        columns = _definitions(definitions[0]) if definitions and items(definitions[0]) else None
        columns = columns or _returned(resolver, call, alias if len(calls) == 1 else "")
        found = None if found is None or columns is None else [*found, *columns]
    found = _definitions(fields.get("coldeflist")) or found
    if found is not None and fields.get("ordinality"):
        found = [*found, Output("ordinality", Type("int8"))]
    name = alias or (name_of(calls[0][0]) if calls else "")
    return [_of_outputs(resolver, name, None if found is None else tuple(found), names)]


def _definitions(value: Json) -> list[Output]:
    columns = [node(column)[1] for column in items(value)]
    return [Output(text(c.get("colname")), type_named(fields_of(c.get("typeName")))) for c in columns]


def _returned(resolver: Resolver, call: Json, alias: str) -> list[Output] | None:
    """The columns of what a call returns; one column under the alias or the function's name where it is a scalar.

    Source: addRangeTableEntryForFunction and chooseScalarFunctionAlias in parser/parse_relation.c.
    """
    kind, fields = node(call)
    scalar = alias or name_of(call)
    if kind != "FuncCall":
        return [Output(scalar, resolver.type(call))] if kind == "SQLValueFunction" else None
    name = qualified_name(fields.get("funcname"))
    overloads = resolver.db.function_overloads(name)
    if len(overloads) == 1 and not functions.of_server(name):
        return _returned_by(resolver, overloads[0], scalar)
    if name.name in _NAMED_RESULTS:
        return [Output(n, told) for n, told in _NAMED_RESULTS[name.name]]
    told = resolver.type(call)
    return [Output(scalar, told)] if told is not None or name.name in ("unnest", "generate_series") else None


def _returned_by(resolver: Resolver, function: Function, scalar: str) -> list[Output] | None:
    named = [Output(a.name, a.type) for a in function.arguments if a.mode in ("out", "inout", "table")]
    if named:
        return named
    returned = function.returns
    if returned is None or returned.name in ("record", "anyelement", "anyarray"):
        return None
    row = resolver.db.table(Name(returned.name, returned.schema)) if not returned.dimensions else None
    if row is not None:
        return [Output(n, c.type) for n, c in row.columns.items()] if row.closed else None
    return [Output(scalar, returned)] if functions.is_scalar(returned) else None


def _join(resolver: Resolver, fields: Fields, scope: Scope) -> list[Item]:
    left = from_item(resolver, fields.get("larg"), scope)
    before = list(scope.items)
    for item in left:
        item.lateral_only = True
    scope.items = before + left
    right = from_item(resolver, fields.get("rarg"), scope)
    both = left + right
    for item in both:
        item.lateral_only = False
    lateral, scope.lateral = scope.lateral, False
    scope.items = both  # ON sees the two sides only
    resolver.expression(fields.get("quals"), scope)
    scope.items, scope.lateral = before, lateral
    return _joined(resolver, fields, left, right)


def _joined(resolver: Resolver, fields: Fields, left: list[Item], right: list[Item]) -> list[Item]:
    """The names after a join: those of both sides for qualified columns, its own for bare ones."""
    one, other = _plain(left), _plain(right)
    shared = strings(fields.get("usingClause"))
    if fields.get("isNatural"):
        shared = [seen.name for seen in one.columns if other.find(seen.name)]
    merged = [_merged(resolver, name, one, other, fields) for name in shared]
    rest = [seen for seen in (*one.columns, *other.columns) if seen.name not in shared]
    columns = [seen for seen in merged if seen is not None] + rest
    alias, names = _alias(fields)
    if alias:
        return [Item(alias, renamed(columns, names), open=one.open + other.open)]
    for item in (*left, *right):
        item.plain = False
    result = [*left, *right, Item("", columns, open=one.open + other.open, named=False)]
    using_alias = text(fields_of(fields.get("join_using_alias")).get("aliasname"))
    if using_alias:
        result.append(Item(using_alias, [seen for seen in merged if seen is not None], plain=False))
    return result


def _plain(side: list[Item]) -> Item:
    return next((item for item in side if item.plain), Item("", []))


def _merged(resolver: Resolver, name: str, one: Item, other: Item, fields: Fields) -> Seen | None:
    """The column that USING makes of one of each side. Both are read."""
    found = [_seen_in(item, name) for item in (one, other)]
    for seen in found:
        if seen is not None:
            resolver.touch(seen)
    first, second = found
    return (second or first) if fields.get("jointype") == "JOIN_RIGHT" else (first or second)


def _seen_in(item: Item, name: str) -> Seen | None:
    found = item.find(name)
    if found:
        return found[0]
    return Seen(name, item.open[0], name) if len(item.open) == 1 else None


def _sample(resolver: Resolver, fields: Fields, scope: Scope) -> list[Item]:
    resolver.expression(fields.get("args"), scope)
    resolver.expression(fields.get("repeatable"), scope)
    return from_item(resolver, fields.get("relation"), scope)


def _range_var(resolver: Resolver, fields: Fields, scope: Scope) -> list[Item]:
    return table_item(resolver, fields, scope)


def _xml_table(resolver: Resolver, fields: Fields, scope: Scope) -> list[Item]:
    _laterally(scope, True, lambda: resolver.expression([fields.get("docexpr"), fields.get("rowexpr")], scope))
    alias, names = _alias(fields)
    columns = [node(column)[1] for column in items(fields.get("columns"))]
    found = [Output(text(c.get("colname")), type_named(fields_of(c.get("typeName")))) for c in columns]
    return [_of_outputs(resolver, alias or "xmltable", tuple(found), names)]


def _json_table(resolver: Resolver, fields: Fields, scope: Scope) -> list[Item]:
    context = [fields.get("context_item"), fields.get("passing")]
    _laterally(scope, True, lambda: resolver.expression(context, scope))
    alias, names = _alias(fields)
    return [_of_outputs(resolver, alias or "json_table", tuple(_json_columns(fields.get("columns"))), names)]


def _json_columns(value: Json) -> list[Output]:
    """The columns of JSON_TABLE, those of NESTED after the others at their place."""
    found: list[Output] = []
    waiting = list(reversed(items(value)))
    while waiting:
        _, column = node(waiting.pop())
        if column.get("coltype") == "JTC_NESTED":
            waiting.extend(reversed(items(column.get("columns"))))
        else:
            found.append(Output(text(column.get("name")), type_named(fields_of(column.get("typeName")))))
    return found


_KINDS: dict[str, Callable[[Resolver, Fields, Scope], list[Item]]] = {
    "RangeVar": _range_var,
    "RangeSubselect": _sub_select,
    "RangeFunction": _function,
    "JoinExpr": _join,
    "RangeTableSample": _sample,
    "RangeTableFunc": _xml_table,
    "JsonTable": _json_table,
}
