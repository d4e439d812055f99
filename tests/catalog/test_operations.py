"""Every operation that there is changes the catalog or is known to leave it alone."""

import pytest
from any_operation import OPERATIONS

from db_sage_lint.catalog.changes import changes
from db_sage_lint.catalog.changes.untouched import UNTOUCHED
from db_sage_lint.operations import Operation

LEFT_ALONE = {kind for kinds in UNTOUCHED.values() for kind in kinds}


@pytest.mark.parametrize("kind", OPERATIONS, ids=lambda kind: kind.__name__)
def test_changed_or_left_alone(kind: type[Operation]) -> None:
    assert bool(changes[kind]) != (kind in LEFT_ALONE)


def test_one_change_for_an_operation() -> None:
    assert all(len(filed) == 1 for filed in changes.functions.values())
