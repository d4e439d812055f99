"""Hasura: order, directions and transactions of its sample tree."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sources.conftest import Sample

BROKEN = ("syntax-error", "unknown-object", "object-already-exists", "used-before-created")


def test_recognised(sample: "Callable[[str], Sample]") -> None:
    tree = sample("hasura")
    assert tree.history.runner.NAME == "hasura"
    assert tree.history.folder == "migrations/default"
    assert (tree.loose, tree.problems) == ((), ())


def test_order_direction_transaction(sample: "Callable[[str], Sample]") -> None:
    assert sample("hasura").runs() == [
        ("999999999999_first/up.sql", "up", True),
        ("1600000000001_create_orders/up.sql", "up", True),
        ("1600000000001_create_orders/down.sql", "down", True),
        ("1600000000002_by_customer/up.sql", "up", True),
        ("1600000000002_by_customer/down.sql", "down", True),
    ]


def test_findings(sample: "Callable[[str], Sample]") -> None:
    tree = sample("hasura")
    assert tree.found("concurrently-in-transaction") == [("up.sql", 1)]
    assert tree.found(*BROKEN) == []
