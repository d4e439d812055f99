"""Names that the server makes up. Every one was read off a PostgreSQL 17."""

import pytest
from replay import replay, table

from db_sage_lint.catalog.names import make_object_name
from db_sage_lint.catalog.records import Sequence
from db_sage_lint.operations import Name

LONG = "a_table_with_a_name_that_is_forty_bytes_"


def constraints(sql: str, name: str = "t") -> set[str]:
    return set(table(replay(sql), name).constraints)


def indexes(sql: str, name: str = "t") -> set[str]:
    return {index.name for index in table(replay(sql), name).indexes}


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("CREATE TABLE t (a int PRIMARY KEY)", {"t_pkey"}),
        ("CREATE TABLE t (a int UNIQUE, b int, UNIQUE (a, b))", {"t_a_key", "t_a_b_key"}),
        ("CREATE TABLE t (a int CHECK (a > 0), b int, CHECK (a > b))", {"t_a_check", "t_check"}),
        ("CREATE TABLE t (a int); ALTER TABLE t ADD CHECK (a > 0), ADD CHECK (a < 9)", {"t_a_check", "t_a_check1"}),
        ("CREATE TABLE t (a int, CHECK (a > 0 AND a < 9), CHECK (true))", {"t_a_check", "t_check"}),
        ("CREATE TABLE t (a int, b int CHECK (a > 0))", {"t_a_check"}),
        ("CREATE TABLE t (a int PRIMARY KEY, b int REFERENCES t)", {"t_pkey", "t_b_fkey"}),
        (
            "CREATE TABLE t (a int, b int, FOREIGN KEY (b, a) REFERENCES u, FOREIGN KEY (b, a) REFERENCES u)",
            {"t_b_a_fkey", "t_b_a_fkey1"},
        ),
        ("CREATE TABLE t (a int, EXCLUDE USING gist (a WITH =))", {"t_a_excl"}),
        ("CREATE TABLE t (a int UNIQUE, PRIMARY KEY (a))", {"t_pkey"}),
        ("CREATE TABLE t (a int, CONSTRAINT k UNIQUE (a), PRIMARY KEY (a))", {"k"}),
        ("CREATE TABLE t (a int PRIMARY KEY, CONSTRAINT k UNIQUE (a))", {"k"}),
        ("CREATE TABLE t (a int UNIQUE, UNIQUE (a))", {"t_a_key"}),
        ("CREATE TABLE t_a_key (); CREATE TABLE t (a int UNIQUE)", {"t_a_key1"}),
        ("CREATE TABLE a_b (c int CHECK (c > 0)); CREATE TABLE a (b_c int CHECK (b_c > 0)); ALTER TABLE a RENAME TO t",
         {"a_b_c_check1"}),
    ],
)  # fmt: skip
def test_constraints(sql: str, names: set[str]) -> None:
    assert constraints(sql) == names


@pytest.mark.parametrize(
    ("definition", "name"),
    [
        ("(a)", "t_a_idx"),
        ("((c || 'x'))", "t_expr_idx"),
        ("(coalesce(c, ''))", "t_coalesce_idx"),
        ("((c::int))", "t_c_idx"),
        ("(a, a)", "t_a_a1_idx"),
        ("(b) INCLUDE (a)", "t_b_a_idx"),
        ("(lower(c), b DESC)", "t_lower_b_idx"),
        ("((CASE WHEN a > 0 THEN 1 ELSE 0 END))", "t_case_idx"),
        ("(CAST('1' AS int))", "t_int4_idx"),
        ("((a + 1), (a + 2))", "t_expr_expr1_idx"),
    ],
)
def test_indexes(definition: str, name: str) -> None:
    assert indexes(f"CREATE TABLE t (a int, b int, c text); CREATE INDEX ON t {definition}") == {name}


def test_a_second_index_is_numbered() -> None:
    made = indexes("""
        CREATE TABLE t (a int, b int);
        CREATE INDEX ON t (a);
        CREATE INDEX ON t (a);
        CREATE INDEX ON t (a) WHERE b > 0;
    """)
    assert made == {"t_a_idx", "t_a_idx1", "t_a_idx2"}


def test_long_names_are_cut_where_they_are_longer() -> None:
    sql = f"""CREATE TABLE {LONG} (
            a_column_with_thirty_bytes_12 int UNIQUE, {LONG} int UNIQUE, x int CHECK (x > 0), y int,
            CHECK (x > y), UNIQUE (x, y)
        );
        CREATE INDEX ON {LONG} (x, y, lower(x::text), (x + 1), (x + 2)) INCLUDE (a_column_with_thirty_bytes_12);"""
    assert constraints(sql, LONG) == {
        "a_table_with_a_name_that_is_f_a_column_with_thirty_bytes_12_key",
        "a_table_with_a_name_that_is_f_a_table_with_a_name_that_is_f_key",
        "a_table_with_a_name_that_is_forty_bytes__x_check",
        "a_table_with_a_name_that_is_forty_bytes__check",
        "a_table_with_a_name_that_is_forty_bytes__x_y_key",
    }
    assert "a_table_with_a_name_that_is_f_x_y_lower_expr_expr1_a_column_idx" in indexes(sql, LONG)


def test_names_are_cut_between_characters() -> None:
    name = "é" * 30
    db = replay(f'CREATE TABLE "{name}" (id serial PRIMARY KEY)')
    assert set(table(db, name).constraints) == {"é" * 29 + "_pkey"}
    assert [r.name.name for r in db.relations.values() if isinstance(r, Sequence)] == ["é" * 28 + "_id_seq"]
    assert len(make_object_name(name, "id", "seq").encode()) <= 63


def test_sequences_of_serial_and_identity() -> None:
    db = replay("CREATE TABLE t (a serial, b bigint GENERATED ALWAYS AS IDENTITY); ALTER TABLE t ADD c smallserial")
    made = {name.name for name, relation in db.relations.items() if isinstance(relation, Sequence)}
    assert made == {"t_a_seq", "t_b_seq", "t_c_seq"}


def test_a_taken_sequence_name_is_numbered() -> None:
    db = replay("CREATE SEQUENCE t_a_seq; CREATE TABLE t (a serial)")
    assert table(db, "t").columns["a"].sequence == Name("t_a_seq1", "public")


def test_domain_checks() -> None:
    domain = replay("CREATE DOMAIN d AS int CHECK (VALUE > 0) CHECK (VALUE < 9)").domain(Name("d"))
    assert domain is not None
    assert [check.name for check in domain.checks] == ["d_check", "d_check1"]


def test_partitions_get_names_of_their_own() -> None:
    db = replay("""
        CREATE TABLE p (a int, b int, PRIMARY KEY (a)) PARTITION BY RANGE (a);
        CREATE INDEX by_b ON p (b);
        CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (9);
        ALTER TABLE p ADD UNIQUE (a, b);
    """)
    assert {index.name for index in table(db, "p1").indexes} == {"p1_pkey", "p1_b_idx", "p1_a_b_key"}
