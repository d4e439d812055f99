"""Files for psql: order, directions and transactions of its sample tree."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sources.conftest import Sample


def test_recognised(sample: "Callable[[str], Sample]") -> None:
    tree = sample("psql")
    assert tree.history.runner.NAME == "psql scripts"
    assert tree.history.folder == "upgrade/migrations"
    assert tree.loose == ()
    assert tree.problems == ()


def test_order_direction_transaction(sample: "Callable[[str], Sample]") -> None:
    assert sample("psql").runs() == [
        ("0009_orders.sql", "up", False),
        ("0010_by_customer.sql", "up", False),
        ("0011_by_total.sql", "up", False),
    ]


def test_findings(sample: "Callable[[str], Sample]") -> None:
    tree = sample("psql")
    assert tree.found("concurrently-in-transaction") == [("0010_by_customer.sql", 3)]
    assert tree.found("syntax-error", "unknown-object", "object-already-exists") == []
