"""SQL -> the operations that it is lowered to, without places, for tables of examples."""

import re

import msgspec
from msgspec import Struct

from db_sage_lint.lower import lower
from db_sage_lint.operations import Expression, Operation
from db_sage_lint.parse import Statement, parse
from db_sage_lint.script import Fragment

PLACES = frozenset({"at", "body_at", "password_at", "connection_at"})
LOCATION = re.compile(rb'"location":-?\d+,|,?"location":-?\d+')


def operations(sql: str) -> list[Operation]:
    """The operations of every statement, as they are."""
    text = sql.encode()
    found: list[Operation] = []
    for statement in parse(Fragment(0, text)):
        assert isinstance(statement, Statement), statement
        found += lower(statement, text)
    return found


def lowered(sql: str) -> list[Operation]:
    """The operations with places and locations left out, so that they equal those written by hand."""
    return [without_places(op) for op in operations(sql)]


def without_places(value):
    if isinstance(value, Struct):
        changes = {
            field: -1 if field in PLACES else without_places(getattr(value, field)) for field in value.__struct_fields__
        }
        return msgspec.structs.replace(value, **changes)
    if isinstance(value, tuple):
        return tuple(without_places(item) for item in value)
    return without_locations(value) if isinstance(value, bytes) else value


def without_locations(tree: bytes) -> Expression:
    """The tree without locations, in msgspec's own spelling of JSON."""
    return msgspec.json.encode(msgspec.json.decode(LOCATION.sub(b"", tree)))


def pointed_at(sql: str) -> list[str]:
    """The word at which each operation points, empty for the start of the statement."""
    text = sql.encode()
    return [re.match(rb"\W?\w*", text[op.at :])[0].decode() if op.at >= 0 else "" for op in operations(sql)]


def expression(sql: str) -> Expression:
    """An expression as operations carry it, without locations."""
    tree = msgspec.json.decode(query(f"SELECT {sql}"))
    value = tree["SelectStmt"]["targetList"][0]["ResTarget"]["val"]
    return msgspec.json.encode(value)


def query(sql: str) -> Expression:
    """A statement as operations carry it, without locations."""
    (statement,) = parse(Fragment(0, sql.encode()))
    assert isinstance(statement, Statement), statement
    return without_locations(b'{"%b":%b}' % (statement.kind.encode(), bytes(statement.fields)))
