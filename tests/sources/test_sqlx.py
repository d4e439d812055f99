"""sqlx: order, directions and transactions of its sample tree."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sources.conftest import Sample


def test_recognised(sample: "Callable[[str], Sample]") -> None:
    tree = sample("sqlx")
    assert tree.history.runner.NAME == "sqlx"
    assert tree.history.folder == "migrations"
    assert tree.loose == ()
    assert tree.problems == ()


def test_order_direction_transaction(sample: "Callable[[str], Sample]") -> None:
    assert sample("sqlx").runs() == [
        ("9_orders.up.sql", "up", True),
        ("9_orders.down.sql", "down", True),
        ("10_by_customer.up.sql", "up", True),
        ("10_by_customer.down.sql", "down", True),
        ("11_by_total.up.sql", "up", False),
        ("11_by_total.down.sql", "down", True),
        ("12_late.sql", "up", True),
        ("13_two.up.sql", "up", True),
        ("13_two.down.sql", "down", True),
        ("14_split.sql", "up", False),
    ]


def test_findings(sample: "Callable[[str], Sample]") -> None:
    tree = sample("sqlx")
    assert tree.found("concurrently-in-transaction") == [
        ("10_by_customer.up.sql", 1),
        ("13_two.up.sql", 2),
        ("13_two.up.sql", 3),
    ]
    assert tree.found("no-transaction-mark-misplaced") == [("12_late.sql", 2)]
    assert tree.found("syntax-error", "unknown-object", "object-already-exists") == []
