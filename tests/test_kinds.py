"""Kinds of statements by name."""

import pytest

from db_sage_lint import operations
from db_sage_lint.kinds import GROUPS, PHRASES, kinds
from tests.lower.lowered import operations as operations_of

EXAMPLES = {
    "alter collation": "ALTER COLLATION german REFRESH VERSION",
    "alter database": "ALTER DATABASE shop CONNECTION LIMIT 5",
    "alter database set": "ALTER DATABASE shop SET work_mem = '1GB'",
    "alter event trigger": "ALTER EVENT TRIGGER watch DISABLE",
    "alter extension": "ALTER EXTENSION hstore UPDATE",
    "alter operator": "ALTER OPERATOR === (int, int) SET (RESTRICT = NONE)",
    "alter role set": "ALTER ROLE app SET work_mem = '1GB'",
    "alter system": "ALTER SYSTEM SET work_mem = '1GB'",
    "alter tablespace": "ALTER TABLESPACE fast SET (seq_page_cost = 1)",
    "call": "CALL tidy()",
    "cascade": "DROP TABLE orders CASCADE",
    "checkpoint": "CHECKPOINT",
    "commit prepared": "COMMIT PREPARED 'one'",
    "copy program": "COPY orders FROM PROGRAM 'zcat orders.gz'",
    "create access method": "CREATE ACCESS METHOD fast TYPE TABLE HANDLER heap_tableam_handler",
    "create cast": "CREATE CAST (int AS state) WITHOUT FUNCTION",
    "create conversion": "CREATE CONVERSION mine FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1",
    "create database": "CREATE DATABASE shop",
    "create event trigger": "CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION watch()",
    "create language": "CREATE LANGUAGE plsample HANDLER plsample_call_handler",
    "create operator class": "CREATE OPERATOR CLASS mine FOR TYPE int USING btree AS OPERATOR 1 <",
    "create operator family": "CREATE OPERATOR FAMILY mine USING btree",
    "create procedure": "CREATE PROCEDURE tidy() LANGUAGE sql AS 'SELECT 1'",
    "create tablespace": "CREATE TABLESPACE fast LOCATION '/fast'",
    "create transform": "CREATE TRANSFORM FOR int LANGUAGE sql (FROM SQL WITH FUNCTION f(internal))",
    "create type": "CREATE TYPE address AS (street text)",
    "create type as enum": "CREATE TYPE state AS ENUM ('open')",
    "create unique index": "CREATE UNIQUE INDEX ON orders (id)",
    "declare cursor": "DECLARE one CURSOR FOR SELECT 1",
    "disable row level security": "ALTER TABLE orders DISABLE ROW LEVEL SECURITY",
    "disable trigger": "ALTER TABLE orders DISABLE TRIGGER ALL",
    "discard all": "DISCARD ALL",
    "do": "DO 'BEGIN END'",
    "execute": "EXECUTE one",
    "explain": "EXPLAIN SELECT 1",
    "explain analyze": "EXPLAIN ANALYZE SELECT 1",
    "foreign key": "CREATE TABLE items (order_id int REFERENCES orders)",
    "grant": "GRANT app TO ann",
    "inherits": "CREATE TABLE returns () INHERITS (orders)",
    "listen": "LISTEN orders",
    "load": "LOAD 'auto_explain'",
    "notify": "NOTIFY orders",
    "partition by": "CREATE TABLE parts (id int) PARTITION BY HASH (id)",
    "partition of": "CREATE TABLE part PARTITION OF parts DEFAULT",
    "revoke": "REVOKE SELECT ON orders FROM app",
    "rollback prepared": "ROLLBACK PREPARED 'one'",
    "security definer": "CREATE FUNCTION one() RETURNS int SECURITY DEFINER LANGUAGE sql AS 'SELECT 1'",
    "security label": "SECURITY LABEL ON TABLE orders IS 'secret'",
    "select": "SELECT 1",
    "set owner": "ALTER FUNCTION one() OWNER TO app",
    "show": "SHOW work_mem",
    "temporary table": "CREATE TEMP TABLE orders (id int)",
    "typed table": "CREATE TABLE addresses OF address",
    "unlogged table": "CREATE UNLOGGED TABLE orders (id int)",
    "vacuum full": "VACUUM FULL orders",
    "values": "VALUES (1)",
}


@pytest.mark.parametrize("name", PHRASES)
def test_statement_of_a_kind(name: str) -> None:
    sql = EXAMPLES[name]
    assert any(kinds()[name](op, sql.encode()) for op in operations_of(sql))


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("alter role set", "ALTER DATABASE shop SET work_mem = '1GB'"),
        ("explain analyze", "EXPLAIN DELETE FROM orders"),
        ("explain analyze", "DELETE FROM orders"),
        ("explain", "SHOW work_mem"),
        ("grant", "REVOKE SELECT ON orders FROM app"),
        ("cascade", "DROP TABLE orders"),
        ("inherits", "CREATE TABLE part PARTITION OF parts DEFAULT"),
        ("inherits", "ALTER TABLE returns NO INHERIT orders"),
        ("vacuum full", "VACUUM orders"),
        ("rename table", "ALTER TABLE orders RENAME COLUMN a TO b"),
        ("disable trigger", "ALTER TABLE orders ENABLE TRIGGER ALL"),
    ],
)
def test_statement_of_another_kind(name: str, sql: str) -> None:
    assert not any(kinds()[name](op, sql.encode()) for op in operations_of(sql))


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("create table", "CREATE TABLE orders (id int)"),
        ("drop column", "ALTER TABLE orders DROP COLUMN a"),
        ("drop materialized view", "DROP MATERIALIZED VIEW totals"),
        ("rename column", "ALTER TABLE orders RENAME COLUMN a TO b"),
        ("set not null", "ALTER TABLE orders ALTER COLUMN a SET NOT NULL"),
    ],
)
def test_operations_by_their_names(name: str, sql: str) -> None:
    assert any(kinds()[name](op, sql.encode()) for op in operations_of(sql))


def test_groups_are_no_kinds() -> None:
    assert not {"on table", "drop object", "server wide", "nothing", "operation"} & set(kinds())
    assert all(kind in vars(operations).values() for kind in GROUPS)
