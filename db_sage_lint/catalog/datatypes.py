"""Types of columns and arguments: which are built in, which are the user's, and when two are the same."""

from collections.abc import Iterable

from msgspec.structs import replace

from db_sage_lint.catalog.records import Function
from db_sage_lint.catalog.state import State
from db_sage_lint.operations import Argument, Name, Type

# Pseudo-types of the grammar that make an integer column with a sequence: manual, 8.1.4 Serial Types.
SERIAL = {
    "serial": "int4", "serial4": "int4", "bigserial": "int8", "serial8": "int8", "smallserial": "int2",
    "serial2": "int2",
}  # fmt: skip

# pg_type of pg_catalog, without arrays and without those that only the server itself uses.
BUILT_IN = frozenset({
    "aclitem", "any", "anyarray", "anycompatible", "anycompatiblearray", "anycompatiblemultirange",
    "anycompatiblenonarray", "anycompatiblerange", "anyelement", "anyenum", "anymultirange", "anynonarray",
    "anyrange", "bit", "bool", "box", "bpchar", "bytea", "char", "cid", "cidr", "circle", "cstring", "date",
    "datemultirange", "daterange", "event_trigger", "fdw_handler", "float4", "float8", "index_am_handler", "inet",
    "int2", "int2vector", "int4", "int4multirange", "int4range", "int8", "int8multirange", "int8range", "internal",
    "interval", "json", "jsonb", "jsonpath", "language_handler", "line", "lseg", "macaddr", "macaddr8", "money",
    "name", "numeric", "nummultirange", "numrange", "oid", "oidvector", "path", "pg_lsn", "pg_node_tree",
    "pg_snapshot", "point", "polygon", "record", "refcursor", "regclass", "regcollation", "regconfig",
    "regdictionary", "regnamespace", "regoper", "regoperator", "regproc", "regprocedure", "regrole", "regtype",
    "table_am_handler", "text", "tid", "time", "timestamp", "timestamptz", "timetz", "trigger", "tsm_handler",
    "tsmultirange", "tsquery", "tsrange", "tstzmultirange", "tstzrange", "tsvector", "txid_snapshot", "unknown",
    "uuid", "varbit", "varchar", "void", "xid", "xid8", "xml",
})  # fmt: skip

_INPUT_MODES = ("in", "inout", "variadic")


def resolved_type(db: State, written: Type) -> Type:
    """The type with the schema of the user's type that it names; as written where it is built in or unknown."""
    name = written.name
    if written.schema or not db.names_type(name) or name in BUILT_IN:
        return written
    return replace(written, schema=db.resolve_type(Name(name)).schema)


def type_name(resolved: Type) -> Name:
    return Name(resolved.name, resolved.schema)


def input_types(arguments: Iterable[Argument]) -> tuple[Type, ...]:
    """The types that tell overloads of a function apart: those of the input arguments."""
    return tuple(argument.type for argument in arguments if argument.mode in _INPUT_MODES)


def signature_types(function: Function) -> tuple[Type, ...]:
    """Every type that a function's signature names."""
    returns = (function.returns,) if function.returns else ()
    return (*(argument.type for argument in function.arguments), *returns)


def same_type(one: Type, other: Type) -> bool:
    """Whether two resolved types are the same, modifiers aside; one whose schema is unknown is taken by its name."""
    if one.name != other.name or one.dimensions != other.dimensions:
        return False
    return one.schema == other.schema or not one.schema or not other.schema


def same_types(some: tuple[Type, ...], others: tuple[Type, ...]) -> bool:
    return len(some) == len(others) and all(map(same_type, some, others))
