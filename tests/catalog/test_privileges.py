"""Who may do what, by which statement."""

from replay import replay, text

from db_sage_lint.catalog import Catalog
from db_sage_lint.operations import Name


def granted(db: Catalog, kind: str, name: str) -> set[tuple[str, str, str]]:
    return {(p.grantee, p.privilege, p.column) for p in db.privileges_on(kind, Name(name))}


def test_grant_and_revoke() -> None:
    db = replay("""
        CREATE TABLE t (a int);
        GRANT SELECT, INSERT ON t TO r;
        GRANT UPDATE (a) ON t TO r;
        REVOKE INSERT ON t FROM r;
    """)
    assert granted(db, "table", "t") == {("r", "select", ""), ("r", "update", "a")}
    assert {text(by) for by in db.privileges_on("table", Name("t")).values()} == {
        "GRANT SELECT, INSERT ON t TO r",
        "GRANT UPDATE (a) ON t TO r",
    }


def test_all_and_all_in_schema() -> None:
    db = replay("""
        CREATE TABLE t (a int);
        CREATE VIEW v AS SELECT a FROM t;
        CREATE SEQUENCE s;
        GRANT ALL ON ALL TABLES IN SCHEMA public TO r;
    """)
    assert ("r", "truncate", "") in granted(db, "table", "t")
    assert ("r", "select", "") in granted(db, "table", "v")
    assert not granted(db, "sequence", "s")


def test_revoking_a_table_right_takes_the_columns_too() -> None:
    db = replay("CREATE TABLE t (a int); GRANT SELECT (a) ON t TO r; REVOKE SELECT ON t FROM r")
    assert not granted(db, "table", "t")


def test_everybody_may_execute_a_new_function() -> None:
    db = replay("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    assert granted(db, "function", "f") == {("public", "execute", "")}
    replay("REVOKE ALL ON FUNCTION f() FROM PUBLIC", db)
    assert not granted(db, "function", "f")


def test_rights_on_a_column_go_with_it() -> None:
    db = replay("CREATE TABLE t (a int, b int); GRANT SELECT (a, b) ON t TO r; GRANT UPDATE ON t TO r")
    replay("ALTER TABLE t DROP a", db)
    assert granted(db, "table", "t") == {("r", "select", "b"), ("r", "update", "")}


def test_default_privileges() -> None:
    db = replay("""
        ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO r;
        ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
        CREATE TABLE t (a int);
        CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
        ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE SELECT ON TABLES FROM r;
        CREATE TABLE u (a int);
    """)
    assert granted(db, "table", "t") == {("r", "select", "")}
    assert not granted(db, "table", "u")
    assert not granted(db, "function", "f")


def test_rights_follow_a_rename_and_go_with_the_table() -> None:
    db = replay("CREATE TABLE t (a int); GRANT SELECT ON t TO r; ALTER TABLE t RENAME TO u")
    assert granted(db, "table", "u") == {("r", "select", "")}
    replay("DROP TABLE u; CREATE TABLE u (a int)", db)
    assert not granted(db, "table", "u")


def test_drop_owned_takes_rights_away() -> None:
    db = replay("""
        CREATE TABLE t (a int);
        GRANT SELECT ON t TO r;
        CREATE TABLE o (a int);
        ALTER TABLE o OWNER TO r;
        DROP OWNED BY r;
    """)
    assert not granted(db, "table", "t")
    assert Name("o", "public") not in db.relations
