"""The parse tree of one expression: decoded once from the JSON bytes that operations carry, and walked."""

from collections.abc import Iterator
from functools import lru_cache
from typing import TypeAlias

import msgspec

from db_sage_lint.operations import Name
from db_sage_lint.regex import lazy

# One value of libpg_query's JSON. A node is an object with one key, its type: {"ColumnRef": {"fields": […]}}.
# Fields that have C's zero value (false, 0, "") are left out. Source: pg_query_outfuncs_json.c of libpg_query.
Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
Fields: TypeAlias = dict[str, Json]

_NOTHING: Fields = {}
_TOKEN = lazy(rb'[\[\]{},:]|"(?:[^"\\]|\\.)*"|[^\s\[\]{},:"]+')


@lru_cache(maxsize=512)
def tree(expr: bytes) -> Json:
    """The decoded tree of an expression; shared between callers, so never to be changed.

    Trees too deep for the decoder's recursion (thousands of operators in a row) are decoded without it.
    """
    try:
        decoded: Json = msgspec.json.decode(expr)
    except RecursionError:
        return _decode_deep(expr)
    return decoded


def _decode_deep(expr: bytes) -> Json:
    """JSON decoded with a stack of our own. `expr` is well-formed: it is libpg_query's output."""
    root: list[Json] = []
    stack: list[list[Json] | Fields] = [root]
    key: str | None = None
    for match in _TOKEN.finditer(expr):
        token = match[0]
        top = stack[-1]
        if token in b",:":
            continue
        if token in b"]}":
            stack.pop()
            continue
        if isinstance(top, dict) and key is None:
            key = msgspec.json.decode(token, type=str)
            continue
        value: Json = {} if token == b"{" else [] if token == b"[" else msgspec.json.decode(token)
        if isinstance(top, dict):
            assert key is not None
            top[key] = value
            key = None
        else:
            top.append(value)
        if isinstance(value, dict | list):
            stack.append(value)
    return root[0] if root else None


def walk(value: Json) -> Iterator[tuple[str, Fields]]:
    """Every node under `value` and itself, in the order of the text's tree: its type, and its fields.

    Fields that hold a node of a fixed type are bare in the JSON (`larg` of a SelectStmt, `typeName` of a TypeCast):
    they are passed through, not yielded.
    """
    stack = [value]
    while stack:
        here = stack.pop()
        if type(here) is dict:
            if len(here) == 1:
                ((key, inner),) = here.items()
                if type(inner) is dict and key[0].isupper():
                    yield key, inner
                    here = inner
            stack += [v for v in reversed(here.values()) if type(v) is dict or type(v) is list]
        elif type(here) is list:
            stack += reversed(here)


def node(value: Json) -> tuple[str, Fields]:
    """The type and fields of a node; an empty type where `value` is none."""
    if type(value) is dict and len(value) == 1:
        for key, inner in value.items():
            if type(inner) is dict:
                return key, inner
    return "", _NOTHING


def fields_of(value: Json) -> Fields:
    """`value` where it is an object: the fields of a bare node; no fields otherwise."""
    return value if isinstance(value, dict) else _NOTHING


def items(value: Json) -> list[Json]:
    """`value` where it is a list, no items otherwise."""
    return value if isinstance(value, list) else []


def text(value: Json) -> str:
    """`value` where it is a string, empty text otherwise (as for a field that is left out)."""
    return value if isinstance(value, str) else ""


def number(value: Json, missing: int = 0) -> int:
    """`value` where it is an integer, `missing` otherwise (a field that is left out is 0)."""
    return value if isinstance(value, int) else missing


def location(fields: Fields) -> int:
    """The byte where the node stands, -1 where the tree doesn't say."""
    return number(fields.get("location"), 0 if "location" in fields else -1)


def strings(value: Json) -> list[str]:
    """The texts of a list of String nodes; other nodes, such as A_Star, are left out."""
    return [text(inner.get("sval")) for kind, inner in map(node, items(value)) if kind == "String"]


def qualified_name(parts: Json) -> Name:
    """The name that a list of String nodes writes; a leading database name is dropped."""
    words = strings(parts)
    if not words:
        return Name("")
    return Name(words[-1], words[-2] if len(words) > 1 else "")


def as_name(constant: str) -> Name:
    """The name that a regclass constant writes: 'public."T_id_seq"'."""
    schema, _, name = constant.rpartition(".")
    return Name(_unquoted(name), _unquoted(schema))


def _unquoted(word: str) -> str:
    quoted = len(word) > 1 and word.startswith('"') and word.endswith('"')
    return word[1:-1].replace('""', '"') if quoted else word.lower()
