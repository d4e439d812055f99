import pytest
from asking import Server
from parsed import Records, expression, table

from db_sage_lint.expressions import Binding, Comparison, bindings, comparisons
from db_sage_lint.expressions.questions import qualified_columns_read
from db_sage_lint.operations import Name

DOCS = table("docs", "id", "team_id", "owner_id", "name", "x")
DB = Records(
    DOCS, table("members", "team_id", "user_id", "role"), table("other", "id", "y", "team_id"), table("allow", "uid")
)

# Policies on docs, and the columns that PostgreSQL stores for them.
POLICIES = [
    ("id = docs.x", "docs.id docs.x"),
    ("EXISTS (SELECT 1 FROM members WHERE members.team_id = team_id)", "members.team_id members.team_id"),
    ("EXISTS (SELECT 1 FROM members WHERE team_id = docs.team_id)", "members.team_id docs.team_id"),
    ("owner_id IN (SELECT owner_id FROM allow)", "docs.owner_id docs.owner_id"),
    ("owner_id IN (SELECT uid FROM allow)", "docs.owner_id allow.uid"),
    ("x IN (SELECT y FROM other o WHERE o.id = docs.id AND name = 'a')", "docs.x o.y o.id docs.id docs.name"),
    ("(id, x) IN (SELECT o.id, y FROM other o)", "docs.id docs.x o.id o.y"),
    (
        "EXISTS (SELECT 1 FROM members a JOIN members b ON a.team_id = b.team_id WHERE a.user_id = owner_id)",
        "a.team_id b.team_id a.user_id docs.owner_id",
    ),
    (
        "EXISTS (SELECT 1 FROM members a JOIN other USING (team_id) WHERE y = x AND team_id = docs.team_id)",
        "other.y docs.x a.team_id docs.team_id",
    ),
    ("EXISTS (SELECT 1 FROM members NATURAL JOIN other WHERE y = team_id)", "other.y members.team_id"),
    (
        "EXISTS (SELECT 1 FROM (SELECT team_id AS z FROM members WHERE user_id = owner_id) s WHERE s.z = team_id)",
        "members.team_id members.user_id docs.owner_id s.z docs.team_id",
    ),
    (
        "EXISTS (WITH q AS (SELECT team_id t FROM members WHERE role = name) SELECT 1 FROM q WHERE q.t = team_id)",
        "members.team_id members.role docs.name q.t docs.team_id",
    ),
    (
        "EXISTS (SELECT 1 FROM members WHERE EXISTS (SELECT 1 FROM other WHERE other.id = docs.id AND user_id = y))",
        "other.id docs.id members.user_id other.y",
    ),
    (
        "EXISTS (SELECT 1 FROM other, LATERAL (SELECT team_id q FROM members WHERE user_id = y) l WHERE q = x)",
        "members.team_id members.user_id other.y l.q docs.x",
    ),
    (
        "EXISTS (SELECT 1 FROM other, (SELECT id AS q FROM members) l WHERE l.q = y)",
        "docs.id l.q other.y",
    ),
    ("EXISTS (SELECT 1 FROM docs d WHERE d.team_id = team_id)", "d.team_id d.team_id"),
    ("EXISTS (SELECT 1 FROM generate_series(1, x) g WHERE g = x)", "docs.x g.g docs.x"),
    ("EXISTS (SELECT 1 FROM (VALUES (1, 2)) v(team_id, k) WHERE team_id = k AND k = x)", "v.team_id v.k v.k docs.x"),
    ("x = (SELECT max(y) FROM other GROUP BY id ORDER BY id LIMIT 1)", "docs.x other.y other.id other.id"),
    ("x IN (SELECT 1 UNION SELECT y FROM other WHERE id = x)", "docs.x other.y other.id docs.x"),
    ("EXISTS (SELECT 1 FROM members WHERE (members).team_id = docs.team_id)", "members.team_id docs.team_id"),
    ("EXISTS (SELECT 1 FROM members LEFT JOIN other ON id = user_id AND name = role WHERE y IS NULL)",
     "other.id members.user_id docs.name members.role other.y"),
    ("EXISTS (SELECT count(*) FILTER (WHERE y = x) FROM other)", "other.y docs.x"),
]  # fmt: skip


def bound(sql: str, db: Records = DB) -> list[Binding]:
    return bindings(expression(sql), DOCS, db)


@pytest.mark.parametrize(("sql", "columns"), POLICIES)
def test_columns_are_bound_as_postgresql_binds_them(sql: str, columns: str) -> None:
    found = bound(sql)
    assert " ".join(f"{b.alias}.{b.column}" for b in found) == columns
    assert all(b.certain and not b.ambiguous and b.source > 0 for b in found)


STORED = "SELECT qual FROM pg_policies WHERE schemaname = current_schema()"


def test_servers_agree(servers: list[Server]) -> None:
    tables = [f"CREATE TABLE {t.name.name} ({', '.join(f'{c} int' for c in t.columns)})" for t in DB.relations.values()]
    changes = ["ALTER TABLE docs ALTER name TYPE text", "ALTER TABLE members ALTER role TYPE text"]
    for server in servers:
        for sql, columns in POLICIES:
            rows = server.run(*tables, *changes, f"CREATE POLICY p ON docs USING ({sql})", STORED)
            assert rows is not None, sql
            stored = qualified_columns_read(expression(str(rows[0][0])))
            found = sorted(f"{column.qualifier or 'docs'}.{column.column}" for column in stored)
            assert found == sorted(columns.split()), (server.major, sql)


def test_a_binding_says_where_it_leads_and_where_it_stands() -> None:
    own, inner, outer = bound("x IN (SELECT o.y FROM other o WHERE name = 'a')")
    assert (own.relation, own.depth, own.within, own.location, own.qualified) == (
        Name("docs", "public"),
        0,
        0,
        0,
        False,
    )
    assert (inner.relation, inner.alias, inner.depth, inner.within) == (Name("other", "public"), "o", 1, 1)
    assert (inner.location, inner.qualified) == (13, True)
    assert (outer.relation, outer.depth, outer.within) == (Name("docs", "public"), 0, 1)
    assert own.source == outer.source != inner.source


def test_a_sub_select_is_no_relation() -> None:
    found = bound("EXISTS (SELECT 1 FROM (SELECT y FROM other) s WHERE s.y = 1)")
    assert (found[-1].alias, found[-1].relation, found[-1].certain) == ("s", None, True)


def test_two_sources_of_one_table_differ() -> None:
    first, second = bound("EXISTS (SELECT 1 FROM members a, members b WHERE a.team_id = b.team_id)")
    assert first.relation == second.relation
    assert first.source != second.source


def test_an_open_relation_makes_what_lies_behind_it_uncertain() -> None:
    db = Records(DOCS, table("opened", "id", closed=False))
    known, unknown = bound("EXISTS (SELECT 1 FROM opened o WHERE o.z = team_id)", db)
    assert (known.relation, known.certain) == (Name("opened", "public"), True)
    assert (unknown.relation, unknown.source, unknown.certain) == (None, -1, False)


def test_an_unknown_relation_is_open() -> None:
    assert [b.relation for b in bound("EXISTS (SELECT 1 FROM nowhere n WHERE n.a = name)")] == [
        Name("nowhere", "public"),
        None,
    ]
    (only,) = bindings(expression("missing = 1"), table("docs", "id", closed=False), DB)
    assert (only.relation, only.certain) == (Name("docs", "public"), False)


def test_a_column_that_no_relation_has_is_bound_to_none() -> None:
    (found,) = bound("missing = 1")
    assert (found.relation, found.depth, found.source) == (None, -1, -1)


def test_a_name_that_two_relations_have_is_ambiguous() -> None:
    (found,) = bound("EXISTS (SELECT 1 FROM members, other WHERE team_id = 1)")
    assert (found.ambiguous, found.relation) == (True, None)


def test_output_names_of_order_by_are_no_columns() -> None:
    assert [b.column for b in bound("EXISTS (SELECT y AS x FROM other ORDER BY x)")] == ["y"]
    assert [b.alias for b in bound("EXISTS (SELECT y AS id FROM other GROUP BY id)")] == ["other", "other"]


def test_a_query_nested_too_deeply_has_no_bindings() -> None:
    assert bound("(SELECT " * 70 + "id" + ")" * 70) == []


def test_long_chains_are_no_nesting() -> None:
    assert len(bound("x IN (" + " UNION ALL ".join(["SELECT y FROM other"] * 900) + ")")) == 901
    assert len(bound(" OR ".join(f"x = {i}" for i in range(2000)))) == 2000


def compared(sql: str) -> list[Comparison]:
    return comparisons(expression(sql), DOCS, DB)


def sides(sql: str) -> list[tuple[str, str, str]]:
    return [
        (
            f"{c.left.alias}.{c.left.column}" if c.left else "",
            c.operator,
            f"{c.right.alias}.{c.right.column}" if c.right else "",
        )
        for c in compared(sql)
    ]


def test_comparisons() -> None:
    assert sides("id = x::int AND name <> 'a'") == [("docs.id", "=", "docs.x"), ("docs.name", "<>", "")]
    assert sides("id IS DISTINCT FROM x") == [("docs.id", "IS DISTINCT FROM", "docs.x")]
    assert sides("id IN (x, 1)") == [("docs.id", "=", "docs.x"), ("docs.id", "=", "")]
    assert sides("id = ANY (ARRAY[x])") == [("docs.id", "=", "docs.x")]
    assert sides("id = ANY (name)") == [("docs.id", "=", "docs.name")]
    assert sides("(id, x) = (x, 1)") == [("docs.id", "=", "docs.x"), ("docs.x", "=", "")]
    assert sides("id + 1 > 2") == [("", ">", "")]
    assert sides("name LIKE 'a'") == []


def test_comparisons_with_what_a_sub_select_returns() -> None:
    assert sides("x IN (SELECT y FROM other)") == [("docs.x", "=", "other.y")]
    assert sides("x < ALL (SELECT y FROM other UNION SELECT uid FROM allow)") == [
        ("docs.x", "<", "allow.uid"),
        ("docs.x", "<", "other.y"),
    ]
    assert sides("(id, x) IN (SELECT id, y FROM other)") == [("docs.id", "=", "other.id"), ("docs.x", "=", "other.y")]


def test_a_captured_column_is_compared_with_itself() -> None:
    for sql in (
        "EXISTS (SELECT 1 FROM members m WHERE m.team_id = team_id)",
        "owner_id IN (SELECT owner_id FROM allow)",
    ):
        (comparison,) = compared(sql)
        assert comparison.left
        assert comparison.right
        assert (comparison.left.source, comparison.left.column) == (comparison.right.source, comparison.right.column)
