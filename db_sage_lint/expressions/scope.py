"""Which relation each column of an expression belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from db_sage_lint.expressions.known import Known
from db_sage_lint.expressions.namespace import Item, Scope, Seen
from db_sage_lint.expressions.questions import bare
from db_sage_lint.expressions.resolve import Reference, Resolver, TooDeepError
from db_sage_lint.expressions.tree import Fields, Json, items, location, node, qualified_name, tree, walk
from db_sage_lint.operations import Expression, Name

if TYPE_CHECKING:
    from db_sage_lint.catalog.records import Table


class Binding(Struct, frozen=True, kw_only=True):
    """A place where a column stands, and what PostgreSQL binds it to; "*" for all columns of one relation.

    `relation` is the table or view (resolved), None for a sub-select, function, WITH query or where it can't be told;
    `alias` the name it goes by there; `source` numbers that place in FROM (two of one table differ), -1 where it can't
    be told. `depth` is 0 for the table the expression belongs to, 1 for its sub-selects, and so on, -1 where it can't
    be told; `within` is the depth of the query that the column stands in. `certain` says that every relation that could
    have taken the name is closed. `ambiguous` says that the server would refuse it.
    """

    column: str
    relation: Name | None
    alias: str
    source: int
    depth: int
    within: int
    location: int
    qualified: bool
    certain: bool
    ambiguous: bool


class Comparison(Struct, frozen=True, kw_only=True):
    """Two columns or values compared: `left` and `right` are None where that side is no plain column (casts aside).

    `x IN (SELECT y …)` and `x = ANY (SELECT y …)` are comparisons of x with y.
    """

    operator: str
    left: Binding | None
    right: Binding | None
    location: int


def bindings(expr: Expression, table: Table, db: Known) -> list[Binding]:
    """Every column that stands in an expression of `table` (a policy, a check), by where it stands.

    One of a query nested too deeply to be followed has none.
    """
    found = [bound(reference) for reference in resolved(expr, table, db).references.values()]
    return sorted(found, key=lambda binding: binding.location)


def resolved(expr: Expression, table: Table, db: Known) -> Resolver:
    """The columns of an expression of `table`, bound."""
    resolver = Resolver(db)
    source = resolver.source(table.name.name, table.name)
    columns = [Seen(name, source, name, column.type) for name, column in table.columns.items()]
    own = Item(source.alias, columns, open=() if table.closed else (source,), source=source, schema=table.name.schema)
    try:
        resolver.expression(tree(expr), Scope(None, 0, [own]))
    except (TooDeepError, RecursionError):
        return Resolver(db)
    return resolver


def bound(reference: Reference) -> Binding:
    """The binding that a reference has."""
    found = reference.found
    source = found.whole.source if found.whole else found.columns[0].source if len(found.columns) == 1 else None
    return Binding(
        column="*" if found.whole else found.columns[0].column if found.columns else reference.words[-1],
        relation=source.relation if source else None,
        alias=source.alias if source else "",
        source=source.number if source else -1,
        depth=found.depth,
        within=reference.within,
        location=reference.location,
        qualified=len(reference.words) > 1,
        certain=found.certain,
        ambiguous=len(found.columns) > 1,
    )


def unbound(expr: Expression, db: Known, table: Table) -> frozenset[tuple[Name, str]]:
    """Columns that an expression of `table` names and nothing has, as `Resolver.unbound` tells them."""
    return resolved(expr, table, db).unbound(table.name)


_COMPARING = frozenset({"=", "<>", "<", "<=", ">", ">="})
_BY_KIND = {"AEXPR_DISTINCT": "IS DISTINCT FROM", "AEXPR_NOT_DISTINCT": "IS NOT DISTINCT FROM"}
_LISTS = frozenset({"AEXPR_IN", "AEXPR_OP_ANY", "AEXPR_OP_ALL"})


def comparisons(expr: Expression, table: Table, db: Known) -> list[Comparison]:
    """Every comparison in it, sub-selects included; rows are compared column by column."""
    resolver = resolved(expr, table, db)

    def side(value: Json) -> Binding | None:
        kind, fields = bare(value)
        reference = resolver.references.get(id(fields)) if kind == "ColumnRef" else None
        return bound(reference) if reference else None

    return [
        Comparison(operator=operator, left=side(left), right=side(right), location=at)
        for operator, left, right, at in compared(tree(expr))
    ]


def compared(value: Json) -> Iterator[tuple[str, Json, Json, int]]:
    """Each comparison under `value`: its operator, its two sides, and its byte."""
    for kind, fields in walk(value):
        if kind == "A_Expr":
            yield from _of_operator(fields)
        elif kind == "SubLink" and "testexpr" in fields:
            operator = qualified_name(fields.get("operName")).name or "="
            for target in _selected(fields.get("subselect")):
                yield from _pairs(operator, fields["testexpr"], target, location(fields))


def _of_operator(fields: Fields) -> Iterator[tuple[str, Json, Json, int]]:
    name = qualified_name(fields.get("name")).name
    kind = str(fields.get("kind"))
    operator = _BY_KIND.get(kind, name)
    if name not in _COMPARING or (kind != "AEXPR_OP" and kind not in _BY_KIND and kind not in _LISTS):
        return
    right = fields.get("rexpr")
    right_kind, inner = node(right)
    members = (
        {"List": inner.get("items"), "A_ArrayExpr": inner.get("elements")}.get(right_kind) if kind in _LISTS else None
    )
    for member in [right] if members is None else items(members):
        yield from _pairs(operator, fields.get("lexpr"), member, location(fields))


def _pairs(operator: str, left: Json, right: Json, at: int) -> Iterator[tuple[str, Json, Json, int]]:
    """Two rows compared column by column, anything else as it stands."""
    (left_kind, one), (right_kind, other) = node(left), node(right)
    if left_kind == right_kind == "RowExpr":
        for a, b in zip(items(one.get("args")), items(other.get("args")), strict=False):
            yield operator, a, b, at
    else:
        yield operator, left, right, at


def _selected(subselect: Json) -> list[Json]:
    """What each part of a UNION selects: a column, or a row of them."""
    found: list[Json] = []
    stack = [node(subselect)[1]]
    while stack:
        select = stack.pop()
        parts = [select[key] for key in ("larg", "rarg") if key in select]
        stack += [part for part in parts if isinstance(part, dict)]
        targets = [node(target)[1].get("val") for target in items(select.get("targetList"))]
        if targets:
            found.append(targets[0] if len(targets) == 1 else {"RowExpr": {"args": targets}})
    return found
