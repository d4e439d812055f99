"""What PostgreSQL's prover concludes from a CHECK constraint."""

from db_sage_lint.operations import Expression


def implies_not_null(check: Expression, column: str) -> bool:
    """Whether SET NOT NULL of `column` takes a valid CHECK of this expression as proof and skips its scan."""
    raise NotImplementedError
