"""Names as SQL writes them."""

import pytest
from pglast import keywords

from db_sage_lint.operations import Name
from db_sage_lint.operations.base import RESERVED


@pytest.mark.parametrize(
    ("name", "written"),
    [
        (Name("orders"), "orders"),
        (Name("orders", "shop"), "shop.orders"),
        (Name("Orders"), '"Orders"'),
        (Name('a"b'), '"a""b"'),
        (Name("user"), '"user"'),
        (Name("user", "public"), 'public."user"'),
        (Name("order items"), '"order items"'),
    ],
)
def test_name(name: Name, written: str) -> None:
    assert str(name) == written


def test_reserved_words_are_those_of_the_grammar() -> None:
    assert RESERVED == keywords.RESERVED_KEYWORDS | keywords.TYPE_FUNC_NAME_KEYWORDS
