"""graphile-migrate: order, directions and transactions of its sample tree."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sources.conftest import Sample


def test_recognised(sample: "Callable[[str], Sample]") -> None:
    tree = sample("graphile_migrate")
    assert tree.history.runner.NAME == "graphile-migrate"
    assert tree.history.folder == "migrations"
    assert tree.loose == ("migrations/fixtures/seed.sql",)
    assert tree.problems == ()


def test_order_direction_transaction(sample: "Callable[[str], Sample]") -> None:
    assert sample("graphile_migrate").runs() == [
        ("roles.sql", "up", False),
        ("schema.sql", "up", True),
        ("committed/000001.sql", "up", True),
        ("committed/000002-by-customer.sql", "up", True),
        ("committed/000003-by-total.sql", "up", False),
        ("committed/000010.sql", "up", True),
        ("current.sql", "up", True),
    ]


def test_findings(sample: "Callable[[str], Sample]") -> None:
    tree = sample("graphile_migrate")
    assert tree.found("concurrently-in-transaction") == [("000002-by-customer.sql", 5)]
    assert tree.found("no-transaction-mark-misplaced") == [("000010.sql", 5)]
    assert tree.found("syntax-error", "unknown-object", "object-already-exists") == []
