"""Indexes, views, sequences, triggers, policies and rules."""

import pytest
from lowered import expression, lowered, query

from db_sage_lint.operations import (
    AlterPolicy,
    AlterSequence,
    CreateIndex,
    CreateMaterializedView,
    CreatePolicy,
    CreateRule,
    CreateSequence,
    CreateStatistics,
    CreateTrigger,
    CreateView,
    IndexKey,
    Name,
    RefreshMaterializedView,
    Reindex,
)

T = Name("t")
A = (IndexKey(column="a"),)

EXAMPLES = [
    ("CREATE INDEX ON t (a)", CreateIndex(name="", table=T, keys=A)),
    ("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY s.t (a)",
     CreateIndex(name="i", table=Name("t", "s"), keys=A, unique=True, concurrently=True, if_not_exists=True,
                 only=True)),
    (('CREATE INDEX i ON t USING gin (a COLLATE "C" public.ops DESC NULLS LAST, lower(b), (c || d)) INCLUDE (e, f) '
      "NULLS NOT DISTINCT TABLESPACE fast WHERE a > 0"),
     CreateIndex(name="i", table=T, method="gin", include=("e", "f"), nulls_not_distinct=True, tablespace="fast",
                 predicate=expression("a > 0"),
                 keys=(IndexKey(column="a", collation="C", opclass="ops", descending=True, nulls_first=False),
                       IndexKey(expression=expression("lower(b)")), IndexKey(expression=expression("c || d"))))),
    ("REINDEX INDEX s.i", Reindex(kind="index", name=Name("i", "s"))),
    ("REINDEX TABLE CONCURRENTLY t", Reindex(kind="table", name=T, concurrently=True)),
    ("REINDEX (CONCURRENTLY false, VERBOSE) TABLE t", Reindex(kind="table", name=T)),
    ("REINDEX SCHEMA s", Reindex(kind="schema", name=Name("s"))),
    ("REINDEX DATABASE", Reindex(kind="database")),
    ("REINDEX SYSTEM d", Reindex(kind="system", name=Name("d"))),
    ("CREATE STATISTICS IF NOT EXISTS s.x (ndistinct) ON a, (b + 1) FROM t",
     CreateStatistics(name=Name("x", "s"), table=T, columns=("a",), if_not_exists=True)),
    ("CREATE STATISTICS ON a, b FROM t", CreateStatistics(name=Name(""), table=T, columns=("a", "b"))),
    ("CREATE VIEW s.v AS SELECT 1", CreateView(view=Name("v", "s"), query=query("SELECT 1"))),
    ("CREATE OR REPLACE TEMP VIEW v (a) WITH (security_invoker = on, security_barrier) AS SELECT 1",
     CreateView(view=Name("v"), query=query("SELECT 1"), columns=("a",), replace=True, persistence="temporary",
                options=(("security_invoker", "on"), ("security_barrier", "true")))),
    ("CREATE VIEW v AS SELECT 1 WITH CHECK OPTION",
     CreateView(view=Name("v"), query=query("SELECT 1"), check_option="cascaded")),
    ("CREATE VIEW v WITH (check_option = local) AS SELECT 1",
     CreateView(view=Name("v"), query=query("SELECT 1"), options=(("check_option", "local"),), check_option="local")),
    ("CREATE MATERIALIZED VIEW IF NOT EXISTS v (a) AS SELECT 1 WITH NO DATA",
     CreateMaterializedView(view=Name("v"), query=query("SELECT 1"), columns=("a",), with_data=False,
                            if_not_exists=True)),
    ("REFRESH MATERIALIZED VIEW v", RefreshMaterializedView(view=Name("v"))),
    ("REFRESH MATERIALIZED VIEW CONCURRENTLY s.v",
     RefreshMaterializedView(view=Name("v", "s"), concurrently=True)),
    ("REFRESH MATERIALIZED VIEW v WITH NO DATA", RefreshMaterializedView(view=Name("v"), with_data=False)),
    ("CREATE SEQUENCE q", CreateSequence(sequence=Name("q"))),
    ("CREATE SEQUENCE pg_temp.q",
     CreateSequence(sequence=Name("q", "pg_temp"), persistence="temporary")),
    ("CREATE TEMP SEQUENCE IF NOT EXISTS q AS smallint START 3 OWNED BY s.t.a",
     CreateSequence(sequence=Name("q"), type="int2", if_not_exists=True, persistence="temporary",
                    owned_by=(Name("t", "s"), "a"))),
    ("ALTER SEQUENCE IF EXISTS q AS bigint RESTART", AlterSequence(sequence=Name("q"), type="int8", if_exists=True)),
    ("ALTER SEQUENCE q OWNED BY t.a", AlterSequence(sequence=Name("q"), owned_by=(T, "a"))),
    ("ALTER SEQUENCE q OWNED BY NONE", AlterSequence(sequence=Name("q"), disowned=True)),
    ("CREATE TRIGGER g BEFORE INSERT OR UPDATE OF a, b ON s.t FOR EACH ROW WHEN (NEW.a > 0) EXECUTE FUNCTION s.f('x')",
     CreateTrigger(table=Name("t", "s"), name="g", function=Name("f", "s"), timing="before",
                   events=frozenset({"insert", "update"}), columns=("a", "b"), for_each_row=True,
                   when=expression("NEW.a > 0"))),
    ("CREATE OR REPLACE TRIGGER g AFTER DELETE OR TRUNCATE ON t EXECUTE PROCEDURE f()",
     CreateTrigger(table=T, name="g", function=Name("f"), events=frozenset({"delete", "truncate"}), replace=True)),
    ("CREATE TRIGGER g INSTEAD OF DELETE ON v FOR EACH ROW EXECUTE FUNCTION f()",
     CreateTrigger(table=Name("v"), name="g", function=Name("f"), timing="instead of", events=frozenset({"delete"}),
                   for_each_row=True)),
    (("CREATE CONSTRAINT TRIGGER g AFTER INSERT ON t FROM r DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "
      "EXECUTE FUNCTION f()"),
     CreateTrigger(table=T, name="g", function=Name("f"), events=frozenset({"insert"}), for_each_row=True,
                   constraint=True, deferrable=True, initially_deferred=True, referenced=Name("r"))),
    ("CREATE POLICY p ON t", CreatePolicy(table=T, name="p")),
    ("CREATE POLICY p ON s.t AS RESTRICTIVE FOR SELECT TO bob, CURRENT_USER USING (a = b) WITH CHECK (false)",
     CreatePolicy(table=Name("t", "s"), name="p", permissive=False, command="select", roles=("bob", "current_user"),
                  using=expression("a = b"), check=expression("false"))),
    ("ALTER POLICY p ON t TO PUBLIC USING (true)",
     AlterPolicy(table=T, name="p", roles=("public",), using=expression("true"))),
    ("ALTER POLICY p ON t WITH CHECK (true)", AlterPolicy(table=T, name="p", check=expression("true"))),
    ("CREATE OR REPLACE RULE r AS ON INSERT TO t WHERE a > 0 DO INSTEAD (DELETE FROM x; SELECT 1)",
     CreateRule(table=T, name="r", event="insert", instead=True, replace=True,
                actions=(query("DELETE FROM x"), query("SELECT 1")), condition=expression("a > 0"))),
    ("CREATE RULE r AS ON UPDATE TO t DO NOTHING", CreateRule(table=T, name="r", event="update")),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "expected"), EXAMPLES)
def test_relations(sql, expected):
    assert lowered(sql) == [expected]
