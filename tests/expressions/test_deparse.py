import pytest
from parsed import expression

from db_sage_lint.expressions import equal, sql

SHORT = [
    "now()",
    "a.b",
    '"A b".*',
    "NULL",
    "'it''s'",
    r"E'a\nb\\c'",
    "b'10'",
    "x'1f'",
    "-1",
    "(-1)::text",
    "-a",
    "a + b * 2",
    "(a + b) * 2",
    "a || 'x'::varchar(3)",
    "'{}'::text[]",
    "a = 1 AND (b OR c) AND NOT d",
    "NOT (a AND b)",
    "a IN (1, 2)",
    "a NOT IN (SELECT 1)",
    "a = ANY (ARRAY[1, 2])",
    "a <> ALL ('{1}')",
    "a BETWEEN 1 AND 2 + 3",
    "a NOT BETWEEN SYMMETRIC 1 AND 2",
    "a LIKE 'x%' OR a NOT ILIKE 'y'",
    "a IS NULL AND b IS NOT NULL AND c IS TRUE AND d IS NOT UNKNOWN",
    "a IS DISTINCT FROM b",
    "(a IS NULL) = (b IS NULL)",
    "NULLIF(a, 1)",
    "COALESCE(a, b, 1)",
    "GREATEST(a, 1) + LEAST(a, 1)",
    "CASE WHEN a THEN 1 ELSE 2 END",
    "CASE a WHEN 1 THEN 'x' END",
    "ROW(a, 1) = (b, 2)",
    "current_timestamp(3) > current_date",
    "count(*) + count(DISTINCT a)",
    "f(VARIADIC a)",
    "s.f(1, g())",
    "(SELECT auth.uid()) = user_id",
    "EXISTS (SELECT a)",
    "ARRAY(SELECT f())",
    "a = ANY (SELECT f())",
    "a[1] + a[2:3]",
    "(a).b",
    "(f(a)).b[1]",
    "$1 + 2",
    'a COLLATE "C" < b',
    "a -> 'b' ->> 'c' = 'd'",
    "1.50",
    "true",
    "a::timestamp(3) without time zone",
]
CUT = [
    ("EXISTS (SELECT 1 FROM t)", "EXISTS (SELECT …)"),
    ("a IN (SELECT b FROM t)", "a IN (SELECT …)"),
    ("sum(a) OVER (PARTITION BY b)", "sum(…)"),
    ("xmlforest(a)", "…"),
    ("f(a, xmlforest(a))", "f(a, …)"),
]


@pytest.mark.parametrize("text", SHORT)
def test_the_text_means_the_same(text: str) -> None:
    assert equal(expression(sql(expression(text))), expression(text)), sql(expression(text))


@pytest.mark.parametrize(("text", "short"), CUT)
def test_what_is_long_is_cut(text: str, short: str) -> None:
    assert sql(expression(text)) == short


def test_the_text_is_short() -> None:
    assert sql(expression('COALESCE( "a" ,  pg_catalog.now( ) :: timestamp with time zone )')) == (
        "COALESCE(a, pg_catalog.now()::timestamptz)"
    )
    assert "\n" not in sql(expression("'a\nb'"))


def test_deep_nesting_is_cut() -> None:
    assert sql(expression("a" + " + a" * 500)).startswith("(((")
