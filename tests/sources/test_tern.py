"""tern: order, directions and transactions of its sample tree."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sources.conftest import Sample


def test_recognised(sample: "Callable[[str], Sample]") -> None:
    tree = sample("tern")
    assert tree.history.runner.NAME == "tern"
    assert tree.history.folder == "migrations"
    assert tree.loose == ()
    assert tree.problems == ()


def test_order_direction_transaction(sample: "Callable[[str], Sample]") -> None:
    assert sample("tern").runs() == [
        ("1_orders.sql", "up", True),
        ("1_orders.sql", "down", True),
        ("2_by_customer.sql", "up", True),
        ("2_by_customer.sql", "down", True),
        ("3_by_total.sql", "up", False),
        ("3_by_total.sql", "down", False),
        ("4_misspelt.sql", "up", True),
    ]


def test_findings(sample: "Callable[[str], Sample]") -> None:
    tree = sample("tern")
    assert tree.found("concurrently-in-transaction") == [("2_by_customer.sql", 1)]
    assert tree.found("no-transaction-mark-misplaced") == [("4_misspelt.sql", 1)]
    assert tree.found("syntax-error", "unknown-object", "object-already-exists") == []
