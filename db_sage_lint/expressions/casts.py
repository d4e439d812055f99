"""The volatility of operators and casts, by the types of what they work on.

No operator and no cast of the server is volatile. Source: pg_operator and pg_cast of PostgreSQL 13 to 18, which a test
compares with what is said here.
"""

from __future__ import annotations

from collections.abc import Callable

from db_sage_lint.expressions.inference import UNKNOWN, type_named
from db_sage_lint.expressions.questions import bare
from db_sage_lint.expressions.tree import Fields, Json, fields_of, node, qualified_name
from db_sage_lint.operations import Type

# Types whose text form depends on settings: DateStyle, TimeZone, IntervalStyle, lc_monetary, search_path.
_OUTPUT = frozenset(
    {
        "date", "timestamp", "timestamptz", "interval", "money", "record", "regclass", "regcollation", "regconfig",
        "regdictionary", "regnamespace", "regoper", "regoperator", "regproc", "regprocedure", "regrole", "regtype",
        "anyenum"
    }
)  # fmt: skip
_INPUT = _OUTPUT | {"time", "timetz", "xml"}

_STABLE_CASTS = frozenset(
    {
        ("money", "numeric"),
        ("numeric", "money"),
        ("int4", "money"),
        ("int8", "money"),
        ("text", "regclass"),
        ("varchar", "regclass"),
        ("date", "timestamptz"),
        ("time", "timetz"),
        ("timestamp", "timestamptz"),
        ("timestamptz", "date"),
        ("timestamptz", "time"),
        ("timestamptz", "timestamp"),
        ("timestamptz", "timetz"),
        ("text", "xml"),
        ("varchar", "xml"),
        ("bpchar", "xml"),
    }
)
_TEXT = frozenset({"text", "varchar", "bpchar", "name", "citext"})
_TIMES = frozenset({"date", "time", "timetz", "timestamp", "timestamptz"})
# Types between which, and to and from text, a cast is immutable whatever the modifiers.
_PLAIN = frozenset(
    {
        "text", "varchar", "bpchar", "name", "citext", "bool", "int2", "int4", "int8", "numeric", "float4", "float8",
        "oid", "uuid", "json", "jsonb", "bytea", "inet", "cidr", "macaddr", "macaddr8", "bit", "varbit", "char"
    }
)  # fmt: skip

_STABLE_OPERATORS = frozenset(
    {("timestamptz", "+", "interval"), ("interval", "+", "timestamptz"), ("timestamptz", "-", "interval")}
    | {("text", "@@", "text"), ("text", "@@", "tsquery")}
    | {
        (left, name, right)
        for name in ("=", "<>", "<", "<=", ">", ">=")
        for left, right in (
            ("date", "timestamptz"),
            ("timestamptz", "date"),
            ("timestamp", "timestamptz"),
            ("timestamptz", "timestamp"),
        )
    }
)
STABLE_NAMES = frozenset(name for _, name, _ in _STABLE_OPERATORS) | {"||"}


def operator_range(fields: Fields, type_of: Callable[[Json], Type | None]) -> tuple[int, int]:
    """The least and the greatest volatility of an A_Expr: 0 immutable, 1 stable."""
    name = qualified_name(fields.get("name")).name
    if name not in STABLE_NAMES or "lexpr" not in fields or node(fields.get("rexpr"))[0] == "List":
        return (0, 0)
    left, right = _word(type_of(fields["lexpr"])), _word(type_of(fields.get("rexpr")))
    if name == "||":
        return _concatenation(left, right)
    if (left, name, right) in _STABLE_OPERATORS:
        return (1, 1)
    if "" not in (left, right):
        return (0, 0)
    known = left or right
    possible = any(known in ("", one, other) for one, n, other in _STABLE_OPERATORS if n == name)
    return (0, int(possible))


def _concatenation(left: str, right: str) -> tuple[int, int]:
    """What is put to text by || is cast to it, and the call is inlined: as volatile as that cast."""
    if "" in (left, right):
        return (0, 1)
    if (left in _TEXT) == (right in _TEXT):
        return (0, 0)
    return _pair(right if left in _TEXT else left, "text")


def cast_range(fields: Fields, type_of: Callable[[Json], Type | None]) -> tuple[int, int]:
    """The least and the greatest volatility of a TypeCast: 0 immutable, 1 stable."""
    if node(fields.get("arg"))[0] == "A_Const" or _is_signed_constant(fields.get("arg")):
        return (0, 0)  # made a constant when the statement is parsed
    target, source = type_named(fields_of(fields.get("typeName"))), type_of(fields.get("arg"))
    if source == UNKNOWN:
        return (0, 0)
    if target.dimensions or (source is not None and source.dimensions):
        return (0, 1)
    return _pair("" if source is None else source.name, target.name)


def _is_signed_constant(value: Json) -> bool:
    kind, fields = node(value)
    return kind == "A_Expr" and "lexpr" not in fields and bare(fields.get("rexpr"))[0] == "A_Const"


def _pair(source: str, target: str) -> tuple[int, int]:
    if source == target or (source, target) in _STABLE_CASTS:
        return (0, 0) if source == target else (1, 1)
    if source in _TEXT and target in _INPUT:
        return (1, 1)
    if source in _OUTPUT and target in _TEXT:
        return (1, 1)
    if source in _PLAIN and target in _PLAIN:
        return (0, 0)
    if source in _TIMES | {"interval"} and target in _TIMES | {"interval"}:
        return (0, 0)
    return (0, 1)


def _word(argument: Type | None) -> str:
    if argument is None:
        return ""
    if argument == UNKNOWN:
        return "text"
    return argument.name + "[]" * argument.dimensions
