"""sql-migrate: order, directions and transactions of its sample tree."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sources.conftest import Sample


def test_recognised(sample: "Callable[[str], Sample]") -> None:
    tree = sample("sql_migrate")
    assert tree.history.runner.NAME == "sql-migrate"
    assert tree.history.folder == "migrations"
    assert tree.loose == ()
    assert tree.problems == ()


def test_order_direction_transaction(sample: "Callable[[str], Sample]") -> None:
    assert sample("sql_migrate").runs() == [
        ("9_orders.sql", "up", True),
        ("9_orders.sql", "down", True),
        ("10_by_customer.sql", "up", True),
        ("10_by_customer.sql", "down", True),
        ("11_by_total.sql", "up", False),
        ("11_by_total.sql", "down", True),
        ("12_misspelt.sql", "up", True),
    ]


def test_findings(sample: "Callable[[str], Sample]") -> None:
    tree = sample("sql_migrate")
    assert tree.found("concurrently-in-transaction") == [("10_by_customer.sql", 2)]
    assert tree.found("no-transaction-mark-misplaced") == [("12_misspelt.sql", 1)]
    assert tree.found("syntax-error", "unknown-object", "object-already-exists") == []
