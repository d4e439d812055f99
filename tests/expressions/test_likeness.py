"""An expression as written and as PostgreSQL renders it: the same in other words, or surely another."""

import pytest

from db_sage_lint.expressions.likeness import surely_differ
from tests.expressions.parsed import expression

# Renderings that pg_get_expr gives; tests/shadow/test_dumps.py asks a server for more of them.
ALIKE = [
    ("a in (1, 2)", "(a = ANY (ARRAY[1, 2]))"),
    ("a not in ('x', 'y')", "((a)::text <> ALL ((ARRAY['x'::character varying, 'y'::character varying])::text[]))"),
    ("a between 1 and 0x10", "((a >= 1) AND (a <= 16))"),
    ("a not between 1 and 2", "((a < 1) OR (a > 2))"),
    ("a > -1.50", "(a > '-1.50'::numeric)"),
    ("b = 't'", "(b = true)"),
    ("at > '2020-1-1'", "(at > '2020-01-01 00:00:00+00'::timestamp with time zone)"),
    ("data @> '{\"a\":1}'", "(data @> '{\"a\": 1}'::jsonb)"),
    ("current_timestamp", "now()"),
    ("a is not distinct from 1", "(NOT (a IS DISTINCT FROM 1))"),
    ("(a, b) = (1, 2)", "((a = 1) AND (b = 2))"),
    ("extract(year from at) > 2000", "(EXTRACT(year FROM at) > (2000)::numeric)"),
    ("a <> 'NaN'", "(a <> 'NaN'::numeric)"),
    ("a = (select id from t limit 1)", "(a = ( SELECT t.id FROM public.t LIMIT 1))"),
    ("'x'::varchar(5)", "'x'::character varying(5)"),
]
OTHERS = [
    ("a > 0", "(b > 0)"),
    ("a > 0", "(a >= 0)"),
    ("a > 0", "(a > 1)"),
    ("a is null", "(a IS NOT NULL)"),
    ("lower(a) = 'x'", "(upper(a) = 'x'::text)"),
    ("a in ('x', 'z')", "((a)::text = ANY ((ARRAY['x'::character varying])::text[]))"),
    ("a = 'x'", "(a = 'y'::text)"),
    ("true", "false"),
    ("now()", "clock_timestamp()"),
    ("exists (select from t where t.a = 'x')", "(EXISTS ( SELECT FROM public.t WHERE (t.a = 'y'::text)))"),
]


@pytest.mark.parametrize(("written", "rendered"), ALIKE)
def test_one_expression_in_two_wordings(written: str, rendered: str) -> None:
    assert not surely_differ(expression(written), expression(rendered))
    assert not surely_differ(expression(rendered), expression(written))


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_two_expressions(one: str, other: str) -> None:
    assert surely_differ(expression(one), expression(other))
    assert surely_differ(expression(other), expression(one))
