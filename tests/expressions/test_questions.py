import pytest
from parsed import expression

from db_sage_lint.expressions import (
    Literal,
    QualifiedColumn,
    columns_read,
    equal,
    functions_called,
    is_constant,
    is_null_constant,
    literals,
    qualified_columns_read,
    relations_named,
    value_functions,
)
from db_sage_lint.operations import Name


def test_functions_called() -> None:
    called = functions_called(expression("now() + pg_catalog.f(g(1)) AT TIME ZONE 'utc' + coalesce(a, current_date)"))
    assert called == {Name("now"), Name("f", "pg_catalog"), Name("g"), Name("timezone", "pg_catalog")}
    assert functions_called(expression("a + 1")) == frozenset()
    assert functions_called(expression("(SELECT f() FROM g(1))")) == {Name("f"), Name("g")}


def test_value_functions() -> None:
    assert value_functions(expression("current_user || current_timestamp(3)")) == {"current_user", "current_timestamp"}
    assert value_functions(expression("now()")) == frozenset()


def test_columns_read() -> None:
    expr = expression('a + t.b + s.t."C" + (SELECT count(u.*) FROM u)')
    assert columns_read(expr) == {"a", "b", "C", "*"}
    assert qualified_columns_read(expr)[:3] == (
        QualifiedColumn("a", location=0),
        QualifiedColumn("b", "t", location=4),
        QualifiedColumn("C", "t", "s", location=10),
    )


def test_relations_named() -> None:
    assert relations_named(expression("EXISTS (SELECT 1 FROM a JOIN s.b ON true WHERE x IN (TABLE c))")) == {
        Name("a"),
        Name("b", "s"),
        Name("c"),
    }


def test_literals() -> None:
    found = literals(expression("f(1, -2, 0, 1.5, 'x', '', true, false, null, b'10', 10000000000)"))
    assert [(f.kind, f.value) for f in found] == [
        ("integer", "1"),
        ("integer", "-2"),
        ("integer", "0"),
        ("float", "1.5"),
        ("string", "x"),
        ("string", ""),
        ("boolean", "true"),
        ("boolean", "false"),
        ("null", ""),
        ("bits", "b10"),
        ("float", "10000000000"),
    ]
    assert literals(expression("'x'")) == (Literal("string", "x", 0),)


@pytest.mark.parametrize("sql", ["NULL", "NULL::text", "CAST(NULL AS int)", 'NULL::text COLLATE "C"'])
def test_null_constants(sql: str) -> None:
    assert is_null_constant(expression(sql))
    assert is_constant(expression(sql))


@pytest.mark.parametrize(
    "sql", ["1", "-1", "'a'", "'{}'::jsonb", "ARRAY[]::text[]", "ARRAY[1, -2]", "ROW(1, 'a')", "- 1.5", "true"]
)
def test_constants(sql: str) -> None:
    assert is_constant(expression(sql))
    assert not is_null_constant(expression(sql))


@pytest.mark.parametrize("sql", ["a", "now()", "1 + 1", "current_date", "$1", "ARRAY[a]", "(SELECT 1)"])
def test_no_constants(sql: str) -> None:
    assert not is_constant(expression(sql))


@pytest.mark.parametrize(
    ("one", "other"),
    [("a+B", "( A )  + b"), ("x::int", "CAST(x AS integer)"), ("a IN (1,2)", "a IN ( 1, 2 )"), ("ROW(1)", "row( 1 )")],
)
def test_equal_but_for_its_looks(one: str, other: str) -> None:
    assert equal(expression(one), expression(other))


@pytest.mark.parametrize(
    ("one", "other"), [("a", "b"), ("a", "t.a"), ("f(a)", "f(a, a)"), ("1", "'1'"), ("a < b", "a > b"), ("0", "1")]
)
def test_not_equal(one: str, other: str) -> None:
    assert not equal(expression(one), expression(other))
