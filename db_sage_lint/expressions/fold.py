"""Constant folding of conditions."""

from db_sage_lint.operations import Expression


def folds_to(expr: Expression) -> bool | None:
    """The truth value that a condition always has; None where it depends, can't be told or is NULL."""
    raise NotImplementedError


def always_true(expr: Expression) -> bool:
    """Whether a condition holds for every row: true, 1 = 1, x OR true, coalesce(true, …), NOT false, …"""
    return folds_to(expr) is True
