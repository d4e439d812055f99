import pytest
from parsed import expression

from db_sage_lint.expressions import fixed_columns


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("id = 1", {"id"}),
        ("1 = id", {"id"}),
        ("id = -1", {"id"}),
        ("id = $1", {"id"}),
        ("t.id = '7'::bigint", {"id"}),
        ("id IN (1, 2)", {"id"}),
        ("id = ANY ('{1,2}')", {"id"}),
        ("id = ANY (ARRAY[1, 2])", {"id"}),
        ("id = 1 AND total > 2", {"id"}),
        ("a = 'x' AND (b = 2 AND c = now())", {"a", "b"}),
        ("id = 1 OR id = 2", set()),
        ("NOT id = 1", set()),
        ("id > 1", set()),
        ("id = other", set()),
        ("id IN (SELECT 1)", set()),
        ("id NOT IN (1, 2)", set()),
        ("id = ALL (ARRAY[1])", set()),
    ],
)
def test_fixed_columns(sql: str, columns: set[str]) -> None:
    assert fixed_columns(expression(sql)) == columns
