"""Tree -> operations: the only place that knows both. One module a family; each files its functions by `@lowers`."""

from typing import Protocol

from msgspec import Raw

from db_sage_lint.lower import (  # noqa: F401 - importing a family files its functions
    alter_table,
    datatypes,
    drops,
    functions,
    guards,
    indexes,
    queries,
    renames,
    roles,
    rows,
    schemas,
    servers,
    session,
    tables,
    views,
)
from db_sage_lint.lower.base import Source, lower_node
from db_sage_lint.operations import Operation


class Parsed(Protocol):
    """A parsed statement: bytes `start` to `end` of the file; `base` is to be added to a location in its tree.

    `kind` is the name of the node, `fields` its JSON.
    """

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def base(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def fields(self) -> Raw: ...


def lower(statement: Parsed, text: bytes) -> list[Operation]:
    """The operations of a statement, in the order in which the server runs them; never empty.

    `text` is the whole file. `at` of an operation is a byte of it, -1 where it is the start of the statement; locations
    inside of expressions stay relative to the statement's `base`.
    """
    source = Source(text, statement.start, statement.end, statement.base, statement.kind, statement.fields)
    return lower_node(source)
