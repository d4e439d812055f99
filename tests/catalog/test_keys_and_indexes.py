"""Constraints and indexes, on plain tables."""

import pytest
from replay import operation, replay, table, text

from db_sage_lint.catalog.records import Index
from db_sage_lint.operations import Name


def test_foreign_key_without_columns_means_the_primary_key() -> None:
    db = replay("""
        CREATE TABLE t (a int, b int, PRIMARY KEY (b, a));
        CREATE TABLE u (x int, y int, FOREIGN KEY (x, y) REFERENCES t);
    """)
    key = table(db, "u").constraints["u_x_y_fkey"]
    assert key.referenced == Name("t", "public")
    assert key.referenced_columns == ("b", "a")
    assert [(t.name.name, c.name) for t, c in db.referencing(Name("t"))] == [("u", "u_x_y_fkey")]


def test_not_valid_until_validated() -> None:
    db = replay("CREATE TABLE t (a int); ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID")
    assert not table(db, "t").constraints["c"].valid
    replay("ALTER TABLE t VALIDATE CONSTRAINT c", db)
    assert table(db, "t").constraints["c"].valid
    assert text(table(db, "t").constraints["c"].validated).endswith("VALIDATE CONSTRAINT c")


def test_not_enforced_is_not_valid() -> None:
    db = replay("CREATE TABLE t (a int, CONSTRAINT c CHECK (a > 0) NOT ENFORCED)")
    constraint = table(db, "t").constraints["c"]
    assert not constraint.valid
    assert not constraint.enforced


@pytest.mark.parametrize(
    ("sql", "proof"),
    [
        ("CREATE TABLE t (a int CHECK (a IS NOT NULL))", "CREATE TABLE"),
        ("CREATE TABLE t (a int CHECK (a > 0))", None),
        ("CREATE TABLE t (a int); ALTER TABLE t ADD CHECK (a IS NOT NULL AND a > 0)", "ALTER TABLE t ADD"),
        ("CREATE TABLE t (a int); ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID", None),
        (
            (
                "CREATE TABLE t (a int); ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID; "
                "ALTER TABLE t VALIDATE CONSTRAINT c"
            ),
            "ALTER TABLE t VALIDATE",
        ),
        ("CREATE TABLE t (x int CHECK (x IS NOT NULL)); ALTER TABLE t RENAME x TO a", "CREATE TABLE"),
        ("CREATE TABLE t (a int); ALTER TABLE t ADD CONSTRAINT c NOT NULL a NOT VALID", None),
        ("CREATE TABLE t (a int); ALTER TABLE t ALTER a SET NOT NULL", "ALTER TABLE t ALTER"),
        ("CREATE TABLE t (a int CONSTRAINT c CHECK (a IS NOT NULL)); ALTER TABLE t DROP CONSTRAINT c", None),
    ],
)
def test_not_null_proof(sql: str, proof: str | None) -> None:
    found = replay(sql).not_null_proof(Name("t"), "a")
    if proof is None:
        assert found is None
    else:
        assert text(found).startswith(proof)


def test_key_and_its_index() -> None:
    db = replay("CREATE TABLE t (a int, b int, CONSTRAINT k UNIQUE NULLS NOT DISTINCT (a) INCLUDE (b))")
    index = db.index(Name("k"))
    assert index is not None
    assert index.unique
    assert index.nulls_not_distinct
    assert index.include == ("b",)
    assert index.constraint == "k"
    assert table(db, "t").constraints["k"].index == index.name


@pytest.mark.parametrize(("name", "expected"), [("", "i"), ("CONSTRAINT k", "k")])
def test_using_index(name: str, expected: str) -> None:
    db = replay(f"""
        CREATE TABLE t (a int);
        CREATE UNIQUE INDEX i ON t (a);
        ALTER TABLE t ADD {name} PRIMARY KEY USING INDEX i;
    """)
    t = table(db, "t")
    assert set(t.constraints) == {expected}
    assert t.constraints[expected].columns == ("a",)
    assert t.columns["a"].not_null
    assert t.indexes == (Name(expected, "public"),)


def test_drop_constraint_drops_its_index_and_the_foreign_keys_on_it() -> None:
    db = replay("""
        CREATE TABLE t (a int PRIMARY KEY);
        CREATE TABLE u (a int REFERENCES t);
        ALTER TABLE t DROP CONSTRAINT t_pkey CASCADE;
    """)
    assert not table(db, "t").indexes
    assert not table(db, "u").constraints


def test_index_as_defined() -> None:
    db = replay("""
        CREATE TABLE t (a int, b text);
        CREATE UNIQUE INDEX CONCURRENTLY i ON t USING btree (a DESC, lower(b)) WHERE a > 0;
    """)
    index = db.index(Name("i"))
    assert index is not None
    assert [key.column for key in index.keys] == ["a", ""]
    assert index.predicate is not None
    assert index.concurrently
    assert db.indexes_of(Name("t")) == [index]


def test_index_of_a_materialized_view() -> None:
    db = replay("CREATE TABLE t (a int); CREATE MATERIALIZED VIEW m AS SELECT a FROM t; CREATE UNIQUE INDEX ON m (a)")
    assert [index.name.name for index in db.indexes_of(Name("m"))] == ["m_a_idx"]


def test_drop_index() -> None:
    db = replay("CREATE TABLE t (a int); CREATE INDEX i ON t (a); DROP INDEX i")
    assert not table(db, "t").indexes
    gone = db.find_gone("index", Name("i"))
    assert gone is not None
    assert text(gone.dropped) == "DROP INDEX i"
    assert isinstance(gone.relation, Index)


def test_alter_constraint() -> None:
    db = replay("""
        CREATE TABLE t (a int PRIMARY KEY, b int REFERENCES t);
        ALTER TABLE t ALTER CONSTRAINT t_b_fkey DEFERRABLE INITIALLY DEFERRED;
    """)
    key = table(db, "t").constraints["t_b_fkey"]
    assert key.deferrable
    assert key.initially_deferred


def test_triggers_policies_and_rules() -> None:
    db = replay("""
        CREATE TABLE t (a int);
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER g BEFORE UPDATE OF a ON t FOR EACH ROW WHEN (NEW.a > 0) EXECUTE FUNCTION f();
        CREATE POLICY p ON t FOR SELECT TO r USING (a > 0);
        ALTER TABLE t DISABLE TRIGGER g;
        ALTER POLICY p ON t USING (a > 1);
        ALTER POLICY p ON t RENAME TO q;
        ALTER TRIGGER g ON t RENAME TO h;
        CREATE RULE n AS ON INSERT TO t DO INSTEAD NOTHING;
    """)
    t = table(db, "t")
    assert t.triggers["h"].function == Name("f", "public")
    assert not t.triggers["h"].enabled
    assert t.policies["q"].roles == ("r",)
    assert text(t.policies["q"].changed).startswith("ALTER POLICY p ON t RENAME")
    assert list(t.rules) == ["n"]
    replay("DROP TRIGGER h ON t; DROP POLICY q ON t; DROP RULE n ON t", db)
    t = table(db, "t")
    assert (t.triggers, t.policies, t.rules) == ({}, {}, {})
    assert db.find_gone("policy", Name("t"), "q") is not None


def test_instead_of_trigger_stands_on_a_view() -> None:
    db = replay("""
        CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t;
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER g INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION f();
    """)
    view = db.view(Name("v"))
    assert view is not None
    assert view.triggers["g"].timing == "instead of"


def test_operation_helper_gives_the_last() -> None:
    assert type(operation("CREATE TABLE t (a int UNIQUE)")).__name__ == "AddUnique"
