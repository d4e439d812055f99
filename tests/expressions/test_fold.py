import pytest
from asking import Server
from parsed import expression

from db_sage_lint.expressions import always_true, folds_to

TRUE = [
    "true",
    "1 = 1",
    "'a' = 'a'",
    "x > 1 OR true",
    "coalesce(true, p)",
    "coalesce(NULL, true)",
    "NOT false",
    "x IS NULL OR x IS NOT NULL",
    "x > 1 OR x IS NOT NULL OR x IS NULL",
    "p IS TRUE OR p IS NOT TRUE",
    "(SELECT true)",
    "EXISTS (SELECT 1)",
    "'t'::boolean",
    "1::boolean",
    "1 + 1 = 2",
    "2 * 3 - 1 > 4",
    "1 IN (2, 1)",
    "1 NOT IN (2, 3)",
    "2 BETWEEN 1 AND 3",
    "4 NOT BETWEEN 1 AND 3",
    "'a'::text <> 'b'",
    "CASE WHEN p THEN true ELSE true END",
    "CASE WHEN 1 = 2 THEN p ELSE true END",
    "x IS NOT DISTINCT FROM x",
    "NULL IS NULL",
    "'x' IS NOT NULL",
    "1 IS DISTINCT FROM NULL",
    "1.0 = 1",
    "NULL::boolean IS NOT TRUE",
    "ROW(NULL, NULL) IS NULL",
    "(NULL OR true)",
]
FALSE = [
    "false",
    "1 = 2",
    "NOT true",
    "p AND false",
    "'a' = 'b'",
    "1 IN (2, 3)",
    "x IS DISTINCT FROM x",
    "NULL IS NOT NULL",
]
NEITHER = [
    "p",
    "x = x",
    "NULL",
    "NULL = 1",
    "1 IN (2, NULL)",
    "coalesce(p, true)",
    "p OR NOT p",
    "true AND p",
    "x > 1 OR x <= 1",
    "f() = f()",
    "'a' < 'b'",
    "'A'::uuid = 'a'::uuid",
    "'1' = 1.0::float8",
    "EXISTS (SELECT 1 FROM t)",
    "EXISTS (SELECT 1 WHERE p)",
    "(SELECT true FROM t)",
    "CASE WHEN p THEN true END",
    "x IS NULL OR y IS NOT NULL",
    "'x'::char(2) = 'x '",
]


@pytest.mark.parametrize("sql", TRUE)
def test_always_true(sql: str) -> None:
    assert folds_to(expression(sql)) is True
    assert always_true(expression(sql))


@pytest.mark.parametrize("sql", FALSE)
def test_always_false(sql: str) -> None:
    assert folds_to(expression(sql)) is False


@pytest.mark.parametrize("sql", NEITHER)
def test_neither(sql: str) -> None:
    assert folds_to(expression(sql)) is None


def test_a_condition_nested_too_deeply_is_not_told() -> None:
    deep = b'{"BoolExpr":{"boolop":"NOT_EXPR","args":[' * 3000 + expression("true") + b"]}}" * 3000
    assert folds_to(deep) is None


def test_servers_agree(servers: list[Server]) -> None:
    rows = "(VALUES (1, true), (0, false), (NULL, NULL)) AS r(x, p)"
    for server in servers:
        for expected, conditions in ((True, TRUE), (False, FALSE)):
            for sql in conditions:
                assert server.run(f"SELECT DISTINCT {sql} FROM {rows}") == [(expected,)], (server.major, sql)
