"""What PostgreSQL's prover concludes from CHECK constraints about the bound of a partition to attach."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from db_sage_lint.operations import Bound, Expression, PartitionBy


def bound_implied(checks: Iterable[Expression], key: PartitionBy, bound: Bound, not_null: AbstractSet[str]) -> bool:
    """Whether ATTACH PARTITION skips its scan: valid CHECKs and the NOT NULL columns imply the bound.

    Only range and list bounds of literals over one plain column are judged; False is the answer for all others.
    """
    raise NotImplementedError
