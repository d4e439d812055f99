"""Types, functions, views and sequences."""

import pytest
from replay import replay, table, text

from db_sage_lint.catalog.records import CompositeType, OtherType
from db_sage_lint.operations import Name


def test_enum_values_in_order_and_since_when() -> None:
    db = replay("""
        CREATE TYPE e AS ENUM ('a', 'd');
        ALTER TYPE e ADD VALUE 'c' BEFORE 'd';
        ALTER TYPE e ADD VALUE 'b' AFTER 'a';
    """)
    enum = db.enum(Name("e"))
    assert enum is not None
    assert [v.value for v in enum.values] == ["a", "b", "c", "d"]
    assert text(enum.values[1].made).endswith("AFTER 'a'")
    replay("ALTER TYPE e RENAME VALUE 'd' TO 'z'", db)
    enum = db.enum(Name("e"))
    assert enum is not None
    assert enum.values[-1].value == "z"


def test_domains() -> None:
    db = replay("CREATE DOMAIN d AS int NOT NULL DEFAULT 1 CONSTRAINT c CHECK (VALUE > 0)")
    replay(
        """
        ALTER DOMAIN d DROP NOT NULL;
        ALTER DOMAIN d DROP DEFAULT;
        ALTER DOMAIN d ADD CONSTRAINT k CHECK (VALUE < 9) NOT VALID;
    """,
        db,
    )
    domain = db.domain(Name("d"))
    assert domain is not None
    assert not domain.not_null
    assert domain.default is None
    assert [(c.name, c.valid) for c in domain.checks] == [("c", True), ("k", False)]
    replay("ALTER DOMAIN d VALIDATE CONSTRAINT k; ALTER DOMAIN d DROP CONSTRAINT c", db)
    domain = db.domain(Name("d"))
    assert domain is not None
    assert [(c.name, c.valid) for c in domain.checks] == [("k", True)]


def test_composite_types_are_relations_too() -> None:
    db = replay("CREATE TYPE c AS (a int); ALTER TYPE c ADD ATTRIBUTE b text; ALTER TYPE c RENAME ATTRIBUTE a TO z")
    composite = db.relation(Name("c"))
    assert isinstance(composite, CompositeType)
    assert db.types[Name("c", "public")] == composite
    assert [a.name for a in composite.attributes] == ["z", "b"]
    replay("ALTER TYPE c DROP ATTRIBUTE z", db)
    assert [a.name for a in db.types[Name("c", "public")].attributes] == ["b"]  # type: ignore[union-attr]


def test_typed_tables_follow_with_cascade() -> None:
    db = replay("CREATE TYPE c AS (a int); CREATE TABLE t OF c; ALTER TYPE c ADD ATTRIBUTE b text CASCADE")
    assert list(table(db, "t").columns) == ["a", "b"]


def test_a_shell_type_becomes_a_real_one() -> None:
    db = replay("CREATE TYPE x; CREATE TYPE x AS RANGE (SUBTYPE = int)")
    found = db.types[Name("x", "public")]
    assert isinstance(found, OtherType)
    assert found.kind == "range"


def test_tables_using_a_type_through_domains_arrays_and_composites() -> None:
    db = replay("""
        CREATE TYPE e AS ENUM ('a');
        CREATE DOMAIN d AS e;
        CREATE TYPE c AS (x d);
        CREATE TABLE t (plain e, list e[], other int);
        CREATE TABLE u (through d);
        CREATE TABLE v (inside c);
        CREATE TABLE w (rows v);
    """)
    using = {(t.name.name, column.name) for t, column in db.tables_using_type(Name("e"))}
    assert using == {("t", "plain"), ("t", "list"), ("u", "through"), ("v", "inside"), ("w", "rows")}


def test_overloads_differ_by_input_types() -> None:
    db = replay("""
        CREATE FUNCTION f(a int, OUT b int) LANGUAGE sql AS 'SELECT 1';
        CREATE FUNCTION f(a text) RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE OR REPLACE FUNCTION f(x int, OUT b int) STABLE LANGUAGE sql AS 'SELECT 2';
    """)
    overloads = db.function_overloads(Name("f"))
    assert [(f.arguments[0].name, f.volatility) for f in overloads] == [("x", "stable"), ("a", "volatile")]
    assert text(overloads[0].made).startswith("CREATE FUNCTION")
    assert text(overloads[0].changed).startswith("CREATE OR REPLACE")
    replay("DROP FUNCTION f(text)", db)
    assert len(db.function_overloads(Name("f"))) == 1
    assert db.find_gone("function", Name("f")) is None
    replay("DROP FUNCTION f", db)
    assert db.find_gone("function", Name("f")) is not None


def test_alter_function() -> None:
    db = replay("""
        CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER SET work_mem = '1MB' AS 'SELECT 1';
        ALTER FUNCTION f() SET search_path = '' IMMUTABLE;
        ALTER FUNCTION f() RESET work_mem;
    """)
    (function,) = db.function_overloads(Name("f"))
    assert function.security_definer
    assert function.volatility == "immutable"
    assert list(function.settings) == ["search_path"]


def test_types_of_arguments_are_resolved() -> None:
    db = replay("CREATE SCHEMA s; CREATE TYPE s.e AS ENUM ('a'); SELECT 1")
    db.search_path = ("s", "public")
    replay("CREATE FUNCTION f(e) RETURNS int LANGUAGE sql AS 'SELECT 1'", db)
    assert db.functions[Name("f", "s")][0].arguments[0].type.schema == "s"
    replay("DROP FUNCTION s.f(s.e)", db)
    assert not db.functions


def test_what_a_view_reads_and_calls() -> None:
    db = replay("""
        CREATE TABLE t (a int, b int);
        CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE VIEW v (x) WITH (security_invoker) AS SELECT a, f(a) AS y FROM t;
        CREATE VIEW w AS SELECT x FROM v;
    """)
    view = db.view(Name("v"))
    assert view is not None
    assert view.columns == ("x", "y")
    assert view.reads == {(Name("t", "public"), "a")}
    assert view.functions == {Name("f", "public")}
    assert view.options == {"security_invoker": "true"}
    other = db.view(Name("w"))
    assert other is not None
    assert other.reads == {(Name("v", "public"), "x")}


def test_replacing_a_view_keeps_its_origin_and_drops_its_options() -> None:
    db = replay("""
        CREATE TABLE t (a int);
        CREATE VIEW v WITH (security_barrier) AS SELECT a FROM t;
        CREATE OR REPLACE VIEW v AS SELECT a FROM t;
    """)
    view = db.view(Name("v"))
    assert view is not None
    assert view.options == {}
    assert text(view.made).startswith("CREATE VIEW")
    assert text(view.changed).startswith("CREATE OR REPLACE")


def test_view_options() -> None:
    db = replay("""
        CREATE VIEW v AS SELECT 1 AS a;
        ALTER VIEW v SET (security_invoker = true);
        ALTER VIEW v RESET (security_invoker);
    """)
    view = db.view(Name("v"))
    assert view is not None
    assert view.options == {}


def test_a_view_of_a_temporary_table_is_temporary() -> None:
    db = replay("CREATE TEMP TABLE t (a int); CREATE VIEW v AS SELECT a FROM t")
    assert Name("v", "pg_temp") in db.relations


@pytest.mark.parametrize(
    ("sql", "populated"),
    [("", True), ("WITH NO DATA", False), ("WITH NO DATA; REFRESH MATERIALIZED VIEW m", True)],
)
def test_materialized_view_is_populated(sql: str, populated: bool) -> None:
    view = replay(f"CREATE MATERIALIZED VIEW m AS SELECT 1 AS a {sql}").view(Name("m"))
    assert view is not None
    assert view.materialized
    assert view.populated == populated


def test_owned_sequences() -> None:
    db = replay("CREATE TABLE t (a int); CREATE SEQUENCE s OWNED BY t.a")
    assert table(db, "t").columns["a"].sequence == Name("s", "public")
    replay("ALTER SEQUENCE s OWNED BY NONE; ALTER SEQUENCE s AS smallint", db)
    sequence = db.sequence(Name("s"))
    assert sequence is not None
    assert sequence.owned_by is None
    assert sequence.type == "int2"
    assert table(db, "t").columns["a"].sequence is None


def test_schemas_extensions_roles_publications() -> None:
    db = replay("""
        CREATE SCHEMA s; CREATE EXTENSION citext SCHEMA s; CREATE ROLE r LOGIN; CREATE ROLE g;
        GRANT g TO r; ALTER ROLE r NOLOGIN;
        CREATE TABLE t (a int);
        CREATE PUBLICATION p FOR TABLE t; ALTER PUBLICATION p ADD TABLE u;
    """)
    assert "s" in db.schemas
    assert db.extensions["citext"].schema == "s"
    assert db.roles["r"].member_of == {"g"}
    assert db.publications["p"].tables == {Name("t", "public"), Name("u", "public")}
    replay("REVOKE g FROM r; DROP TABLE t; DROP PUBLICATION p; DROP ROLE r; DROP EXTENSION citext", db)
    assert "r" not in db.roles
    assert not db.publications
    assert "citext" not in db.extensions
    gone = db.find_gone("publication", Name("p"))
    assert gone is not None
    assert gone.record is not None


def test_replaced_view_keeps_what_hangs_on_it() -> None:
    db = replay("""
        CREATE VIEW b AS SELECT 1 AS a;
        CREATE INDEX i ON b (a);
        CREATE OR REPLACE VIEW b AS SELECT 1 AS a, 2 AS c;
    """)
    view = db.view(Name("b"))
    assert view is not None
    assert view.indexes == (Name("i", "public"),)
    assert view.columns == ("a", "c")
