"""How often an expression has to be computed: its volatility, after PostgreSQL's inlining of SQL functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

from db_sage_lint.expressions import functions
from db_sage_lint.expressions.casts import cast_range, operator_range
from db_sage_lint.expressions.fold import FALSE, NULL, TRUE, Constant, folded
from db_sage_lint.expressions.inference import type_of
from db_sage_lint.expressions.inline import Inlined, inlined, inputs, takes, words
from db_sage_lint.expressions.known import Known
from db_sage_lint.expressions.questions import column_of
from db_sage_lint.expressions.tree import Fields, Json, items, node, number, qualified_name, tree
from db_sage_lint.operations import Expression, Name, Type

if TYPE_CHECKING:
    from db_sage_lint.catalog.records import Function

Volatility: TypeAlias = Literal["immutable", "stable", "volatile", "unknown"]
Types: TypeAlias = Mapping[str, Type]

_RANK = {"i": 0, "s": 1, "v": 2, "immutable": 0, "stable": 1, "volatile": 2}
_WORDS: tuple[Volatility, ...] = ("immutable", "stable", "volatile")


def volatility(expr: Expression, db: Known, types: Types | None = None) -> Volatility:
    """The most volatile thing in it; "unknown" where it calls a function that neither the server has nor a file made.

    What PostgreSQL folds away doesn't count: the rest of coalesce(1, …), the arms of CASE that can't be reached.
    `types` are those of the columns it reads: they tell apart functions and operators that are immutable for some
    types and stable for others (date_trunc, casts). Without them such a call counts as stable.
    Source: contain_volatile_functions and inline_function in optimizer/util/clauses.c.
    """
    if not _may_change(expr):
        return "immutable"
    found = _Judge(db).judge(tree(expr), types or {})
    if found.unknown and found.low < 2:
        return "unknown"
    return _WORDS[found.high]


def is_immutable(expr: Expression, db: Known, types: Types | None = None) -> bool | None:
    """Whether an index, a generated column or a partition key may use it; None where that can't be told."""
    if not _may_change(expr):
        return True
    found = _Judge(db).judge(tree(expr), types or {})
    if found.low > 0:
        return False
    return None if found.high or found.unknown else True


def _may_change(expr: Expression) -> bool:
    """Whether there is anything in it that could be other than immutable: a quick look at the bytes."""
    return any(part in expr for part in _CHANGING)


_CHANGING = (b'"FuncCall"', b'"SQLValueFunction"', b'"SubLink"', b'"A_Expr"', b'"TypeCast"', b'"Json', b'"Xml')


class _Range(Struct):
    """The least and the greatest volatility that the parts seen so far can have."""

    low: int = 0
    high: int = 0
    unknown: bool = False

    def add(self, low: int, high: int, *, unknown: bool = False) -> None:
        self.low = max(self.low, low)
        self.high = max(self.high, high)
        self.unknown = self.unknown or unknown


class _Judge:
    """Walks a tree without recursion, but for the bodies of functions that are inlined."""

    def __init__(self, db: Known) -> None:
        self.db = db
        self.active: list[Function] = []

    def judge(self, value: Json, types: Types) -> _Range:
        found = _Range()
        stack = [value]
        while stack:
            here = stack.pop()
            if isinstance(here, list):
                stack.extend(here)
                continue
            if not isinstance(here, dict):
                continue
            kind, fields = node(here)
            part = _PARTS.get(kind)
            if part is not None:
                stack.extend(part(self, fields, types, found))
            else:
                stack.extend(v for v in (fields or here).values() if isinstance(v, dict | list))
        return found

    def type(self, value: Json, types: Types) -> Type | None:
        """The type of a part. Columns are found by name, parameters of an inlined body as "$1"."""

        def told(kind: str, fields: Fields) -> Type | None:
            if kind == "ColumnRef":
                return types.get(column_of(fields).column)
            return types.get(f"${number(fields.get('number'))}") if kind == "ParamRef" else None

        return type_of(value, self.db, told)

    # --- the parts that may change, each gives back the parts that are left to be judged --------------------------

    def session(self, _fields: Fields, _types: Types, found: _Range) -> list[Json]:
        found.add(1, 1)
        return []

    def sub_select(self, fields: Fields, _types: Types, found: _Range) -> list[Json]:
        found.add(1, 1)
        return list(fields.values())

    def structured(self, fields: Fields, _types: Types, found: _Range) -> list[Json]:
        """XML and JSON constructors: immutable or stable by the types of their values."""
        found.add(0, 1)
        return list(fields.values())

    def operator(self, fields: Fields, types: Types, found: _Range) -> list[Json]:
        found.add(*operator_range(fields, lambda part: self.type(part, types)))
        return [fields.get("lexpr"), fields.get("rexpr")]

    def cast(self, fields: Fields, types: Types, found: _Range) -> list[Json]:
        found.add(*cast_range(fields, lambda part: self.type(part, types)))
        return [fields.get("arg")]

    def coalesce(self, fields: Fields, _types: Types, _found: _Range) -> list[Json]:
        """The arguments up to the first one that is a constant other than NULL."""
        kept: list[Json] = []
        for argument in items(fields.get("args")):
            kept.append(argument)
            if folded(argument) not in (None, NULL):
                break
        return kept

    def case(self, fields: Fields, _types: Types, _found: _Range) -> list[Json]:
        """The arms whose condition isn't constantly false, up to one that is constantly true."""
        kept: list[Json] = [fields.get("arg")]
        for when in items(fields.get("args")):
            _, arm = node(when)
            condition = _condition(fields, arm)
            if condition is None:
                kept.append(arm.get("expr"))
            if condition in (None, TRUE):
                kept.append(arm.get("result"))
            if condition == TRUE:
                return kept
        return [*kept, fields.get("defresult")]

    def boolean(self, fields: Fields, _types: Types, _found: _Range) -> list[Json]:
        return [] if folded({"BoolExpr": fields}) in (TRUE, FALSE) else items(fields.get("args"))

    def call(self, fields: Fields, types: Types, found: _Range) -> list[Json]:
        name = qualified_name(fields.get("funcname"))
        overloads = functions.of_server(name)
        if not overloads:
            made = self.made(name, fields, types)
            if len(made) == 1:
                return self.one(made[0], fields, types, found)
            if made:
                ranks = {_RANK[f.volatility] for f in made}
                found.add(min(ranks), max(ranks), unknown=len(ranks) > 1)
                return list(fields.values())
            overloads = functions.of_extension(name)
        if len(overloads) > 1:
            overloads = functions.matching(overloads, [self.type(a, types) for a in items(fields.get("args"))])
        ranks = {_RANK[o.volatility] for o in overloads}
        found.add(min(ranks, default=0), max(ranks, default=0), unknown=not ranks)
        return list(fields.values())

    def made(self, name: Name, fields: Fields, types: Types) -> list[Function]:
        """The functions of the catalog that a call can mean."""
        arguments = items(fields.get("args"))
        fitting = [f for f in self.db.function_overloads(name) if takes(f, len(arguments))]
        if len(fitting) < 2:
            return fitting
        told = [self.type(a, types) for a in arguments]
        as_overloads = {functions.Overload(f.name.name, None, words(f, len(arguments))): f for f in fitting}
        return [as_overloads[o] for o in functions.matching(tuple(as_overloads), told)]

    def one(self, function: Function, fields: Fields, types: Types, found: _Range) -> list[Json]:
        """A call of a function of the catalog: its body where that takes its place, or what it is declared to be."""
        body = self.inline(function, fields, types)
        if body is not None:
            found.add(*body.range)
            return [*body.arguments, fields.get("agg_filter")]
        rank = _RANK[function.volatility]
        found.add(rank, rank)
        left_out = inputs(function)[len(items(fields.get("args"))) :]
        return [*fields.values(), *(tree(a.default) for a in left_out if a.default is not None)]

    def inline(self, function: Function, fields: Fields, types: Types) -> _Body | None:
        """The body that takes the place of a call, judged; None where the call stays one."""
        body = inlined(function, fields)
        if body is None or function in self.active or len(self.active) > 20:
            return None
        self.active.append(function)
        inner = self.judge(body.expression, body.types)
        self.active.pop()
        if inner.unknown or inner.high > _RANK[function.volatility]:
            return None
        arguments = self.kept_arguments(body, types)
        return None if arguments is None else _Body((inner.low, inner.high), arguments)

    def kept_arguments(self, body: Inlined, types: Types) -> list[Json] | None:
        """The arguments that stand in the body; None where one stands there twice that may be computed only once."""
        kept: list[Json] = []
        for argument, uses in body.arguments:
            if uses > 1 and self.judge(argument, types).high == 2:
                return None
            if uses:
                kept.append(argument)
        return kept


def _condition(case: Fields, arm: Fields) -> Constant | None:
    """The constant that decides an arm of CASE: of WHEN condition, or of CASE value WHEN value."""
    if "arg" not in case:
        return folded(arm.get("expr"))
    equals: Json = {"String": {"sval": "="}}
    comparison: Fields = {"kind": "AEXPR_OP", "name": [equals], "lexpr": case["arg"], "rexpr": arm.get("expr")}
    return folded({"A_Expr": comparison})


class _Body(Struct):
    range: tuple[int, int]
    arguments: list[Json]


_Part: TypeAlias = Callable[[_Judge, Fields, Types, _Range], list[Json]]

_PARTS: dict[str, _Part] = {
    "FuncCall": _Judge.call,
    "SQLValueFunction": _Judge.session,
    "SubLink": _Judge.sub_select,
    "A_Expr": _Judge.operator,
    "TypeCast": _Judge.cast,
    "CoalesceExpr": _Judge.coalesce,
    "CaseExpr": _Judge.case,
    "BoolExpr": _Judge.boolean,
    "XmlExpr": _Judge.structured,
    "XmlSerialize": _Judge.structured,
    "JsonObjectConstructor": _Judge.structured,
    "JsonArrayConstructor": _Judge.structured,
    "JsonArrayQueryConstructor": _Judge.structured,
    "JsonScalarExpr": _Judge.structured,
    "JsonSerializeExpr": _Judge.structured,
    "JsonFuncExpr": _Judge.structured,
    "JsonParseExpr": _Judge.structured,
}
