"""DROP, RENAME, SET SCHEMA, OWNER TO and COMMENT of every kind of object."""

import pytest
from lowered import lowered

from db_sage_lint.operations import (
    Comment,
    DropFunction,
    DropIndex,
    DropObject,
    DropPolicy,
    DropRule,
    DropTable,
    DropTrigger,
    Name,
    RenameAttribute,
    RenameColumn,
    RenameConstraint,
    RenameIndex,
    RenameObject,
    RenamePolicy,
    RenameTable,
    RenameTrigger,
    SetObjectOwner,
    SetSchema,
    Type,
)

A, B = Name("a"), Name("b")
INT = Type("int4")

DROPS = [
    ("DROP TABLE a", [DropTable(table=A, together=(A,))]),
    ("DROP TABLE IF EXISTS s.a, b CASCADE", [
        DropTable(table=Name("a", "s"), if_exists=True, cascade=True, together=(Name("a", "s"), B)),
        DropTable(table=B, if_exists=True, cascade=True, together=(Name("a", "s"), B)),
    ]),
    ("DROP FOREIGN TABLE a", [DropTable(table=A, kind="foreign table", together=(A,))]),
    ("DROP INDEX CONCURRENTLY IF EXISTS a", [DropIndex(index=A, concurrently=True, missing_ok=True)]),
    ("DROP INDEX a, s.b CASCADE", [DropIndex(index=A, cascade=True), DropIndex(index=Name("b", "s"), cascade=True)]),
    ("DROP VIEW a", [DropObject(kind="view", name=A)]),
    ("DROP MATERIALIZED VIEW IF EXISTS a", [DropObject(kind="materialized view", name=A, missing_ok=True)]),
    ("DROP SEQUENCE a, b", [
        DropObject(kind="sequence", name=A, together=(A, B)), DropObject(kind="sequence", name=B, together=(A, B)),
    ]),
    ("DROP TYPE s.a CASCADE", [DropObject(kind="type", name=Name("a", "s"), cascade=True)]),
    ("DROP DOMAIN a", [DropObject(kind="domain", name=A)]),
    ("DROP SCHEMA a CASCADE", [DropObject(kind="schema", name=A, cascade=True)]),
    ("DROP EXTENSION a", [DropObject(kind="extension", name=A)]),
    ("DROP FUNCTION a(int, OUT text), s.b CASCADE", [
        DropFunction(function=A, arguments=(INT,), cascade=True, together=(A, Name("b", "s"))),
        DropFunction(function=Name("b", "s"), cascade=True, together=(A, Name("b", "s"))),
    ]),
    ("DROP FUNCTION IF EXISTS a()", [DropFunction(function=A, arguments=(), missing_ok=True)]),
    ("DROP PROCEDURE a", [DropFunction(function=A, kind="procedure")]),
    ("DROP ROUTINE a", [DropFunction(function=A, kind="routine")]),
    ("DROP AGGREGATE a(int)", [DropFunction(function=A, arguments=(INT,), kind="aggregate")]),
    ("DROP AGGREGATE a(*)", [DropFunction(function=A, arguments=(), kind="aggregate")]),
    ("DROP TRIGGER IF EXISTS g ON s.a CASCADE",
     [DropTrigger(table=Name("a", "s"), name="g", missing_ok=True, cascade=True)]),
    ("DROP POLICY IF EXISTS p ON a", [DropPolicy(table=A, name="p", missing_ok=True)]),
    ("DROP RULE r ON a", [DropRule(table=A, name="r")]),
    ("DROP PUBLICATION a", [DropObject(kind="publication", name=A)]),
    ("DROP SUBSCRIPTION IF EXISTS a", [DropObject(kind="subscription", name=A, missing_ok=True)]),
    ("DROP COLLATION s.a", [DropObject(kind="collation", name=Name("a", "s"))]),
    ("DROP CONVERSION a", [DropObject(kind="conversion", name=A)]),
    ("DROP TEXT SEARCH CONFIGURATION a", [DropObject(kind="text search", name=A)]),
    ("DROP STATISTICS a", [DropObject(kind="statistics", name=A)]),
    ("DROP OPERATOR s.+ (int, int)", [DropObject(kind="operator", name=Name("+", "s"))]),
    ("DROP OPERATOR CLASS s.a USING btree", [DropObject(kind="operator", name=Name("a", "s"))]),
    ("DROP OPERATOR FAMILY a USING btree", [DropObject(kind="operator", name=A)]),
    ("DROP CAST (int AS text)", [DropObject(kind="cast", name=Name("int4 as text"))]),
    ("DROP TRANSFORM FOR int LANGUAGE plpython3u", [DropObject(kind="transform", name=Name("int4 for plpython3u"))]),
    ("DROP LANGUAGE a", [DropObject(kind="language", name=A)]),
    ("DROP SERVER a", [DropObject(kind="foreign server", name=A)]),
    ("DROP FOREIGN DATA WRAPPER a", [DropObject(kind="foreign data wrapper", name=A)]),
    ("DROP EVENT TRIGGER a", [DropObject(kind="event trigger", name=A)]),
    ("DROP ACCESS METHOD a", [DropObject(kind="access method", name=A)]),
    ("DROP USER MAPPING FOR bob SERVER a", [DropObject(kind="user mapping", name=A)]),
    ("DROP ROLE IF EXISTS a, b", [
        DropObject(kind="role", name=A, missing_ok=True), DropObject(kind="role", name=B, missing_ok=True),
    ]),
    ("DROP OWNED BY a CASCADE", [DropObject(kind="owned", name=A, cascade=True)]),
    ("DROP DATABASE IF EXISTS a WITH (FORCE)", [DropObject(kind="database", name=A, missing_ok=True)]),
    ("DROP TABLESPACE a", [DropObject(kind="tablespace", name=A)]),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "expected"), DROPS)
def test_drop(sql, expected):
    assert lowered(sql) == expected


CHANGES = [
    ("ALTER TABLE a RENAME TO b", RenameTable(table=A, new_name="b")),
    ("ALTER TABLE IF EXISTS s.a RENAME TO b", RenameTable(table=Name("a", "s"), if_exists=True, new_name="b")),
    ("ALTER FOREIGN TABLE a RENAME TO b", RenameTable(table=A, kind="foreign table", new_name="b")),
    ("ALTER TABLE ONLY a RENAME x TO y", RenameColumn(table=A, only=True, column="x", new_name="y")),
    ("ALTER VIEW a RENAME COLUMN x TO y", RenameColumn(table=A, kind="view", column="x", new_name="y")),
    ("ALTER MATERIALIZED VIEW a RENAME COLUMN x TO y",
     RenameColumn(table=A, kind="materialized view", column="x", new_name="y")),
    ("ALTER TABLE a RENAME CONSTRAINT x TO y", RenameConstraint(table=A, name="x", new_name="y")),
    ("ALTER INDEX IF EXISTS a RENAME TO b", RenameIndex(index=A, new_name="b", if_exists=True)),
    ("ALTER TYPE a RENAME ATTRIBUTE x TO y", RenameAttribute(type=A, attribute="x", new_name="y")),
    ("ALTER TRIGGER x ON s.a RENAME TO y", RenameTrigger(table=Name("a", "s"), name="x", new_name="y")),
    ("ALTER POLICY IF EXISTS x ON a RENAME TO y", RenamePolicy(table=A, if_exists=True, name="x", new_name="y")),
    ("ALTER VIEW a RENAME TO b", RenameObject(kind="view", name=A, new_name="b")),
    ("ALTER MATERIALIZED VIEW IF EXISTS a RENAME TO b",
     RenameObject(kind="materialized view", name=A, new_name="b", if_exists=True)),
    ("ALTER SEQUENCE s.a RENAME TO b", RenameObject(kind="sequence", name=Name("a", "s"), new_name="b")),
    ("ALTER TYPE s.a RENAME TO b", RenameObject(kind="type", name=Name("a", "s"), new_name="b")),
    ("ALTER DOMAIN a RENAME TO b", RenameObject(kind="domain", name=A, new_name="b")),
    ("ALTER DOMAIN a RENAME CONSTRAINT x TO y",
     RenameObject(kind="domain constraint", name=A, new_name="y", constraint="x")),
    ("ALTER SCHEMA a RENAME TO b", RenameObject(kind="schema", name=A, new_name="b")),
    ("ALTER ROLE a RENAME TO b", RenameObject(kind="role", name=A, new_name="b")),
    ("ALTER DATABASE a RENAME TO b", RenameObject(kind="database", name=A, new_name="b")),
    ("ALTER FUNCTION a(int) RENAME TO b", RenameObject(kind="function", name=A, new_name="b", arguments=(INT,))),
    ("ALTER PROCEDURE a RENAME TO b", RenameObject(kind="function", name=A, new_name="b")),
    ("ALTER RULE x ON a RENAME TO y", RenameObject(kind="other", name=A, new_name="y", constraint="x")),
    ("ALTER PUBLICATION a RENAME TO b", RenameObject(kind="other", name=A, new_name="b")),
    ("ALTER OPERATOR CLASS a USING btree RENAME TO b", RenameObject(kind="other", name=A, new_name="b")),
    ("ALTER TABLE IF EXISTS a SET SCHEMA s", SetSchema(kind="table", name=A, new_schema="s", if_exists=True)),
    ("ALTER VIEW a SET SCHEMA s", SetSchema(kind="view", name=A, new_schema="s")),
    ("ALTER TYPE a SET SCHEMA s", SetSchema(kind="type", name=A, new_schema="s")),
    ("ALTER EXTENSION a SET SCHEMA s", SetSchema(kind="extension", name=A, new_schema="s")),
    ("ALTER FUNCTION a(int) SET SCHEMA s", SetSchema(kind="function", name=A, new_schema="s", arguments=(INT,))),
    ("ALTER COLLATION a SET SCHEMA s", SetSchema(kind="other", name=A, new_schema="s")),
    ("ALTER FUNCTION a(int) OWNER TO bob", SetObjectOwner(kind="function", name=A, owner="bob")),
    ("ALTER SCHEMA a OWNER TO SESSION_USER", SetObjectOwner(kind="schema", name=A, owner="session_user")),
    ("ALTER TYPE s.a OWNER TO bob", SetObjectOwner(kind="type", name=Name("a", "s"), owner="bob")),
    ("ALTER OPERATOR FAMILY a USING gin OWNER TO bob", SetObjectOwner(kind="operator family", name=A, owner="bob")),
    ("ALTER LARGE OBJECT 12 OWNER TO bob", SetObjectOwner(kind="large object", name=Name("12"), owner="bob")),
    ("COMMENT ON TABLE s.a IS 'x'", Comment(kind="table", target=Name("a", "s"), text="x")),
    ("COMMENT ON COLUMN s.a.c IS 'x'", Comment(kind="column", target=Name("a", "s"), part="c", text="x")),
    ("COMMENT ON COLUMN a.c IS NULL", Comment(kind="column", target=A, part="c")),
    ("COMMENT ON CONSTRAINT c ON a IS 'x'", Comment(kind="constraint", target=A, part="c", text="x")),
    ("COMMENT ON CONSTRAINT c ON DOMAIN s.a IS 'x'",
     Comment(kind="domain constraint", target=Name("a", "s"), part="c", text="x")),
    ("COMMENT ON TRIGGER c ON a IS 'x'", Comment(kind="trigger", target=A, part="c", text="x")),
    ("COMMENT ON POLICY c ON a IS 'x'", Comment(kind="policy", target=A, part="c", text="x")),
    ("COMMENT ON RULE c ON a IS 'x'", Comment(kind="rule", target=A, part="c", text="x")),
    ("COMMENT ON FUNCTION a(int) IS 'x'", Comment(kind="function", target=A, text="x")),
    ("COMMENT ON SCHEMA a IS 'x'", Comment(kind="schema", target=A, text="x")),
    ("COMMENT ON TYPE a IS 'x'", Comment(kind="type", target=A, text="x")),
    ("COMMENT ON CAST (int AS text) IS 'x'", Comment(kind="cast", target=Name("int4 as text"), text="x")),
    ("COMMENT ON OPERATOR CLASS a USING gin IS 'x'", Comment(kind="operator class", target=A, text="x")),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "expected"), CHANGES)
def test_change(sql, expected):
    assert lowered(sql) == [expected]
