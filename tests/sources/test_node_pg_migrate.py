"""node-pg-migrate"s SQL: order, directions and transactions of its sample tree."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from db_sage_lint.sources import node_pg_migrate

if TYPE_CHECKING:
    from tests.sources.conftest import Sample


def test_recognised(sample: "Callable[[str], Sample]") -> None:
    tree = sample("node_pg_migrate")
    assert tree.history.runner.NAME == "node-pg-migrate"
    assert tree.history.folder == "migrations"
    assert tree.loose == ()
    assert tree.problems == ()


def test_order_direction_transaction(sample: "Callable[[str], Sample]") -> None:
    assert sample("node_pg_migrate").runs() == [
        ("9_orders.sql", "up", True),
        ("9_orders.sql", "down", True),
        ("10_by_customer.sql", "up", True),
        ("10_by_customer.sql", "down", True),
        ("11_plain.sql", "up", True),
    ]


def test_findings(sample: "Callable[[str], Sample]") -> None:
    tree = sample("node_pg_migrate")
    assert tree.found("concurrently-in-transaction") == [("10_by_customer.sql", 4)]
    assert tree.found("syntax-error", "unknown-object", "object-already-exists") == []


def test_a_date_is_a_time_in_milliseconds() -> None:
    numbers = [node_pg_migrate.number(digits) for digits in ("12", "1589352427505", "20200513070724505", "20201399070724505")]
    assert numbers == [12, 1589352427505, 1589353644505, 20201399070724505]
