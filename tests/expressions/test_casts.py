import pytest
from asking import Server
from parsed import Records, expression

from db_sage_lint.expressions import is_immutable
from db_sage_lint.expressions.casts import _STABLE_CASTS, _STABLE_OPERATORS, STABLE_NAMES
from db_sage_lint.operations import Type

DB = Records()
COLUMNS = {
    "t": Type("text"), "v": Type("varchar"), "d": Type("date"), "ts": Type("timestamp"), "tz": Type("timestamptz"),
    "i": Type("int4"), "n": Type("numeric"), "iv": Type("interval"), "u": Type("uuid"), "j": Type("jsonb"),
    "tm": Type("time"), "a": Type("text", dimensions=1), "f": Type("float8"), "b": Type("bool"),
}  # fmt: skip

IMMUTABLE = [
    "t || 'x'", "t || v", "t || i", "i || t", "t || u::text", "i::text", "t::int", "t::uuid", "t::jsonb",
    "d::timestamp", "ts::date", "'2020-01-01'::timestamptz", "d + 1", "d - d", "ts + iv", "tz = tz", "d < ts",
    "tz - tz", "j || j", "n::int", "v::text", "t::varchar(3)", "date_trunc('day', ts)", "extract(year from d)",
    "tz AT TIME ZONE 'utc'", "lower(t)", "j ->> 'a'", "coalesce(t, 'x')", "md5(t)", "i IN (1, 2)", "f::text",
    "b::text", "j::text",
]  # fmt: skip
MUTABLE = [
    "t || d", "t || tz", "tz + iv", "iv + tz", "tz - iv", "d = tz", "tz > ts", "t::date", "t::timestamptz",
    "tz::date", "tz::text", "d::text", "ts::timestamptz", "d::timestamptz", "date_trunc('day', tz)",
    "extract(year from tz)", "to_char(ts, 'YYYY')", "concat(t, 'x')", "now()", "current_date", "age(tz)",
    "random()", "array_to_string(a, ',')", "to_tsvector(t)", "t::regclass", "tm::timetz", "ts::text",
    "'now'::text::timestamptz",
]  # fmt: skip
UNTOLD = ["a::text", "t::text[]", "t::shop.state", "f(t)", "date_trunc('day', z)", "z || t", "z + iv", "z::text"]


@pytest.mark.parametrize("sql", IMMUTABLE)
def test_immutable(sql: str) -> None:
    assert is_immutable(expression(sql), DB, COLUMNS) is True


@pytest.mark.parametrize("sql", MUTABLE)
def test_mutable(sql: str) -> None:
    assert is_immutable(expression(sql), DB, COLUMNS) is False


@pytest.mark.parametrize("sql", UNTOLD)
def test_untold(sql: str) -> None:
    assert is_immutable(expression(sql), DB, COLUMNS) is None


def test_servers_take_what_is_immutable_for_an_index_and_nothing_else(servers: list[Server]) -> None:
    columns = ", ".join(f"{name} {t.name}{'[]' * t.dimensions}" for name, t in COLUMNS.items())
    for server in servers:
        for sql in IMMUTABLE:
            assert server.run(f"CREATE TABLE r ({columns})", f"CREATE INDEX ON r (({sql}))") is not None, sql
        for sql in MUTABLE:
            assert server.run(f"CREATE TABLE r ({columns})", f"CREATE INDEX ON r (({sql}))") is None, sql


OPERATORS = """
SELECT l.typname::text, oprname::text, r.typname::text, provolatile::text
  FROM pg_operator JOIN pg_proc p ON p.oid = oprcode
  JOIN pg_type l ON l.oid = oprleft JOIN pg_type r ON r.oid = oprright WHERE provolatile <> 'i'"""
CASTS = """
SELECT s.typname::text, t.typname::text, provolatile::text FROM pg_cast JOIN pg_proc p ON p.oid = castfunc
  JOIN pg_type s ON s.oid = castsource JOIN pg_type t ON t.oid = casttarget WHERE provolatile <> 'i'"""


def test_the_tables_are_those_of_the_servers(servers: list[Server]) -> None:
    for server in servers:
        operators = server.run(OPERATORS) or []
        concatenation = {("text", "||", "anynonarray", "s"), ("anynonarray", "||", "text", "s")}
        assert set(operators) == {(*operator, "s") for operator in _STABLE_OPERATORS} | concatenation
        assert {operator[1] for operator in operators} == STABLE_NAMES
        assert set(server.run(CASTS) or []) == {(*pair, "s") for pair in _STABLE_CASTS}
