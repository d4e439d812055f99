"""Questions about an expression, a query or a bound: one parse tree node as JSON, as operations carry it.

Nothing here raises on odd input: a node that isn't known makes the answer the careful one, and each docstring says
which that is. Byte positions are the node's own `location`s; the statement's `base` makes them bytes of the file.

The modules are imported when one of their names is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from db_sage_lint.expressions.bounds import bound_implied
    from db_sage_lint.expressions.callers import (
        CallerComparison,
        caller_comparisons,
        calls_outside_subselect,
        compared_with_caller,
        mentions_user_metadata,
    )
    from db_sage_lint.expressions.deparse import sql
    from db_sage_lint.expressions.fold import always_true, folds_to
    from db_sage_lint.expressions.keys import fixed_columns
    from db_sage_lint.expressions.known import Known
    from db_sage_lint.expressions.mutability import Volatility, is_immutable, volatility
    from db_sage_lint.expressions.proof import implies_not_null
    from db_sage_lint.expressions.queries import (
        NO_COLUMN,
        OutputColumn,
        output_columns,
        output_types,
        reads,
        unbound_in,
    )
    from db_sage_lint.expressions.questions import (
        Literal,
        QualifiedColumn,
        calls,
        columns_read,
        equal,
        functions_called,
        is_constant,
        is_null_constant,
        literals,
        qualified_columns_read,
        relations_named,
        sequences_named,
        value_functions,
    )
    from db_sage_lint.expressions.scope import Binding, Comparison, bindings, comparisons, unbound

__all__ = [
    "NO_COLUMN",
    "Binding",
    "CallerComparison",
    "Comparison",
    "Known",
    "Literal",
    "OutputColumn",
    "QualifiedColumn",
    "Volatility",
    "always_true",
    "bindings",
    "bound_implied",
    "caller_comparisons",
    "calls",
    "calls_outside_subselect",
    "columns_read",
    "compared_with_caller",
    "comparisons",
    "equal",
    "fixed_columns",
    "folds_to",
    "functions_called",
    "implies_not_null",
    "is_constant",
    "is_immutable",
    "is_null_constant",
    "literals",
    "mentions_user_metadata",
    "output_columns",
    "output_types",
    "qualified_columns_read",
    "reads",
    "relations_named",
    "sequences_named",
    "sql",
    "unbound",
    "unbound_in",
    "value_functions",
    "volatility",
]

_MODULE = {
    "bound_implied": "bounds",
    "CallerComparison": "callers",
    "caller_comparisons": "callers",
    "calls_outside_subselect": "callers",
    "compared_with_caller": "callers",
    "mentions_user_metadata": "callers",
    "sql": "deparse",
    "always_true": "fold",
    "folds_to": "fold",
    "fixed_columns": "keys",
    "Known": "known",
    "Volatility": "mutability",
    "is_immutable": "mutability",
    "volatility": "mutability",
    "implies_not_null": "proof",
    "NO_COLUMN": "queries",
    "OutputColumn": "queries",
    "output_columns": "queries",
    "output_types": "queries",
    "reads": "queries",
    "unbound_in": "queries",
    "Literal": "questions",
    "QualifiedColumn": "questions",
    "calls": "questions",
    "columns_read": "questions",
    "equal": "questions",
    "functions_called": "questions",
    "is_constant": "questions",
    "is_null_constant": "questions",
    "literals": "questions",
    "qualified_columns_read": "questions",
    "relations_named": "questions",
    "sequences_named": "questions",
    "value_functions": "questions",
    "Binding": "scope",
    "Comparison": "scope",
    "bindings": "scope",
    "comparisons": "scope",
    "unbound": "scope",
}


def __getattr__(name: str) -> object:
    module = _MODULE.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{module}"), name)
    globals()[name] = value
    return value
