"""PostgreSQL's prover: what a valid CHECK constraint says of every row.

Source: predicate_implied_by in optimizer/util/predtest.c, called by commands/tablecmds.c for NOT NULL and for bounds
of partitions with weak implication: the predicate must not be false where the clause is not false.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from db_sage_lint.expressions.fold import Constant
from db_sage_lint.expressions.formula import Formula, formula
from db_sage_lint.expressions.tree import tree
from db_sage_lint.operations import Expression


def implies_not_null(check: Expression, column: str) -> bool:
    """Whether SET NOT NULL of `column` takes a valid CHECK of this expression as proof and skips its scan.

    Measured on 13 to 18: column IS NOT NULL, also as NOT (column IS NULL), IS DISTINCT FROM NULL, compared with true
    or false, in ROW(…) IS NOT NULL, as a part of AND, and as a part of every arm of OR. Nothing else proves it: not
    column > 0, not a cast of the column, not IS TRUE around it.
    """
    if b'"NullTest"' not in check and b"DISTINCT" not in check:
        return False
    return implied(Formula("not null", column=column), formula(tree(check)))


# The sign of comparing two constants as values of a column: -1, 0 or 1; None where that can't be told.
Order: TypeAlias = Callable[[str, Constant, Constant], "int | None"]


def no_order(_column: str, _one: Constant, _other: Constant) -> int | None:
    return None


def implied(predicate: Formula, clause: Formula, order: Order = no_order) -> bool:
    """Whether the prover finds that a clause that isn't false makes the predicate not false."""
    if predicate.kind == "and":
        return all(implied(p, clause, order) for p in predicate.parts)
    if clause.kind == "or" and predicate.kind == "or":
        return all(any(implied(p, c, order) for p in predicate.parts) for c in clause.parts)
    if clause.kind == "or":
        return all(implied(predicate, c, order) for c in clause.parts)
    if predicate.kind == "or" and any(implied(p, clause, order) for p in predicate.parts):
        return True
    if clause.kind == "and":
        return any(implied(predicate, c, order) for c in clause.parts)
    return predicate.kind != "or" and _simply_implied(predicate, clause, order)


# What `column operator constant` says about the same column compared otherwise, by the sign of comparing the clause's
# constant with the predicate's. Source: BT_implic_table and BT_implies_table in predtest.c.
_IMPLIES: dict[tuple[str, str], tuple[int, ...]] = {
    ("<", "<"): (-1, 0),
    ("<", "<="): (-1, 0),
    ("<", "<>"): (-1, 0),
    ("<=", "<"): (-1,),
    ("<=", "<="): (-1, 0),
    ("<=", "<>"): (-1,),
    ("=", "<"): (-1,),
    ("=", "<="): (-1, 0),
    ("=", "="): (0,),
    ("=", ">="): (0, 1),
    ("=", ">"): (1,),
    ("=", "<>"): (-1, 1),
    (">=", ">="): (0, 1),
    (">=", ">"): (1,),
    (">=", "<>"): (1,),
    (">", ">="): (0, 1),
    (">", ">"): (0, 1),
    (">", "<>"): (0, 1),
    ("<>", "<>"): (0,),
}


def _simply_implied(predicate: Formula, clause: Formula, order: Order) -> bool:
    if "other" in (predicate.kind, clause.kind) or predicate.column != clause.column:
        return False
    if predicate.kind != "compare" or clause.kind != "compare":
        return predicate == clause
    signs = _IMPLIES.get((clause.operator, predicate.operator), ())
    return bool(signs) and order(clause.column, clause.value, predicate.value) in signs
