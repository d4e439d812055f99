"""Flyway: order, directions and transactions of its sample tree."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sources.conftest import Sample


def test_recognised(sample: "Callable[[str], Sample]") -> None:
    tree = sample("flyway")
    assert tree.history.runner.NAME == "flyway"
    assert tree.history.folder == "src/main/resources/db"
    assert tree.loose == ("src/main/resources/db/migration/afterMigrate.sql",)
    assert tree.problems == ()


def test_order_direction_transaction(sample: "Callable[[str], Sample]") -> None:
    assert sample("flyway").runs() == [
        ("migration/V9__orders.sql", "up", True),
        ("migration/V9_1__note.sql", "up", True),
        ("migration/U9.1__note.sql", "down", True),
        ("migration_data/V9.5__data.sql", "up", True),
        ("migration/V10__by_customer.sql", "up", True),
        ("migration/V11__by_total.sql", "up", False),
        ("migration/V12__by_both.sql", "up", False),
        ("migration/R__open_orders.sql", "up", True),
    ]


def test_findings(sample: "Callable[[str], Sample]") -> None:
    tree = sample("flyway")
    assert tree.found("concurrently-in-transaction") == [("V10__by_customer.sql", 1)]
    assert tree.found("syntax-error", "unknown-object", "object-already-exists") == []
