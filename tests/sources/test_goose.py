"""goose: order, directions and transactions of its sample tree."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sources.conftest import Sample


def test_recognised(sample: "Callable[[str], Sample]") -> None:
    tree = sample("goose")
    assert tree.history.runner.NAME == "goose"
    assert tree.history.folder == "migrations"
    assert tree.loose == ()
    assert tree.problems == ()


def test_order_direction_transaction(sample: "Callable[[str], Sample]") -> None:
    assert sample("goose").runs() == [
        ("9_orders.sql", "up", True),
        ("9_orders.sql", "down", True),
        ("10_by_customer.sql", "up", True),
        ("10_by_customer.sql", "down", True),
        ("11_by_total.sql", "up", False),
        ("11_by_total.sql", "down", False),
        ("12_touch.sql", "up", True),
        ("13_misspelt.sql", "up", True),
        ("14_in_go.go", "up", True),
        ("14_in_go.go", "down", True),
        ("15_after_go.sql", "up", True),
    ]


def test_findings(sample: "Callable[[str], Sample]") -> None:
    tree = sample("goose")
    assert tree.found("concurrently-in-transaction") == [("10_by_customer.sql", 2)]
    assert tree.found("no-transaction-mark-misplaced") == [("13_misspelt.sql", 1)]
    assert tree.found("syntax-error", "unknown-object", "object-already-exists") == []
    assert tree.found("statement-not-analysed") == [("14_in_go.go", 1)]
