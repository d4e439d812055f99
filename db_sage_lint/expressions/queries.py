"""What a query reads and what it returns."""

from __future__ import annotations

from msgspec import Struct

from db_sage_lint.expressions.known import Known
from db_sage_lint.operations import Expression, Name, Type

NO_COLUMN = "-"  # in `reads`: the relation is read, and none of its columns (count(*), EXISTS)


class OutputColumn(Struct, frozen=True):
    """A column that a query returns; `type` is None where it can't be told."""

    name: str
    type: Type | None = None


def reads(query: Expression, db: Known) -> frozenset[tuple[Name, str]]:
    """The relations (resolved) that a query reads, each with a column of it that is read.

    The column is "" where all or unknown ones are, and NO_COLUMN where the relation is read for its rows only.
    """
    raise NotImplementedError


def output_columns(query: Expression, db: Known) -> tuple[str, ...] | None:
    """The names of the columns that a query returns, None where they can't all be told."""
    raise NotImplementedError


def output_types(query: Expression, db: Known) -> tuple[OutputColumn, ...] | None:
    """The columns that a query returns, with the types that can be told."""
    raise NotImplementedError
