"""golang-migrate: order, directions and transactions of its sample tree."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sources.conftest import Sample


def test_recognised(sample: "Callable[[str], Sample]") -> None:
    tree = sample("golang_migrate")
    assert tree.history.runner.NAME == "golang-migrate"
    assert tree.history.folder == "migrations"
    assert tree.loose == ()
    assert tree.problems == ()


def test_order_direction_transaction(sample: "Callable[[str], Sample]") -> None:
    assert sample("golang_migrate").runs() == [
        ("9_orders.up.sql", "up", False),
        ("9_orders.down.sql", "down", False),
        ("10_by_customer.up.sql", "up", True),
        ("10_by_customer.down.sql", "down", False),
        ("11_by_total.up.sql", "up", False),
        ("11_by_total.down.sql", "down", False),
    ]


def test_findings(sample: "Callable[[str], Sample]") -> None:
    tree = sample("golang_migrate")
    assert tree.found("concurrently-in-transaction") == [("10_by_customer.up.sql", 1)]
    assert tree.found("syntax-error", "unknown-object", "object-already-exists") == []
