"""postgres-migrations: order, directions and transactions of its sample tree."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sources.conftest import Sample


def test_recognised(sample: "Callable[[str], Sample]") -> None:
    tree = sample("postgres_migrations")
    assert tree.history.runner.NAME == "postgres-migrations"
    assert tree.history.folder == "migrations"
    assert tree.loose == ()
    assert tree.problems == ()


def test_order_direction_transaction(sample: "Callable[[str], Sample]") -> None:
    assert sample("postgres_migrations").runs() == [
        ("0009-orders.sql", "up", True),
        ("00010-by-customer.sql", "up", True),
        ("0011-by-total.sql", "up", False),
    ]


def test_every_number_is_wanted(sample: "Callable[[str], Sample]") -> None:
    tree = sample("postgres_migrations")
    assert tree.found("migration-chain-broken") == [("0009-orders.sql", 1)]
    assert tree.messages("migration-chain-broken") == [
        "there is no migration with the number 8: postgres-migrations runs nothing at all"
    ]


def test_findings(sample: "Callable[[str], Sample]") -> None:
    tree = sample("postgres_migrations")
    assert tree.found("concurrently-in-transaction") == [("00010-by-customer.sql", 1)]
    assert tree.found("syntax-error", "unknown-object", "object-already-exists") == []
