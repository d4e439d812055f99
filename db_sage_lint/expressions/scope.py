"""Which relation each column of an expression belongs to, by PostgreSQL's rules of scope."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from db_sage_lint.expressions.known import Known
from db_sage_lint.operations import Expression, Name

if TYPE_CHECKING:
    from db_sage_lint.catalog.records import Table


class Binding(Struct, frozen=True, kw_only=True):
    """A place where a column stands, and what PostgreSQL binds it to.

    `relation` is the table or view (resolved), None for a sub-select, function, WITH query or where it can't be told;
    `alias` the name it goes by there; `source` numbers that place in FROM (two of one table differ), -1 where it can't
    be told. `depth` is 0 for the table the expression belongs to, 1 for its sub-selects, and so on; `within` is the
    depth of the query that the column stands in. `certain` says that every relation that could have taken the name is
    closed. `ambiguous` says that the server would refuse it.
    """

    column: str
    relation: Name | None
    alias: str
    source: int
    depth: int
    within: int
    location: int
    qualified: bool
    certain: bool
    ambiguous: bool


class Comparison(Struct, frozen=True, kw_only=True):
    """Two columns or values compared: `left` and `right` are None where that side is no plain column (casts aside).

    `x IN (SELECT y …)` and `x = ANY (SELECT y …)` are comparisons of x with y.
    """

    operator: str
    left: Binding | None
    right: Binding | None
    location: int


def bindings(expr: Expression, table: Table, db: Known) -> list[Binding]:
    """Every column that stands in an expression of `table` (a policy, a check), in the order of the tree."""
    raise NotImplementedError


def comparisons(expr: Expression, table: Table, db: Known) -> list[Comparison]:
    """Every comparison in it, sub-selects included; rows are compared column by column."""
    raise NotImplementedError
