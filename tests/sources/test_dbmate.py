"""dbmate: order, directions and transactions of its sample tree."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sources.conftest import Sample


def test_recognised(sample: "Callable[[str], Sample]") -> None:
    tree = sample("dbmate")
    assert tree.history.runner.NAME == "dbmate"
    assert tree.history.folder == "db/migrations"
    assert tree.loose == ("db/schema.sql",)
    assert tree.problems == ()


def test_order_direction_transaction(sample: "Callable[[str], Sample]") -> None:
    assert sample("dbmate").runs() == [
        ("20240101000000_orders.sql", "up", True),
        ("20240101000000_orders.sql", "down", True),
        ("20240102000000_by_customer.sql", "up", True),
        ("20240102000000_by_customer.sql", "down", True),
        ("20240103000000_by_total.sql", "up", False),
        ("20240103000000_by_total.sql", "down", False),
        ("20240104000000_misspelt.sql", "up", True),
        ("20240105000000_two.sql", "up", True),
        ("20240105000000_two.sql", "down", True),
    ]


def test_findings(sample: "Callable[[str], Sample]") -> None:
    tree = sample("dbmate")
    assert tree.found("concurrently-in-transaction") == [
        ("20240102000000_by_customer.sql", 2),
        ("20240105000000_two.sql", 2),
        ("20240105000000_two.sql", 3),
    ]
    assert tree.found("no-transaction-mark-misplaced") == [("20240104000000_misspelt.sql", 1)]
    assert tree.found("syntax-error", "unknown-object", "object-already-exists") == []
