"""What a DROP takes along, and for whose sake RESTRICT refuses it.

Every case was put to PostgreSQL 15 to 18; before 15 a generated column goes silently with the column it reads.
"""

import pytest
from replay import operation, replay, table, text

from db_sage_lint.operations import Name

REFUSED = [
    ("CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t; CREATE VIEW w AS SELECT a FROM v",
     "DROP TABLE t", {"view v", "view w"}),
    ("CREATE TABLE t (a int PRIMARY KEY); CREATE TABLE u (a int REFERENCES t)",
     "DROP TABLE t", {"foreign key u_a_fkey"}),
    ("CREATE TABLE t (a int); CREATE TABLE c () INHERITS (t)", "DROP TABLE t", {"table c"}),
    ("CREATE TABLE t (a int); CREATE TABLE u (b int); CREATE POLICY p ON u USING (b IN (SELECT a FROM t))",
     "DROP TABLE t", {"policy p"}),
    ("CREATE TABLE t (a int); CREATE TABLE u (r t)", "DROP TABLE t", {"column r"}),
    ("CREATE TABLE t (a int); CREATE FUNCTION f() RETURNS SETOF t LANGUAGE sql AS 'SELECT * FROM t'",
     "DROP TABLE t", {"function f"}),
    ("CREATE TABLE t (a int); CREATE FUNCTION f() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM t; END",
     "DROP TABLE t", {"function f"}),
    (("CREATE TABLE p (a int PRIMARY KEY) PARTITION BY LIST (a); CREATE TABLE c PARTITION OF p FOR VALUES IN (1);"
     "CREATE TABLE u (a int REFERENCES p)"), "DROP TABLE c", {"foreign key u_a_fkey"}),
    ("CREATE TABLE t (a int, b int); CREATE VIEW v AS SELECT a FROM t", "ALTER TABLE t DROP COLUMN a", {"view v"}),
    ("CREATE TABLE t (a int, b int); CREATE POLICY p ON t USING (a > 0)", "ALTER TABLE t DROP COLUMN a", {"policy p"}),
    ("CREATE TABLE t (a int UNIQUE); CREATE TABLE u (a int REFERENCES t (a))",
     "ALTER TABLE t DROP COLUMN a", {"foreign key u_a_fkey"}),
    ("CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a + 1) STORED)", "ALTER TABLE t DROP COLUMN a", {"column b"}),
    (("CREATE TABLE t (a int, b int); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
     "CREATE TRIGGER g BEFORE UPDATE OF a ON t FOR EACH ROW EXECUTE FUNCTION f()"),
     "ALTER TABLE t DROP COLUMN a", {"trigger g"}),
    (("CREATE TABLE t (a int, b int); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
     "CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW WHEN (NEW.a > 0) EXECUTE FUNCTION f()"),
     "ALTER TABLE t DROP COLUMN a", {"trigger g"}),
    ("CREATE TABLE t (a int PRIMARY KEY); CREATE TABLE u (a int REFERENCES t)",
     "ALTER TABLE t DROP CONSTRAINT t_pkey", {"foreign key u_a_fkey"}),
    ("CREATE TABLE t (a int PRIMARY KEY); CREATE UNIQUE INDEX i ON t (a); CREATE TABLE u (a int REFERENCES t (a))",
     "DROP INDEX i", set()),
    ("CREATE TABLE t (a int PRIMARY KEY)", "DROP INDEX t_pkey", {"primary key t_pkey"}),
    ("CREATE SEQUENCE s; CREATE TABLE t (a int DEFAULT nextval('s'))", "DROP SEQUENCE s", {"default a"}),
    ("CREATE TABLE t (a serial)", "DROP SEQUENCE t_a_seq", {"default a"}),
    ("CREATE SEQUENCE s; CREATE VIEW v AS SELECT last_value FROM s", "DROP SEQUENCE s", {"view v"}),
    (("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TABLE t (a int);"
     "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()"), "DROP FUNCTION f()", {"trigger g"}),
    (("CREATE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1';"
     "CREATE TABLE t (a int DEFAULT f(1), b int CHECK (f(b) > 0)); CREATE INDEX i ON t (f(a));"
     "CREATE VIEW v AS SELECT f(1) AS x"), "DROP FUNCTION f", {"default a", "check t_b_check", "index i", "view v"}),
    (("CREATE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1';"
     "CREATE TABLE p (a int) PARTITION BY RANGE (f(a))"), "DROP FUNCTION f", {"table p"}),
    (("CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (a e); CREATE DOMAIN d AS e;"
     "CREATE FUNCTION f(e) RETURNS int LANGUAGE sql AS 'SELECT 1'"),
     "DROP TYPE e", {"column a", "domain d", "function f"}),
    ("CREATE TYPE c AS (a int); CREATE TABLE t OF c", "DROP TYPE c", {"table t"}),
    ("CREATE DOMAIN d AS int; CREATE TABLE p (a d) PARTITION BY LIST (a)", "DROP DOMAIN d", {"table p"}),
    ("CREATE SCHEMA s; CREATE TABLE s.t (a int); CREATE VIEW v AS SELECT a FROM s.t; CREATE TYPE s.e AS ENUM ('a')",
     "DROP SCHEMA s", {"table t", "view v", "type e"}),
    ("CREATE EXTENSION citext; CREATE TABLE t (a citext)", "DROP EXTENSION citext", {"column a"}),
    ("CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t; CREATE MATERIALIZED VIEW m AS SELECT a FROM v",
     "DROP VIEW v", {"materialized view m"}),
    ("CREATE ROLE r; CREATE TABLE t (a int); GRANT SELECT ON t TO r; CREATE POLICY p ON t TO r USING (true)",
     "DROP ROLE r", {"policy p", "privilege t"}),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "drop", "refusing"), REFUSED)
def test_restrict_is_refused_for(sql: str, drop: str, refusing: set[str]) -> None:
    found = [d for d in replay(sql).dependents(operation(drop)) if not d.automatic]
    assert {f"{d.kind} {d.name.name}" for d in found} == refusing


SILENT = [
    (
        """
        CREATE TABLE t (a serial PRIMARY KEY, b int, CHECK (a > b));
        CREATE INDEX i ON t (a);
        CREATE INDEX j ON t (b) WHERE a > 0;
        CREATE INDEX k ON t (b) INCLUDE (a);
        CREATE INDEX l ON t ((a + 1));
        CREATE INDEX stays ON t (b);
        """,
        "ALTER TABLE t DROP COLUMN a",
        {
            "sequence t_a_seq", "index t_pkey", "primary key t_pkey", "check t_check", "index i", "index j", "index k",
            "index l",
        },
    ),
    ("CREATE TABLE t (a int); CREATE TABLE c () INHERITS (t)", "ALTER TABLE t DROP COLUMN a", {"column a"}),
    (
        "CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE c PARTITION OF p DEFAULT",
        "DROP TABLE p",
        {"table c"},
    ),
    ("CREATE TABLE t (a serial); CREATE INDEX i ON t (a)", "DROP TABLE t", {"sequence t_a_seq"}),
    ("CREATE TABLE t (a int PRIMARY KEY); CREATE TABLE u (a int REFERENCES t)", "DROP TABLE t, u", set()),
    ("CREATE TABLE t (a int REFERENCES t (a) UNIQUE)", "DROP TABLE t", set()),
    ("CREATE TABLE t (a int, b int); CREATE VIEW v AS SELECT b FROM t", "ALTER TABLE t DROP COLUMN a", set()),
    (
        """
        CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE FUNCTION f(text) RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE TABLE t (a int DEFAULT f(1));
        """,
        "DROP FUNCTION f(text)",
        set(),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "drop", "taken"), SILENT)
def test_restrict_goes_through_and_takes(sql: str, drop: str, taken: set[str]) -> None:
    found = replay(sql).dependents(operation(drop))
    assert all(d.automatic for d in found)
    assert {f"{d.kind} {d.name.name}" for d in found} == taken


def test_only_leaves_the_childrens_columns() -> None:
    db = replay("CREATE TABLE t (a int); CREATE TABLE c () INHERITS (t)")
    assert db.dependents(operation("ALTER TABLE ONLY t DROP COLUMN a")) == ()


def test_other_operations_have_none() -> None:
    assert replay("CREATE TABLE t (a int)").dependents(operation("ALTER TABLE t ADD b int")) == ()


def test_dependents_name_what_made_them() -> None:
    db = replay("CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t")
    (view,) = db.dependents(operation("DROP TABLE t"))
    assert text(view.origin) == "CREATE VIEW v AS SELECT a FROM t"
    assert view.table is None


def test_drop_table_takes_its_parts_along() -> None:
    db = replay("""
        CREATE TABLE t (a serial PRIMARY KEY);
        CREATE TABLE u (a int REFERENCES t);
        CREATE VIEW v AS SELECT a FROM t;
        DROP TABLE t CASCADE;
    """)
    assert {name.name for name in db.relations} == {"u"}
    assert not table(db, "u").constraints
    gone = db.find_gone("table", Name("t"))
    assert gone is not None
    assert text(gone.dropped) == "DROP TABLE t CASCADE"
    assert gone.relation is not None
    assert db.find_gone("constraint", Name("u"), "u_a_fkey") is not None
    assert db.find_gone("view", Name("v")) is not None


def test_drop_column_takes_indexes_and_constraints_along() -> None:
    db = replay("""
        CREATE TABLE t (a int, b int, UNIQUE (a, b), CHECK (a > b));
        CREATE INDEX i ON t (b);
        ALTER TABLE t DROP COLUMN a;
    """)
    t = table(db, "t")
    assert t.indexes == (Name("i", "public"),)
    assert not t.constraints


def test_drop_type_cascade_drops_the_columns() -> None:
    db = replay("CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (a e, b int); DROP TYPE e CASCADE")
    assert list(table(db, "t").columns) == ["b"]


def test_drop_function_cascade_drops_triggers_and_defaults() -> None:
    db = replay("""
        CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE TABLE t (a int DEFAULT f());
        DROP FUNCTION f CASCADE;
    """)
    assert table(db, "t").columns["a"].default is None


def test_drop_schema_cascade() -> None:
    db = replay("""
        CREATE SCHEMA s;
        CREATE TABLE s.t (a serial PRIMARY KEY);
        CREATE FUNCTION s.f() RETURNS int LANGUAGE sql AS 'SELECT 1';
        DROP SCHEMA s CASCADE;
    """)
    assert (db.relations, db.functions) == ({}, {})
    assert db.find_gone("table", Name("t", "s")) is not None


def test_several_of_a_statement() -> None:
    db = replay("CREATE TABLE t (a int PRIMARY KEY); CREATE TABLE u (a int REFERENCES t); DROP TABLE t, u")
    assert not db.relations
    gone = db.find_gone("table", Name("u"))
    assert gone is not None
    assert gone.relation is not None


def test_a_dropped_table_that_no_file_made_is_gone_all_the_same() -> None:
    gone = replay("DROP TABLE IF EXISTS t").find_gone("table", Name("t"))
    assert gone is not None
    assert gone.relation is None
