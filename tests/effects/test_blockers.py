"""What a change is refused for is found among what a history has made. Servers are asked in tests/truth."""

import pytest

from tests.effects.refused import REFUSALS, Refusal, refused_for


@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: f"{case.change} | {case.users}")
def test_refused_for(case: Refusal) -> None:
    assert refused_for(case, 18) == case.users
