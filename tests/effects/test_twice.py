"""Which statements can't be run twice is told from the statement. Servers are asked in tests/truth."""

import pytest

from tests.effects.twice import TWICE, Twice, fails_again


@pytest.mark.parametrize("case", TWICE, ids=lambda case: case.sql)
def test_fails_again(case: Twice) -> None:
    assert fails_again(case.sql) is case.fails
