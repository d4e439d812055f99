"""Partitions and INHERITS: who stands where, and what children get and keep."""

import pytest
from replay import replay, table

from db_sage_lint.operations import Name

TREE = """
CREATE TABLE p (a int NOT NULL DEFAULT 1, b text, CHECK (a > 0)) PARTITION BY RANGE (a);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10) PARTITION BY RANGE (a);
CREATE TABLE p11 PARTITION OF p1 FOR VALUES FROM (0) TO (5);
CREATE TABLE p2 PARTITION OF p DEFAULT;
"""


def names(found: tuple[Name, ...]) -> list[str]:
    return [name.name for name in found]


def test_who_stands_where() -> None:
    db = replay(TREE)
    assert names(db.partitions(Name("p"))) == ["p1", "p2", "p11"]
    assert names(db.partitions(Name("p"), deep=False)) == ["p1", "p2"]
    assert names(db.partition_parents(Name("p11"))) == ["p1", "p"]
    assert db.default_partition(Name("p")) == Name("p2", "public")
    assert db.default_partition(Name("p1")) is None


def test_a_partition_has_what_its_parent_has() -> None:
    db = replay(f"""
        CREATE TABLE r (a int PRIMARY KEY);
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        {TREE}
        ALTER TABLE p ADD FOREIGN KEY (a) REFERENCES r;
        CREATE INDEX i ON p (b);
        CREATE TRIGGER g AFTER INSERT ON p FOR EACH ROW EXECUTE FUNCTION f();
        CREATE TABLE p12 PARTITION OF p1 FOR VALUES FROM (5) TO (10);
    """)
    for name in ("p1", "p11", "p12", "p2"):
        t = table(db, name)
        assert list(t.columns) == ["a", "b"]
        assert t.columns["a"].not_null
        assert t.columns["a"].inherited
        assert set(t.constraints) == {"p_a_check", "p_a_fkey"}
        assert [index.keys[0].column for index in db.indexes_of(t.name)] == ["b"]
        assert t.triggers["g"].inherited
    assert {index.parent for index in db.indexes_of(Name("p12"))} == {Name("p1_b_idx", "public")}


def test_changes_reach_the_partitions() -> None:
    db = replay(
        TREE
        + """
        ALTER TABLE p ADD COLUMN c int DEFAULT 2;
        ALTER TABLE p ALTER b SET NOT NULL;
        ALTER TABLE p ALTER b TYPE varchar(10);
        ALTER TABLE p RENAME COLUMN a TO z;
        ALTER TABLE p ADD CONSTRAINT k CHECK (c > 0) NOT VALID;
        ALTER TABLE p VALIDATE CONSTRAINT k;
    """
    )
    t = table(db, "p11")
    assert list(t.columns) == ["z", "b", "c"]
    assert t.columns["b"].not_null
    assert str(t.columns["b"].type) == "varchar(10)"
    assert t.constraints["k"].valid
    replay("ALTER TABLE p DROP COLUMN c", db)
    assert list(table(db, "p11").columns) == ["z", "b"]
    assert set(table(db, "p11").constraints) == {"p_a_check"}


def test_only_leaves_children_alone() -> None:
    db = replay("CREATE TABLE t (a int); CREATE TABLE c () INHERITS (t); ALTER TABLE ONLY t ALTER a SET DEFAULT 1")
    assert table(db, "c").columns["a"].default is None
    replay("ALTER TABLE ONLY t DROP COLUMN a", db)
    assert not table(db, "c").columns["a"].inherited


def test_attach_uses_an_equal_index_and_builds_the_others() -> None:
    db = replay("""
        CREATE TABLE p (a int, b int, PRIMARY KEY (a)) PARTITION BY RANGE (a);
        CREATE INDEX ON p (b);
        CREATE TABLE c (a int NOT NULL, b int);
        CREATE INDEX mine ON c (b);
        ALTER TABLE p ATTACH PARTITION c FOR VALUES FROM (0) TO (9);
    """)
    assert {index.name.name: index.parent for index in db.indexes_of(Name("c"))} == {
        "mine": Name("p_b_idx", "public"),
        "c_pkey": Name("p_pkey", "public"),
    }
    assert table(db, "c").constraints["c_pkey"].inherited


def test_detach_leaves_everything_but_cloned_triggers() -> None:
    db = replay("""
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TABLE p (a int PRIMARY KEY) PARTITION BY RANGE (a);
        CREATE TRIGGER g AFTER INSERT ON p FOR EACH ROW EXECUTE FUNCTION f();
        CREATE TABLE c PARTITION OF p FOR VALUES FROM (0) TO (9);
        ALTER TABLE p DETACH PARTITION c CONCURRENTLY;
    """)
    c = table(db, "c")
    assert c.bound is None
    assert c.parents == ()
    assert table(db, "p").children == ()
    assert c.triggers == {}
    assert set(c.constraints) == {"c_pkey", "c_a_check"}  # the bound stays as a check
    assert all(index.parent is None for index in db.indexes_of(Name("c")))


def test_index_on_only_becomes_valid_when_complete() -> None:
    db = replay("""
        CREATE TABLE p (a int) PARTITION BY RANGE (a);
        CREATE TABLE c1 PARTITION OF p FOR VALUES FROM (0) TO (5);
        CREATE TABLE c2 PARTITION OF p FOR VALUES FROM (5) TO (9);
        CREATE INDEX i ON ONLY p (a);
        CREATE INDEX i1 ON c1 (a);
        CREATE INDEX i2 ON c2 (a);
        ALTER INDEX i ATTACH PARTITION i1;
    """)
    index = db.index(Name("i"))
    assert index is not None
    assert not index.valid
    replay("ALTER INDEX i ATTACH PARTITION i2", db)
    index = db.index(Name("i"))
    assert index is not None
    assert index.valid


def test_inherits_merges_columns_and_keeps_its_own() -> None:
    db = replay("CREATE TABLE t (a int, b int); CREATE TABLE c (b int, c int) INHERITS (t)")
    assert [(c.name, c.inherited, c.local) for c in table(db, "c").columns.values()] == [
        ("a", True, False), ("b", True, True), ("c", False, True),
    ]  # fmt: skip
    replay("ALTER TABLE t DROP COLUMN a, DROP COLUMN b", db)
    assert [(c.name, c.inherited) for c in table(db, "c").columns.values()] == [("b", False), ("c", False)]


def test_a_column_of_two_parents_stays_until_both_drop_it() -> None:
    db = replay("""
        CREATE TABLE t (a int);
        CREATE TABLE u (a int);
        CREATE TABLE c () INHERITS (t, u);
        ALTER TABLE t DROP COLUMN a;
    """)
    assert table(db, "c").columns["a"].inherited
    replay("ALTER TABLE u DROP COLUMN a", db)
    assert not table(db, "c").columns


def test_inherit_and_no_inherit() -> None:
    db = replay("""
        CREATE TABLE t (a int, CHECK (a > 0));
        CREATE TABLE c (a int, CONSTRAINT t_a_check CHECK (a > 0));
        ALTER TABLE c INHERIT t;
    """)
    assert names(db.heirs(Name("t"))) == ["c"]
    assert names(db.ancestors(Name("c"))) == ["t"]
    assert db.partitions(Name("t")) == ()
    assert table(db, "c").constraints["t_a_check"].inherited
    replay("ALTER TABLE c NO INHERIT t", db)
    assert not table(db, "c").columns["a"].inherited


@pytest.mark.parametrize("sql", ["INSERT INTO p VALUES (1)", "INSERT INTO p11 VALUES (1)"])
def test_rows_go_up_and_down(sql: str) -> None:
    db = replay(TREE + sql)
    assert table(db, "p").filled is not None
    assert table(db, "p1").filled is not None


def test_attaching_a_table_with_rows_fills_the_parent() -> None:
    db = replay("CREATE TABLE old (a int)", change_set=1)
    replay(
        """
        CREATE TABLE p (a int) PARTITION BY RANGE (a);
        ALTER TABLE p ATTACH PARTITION old DEFAULT;
    """,
        db,
        change_set=2,
    )
    assert table(db, "p").filled is not None


def test_parents_that_no_file_made_are_noted() -> None:
    db = replay("CREATE TABLE c PARTITION OF p FOR VALUES IN (1)")
    assert names(db.partitions(Name("p"))) == ["c"]
    assert not table(db, "c").closed


def test_dropping_a_partitioned_table_drops_its_partitions() -> None:
    db = replay(TREE + "DROP TABLE p")
    assert not db.relations


def test_attach_uses_a_foreign_key_that_names_its_columns() -> None:
    db = replay("""
        CREATE TABLE keys (a int, b int, PRIMARY KEY (a, b));
        CREATE TABLE p (a int, b int, CONSTRAINT above FOREIGN KEY (a, b) REFERENCES keys) PARTITION BY LIST (a);
        CREATE TABLE c (a int, b int, CONSTRAINT own FOREIGN KEY (a, b) REFERENCES keys (a, b));
        ALTER TABLE p ATTACH PARTITION c FOR VALUES IN (1);
    """)
    assert [name for name, one in table(db, "c").constraints.items() if one.kind == "foreign key"] == ["own"]
