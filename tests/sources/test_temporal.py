"""Temporal's manifests: order, directions and transactions of its sample tree."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sources.conftest import Sample


def test_recognised(sample: "Callable[[str], Sample]") -> None:
    tree = sample("temporal")
    assert tree.history.runner.NAME == "temporal"
    assert tree.history.folder == "schema/versioned"
    assert tree.loose == ()
    assert tree.problems == ()
    assert tree.found("migration-chain-broken") == [("manifest.json", 1)]


def test_order_direction_transaction(sample: "Callable[[str], Sample]") -> None:
    assert sample("temporal").runs() == [
        ("v1.9/orders.sql", "up", False),
        ("v1.10/note.sql", "up", False),
        ("v1.10/by_total.sql", "up", False),
    ]


def test_findings(sample: "Callable[[str], Sample]") -> None:
    tree = sample("temporal")
    assert tree.found("concurrently-in-transaction") == []
    assert tree.found("syntax-error", "unknown-object", "object-already-exists") == []
