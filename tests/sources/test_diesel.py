"""diesel: order, directions and transactions of its sample tree."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sources.conftest import Sample


def test_recognised(sample: "Callable[[str], Sample]") -> None:
    tree = sample("diesel")
    assert tree.history.runner.NAME == "diesel"
    assert tree.history.folder == "migrations"
    assert tree.loose == ()
    assert tree.problems == ()


def test_order_direction_transaction(sample: "Callable[[str], Sample]") -> None:
    assert sample("diesel").runs() == [
        ("20230101000000_first/up.sql", "up", True),
        ("2024-01-01-000000_orders/up.sql", "up", True),
        ("2024-01-01-000000_orders/down.sql", "down", True),
        ("2024-01-02-000000_by_customer/up.sql", "up", True),
        ("2024-01-02-000000_by_customer/down.sql", "down", True),
        ("2024-01-03-000000_by_total/up.sql", "up", False),
        ("2024-01-03-000000_by_total/down.sql", "down", False),
    ]


def test_findings(sample: "Callable[[str], Sample]") -> None:
    tree = sample("diesel")
    assert tree.found("concurrently-in-transaction") == [("up.sql", 1)]
    assert tree.found("syntax-error", "unknown-object", "object-already-exists") == []
