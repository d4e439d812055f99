"""The type of an expression, as far as it can be told without a server's own resolution of overloads."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from db_sage_lint.expressions import functions
from db_sage_lint.expressions.known import Known
from db_sage_lint.expressions.questions import literal_of
from db_sage_lint.expressions.tree import Fields, Json, fields_of, items, node, number, qualified_name, strings, text
from db_sage_lint.operations import Type

# Tells the type of a ColumnRef, ParamRef or scalar sub-select by its fields; None where it can't.
TypeOf: TypeAlias = Callable[[str, Fields], "Type | None"]

UNKNOWN = Type("unknown")  # a literal without a type of its own
_BOOL = Type("bool")
_DEEPEST = 60

_TEXT = frozenset({"text", "varchar", "bpchar", "unknown", "name", "citext"})
_NUMBERS = ("int2", "int4", "int8", "numeric", "float4", "float8")
_COMPARING = frozenset({"=", "<>", "<", ">", "<=", ">=", "~~", "!~~", "~~*", "!~~*", "~", "~*", "!~", "!~*"})
_BOOLEAN_OPERATORS = _COMPARING | {"@>", "<@", "&&", "?", "?|", "?&", "@@", "@?", "<<", ">>", "^@"}

_OPERATORS: dict[tuple[str, str, str], str] = {
    ("timestamptz", "+", "interval"): "timestamptz",
    ("timestamptz", "-", "interval"): "timestamptz",
    ("interval", "+", "timestamptz"): "timestamptz",
    ("timestamptz", "-", "timestamptz"): "interval",
    ("timestamp", "+", "interval"): "timestamp",
    ("timestamp", "-", "interval"): "timestamp",
    ("interval", "+", "timestamp"): "timestamp",
    ("timestamp", "-", "timestamp"): "interval",
    ("date", "+", "interval"): "timestamp",
    ("date", "-", "interval"): "timestamp",
    ("date", "+", "int4"): "date",
    ("date", "-", "int4"): "date",
    ("date", "-", "date"): "int4",
    ("date", "+", "time"): "timestamp",
    ("time", "+", "interval"): "time",
    ("time", "-", "interval"): "time",
    ("interval", "+", "interval"): "interval",
    ("interval", "-", "interval"): "interval",
    ("interval", "*", "int4"): "interval",
    ("interval", "*", "float8"): "interval",
    ("int4", "*", "interval"): "interval",
    ("jsonb", "||", "jsonb"): "jsonb",
}

_VALUE_FUNCTIONS = {
    "SVFOP_CURRENT_DATE": "date",
    "SVFOP_CURRENT_TIME": "timetz",
    "SVFOP_CURRENT_TIMESTAMP": "timestamptz",
    "SVFOP_LOCALTIME": "time",
    "SVFOP_LOCALTIMESTAMP": "timestamp",
}

_SUMS = {"int2": "int8", "int4": "int8", "int8": "numeric"}
_AVERAGES = {"int2": "numeric", "int4": "numeric", "int8": "numeric", "float4": "float8"}
_AS_ARGUMENT = frozenset(
    {
        "abs", "any_value", "first_value", "last_value", "nth_value", "lag", "lead", "mod", "array_append", "array_cat",
        "array_remove", "array_replace", "array_sort", "array_reverse",
    }
)  # fmt: skip
_TEXT_FUNCTIONS = frozenset(
    {
        "lower", "upper", "substring", "substr", "btrim", "ltrim", "rtrim", "overlay", "reverse"
    }
)  # fmt: skip


def type_named(fields: Fields) -> Type:
    """The type that a TypeName writes. The fields of an interval are left out."""
    words = strings(fields.get("names"))
    schema = words[-2] if len(words) > 1 and words[-2] != "pg_catalog" else ""
    constants = [literal_of(f) for kind, f in map(node, items(fields.get("typmods"))) if kind == "A_Const"]
    return Type(
        name=words[-1] if words else "",
        schema=schema,
        modifiers=tuple(int(c.value) for c in constants if c.kind == "integer" and words[-1:] != ["interval"]),
        dimensions=len(items(fields.get("arrayBounds"))),
        set_of=fields.get("setof") is True,
    )


def type_of(value: Json, db: Known, told: TypeOf, depth: int = 0) -> Type | None:
    """The type of an expression; UNKNOWN for a literal without one of its own, None where it can't be told."""
    kind, fields = node(value)
    find = _TYPES.get(kind)
    if depth > _DEEPEST:
        return None
    if find is None:
        return told(kind, fields)

    def inner(part: Json) -> Type | None:
        return type_of(part, db, told, depth + 1)

    return find(fields, db, inner)


_Inner: TypeAlias = Callable[[Json], "Type | None"]


def _constant(fields: Fields, _db: Known, _inner: _Inner) -> Type:
    literal = literal_of(fields)
    if literal.kind == "integer":
        return Type("int4")
    if literal.kind == "float":
        return Type("int8" if literal.value.isdigit() and int(literal.value) < 2**63 else "numeric")
    if literal.kind == "boolean":
        return _BOOL
    return Type("bit") if literal.kind == "bits" else UNKNOWN


def _cast(fields: Fields, db: Known, _inner: _Inner) -> Type:
    return db.resolved_type(type_named(fields_of(fields.get("typeName"))))


def _boolean(_fields: Fields, _db: Known, _inner: _Inner) -> Type:
    return _BOOL


def _value_function(fields: Fields, _db: Known, _inner: _Inner) -> Type:
    op = text(fields.get("op"))
    name = _VALUE_FUNCTIONS.get(op.removesuffix("_N"), "name")
    return Type(name, modifiers=(number(fields.get("typmod")),) if op.endswith("_N") else ())


def _argument(fields: Fields, _db: Known, inner: _Inner) -> Type | None:
    return inner(fields.get("arg"))


def _array(fields: Fields, _db: Known, inner: _Inner) -> Type | None:
    element = _common([inner(e) for e in items(fields.get("elements"))])
    if element is None or element.dimensions:
        return element
    return Type("text" if element == UNKNOWN else element.name, element.schema, dimensions=1)


def _alike(fields: Fields, _db: Known, inner: _Inner) -> Type | None:
    return _common([inner(a) for a in items(fields.get("args"))])


def _case(fields: Fields, _db: Known, inner: _Inner) -> Type | None:
    whens = [node(when)[1].get("result") for when in items(fields.get("args"))]
    rest = [fields["defresult"]] if "defresult" in fields else []
    return _common([inner(v) for v in (*whens, *rest)])


def _common(types: list[Type | None]) -> Type | None:
    """The type of a CASE, COALESCE or ARRAY with values of these types, None where they must be cast."""
    if None in types:
        return None
    plain = {Type(t.name, t.schema, dimensions=t.dimensions) for t in types if t and t != UNKNOWN}
    if not plain:
        return UNKNOWN if types else None
    if len(plain) == 1:
        exact = {t for t in types if t != UNKNOWN}
        return exact.pop() if len(exact) == 1 else plain.pop()
    if all(t.name in _NUMBERS and not t.dimensions for t in plain):
        return max(plain, key=lambda t: _NUMBERS.index(t.name))
    return None


def _indirection(fields: Fields, _db: Known, inner: _Inner) -> Type | None:
    steps = [node(step) for step in items(fields.get("indirection"))]
    base = inner(fields.get("arg"))
    if base is None or any(kind != "A_Indices" or f.get("is_slice") for kind, f in steps):
        return None
    if base.name == "jsonb" and not base.dimensions:
        return base
    return Type(base.name, base.schema, base.modifiers) if base.dimensions else None


def _operator(fields: Fields, _db: Known, inner: _Inner) -> Type | None:
    if fields.get("kind") == "AEXPR_NULLIF":
        return inner(fields.get("lexpr"))
    name = qualified_name(fields.get("name")).name
    if fields.get("kind") != "AEXPR_OP" or name in _BOOLEAN_OPERATORS:
        return _BOOL
    right = inner(fields.get("rexpr"))
    if "lexpr" not in fields:
        return right
    left = inner(fields["lexpr"])
    return _result(left, name, right) if left and right else None


def _result(left: Type, name: str, right: Type) -> Type | None:
    if left.dimensions or right.dimensions:
        return left if name == "||" and left.dimensions and right in (left, UNKNOWN) else None
    known = _OPERATORS.get((left.name, name, right.name))
    if known:
        return Type(known)
    if name in ("->", "#>") and left.name in ("json", "jsonb"):
        return Type(left.name)
    if name in ("->>", "#>>") or (name == "||" and {left.name, right.name} & _TEXT and left.name != "jsonb"):
        return Type("text")
    if name in ("+", "-", "*", "/", "%") and left.name in _NUMBERS and right.name in _NUMBERS:
        return Type(max(left.name, right.name, key=_NUMBERS.index))
    return None


def _sublink(fields: Fields, _db: Known, inner: _Inner) -> Type | None:
    kind = fields.get("subLinkType")
    if kind in ("EXISTS_SUBLINK", "ANY_SUBLINK", "ALL_SUBLINK"):
        return _BOOL
    element = inner({"SelectStmt": fields_of(node(fields.get("subselect"))[1])})
    if kind == "EXPR_SUBLINK" or element is None:
        return element
    return Type(element.name, element.schema, dimensions=1) if kind == "ARRAY_SUBLINK" else None


def _call(fields: Fields, db: Known, inner: _Inner) -> Type | None:
    name = qualified_name(fields.get("funcname"))
    arguments = [inner(a) for a in items(fields.get("args"))]
    overloads = functions.of_server(name)
    if overloads:
        results = {o.result for o in functions.matching(overloads, arguments)}
        told = results.pop() if len(results) == 1 else None
        return told or (_by_argument(name.name, arguments[0]) if arguments else None)
    returned = {f.returns for f in db.function_overloads(name)}
    if not returned:
        returned = {o.result for o in functions.of_extension(name)}
    return returned.pop() if len(returned) == 1 else None


def _by_argument(name: str, first: Type | None) -> Type | None:
    """The result of the functions whose first argument's type decides it."""
    if first is not None and name in _TEXT_FUNCTIONS:
        return Type("text") if first.name in _TEXT and not first.dimensions else None
    if first is None or first == UNKNOWN:
        return None
    find = _BY_ARGUMENT.get(name)
    return find(first) if find else None


def _same_type(first: Type) -> Type:
    return Type(first.name, first.schema, dimensions=first.dimensions)


def _extreme(first: Type) -> Type:
    """The server has no min and max of varchar."""
    return Type("text") if first.name in ("varchar", "name") and not first.dimensions else _same_type(first)


def _rounded(first: Type) -> Type:
    """The server rounds numeric and float8."""
    return Type("numeric" if first.name == "numeric" else "float8")


_BY_ARGUMENT: dict[str, Callable[[Type], Type | None]] = {
    "string_agg": lambda first: Type("bytea" if first.name == "bytea" else "text"),
    "array_agg": lambda first: Type(first.name, first.schema, dimensions=1),
    "unnest": lambda first: Type(first.name, first.schema) if first.dimensions else None,
    "sum": lambda first: Type(_SUMS.get(first.name, first.name)),
    "avg": lambda first: Type(_AVERAGES.get(first.name, first.name)),
    **dict.fromkeys(("ceil", "ceiling", "floor", "round", "trunc", "sign"), _rounded),
    "min": _extreme,
    "max": _extreme,
    **dict.fromkeys(_AS_ARGUMENT, _same_type),
}


def _named(name: str) -> Callable[[Fields, Known, _Inner], Type]:
    known = Type(name)
    return lambda _fields, _db, _inner: known


_TYPES: dict[str, Callable[[Fields, Known, _Inner], Type | None]] = {
    "A_Const": _constant,
    "TypeCast": _cast,
    "CollateClause": _argument,
    "BoolExpr": _boolean,
    "NullTest": _boolean,
    "BooleanTest": _boolean,
    "SQLValueFunction": _value_function,
    "A_ArrayExpr": _array,
    "CoalesceExpr": _alike,
    "MinMaxExpr": _alike,
    "CaseExpr": _case,
    "A_Indirection": _indirection,
    "A_Expr": _operator,
    "SubLink": _sublink,
    "FuncCall": _call,
    "GroupingFunc": _named("int4"),
    "XmlExpr": _named("xml"),
    "RowExpr": _named("record"),
}
