"""pop, with Ory"s dialects: order, directions and transactions of its sample tree."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sources.conftest import Sample


def test_recognised(sample: "Callable[[str], Sample]") -> None:
    tree = sample("pop")
    assert tree.history.runner.NAME == "pop"
    assert tree.history.folder == "migrations"
    assert tree.loose == ()
    assert tree.problems == ()


def test_order_direction_transaction(sample: "Callable[[str], Sample]") -> None:
    assert sample("pop").runs() == [
        ("20240101000000000000_orders.postgres.up.sql", "up", True),
        ("20240101000000000000_orders.down.sql", "down", True),
        ("20240102000000000000_by_customer.up.sql", "up", True),
        ("20240102000000000000_by_customer.down.sql", "down", True),
        ("20240103000000000000_by_total.postgres.autocommit.up.sql", "up", False),
    ]


def test_findings(sample: "Callable[[str], Sample]") -> None:
    tree = sample("pop")
    assert tree.found("concurrently-in-transaction") == [("20240102000000000000_by_customer.up.sql", 1)]
    assert tree.found("syntax-error", "unknown-object", "object-already-exists") == []
