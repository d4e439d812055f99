"""How often an expression has to be computed: its volatility, after PostgreSQL's inlining of SQL functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from db_sage_lint.expressions.known import Known
from db_sage_lint.operations import Expression, Type

Volatility: TypeAlias = Literal["immutable", "stable", "volatile", "unknown"]


def volatility(expr: Expression, db: Known, types: Mapping[str, Type] | None = None) -> Volatility:
    """The most volatile thing in it; "unknown" where it calls a function that neither the server has nor a file made.

    `types` are those of the columns it reads: they tell apart functions and operators that are immutable for some
    types and stable for others (date_trunc, ||). Without them such a call counts as stable.
    """
    raise NotImplementedError


def is_immutable(expr: Expression, db: Known, types: Mapping[str, Type] | None = None) -> bool | None:
    """Whether an index, a generated column or a partition key may use it; None where that can't be told."""
    raise NotImplementedError
