"""The predicates behind the rules, siblings of a family together; importing this package files them all.

A check takes one operation and the context just before it runs. Its name is the rule's id, its annotation the
subscription, the rule's document the rest.
"""

from db_sage_lint.checks import (
    columns,
    compatibility,
    constraints,
    data,
    dependents,
    design,
    differences,
    dumps,
    functions,
    indexes,
    ordering,
    partitions,
    rls,
    script,
    secrets,
    tables,
    timeouts,
    transactions,
    types,
    views,
)
from db_sage_lint.checks.registry import Answer, check, rule_of

__all__ = [
    "Answer", "check", "columns", "compatibility", "constraints", "data", "dependents", "design", "differences",
    "dumps", "functions", "indexes", "ordering", "partitions", "rls", "rule_of", "script", "secrets", "tables",
    "timeouts", "transactions", "types", "views",
]  # fmt: skip
