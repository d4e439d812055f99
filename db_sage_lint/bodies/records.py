"""What reading a body gives."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from msgspec import Struct

from db_sage_lint.parse import Statement

# libpg_query's JSON: a node is an object with one key, its type. Fields with C's zero value are left out.
Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
# All that a text may come to.
Texts: TypeAlias = tuple[str, ...]
# Given a SELECT's fields, and what tells the text that an expression comes to: the query's only column, and its rows.
Rows: TypeAlias = Callable[[dict[str, "Json"], Callable[["Json"], str | None]], tuple[str, Texts] | None]


class Inputs(Struct, frozen=True):
    """What a body meets: `arguments` by name and as $1, $2, … as far as they are known, and what queries of the system
    catalogs give.
    """

    arguments: Mapping[str, Texts] = {}
    rows: Rows | None = None


class UnreadText(Struct, frozen=True):
    """Something in a body whose effect could not be read.

    `why` says what, `names` are the identifiers that it may be about (empty: anything), `at` is its byte in the file.
    `kind` is the grammar's name of the statement, where the literal part of its text tells.
    """

    why: str
    names: frozenset[str]
    at: int
    kind: str = ""


class Body(Struct, frozen=True):
    """What a body runs, in the order of its text. `caught` are the conditions that its EXCEPTION clauses name."""

    statements: tuple[Statement, ...] = ()
    unread: tuple[UnreadText, ...] = ()
    caught: frozenset[str] = frozenset()
