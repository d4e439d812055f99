import pytest
from parsed import expression

from db_sage_lint.expressions.targets import cast_targets
from db_sage_lint.operations import Name


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a = 'b'", set()),
        ("a = 'b'::state", {Name("state")}),
        ("a = ANY (ARRAY['b']::shop.state[])", {Name("state", "shop")}),
        ("CAST('1'::text AS integer)", {Name("text"), Name("int4", "pg_catalog")}),
        ("EXISTS (SELECT FROM t WHERE a = 'b'::state)", {Name("state")}),
    ],
)
def test_cast_targets(text: str, names: set[Name]) -> None:
    assert cast_targets(expression(text)) == names
