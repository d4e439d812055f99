"""How a policy finds out who calls: session identity, claims, and the columns compared with them."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from msgspec import Struct

from db_sage_lint.expressions.known import Known
from db_sage_lint.expressions.questions import bare, column_of, literal_of
from db_sage_lint.expressions.resolve import Resolver
from db_sage_lint.expressions.scope import resolved
from db_sage_lint.expressions.tree import (
    Fields,
    Json,
    fields_of,
    items,
    location,
    node,
    qualified_name,
    text,
    tree,
    walk,
)
from db_sage_lint.operations import Expression, Name

if TYPE_CHECKING:
    from db_sage_lint.catalog.records import Table

# What tells who calls. Supabase's functions, and the settings that PostgREST makes of a token.
IDENTITY = frozenset(
    {Name("uid", "auth"), Name("jwt", "auth"), Name("role", "auth"), Name("email", "auth"), Name("current_setting")}
)
_CLAIMS = frozenset({Name("jwt", "auth"), Name("current_setting")})
_USER_METADATA = "user_metadata"
_RAW_USER_METADATA = "raw_user_meta_data"


class CallerComparison(Struct, frozen=True):
    """A column of the policy's table that must be equal to what identifies the caller.

    `wrapped` says that a cast or function is around the column, so that no plain index on it serves. `indexable` is
    false where no index can serve at all: `column IN (SELECT …)` looks into a hash table, row by row (13 to 18).
    """

    column: str
    wrapped: bool
    indexable: bool
    location: int


def is_call(kind: str, fields: Fields, functions: AbstractSet[Name]) -> bool:
    """Whether a node calls one of the functions; those without a schema are meant wherever they are."""
    if kind != "FuncCall":
        return False
    name = qualified_name(fields.get("funcname"))
    return name in functions or Name(name.name) in functions


def calls_outside_subselect(expr: Expression, functions: AbstractSet[Name]) -> list[int]:
    """Where calls of `functions` stand that are evaluated again and again instead of once a query.

    A call is evaluated once where the nearest SELECT around it has no FROM and mentions no column, so that it is a plan
    of its own; with a column of the row in it, as in (SELECT auth.uid() = user_id), it is not. Measured on 13 to 18.
    """
    found: list[int] = []
    stack: list[tuple[Json, bool]] = [(tree(expr), False)] if b'"FuncCall"' in expr else []
    while stack:
        here, once = stack.pop()
        if isinstance(here, list):
            stack.extend((part, once) for part in here)
            continue
        kind, fields = node(here)
        if not once and is_call(kind, fields, functions):
            found.append(location(fields))
        inner = fields if kind else fields_of(here)
        if kind == "SelectStmt" or "larg" in inner or "targetList" in inner:
            once = _is_evaluated_once(inner)
        stack.extend((value, once) for value in inner.values() if isinstance(value, dict | list))
    return sorted(found)


def _is_evaluated_once(select: Fields) -> bool:
    if "fromClause" in select or "larg" in select:
        return False
    stack: list[Json] = list(select.values())
    while stack:
        here = stack.pop()
        if isinstance(here, list):
            stack.extend(here)
            continue
        kind, fields = node(here)
        if kind == "ColumnRef":
            return False
        if kind != "SelectStmt" or "fromClause" not in fields:
            stack.extend(fields_of(here).values())
    return True


def mentions_user_metadata(expr: Expression) -> list[int]:
    """Where it reads what users may edit themselves: user_metadata of the token, raw_user_meta_data of auth.users."""
    if b"user_meta" not in expr:
        return []
    value = tree(expr)
    return sorted({*_metadata_of_token(value), *_metadata_of_table(value)})


def _metadata_of_token(value: Json) -> Iterator[int]:
    """Where a key or path with user_metadata is looked up in something made of the claims."""
    for kind, fields in walk(value):
        parts = _parts(kind, fields)
        if any(_names_metadata(part) for part in parts) and (
            any(_asks(part, _CLAIMS) for part in parts) or is_call(kind, fields, _CLAIMS)
        ):
            at = location(fields)
            yield at if at >= 0 else min(location(f) for k, f in walk(parts) if is_call(k, f, _CLAIMS))


def _parts(kind: str, fields: Fields) -> list[Json]:
    """The operands of an operator, call or subscript."""
    if kind == "A_Expr":
        return [fields.get("lexpr"), fields.get("rexpr")]
    if kind == "FuncCall":
        return items(fields.get("args"))
    if kind == "A_Indirection":
        steps = (node(step)[1].get("uidx") for step in items(fields.get("indirection")))
        return [fields.get("arg"), *steps]
    return []


def _names_metadata(value: Json) -> bool:
    kind, fields = bare(value)
    if kind == "A_ArrayExpr":
        return any(_names_metadata(element) for element in items(fields.get("elements")))
    return kind == "A_Const" and _USER_METADATA in literal_of(fields).value


def _asks(value: Json, functions: AbstractSet[Name]) -> bool:
    """Whether a call of one of the functions stands anywhere in it."""
    return any(is_call(kind, fields, functions) for kind, fields in walk(value))


def _metadata_of_table(value: Json) -> Iterator[int]:
    nodes = list(walk(value))
    tables = (f for kind, f in nodes if kind == "RangeVar")
    if not any((text(f.get("schemaname")), text(f.get("relname"))) == ("auth", "users") for f in tables):
        return
    for kind, fields in nodes:
        if kind == "ColumnRef" and column_of(fields).column == _RAW_USER_METADATA:
            yield location(fields)


def caller_comparisons(
    expr: Expression, table: Table, db: Known, helpers: AbstractSet[Name] = frozenset()
) -> list[CallerComparison]:
    """Where a column of `table` must be equal to what identifies the caller: auth.uid(), a claim, current_setting(),
    CURRENT_USER, one of `helpers`, or a sub-select that asks for them and reads no column of `table`.

    Comparisons inside sub-selects are those of other tables' columns, and none of them is here.
    """
    asked = IDENTITY | helpers
    resolver = resolved(expr, table, db)
    found = []
    for one, other, indexable, at in _equalities(tree(expr)):
        column, wrapped = _own_column(one, resolver)
        if column and _is_of_caller(other, asked, resolver):
            found.append(CallerComparison(column, wrapped, indexable, at))
    return found


def compared_with_caller(
    expr: Expression, table: Table, db: Known, helpers: AbstractSet[Name] = frozenset()
) -> frozenset[str]:
    """The columns of `caller_comparisons` that a plain index would serve."""
    found = caller_comparisons(expr, table, db, helpers)
    return frozenset(c.column for c in found if c.indexable and not c.wrapped)


_EQUALITIES = frozenset({"AEXPR_OP", "AEXPR_IN", "AEXPR_OP_ANY"})


def _equalities(value: Json) -> Iterator[tuple[Json, Json, bool, int]]:
    """Both ways round, what is compared by = outside sub-selects, whether an index can serve, and where."""
    stack: list[Json] = [value]
    while stack:
        here = stack.pop()
        if isinstance(here, list):
            stack.extend(here)
            continue
        kind, fields = node(here)
        if kind == "SubLink":
            if fields.get("subLinkType") == "ANY_SUBLINK":
                yield fields.get("testexpr"), fields.get("subselect"), False, location(fields)
            continue
        if kind == "A_Expr" and fields.get("kind") in _EQUALITIES and qualified_name(fields.get("name")).name == "=":
            yield fields.get("lexpr"), fields.get("rexpr"), True, location(fields)
            if fields.get("kind") == "AEXPR_OP":
                yield fields.get("rexpr"), fields.get("lexpr"), True, location(fields)
        stack.extend(v for v in (fields or fields_of(here)).values() if isinstance(v, dict | list))


def _own_column(value: Json, resolver: Resolver) -> tuple[str, bool]:
    """The column of the policy's table that this is, and whether it stands under a cast or function."""
    kind, fields = node(value)
    wrapped = kind != "ColumnRef"
    if kind not in ("ColumnRef", "TypeCast", "CollateClause", "FuncCall", "CoalesceExpr"):
        return "", False
    columns = [f for k, f in walk(value) if k == "ColumnRef"] if wrapped else [fields]
    reference = resolver.references.get(id(columns[0])) if len(columns) == 1 else None
    if reference is None or reference.found.depth != 0 or not reference.found.columns:
        return "", False
    return reference.found.columns[0].column, wrapped


def _is_of_caller(value: Json, functions: AbstractSet[Name], resolver: Resolver) -> bool:
    asks = False
    for kind, fields in walk(value):
        if kind == "ColumnRef":
            reference = resolver.references.get(id(fields))
            if reference is None or reference.found.depth <= 0:
                return False
        if kind == "SQLValueFunction":
            asks = asks or text(fields.get("op")).endswith(("_USER", "_ROLE"))
        asks = asks or is_call(kind, fields, functions)
    return asks
