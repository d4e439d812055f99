"""Sqitch: the plan's order, reworked changes and directions of its sample tree."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from db_sage_lint.sources.sqitch import changes, file_name

if TYPE_CHECKING:
    from tests.sources.conftest import Sample

BROKEN = ("syntax-error", "unknown-object", "object-already-exists", "used-before-created")


def test_recognised(sample: "Callable[[str], Sample]") -> None:
    tree = sample("sqitch")
    assert tree.history.runner.NAME == "sqitch"
    assert tree.history.folder == "db"
    assert tree.loose == ()


def test_order_direction_transaction(sample: "Callable[[str], Sample]") -> None:
    tree = sample("sqitch")
    assert tree.runs() == [
        ("deploy/shop.sql", "up", False),
        ("revert/shop.sql", "down", False),
        ("deploy/tables/orders.sql", "up", False),
        ("revert/tables/orders.sql", "down", False),
        ("deploy/total@v1.1.0.sql", "up", False),
        ("revert/total@v1.1.0.sql", "down", False),
        ("deploy/by_customer.sql", "up", False),
        ("revert/by_customer.sql", "down", False),
        ("deploy/total.sql", "up", False),
        ("revert/total.sql", "down", False),
    ]
    assert tree.problems == ()


def test_findings(sample: "Callable[[str], Sample]") -> None:
    tree = sample("sqitch")
    assert tree.found("migration-chain-broken") == [("sqitch.plan", 11)]
    assert tree.messages("migration-chain-broken") == [
        "there is no deploy/lost.sql for this change: `sqitch deploy` stops at it"
    ]
    assert tree.found("concurrently-in-transaction") == [("by_customer.sql", 3)]
    assert tree.found(*BROKEN) == []


def test_plan() -> None:
    plan = b"%project=a\n\n# a note\n+ one 2024\n@v1 2024\n@v2 2024\n  one [one@v1] 2024 # again\n"
    first, second = changes(plan)
    assert (first.name, first.at, first.tags, first.reworked) == ("one", plan.index(b"+ one"), ["v1", "v2"], True)
    assert (second.at, second.reworked) == (plan.index(b"  one"), False)
    assert file_name(first, frozenset({"deploy/one@v2.sql"})) == "one@v2"
    assert file_name(first, frozenset()) == "one@v1"
    assert file_name(second, frozenset()) == "one"
