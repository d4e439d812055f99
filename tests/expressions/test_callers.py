import pytest
from asking import Server
from parsed import Records, expression, table

from db_sage_lint.expressions import (
    CallerComparison,
    caller_comparisons,
    calls_outside_subselect,
    compared_with_caller,
    mentions_user_metadata,
)
from db_sage_lint.operations import Name

DOCS = table("docs", "id", "user_id", "org_id", "name")
DB = Records(DOCS, table("members", "org_id", "user_id"))
WATCHED = frozenset({Name("uid", "auth"), Name("current_setting")})

ONCE = [
    "user_id = (SELECT auth.uid())",
    "user_id = (SELECT auth.uid()::int)",
    "user_id IN (SELECT auth.uid())",
    "user_id = ANY (ARRAY(SELECT auth.uid()))",
    "user_id = (WITH q AS (SELECT auth.uid() AS u) SELECT u FROM q)",
    "user_id = (VALUES (auth.uid()))",
    "org_id IN (SELECT org_id FROM members WHERE user_id = (SELECT auth.uid()))",
    "(SELECT user_id = (SELECT auth.uid()))",
]
PER_ROW = [
    ("user_id = auth.uid()", [10]),
    ("auth.uid() IS NOT NULL", [0]),
    ("(SELECT auth.uid() = user_id)", [8]),
    ("user_id = (SELECT coalesce(auth.uid(), org_id))", [27]),
    ("org_id IN (SELECT org_id FROM members WHERE user_id = auth.uid())", [54]),
    ("user_id = (SELECT auth.uid()) OR auth.uid() = 1", [33]),
]


@pytest.mark.parametrize("sql", ONCE)
def test_calls_evaluated_once(sql: str) -> None:
    assert calls_outside_subselect(expression(sql), WATCHED) == []


@pytest.mark.parametrize(("sql", "places"), PER_ROW)
def test_calls_evaluated_for_each_row(sql: str, places: list[int]) -> None:
    assert calls_outside_subselect(expression(sql), WATCHED) == places


def test_a_schema_may_be_left_out_of_what_is_watched() -> None:
    assert calls_outside_subselect(expression("pg_catalog.current_setting('a') = name"), WATCHED) == [0]
    assert calls_outside_subselect(expression("other.uid() = id AND uid() = id"), WATCHED) == []


def under_policy(server: Server, sql: str, query: str) -> list[str]:
    """What a query says to a role that a policy on docs is for. Calls of uid() are counted by a sequence."""
    role = f"asking_{server.schema}"
    count = f"'BEGIN PERFORM nextval(''{server.schema}.calls''); RETURN 7; END'"
    rows = server.run(
        "CREATE TABLE docs AS SELECT i AS id, i AS user_id, i AS org_id, '' AS name FROM generate_series(1, 3000) i",
        "CREATE TABLE members AS SELECT i AS org_id, i AS user_id FROM generate_series(1, 200) i",
        "CREATE INDEX by_user ON docs (user_id); ANALYZE docs; ANALYZE members; CREATE SEQUENCE calls",
        f"CREATE FUNCTION uid() RETURNS int STABLE LANGUAGE plpgsql AS {count}",
        f"CREATE ROLE {role}; GRANT USAGE ON SCHEMA {server.schema} TO {role}; GRANT ALL ON SEQUENCE calls TO {role}",
        f"GRANT SELECT ON docs, members TO {role}; ALTER TABLE docs ENABLE ROW LEVEL SECURITY",
        f"CREATE POLICY p ON docs USING ({sql.replace('auth.', '')})",
        f"SET LOCAL ROLE {role}",
        *query.split(";"),
    )
    assert rows is not None, sql
    return [str(row[0]) for row in rows]


COUNTED = "SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off; SELECT count(*) FROM docs"


def test_servers_evaluate_them_so(servers: list[Server]) -> None:
    for server in servers:
        for sql in ONCE:
            assert under_policy(server, sql, f"{COUNTED};SELECT last_value FROM calls") == ["1"], (server.major, sql)
        for sql, _ in PER_ROW:
            (calls,) = under_policy(server, sql, f"{COUNTED};SELECT last_value FROM calls")
            assert int(calls) >= 200, (server.major, sql)


@pytest.mark.parametrize(
    ("sql", "places"),
    [
        ("auth.jwt() -> 'user_metadata' ->> 'role' = 'admin'", [11]),
        ("(SELECT auth.jwt()) -> 'user_metadata' IS NULL", [20]),
        ("(SELECT auth.jwt() -> 'user_metadata' ->> 'role') = 'admin'", [19]),
        ("(auth.jwt() #>> '{user_metadata,role}') = 'x'", [12]),
        ("(auth.jwt() #>> ARRAY['user_metadata', 'role']) = 'x'", [12]),
        ("auth.jwt() @> '{\"user_metadata\": {}}'", [11]),
        ("(auth.jwt())['user_metadata']['x'] IS NULL", [1]),
        ("jsonb_extract_path_text(auth.jwt(), 'user_metadata', 'x') = 'a'", [0]),
        ("current_setting('request.jwt.claims', true)::json -> 'user_metadata' IS NULL", [50]),
        ("current_setting('request.jwt.claim.user_metadata', true) = 'x'", [0]),
        ("EXISTS (SELECT 1 FROM auth.users u WHERE u.raw_user_meta_data ->> 'r' = 'a')", [41]),
    ],
)
def test_what_users_may_edit(sql: str, places: list[int]) -> None:
    assert mentions_user_metadata(expression(sql)) == places


@pytest.mark.parametrize(
    "sql",
    [
        "auth.jwt() -> 'app_metadata' ->> 'role' = 'admin'",
        "name::json -> 'user_metadata' IS NULL",
        "name = 'user_metadata' AND auth.jwt() IS NOT NULL",
        "EXISTS (SELECT 1 FROM profiles WHERE raw_user_meta_data IS NULL)",
        "EXISTS (SELECT 1 FROM auth.users WHERE raw_app_meta_data IS NULL)",
    ],
)
def test_what_they_may_not(sql: str) -> None:
    assert mentions_user_metadata(expression(sql)) == []


def found(sql: str, *helpers: Name) -> list[CallerComparison]:
    return caller_comparisons(expression(sql), DOCS, DB, frozenset(helpers))


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("user_id = auth.uid()", {"user_id"}),
        ("(SELECT auth.uid()) = docs.user_id", {"user_id"}),
        ("user_id IN (auth.uid(), 1)", {"user_id"}),
        ("user_id = ANY (ARRAY[auth.uid()])", {"user_id"}),
        ("org_id = ANY (ARRAY(SELECT org_id FROM members WHERE user_id = auth.uid()))", {"org_id"}),
        ("org_id = (SELECT org_id FROM members m WHERE m.user_id = (SELECT auth.uid()) LIMIT 1)", {"org_id"}),
        ("name = current_user OR org_id = current_setting('app.org')::int", {"name", "org_id"}),
        ("id = 1 AND (user_id = auth.uid()) IS TRUE", {"user_id"}),
        ("user_id <> auth.uid()", set()),
        ("user_id = id", set()),
        ("user_id = 1", set()),
        ("user_id::text = auth.uid()::text", set()),
        ("org_id IN (SELECT org_id FROM members WHERE user_id = auth.uid())", set()),
        ("EXISTS (SELECT 1 FROM members m WHERE m.org_id = docs.org_id AND m.user_id = auth.uid())", set()),
        ("org_id = (SELECT org_id FROM members m WHERE m.user_id = docs.user_id AND auth.uid() = 1)", set()),
        ("org_id = private.current_org()", set()),
    ],
)
def test_columns_compared_with_the_caller(sql: str, columns: set[str]) -> None:
    assert compared_with_caller(expression(sql), DOCS, DB) == columns


def test_how_they_are_compared() -> None:
    assert found("user_id::text = auth.uid()::text") == [
        CallerComparison("user_id", wrapped=True, indexable=True, location=14)
    ]
    assert found("lower(name) = (SELECT auth.email())")[0].wrapped
    (member,) = found("org_id IN (SELECT org_id FROM members WHERE user_id = auth.uid())")
    assert (member.column, member.indexable) == ("org_id", False)


def test_helpers_are_the_callers_to_name() -> None:
    helper = Name("current_org", "private")
    assert [c.column for c in found("org_id = private.current_org()", helper)] == ["org_id"]
    assert found("org_id = other.current_org()", helper) == []


def test_servers_use_an_index_where_one_is_said_to_serve(servers: list[Server]) -> None:
    policies = [("user_id = auth.uid()", True), ("user_id = (SELECT auth.uid())", True),
                ("user_id::text = auth.uid()::text", False),
                ("user_id = ANY (ARRAY(SELECT org_id FROM members WHERE user_id = auth.uid()))", True),
                ("user_id IN (SELECT org_id FROM members WHERE user_id = auth.uid())", False)]  # fmt: skip
    for server in servers:
        for sql, served in policies:
            plan = under_policy(server, sql.replace("auth.", ""), "EXPLAIN SELECT * FROM docs")
            assert any("by_user" in line for line in plan) is served, (server.major, sql)
            (comparison,) = found(sql)
            assert (comparison.indexable and not comparison.wrapped) is served
