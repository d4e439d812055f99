"""How a policy finds out who calls: session identity, claims, and the columns compared with them."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from msgspec import Struct

from db_sage_lint.expressions.known import Known
from db_sage_lint.operations import Expression, Name

if TYPE_CHECKING:
    from db_sage_lint.catalog.records import Table


class CallerComparison(Struct, frozen=True):
    """A column of the policy's table compared by = or IN with the caller.

    `wrapped` says that a cast or function is around the column.
    """

    column: str
    wrapped: bool
    location: int


def calls_outside_subselect(expr: Expression, functions: AbstractSet[Name]) -> list[int]:
    """Where calls of `functions` stand that are evaluated for each row: outside an uncorrelated scalar sub-select."""
    raise NotImplementedError


def mentions_user_metadata(expr: Expression) -> list[int]:
    """Where it reads what a user may edit: user_metadata of the token, raw_user_meta_data of auth.users."""
    raise NotImplementedError


def caller_comparisons(
    expr: Expression, table: Table, db: Known, helpers: AbstractSet[Name] = frozenset()
) -> list[CallerComparison]:
    """Where a column of `table` is compared with what identifies the caller: auth.uid(), auth.jwt(), current_setting(),
    CURRENT_USER, one of `helpers`, or a sub-select that asks them and reads no column of `table`.
    """
    raise NotImplementedError


def compared_with_caller(
    expr: Expression, table: Table, db: Known, helpers: AbstractSet[Name] = frozenset()
) -> frozenset[str]:
    """The columns of `caller_comparisons`."""
    return frozenset(c.column for c in caller_comparisons(expr, table, db, helpers))
