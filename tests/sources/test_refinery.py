"""refinery: order, directions and transactions of its sample tree."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sources.conftest import Sample


def test_recognised(sample: "Callable[[str], Sample]") -> None:
    tree = sample("refinery")
    assert tree.history.runner.NAME == "refinery"
    assert tree.history.folder == "migrations"
    assert tree.loose == ()
    assert tree.problems == ()


def test_order_direction_transaction(sample: "Callable[[str], Sample]") -> None:
    assert sample("refinery").runs() == [
        ("V9__orders.sql", "up", True),
        ("V10__by_customer.sql", "up", True),
        ("V11__fill.rs", "up", True),
        ("V12__refund.sql", "up", True),
    ]


def test_findings(sample: "Callable[[str], Sample]") -> None:
    tree = sample("refinery")
    assert tree.found("concurrently-in-transaction") == [("V10__by_customer.sql", 1)]
    assert tree.found("statement-not-analysed") == [("V11__fill.rs", 1)]
    assert tree.found("syntax-error", "unknown-object", "object-already-exists") == []
