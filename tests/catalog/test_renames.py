"""RENAME TO and SET SCHEMA: everything that names the object follows."""

import pytest
from replay import operation, replay, table, text

from db_sage_lint.catalog.records import Index
from db_sage_lint.expressions import columns_read, functions_called, relations_named, sql
from db_sage_lint.operations import Name


def test_a_table_with_all_that_names_it() -> None:
    db = replay("""
        CREATE TABLE t (id serial PRIMARY KEY, up int REFERENCES t);
        CREATE TABLE u (a int REFERENCES t);
        CREATE VIEW v AS SELECT id FROM t;
        CREATE POLICY p ON u USING (EXISTS (SELECT 1 FROM t WHERE t.id = a));
        CREATE PUBLICATION pub FOR TABLE t;
        ALTER TABLE t RENAME TO n;
    """)
    new = Name("n", "public")
    assert table(db, "n").constraints["t_up_fkey"].referenced == new
    assert table(db, "u").constraints["u_a_fkey"].referenced == new
    assert [index.table for index in db.indexes_of(Name("n"))] == [new]
    sequence = db.sequence(Name("t_id_seq"))
    assert sequence is not None
    assert sequence.owned_by == (new, "id")
    view = db.view(Name("v"))
    assert view is not None
    assert view.reads == {(new, "id")}
    using = table(db, "u").policies["p"].using
    assert using is not None
    assert relations_named(using) == {Name("n")}
    assert db.publications["pub"].tables == {new}
    gone = db.find_gone("table", Name("t"))
    assert gone is not None
    assert gone.renamed_to == new
    assert text(gone.dropped) == "ALTER TABLE t RENAME TO n"
    dependents = {d.name.name for d in db.dependents(operation("DROP TABLE n")) if not d.automatic}
    assert dependents == {"u_a_fkey", "v", "p"}


def test_a_renamed_table_can_be_made_again() -> None:
    db = replay("CREATE TABLE t (a int); ALTER TABLE t RENAME TO old; CREATE TABLE t (b int)")
    assert list(table(db, "t").columns) == ["b"]
    assert db.find_gone("table", Name("t")) is None


def test_a_column_with_all_that_names_it() -> None:
    db = replay("""
        CREATE TABLE t (
            a int PRIMARY KEY CHECK (a > 0), b int GENERATED ALWAYS AS (a + 1) STORED, c int REFERENCES t (a)
        ) PARTITION BY LIST (a);
        CREATE INDEX i ON t ((a + 1), b) INCLUDE (a) WHERE a > 1;
        CREATE VIEW v AS SELECT a FROM t;
        CREATE POLICY p ON t USING (a = (SELECT max(u.a) FROM u));
        CREATE TABLE u (a int REFERENCES t (a));
        ALTER TABLE t RENAME COLUMN a TO z;
    """)
    t = table(db, "t")
    assert list(t.columns) == ["z", "b", "c"]
    assert t.constraints["t_a_check"].columns == ("z",)
    assert columns_read(t.constraints["t_a_check"].expression or b"") == {"z"}
    assert columns_read(t.columns["b"].generation or b"") == {"z"}
    assert t.constraints["t_pkey"].columns == ("z",)
    assert t.constraints["t_c_fkey"].referenced_columns == ("z",)
    assert table(db, "u").constraints["u_a_fkey"].referenced_columns == ("z",)
    assert t.partition_by is not None
    assert t.partition_by.keys == ("z",)
    index = db.index(Name("i"))
    assert index is not None
    assert columns_read(index.keys[0].expression or b"") == columns_read(index.predicate or b"") == {"z"}
    assert index.include == ("z",)
    view = db.view(Name("v"))
    assert view is not None
    assert view.reads == {(Name("t", "public"), "z")}
    assert view.columns == ("a",)
    gone = db.find_gone("column", Name("t"), "a")
    assert gone is not None
    assert gone.renamed_to == Name("z", "public")


def test_a_policy_follows_only_where_its_column_is_meant() -> None:
    db = replay("""
        CREATE TABLE t (a int);
        CREATE TABLE u (a int);
        CREATE POLICY p ON t USING (a IN (SELECT u.a FROM u));
        ALTER TABLE t RENAME COLUMN a TO z;
    """)
    assert columns_read(table(db, "t").policies["p"].using or b"") == {"z", "a"}


def test_constraint_and_index_share_their_name() -> None:
    db = replay("CREATE TABLE t (a int PRIMARY KEY); ALTER TABLE t RENAME CONSTRAINT t_pkey TO k")
    assert table(db, "t").constraints["k"].index == Name("k", "public")
    replay("ALTER INDEX k RENAME TO j", db)
    assert set(table(db, "t").constraints) == {"j"}
    assert table(db, "t").indexes == (Name("j", "public"),)


def test_a_sequence_in_defaults() -> None:
    db = replay("CREATE TABLE t (a serial); ALTER SEQUENCE t_a_seq RENAME TO s")
    column = table(db, "t").columns["a"]
    assert column.sequence == Name("s", "public")
    assert b"public.s" in (column.default or b"")


def test_set_schema_takes_indexes_and_owned_sequences_along() -> None:
    db = replay("CREATE SCHEMA s; CREATE TABLE t (a serial PRIMARY KEY); ALTER TABLE t SET SCHEMA s")
    assert {str(name) for name in db.relations} == {"s.t", "s.t_pkey", "s.t_a_seq"}
    assert table(db, "s.t").constraints["t_pkey"].index == Name("t_pkey", "s")


def test_a_type_in_columns_and_functions() -> None:
    db = replay("""
        CREATE TYPE e AS ENUM ('a');
        CREATE TABLE t (a e);
        CREATE FUNCTION f(e) RETURNS e LANGUAGE sql AS 'SELECT $1';
        ALTER TYPE e RENAME TO n;
    """)
    assert str(table(db, "t").columns["a"].type) == "public.n"
    (function,) = db.function_overloads(Name("f"))
    assert function.returns == function.arguments[0].type
    assert str(function.returns) == "public.n"
    assert [t.name.name for t, _ in db.tables_using_type(Name("n"))] == ["t"]


def test_a_function_in_triggers_and_defaults() -> None:
    db = replay("""
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE FUNCTION d() RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE TABLE t (a int DEFAULT d());
        CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
        ALTER FUNCTION f() RENAME TO f2;
        ALTER FUNCTION d() RENAME TO d2;
    """)
    t = table(db, "t")
    assert t.triggers["g"].function == Name("f2", "public")
    assert functions_called(t.columns["a"].default or b"") == {Name("d2")}


def test_a_schema_with_everything_in_it() -> None:
    db = replay("""
        CREATE SCHEMA s;
        CREATE TYPE s.e AS ENUM ('a');
        CREATE TABLE s.t (a s.e PRIMARY KEY);
        CREATE FUNCTION s.f() RETURNS int LANGUAGE sql AS 'SELECT 1';
        ALTER SCHEMA s RENAME TO n;
    """)
    assert {name.schema for name in (*db.relations, *db.types, *db.functions)} == {"n"}
    assert table(db, "n.t").columns["a"].type.schema == "n"


def test_a_role_in_policies() -> None:
    db = replay("""
        CREATE ROLE r;
        CREATE TABLE t (a int);
        CREATE POLICY p ON t TO r USING (true);
        ALTER ROLE r RENAME TO n;
    """)
    assert table(db, "t").policies["p"].roles == ("n",)


def test_tables_swap_their_names() -> None:
    db = replay("""
        CREATE TABLE t (a int); CREATE TABLE n (b int PRIMARY KEY);
        ALTER TABLE t RENAME TO old; ALTER TABLE n RENAME TO t; DROP TABLE old;
    """)
    assert list(table(db, "t").columns) == ["b"]
    assert isinstance(db.relation(Name("n_pkey")), Index)


@pytest.mark.parametrize("kind", ["VIEW", "MATERIALIZED VIEW"])
def test_views(kind: str) -> None:
    db = replay(f"""
        CREATE TABLE t (a int);
        CREATE {kind} v AS SELECT a FROM t;
        ALTER {kind} v RENAME TO w;
        CREATE VIEW x AS SELECT a FROM w;
    """)
    assert db.view(Name("w")) is not None
    assert [d.name.name for d in db.dependents(operation("DROP TABLE t"))] == ["w", "x"]


def test_defaults_follow_their_enum_value() -> None:
    db = replay("""
        CREATE TYPE state AS ENUM ('new', 'done');
        CREATE TABLE orders (id int, state state DEFAULT 'new', word text DEFAULT 'new');
        ALTER TYPE state RENAME VALUE 'new' TO 'open';
    """)
    defaults = [column.default for column in table(db, "orders").columns.values() if column.default]
    assert [sql(default) for default in defaults] == ["'open'", "'new'"]
