import pytest

from db_sage_lint.catalog.records import Dependent
from db_sage_lint.checks.words import counted, described, listed
from db_sage_lint.operations import Name


@pytest.mark.parametrize(
    ("items", "text"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b and c"),
        (list("abcdef"), "a, b, c, d, e and f"),
        (list("abcdefg"), "a, b, c, d, e and 2 more"),
    ],
)
def test_listed(items: list[str], text: str) -> None:
    assert listed(items) == text


@pytest.mark.parametrize(("number", "text"), [(0, "0 indexes"), (1, "1 index"), (1200, "1,200 indexes")])
def test_counted(number: int, text: str) -> None:
    assert counted(number, "index", "indexes") == text


def test_described() -> None:
    view = Dependent("view", Name("open_orders", "shop"))
    policy = Dependent("policy", Name("own orders", "shop"), Name("orders", "shop"))
    assert described(view, lambda name: name.name) == "the view open_orders"
    assert described(policy, lambda name: name.name) == 'the policy "own orders" of orders'
