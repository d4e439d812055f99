"""Prisma: order, messages and transactions of its sample tree."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sources.conftest import Sample

BROKEN = ("syntax-error", "unknown-object", "object-already-exists", "used-before-created")


def test_recognised(sample: "Callable[[str], Sample]") -> None:
    tree = sample("prisma")
    assert tree.history.runner.NAME == "prisma"
    assert tree.history.folder == "app/prisma/migrations"
    assert (tree.loose, tree.problems) == ((), ())


def test_order_and_transaction(sample: "Callable[[str], Sample]") -> None:
    assert sample("prisma").runs() == [
        ("20240101000000_orders/migration.sql", "up", False),
        ("20240102000000_alone/migration.sql", "up", False),
        ("20240103000000_together/migration.sql", "up", True),
        ("9_by_text/migration.sql", "up", False),
    ]


def test_findings(sample: "Callable[[str], Sample]") -> None:
    tree = sample("prisma")
    (found,) = [f for f in tree.report.findings if f.rule == "concurrently-in-transaction"]
    assert found.location.script.path == "app/prisma/migrations/20240103000000_together/migration.sql"
    assert tree.found("concurrently-in-transaction") == [("migration.sql", 2)]
    assert tree.found(*BROKEN) == []
