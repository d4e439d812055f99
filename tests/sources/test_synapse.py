"""Synapse"s deltas: order, directions and transactions of its sample tree."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sources.conftest import Sample


def test_recognised(sample: "Callable[[str], Sample]") -> None:
    tree = sample("synapse")
    assert tree.history.runner.NAME == "synapse"
    assert tree.history.folder == "schema"
    assert tree.loose == ()
    assert tree.problems == ()


def test_order_direction_transaction(sample: "Callable[[str], Sample]") -> None:
    assert sample("synapse").runs() == [
        ("main/delta/9/01orders.sql", "up", True),
        ("common/delta/10/01first.sql", "up", True),
        ("main/delta/10/02by_customer.sql.postgres", "up", True),
    ]


def test_findings(sample: "Callable[[str], Sample]") -> None:
    tree = sample("synapse")
    assert tree.found("concurrently-in-transaction") == [("02by_customer.sql.postgres", 1)]
    assert tree.found("syntax-error", "unknown-object", "object-already-exists") == []
