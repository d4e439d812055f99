import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from parsed import expression

from db_sage_lint.expressions.questions import columns_read, functions_called
from db_sage_lint.expressions.tree import _decode_deep, location, node, tree, walk

DEEP = 5000


def too_deep() -> bytes:
    """f() + f() + …, some thousand times."""
    call = b'{"FuncCall":{"funcname":[{"String":{"sval":"f"}}]}}'
    start = b'{"A_Expr":{"kind":"AEXPR_OP","name":[{"String":{"sval":"+"}}],"lexpr":'
    return start * DEEP + call + (b',"rexpr":' + call + b"}}") * DEEP


def test_a_tree_too_deep_for_recursion_is_read_and_walked() -> None:
    deep = too_deep()
    assert sum(kind == "A_Expr" for kind, _ in walk(tree(deep))) == DEEP
    assert {name.name for name in functions_called(deep)} == {"f"}
    assert columns_read(deep) == frozenset()


@settings(max_examples=40)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_decoding_without_recursion_is_decoding(value: object) -> None:
    assert _decode_deep(msgspec.json.encode(value)) == value


def test_walk_goes_in_the_order_of_the_tree_and_through_bare_fields() -> None:
    found = [kind for kind, _ in walk(tree(expression("a::int + (SELECT b FROM c UNION SELECT d)")))]
    assert found.index("TypeCast") < found.index("SubLink") < found.index("RangeVar")
    assert found.count("ColumnRef") == 3


def test_what_is_no_node_has_no_kind() -> None:
    for value in (None, [], "x", {}, {"a": {}, "b": {}}, {"a": 1}):
        assert node(value) == ("", {})


def test_a_location_that_is_left_out_is_unknown() -> None:
    assert location({}) == -1
    assert location({"location": 0}) == 0
