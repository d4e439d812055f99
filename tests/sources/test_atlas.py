"""Atlas: order, transactions and marks of its sample trees."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sources.conftest import Sample

BROKEN = ("syntax-error", "unknown-object", "object-already-exists", "used-before-created")


def test_recognised(sample: "Callable[[str], Sample]") -> None:
    tree = sample("atlas")
    assert tree.history.runner.NAME == "atlas"
    assert tree.loose == ()
    assert tree.problems == ()


def test_order_and_transaction(sample: "Callable[[str], Sample]") -> None:
    assert sample("atlas").runs() == [
        ("20240101000000_orders.sql", "up", True),
        ("20240102000000_by_customer.sql", "up", True),
        ("20240103000000_outside.sql", "up", False),
        ("20240104000000_misplaced.sql", "up", True),
    ]


def test_findings(sample: "Callable[[str], Sample]") -> None:
    tree = sample("atlas")
    assert tree.found("concurrently-in-transaction") == [
        ("20240102000000_by_customer.sql", 1),
        ("20240104000000_misplaced.sql", 2),
    ]
    assert tree.found("migration-name-unrecognised") == [("20240105000000_checkpoint.sql", 1)]
    assert tree.found("no-transaction-mark-misplaced") == [("20240104000000_misplaced.sql", 1)]
    assert tree.found(*BROKEN) == []


def test_files_of_another_tool(sample: "Callable[[str], Sample]") -> None:
    tree = sample("atlas_for_golang_migrate")
    assert tree.history.runner.NAME == "golang-migrate"
    assert tree.problems == ()
