"""An expression as SQL text, for messages."""

from db_sage_lint.operations import Expression


def sql(expr: Expression) -> str:
    """A compact, readable text on one line; what isn't worth showing is "…"."""
    raise NotImplementedError
