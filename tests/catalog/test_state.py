"""The journal, and names by search_path."""

import pytest
from replay import replay, table

from db_sage_lint.catalog import Catalog
from db_sage_lint.operations import Name


def test_rollback_to_marks() -> None:
    db = replay("CREATE TABLE t (a int)")
    outer = db.mark()
    replay("ALTER TABLE t ADD b int", db)
    inner = db.mark()
    replay("DROP TABLE t; CREATE TYPE t AS ENUM ('a')", db)
    db.rollback(inner)
    assert list(table(db, "t").columns) == ["a", "b"]
    assert not db.types
    replay("ALTER TABLE t ADD c int", db)
    db.rollback(outer)
    assert list(table(db, "t").columns) == ["a"]
    assert db.resolve_type(Name("t")) == Name("t", "public")


def test_commit_makes_final() -> None:
    db = Catalog()
    mark = db.mark()
    replay("CREATE TABLE t (a int)", db)
    db.commit()
    db.rollback(mark)
    assert db.table(Name("t")) is not None


def test_a_trial_outlives_commits() -> None:
    db = Catalog()
    mark = db.trial()
    db.mark()
    replay("CREATE TABLE t (a int)", db)
    db.commit()
    db.rollback(mark)
    assert db.table(Name("t")) is None


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (("public",), "public"),
        (("s", "public"), "s"),
        (("$user", "public"), "public"),
        (("other", "public"), "public"),
        (("other",), "other"),
    ],
)
def test_search_path(path: tuple[str, ...], found: str) -> None:
    db = replay("CREATE TABLE public.t (a int); CREATE TABLE s.t (a int)")
    db.search_path = path
    assert db.resolve(Name("t")) == Name("t", found)


def test_a_name_in_one_schema_only_is_found_outside_the_path() -> None:
    db = replay("CREATE TABLE s.t (a int)")
    assert db.resolve(Name("t")) == Name("t", "s")
    assert db.place(Name("t")) == Name("t", "public")
    db.complete = True
    assert db.resolve(Name("t")) == Name("t", "public")


def test_new_objects_go_to_the_first_schema() -> None:
    db = Catalog(search_path=("app", "public"))
    replay(
        """
        CREATE TABLE t (a serial);
        CREATE TYPE e AS ENUM ('a');
        CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
    """,
        db,
    )
    assert {name.schema for name in (*db.relations, *db.types, *db.functions)} == {"app"}


def test_system_relations() -> None:
    db = Catalog()
    assert db.resolve(Name("pg_class")) == Name("pg_class", "pg_catalog")
    replay("INSERT INTO pg_class SELECT 1; UPDATE pg_catalog.pg_attribute SET attnotnull = true", db)
    assert not db.relations


def test_built_in_types_are_not_taken_for_tables() -> None:
    db = replay("CREATE TABLE date (a int); CREATE TABLE t (d date, r public.date)")
    assert [c.type.schema for c in table(db, "t").columns.values()] == ["", "public"]


def test_users_are_found_by_what_stands_in_expressions() -> None:
    db = replay("CREATE TABLE t (a int DEFAULT nextval('s.q'), b int DEFAULT f(1), c int DEFAULT $$x\"y$$::int)")
    t = Name("t", "public")
    assert db.users("q") == [t]
    assert db.users("f") == [t]
    assert db.users('x"y') == [t]
    assert db.users("z") == []
