"""Statements on rows, queries, and what holds another statement."""

import re

import pytest
from lowered import expression, lowered, operations, query

from db_sage_lint.lower import lower
from db_sage_lint.operations import (
    Assignment,
    Copy,
    CreateTable,
    Delete,
    Insert,
    Merge,
    Name,
    Nothing,
    Query,
    SetVariable,
    Type,
    Unread,
    Update,
)
from db_sage_lint.parse import Statement

T = Name("t")
ONE, TWO = expression("1"), expression("2")

EXAMPLES = [
    ("INSERT INTO t DEFAULT VALUES", [Insert(table=T, rows=0)]),
    ("INSERT INTO s.t (a, b[1], c.d) VALUES (1, DEFAULT), (2, 1) ON CONFLICT DO NOTHING",
     [Insert(table=Name("t", "s"), columns=("a", "b", "c"), rows=2,
             values=((ONE, b'{"SetToDefault":{}}'), (TWO, ONE)), on_conflict="nothing")]),
    ("INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2 RETURNING a",
     [Insert(table=T, rows=1, values=((ONE,),), on_conflict="update")]),
    ("INSERT INTO t SELECT 1", [Insert(table=T, query=query("SELECT 1"))]),
    ("UPDATE ONLY s.t SET a = 1, b[1] = 2 WHERE a = 2",
     [Update(table=Name("t", "s"), assignments=(Assignment("a", ONE), Assignment("b", TWO)),
             where=expression("a = 2"), only=True)]),
    ("UPDATE t SET a = 1 FROM u", [Update(table=T, assignments=(Assignment("a", ONE),), reads=True)]),
    ("UPDATE t SET a = 1 WHERE b IN (SELECT 1)",
     [Update(table=T, assignments=(Assignment("a", ONE),), where=expression("b IN (SELECT 1)"), reads=True)]),
    ("UPDATE t SET (a, b) = (1, 2)",
     [Update(table=T, assignments=(Assignment("a", ONE), Assignment("b", TWO)))]),
    ("DELETE FROM t", [Delete(table=T)]),
    ("DELETE FROM ONLY t", [Delete(table=T, only=True)]),
    ("DELETE FROM t USING u WHERE t.a = u.a", [Delete(table=T, where=expression("t.a = u.a"), reads=True)]),
    ("DELETE FROM t WHERE EXISTS (SELECT 1)",
     [Delete(table=T, where=expression("EXISTS (SELECT 1)"), reads=True)]),
    ("MERGE INTO s.t AS x USING u ON x.a = u.a WHEN MATCHED THEN DELETE", [Merge(table=Name("t", "s"))]),
    ("COPY s.t (a, b) FROM '/x'",
     [Copy(table=Name("t", "s"), is_from=True, place="/x", columns=("a", "b"))]),
    ("COPY t TO STDOUT", [Copy(table=T, is_from=False)]),
    ("COPY (SELECT 1) TO PROGRAM 'x'", [Copy(table=None, is_from=False, program=True, place="x")]),
    ("COPY (DELETE FROM t RETURNING a) TO STDOUT", [Delete(table=T), Copy(table=None, is_from=False)]),
    ("SELECT 1", [Query(query=query("SELECT 1"))]),
    ("TABLE t", [Query(query=query("TABLE t"))]),
    ("VALUES (1)", [Query(query=query("VALUES (1)"), statement="VALUES")]),
    ("CALL s.p(1)", [Query(query=query("CALL s.p(1)"), statement="CALL")]),
    ("EXECUTE x(1)", [Query(query=query("EXECUTE x(1)"), statement="EXECUTE")]),
    ("PREPARE x (int) AS DELETE FROM t", [Delete(table=T, possible=True)]),
    ("DECLARE c CURSOR FOR SELECT 1", [Query(query=query("SELECT 1"), statement="DECLARE CURSOR")]),
    ("EXPLAIN DELETE FROM t", [Nothing(statement="ExplainStmt")]),
    ("EXPLAIN (ANALYZE off) DELETE FROM t", [Nothing(statement="ExplainStmt")]),
    ("EXPLAIN ANALYZE DELETE FROM t", [Delete(table=T)]),
    ("EXPLAIN (ANALYZE, VERBOSE) SELECT 1", [Query(query=query("SELECT 1"), statement="EXPLAIN ANALYZE")]),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "expected"), EXAMPLES)
def test_rows(sql, expected):
    assert lowered(sql) == expected


@pytest.mark.parametrize("source", ["(SELECT 1, 2)", "ROW(u.*)"])
def test_columns_that_share_a_source_have_the_whole(source):
    (update,) = lowered(f"UPDATE t SET (a, b) = {source} FROM u")
    assert [assignment.column for assignment in update.assignments] == ["a", "b"]
    assert all(b"MultiAssignRef" in assignment.value for assignment in update.assignments[1:])


def test_a_hundred_rows_are_read_and_all_are_counted():
    (insert,) = operations("INSERT INTO t VALUES " + ", ".join(f"({n}, 'x')" for n in range(250)))
    assert insert.rows == 250
    assert len(insert.values) == 100


WITH = [
    "WITH x AS (DELETE FROM u RETURNING a) SELECT * FROM x",
    "WITH x AS (DELETE FROM u RETURNING a) INSERT INTO t SELECT * FROM x",
    "INSERT INTO t WITH x AS (DELETE FROM u RETURNING a) SELECT * FROM x",
    "WITH x AS (DELETE FROM u RETURNING a) UPDATE t SET a = 1 FROM x",
    "WITH x AS (DELETE FROM u RETURNING a) DELETE FROM t USING x",
    "WITH x AS (DELETE FROM u RETURNING a) MERGE INTO t USING x ON true WHEN MATCHED THEN DO NOTHING",
    "WITH x AS (DELETE FROM u RETURNING a) SELECT * INTO t FROM x",
    "CREATE TABLE t AS WITH x AS (DELETE FROM u RETURNING a) SELECT * FROM x",
]


@pytest.mark.parametrize("sql", WITH)
def test_changes_in_a_with_clause_come_first(sql):
    first, second = operations(sql)
    assert isinstance(first, Delete)
    assert first.table == Name("u")
    assert sql[first.at :].startswith("x AS (DELETE")
    assert isinstance(second, Query | Insert | Update | Delete | Merge | CreateTable)
    assert getattr(second, "table", T) == T


def test_a_with_clause_that_only_reads_is_part_of_the_query():
    sql = "WITH x AS (SELECT 1) SELECT * FROM x"
    assert lowered(sql) == [Query(query=query(sql))]


SET_CONFIG = [
    ("set_config('lock_timeout', '5s', true)", [SetVariable(name="lock_timeout", value="5s", local=True)]),
    ("pg_catalog.set_config('search_path', '', false)", [SetVariable(name="search_path", value="")]),
    ("set_config('a.B'::text, 'x', 'f')", [SetVariable(name="a.b", value="x")]),
    ("set_config('a', NULL, false)", [SetVariable(name="a", value=None)]),
    ("set_config('a', '1', false) UNION SELECT set_config('b', '2', false)", []),
    ("set_config('a', '1', false), 2, set_config('b', '2', true)",
     [SetVariable(name="a", value="1"), SetVariable(name="b", value="2", local=True)]),
    ("set_config('a', current_setting('b'), false)", []),
    ("set_config('a', lower('B'), false)", []),
]  # fmt: skip


@pytest.mark.parametrize(("call", "expected"), SET_CONFIG)
def test_set_config(call, expected):
    first, *rest = lowered(f"SELECT {call}")
    assert isinstance(first, Query)
    assert rest == expected


def test_a_kind_of_statement_from_the_future_is_unread():
    statement = Statement(start=0, end=12, base=0, kind="FancyStmt", fields=b"{}", placeholders=False)
    (op,) = lower(statement, b"FANCY things")
    assert op == Unread(why="a kind of statement that is not known: FancyStmt", names=frozenset({"fancy", "things"}))


def test_a_tree_too_deep_to_decode_is_unread():
    deep = b'{"A_Expr":{"lexpr":' * 5000 + b"1" + b"}}" * 5000
    fields = b'{"relation":{"relname":"t"},"whereClause":' + deep + b"}"
    statement = Statement(start=0, end=13, base=0, kind="DeleteStmt", fields=fields, placeholders=False)
    (op,) = lower(statement, b"DELETE FROM t")
    assert op == Unread(why="nested too deeply to be read", names=frozenset({"delete", "from", "t"}))


def test_places_count_from_the_statements_base():
    """Places of operations are bytes of the file; locations in expressions are left as the parser gave them."""
    text = b"-- comments come first\nUPDATE t SET a = 1"
    fields = b'{"relation":{"relname":"t"},"targetList":[{"ResTarget":{"name":"a","val":{"A_Const":{"location":17}}}}]}'
    (op,) = lower(Statement(start=23, end=41, base=23, kind="UpdateStmt", fields=fields, placeholders=False), text)
    assert op.assignments == (Assignment("a", b'{"A_Const":{"location":17}}'),)
    fields = b'{"relations":[{"RangeVar":{"relname":"a","location":9}},{"RangeVar":{"relname":"b","location":12}}]}'
    statement = Statement(start=4, end=17, base=4, kind="TruncateStmt", fields=fields, placeholders=False)
    assert [op.at for op in lower(statement, b"    TRUNCATE a, b")] == [13, 16]


def test_type_record_is_shared():
    (table,) = operations("CREATE TABLE t (a int, b integer)")
    assert table.columns[0].type is table.columns[1].type
    assert table.columns[0].type == Type("int4")


def test_the_query_of_an_insert_sees_the_with_queries_before_it():
    sql = (
        "WITH a AS (SELECT 1), b(n) AS (INSERT INTO t SELECT * FROM a RETURNING 1)"
        " INSERT INTO u WITH c AS (SELECT 1) SELECT * FROM a, b, c"
    )
    inner, outer = operations(sql)
    names = [re.findall(rb'"ctename":"(\w)"', op.query) for op in (inner, outer)]
    assert names == [[b"a"], [b"a", b"b", b"c"]]
    assert b'"aliascolnames":[{"String":{"sval":"n"}}]' in outer.query
