"""Which function a call means, among those that the server and its contrib modules have."""

from functools import cache

from msgspec import Struct

from db_sage_lint.expressions import builtins
from db_sage_lint.operations import Name, Type

# Functions of well-known extensions and platforms that are not in contrib, in the format of `builtins`.
# Sources: pg_uuidv7, pgx_ulid, pg_idkit, TimescaleDB and Supabase's auth schema (supabase/postgres, migrations/db).
_ELSEWHERE = """\
v uuid uuid_generate_v7 uuid7 gen_uuid_v7 idkit_uuidv6_generate_uuid idkit_uuidv7_generate_uuid
v text gen_ulid generate_ulid idkit_ulid_generate idkit_nanoid_generate idkit_ksuid_generate idkit_cuid2_generate
v text idkit_xid_generate
v ? gen_monotonic_ulid
i timestamptz time_bucket uuid_v7_to_timestamptz uuid_timestamptz_to_v7
"""

_IN_SCHEMA = {
    Name("uid", "auth"): ("s", "uuid"),
    Name("role", "auth"): ("s", "text"),
    Name("email", "auth"): ("s", "text"),
    Name("jwt", "auth"): ("s", "jsonb"),
}

_PREFERRED = frozenset({"text", "timestamptz", "interval", "float8", "bool", "inet", "oid"})

# Implicit casts between the types by which overloads of one name differ. Source: pg_cast.
_IMPLICIT = {
    "date": ("timestamp", "timestamptz"),
    "timestamp": ("timestamptz",),
    "time": ("timetz", "interval"),
    "varchar": ("text",),
    "bpchar": ("text",),
    "name": ("text",),
    "int2": ("int4", "int8", "numeric", "float4", "float8"),
    "int4": ("int8", "numeric", "float4", "float8", "oid"),
    "int8": ("numeric", "float4", "float8", "oid"),
    "numeric": ("float4", "float8"),
    "float4": ("float8",),
    "regconfig": ("oid",),
}


_SCALARS = frozenset(
    {
        "bit", "bool", "bpchar", "bytea", "char", "cidr", "date", "float4", "float8", "inet", "int2", "int4", "int8",
        "interval", "json", "jsonb", "macaddr", "money", "name", "numeric", "oid", "regclass", "regtype", "text",
        "time", "timestamp", "timestamptz", "timetz", "tsquery", "tsvector", "uuid", "varbit", "varchar", "xml",
    }
)  # fmt: skip


def is_scalar(told: Type) -> bool:
    """Whether a type is known to have no columns: built in, or an array."""
    return bool(told.dimensions) or (not told.schema and told.name in _SCALARS)


class Overload(Struct, frozen=True):
    """One function: `volatility` as in pg_proc.provolatile; `arguments` is None where it doesn't matter."""

    volatility: str
    result: Type | None
    arguments: tuple[str, ...] | None = None


def type_from(text: str) -> Type | None:
    """A type as pg_type names it ("_int4" is an array); None for "?"."""
    if text == "?":
        return None
    return Type(text[1:], dimensions=1) if text[0] == "_" else Type(text)


def _parsed(lines: str) -> dict[str, tuple[Overload, ...]]:
    found: dict[str, tuple[Overload, ...]] = {}
    for line in lines.splitlines():
        volatility, result, *names = line.split()
        found.update(dict.fromkeys(names, (Overload(volatility, type_from(result)),)))
    return found


@cache
def _core() -> dict[str, tuple[Overload, ...]]:
    found = _parsed(builtins.CORE)
    for line in builtins.MIXED.splitlines():
        name, *overloads = line.split()
        for overload in overloads:
            arguments, volatility, result = overload.split(":")
            one = Overload(volatility, type_from(result), tuple(arguments.split(",")))
            found[name] = (*found.get(name, ()), one)
    return found


@cache
def _extensions() -> dict[str, tuple[Overload, ...]]:
    return _parsed(builtins.CONTRIB) | _parsed(_ELSEWHERE)


@cache
def aggregates() -> frozenset[str]:
    """The names of aggregate and window functions."""
    return frozenset(builtins.AGGREGATES.split())


@cache
def not_strict() -> frozenset[str]:
    """The names of functions that may be called with a NULL."""
    return frozenset(builtins.NOT_STRICT.split())


def of_server(name: Name) -> tuple[Overload, ...]:
    """The functions of pg_catalog that a call of `name` can mean."""
    return _core().get(name.name, ()) if name.schema in ("", "pg_catalog") else ()


def of_extension(name: Name) -> tuple[Overload, ...]:
    """The functions of well-known extensions that a call of `name` can mean, whatever schema they were put in."""
    known = _IN_SCHEMA.get(name)
    return (Overload(known[0], type_from(known[1])),) if known else _extensions().get(name.name, ())


def matching(overloads: tuple[Overload, ...], types: list[Type | None]) -> tuple[Overload, ...]:
    """Those of the overloads that a call with arguments of these types can mean.

    A type is None where it can't be told, and Type("unknown") for a literal without type. Source: manual, 10.3.
    """
    if len(overloads) < 2:
        return overloads
    fitting = [o for o in overloads if o.arguments is None or _fits(o.arguments, types)]
    if len(fitting) < 2 or None in types:
        return tuple(fitting) or overloads
    exact = {o: sum(p == _word(t) for p, t in zip(o.arguments or (), types, strict=False)) for o in fitting}
    best = [o for o in fitting if exact[o] == max(exact.values())]
    preferred = {o: sum(p in _PREFERRED for p in o.arguments or ()) for o in best}
    return tuple(o for o in best if preferred[o] == max(preferred.values()))


def _fits(arguments: tuple[str, ...], types: list[Type | None]) -> bool:
    return len(arguments) == len(types) and all(map(_accepts, arguments, types))


def _accepts(parameter: str, argument: Type | None) -> bool:
    word = _word(argument)
    return word in (parameter, "unknown", "") or parameter in _IMPLICIT.get(word, ()) or parameter == "anyelement"


def _word(argument: Type | None) -> str:
    """The type as pg_type names it, empty where it can't be told."""
    if argument is None:
        return ""
    return "_" + argument.name if argument.dimensions else argument.name
