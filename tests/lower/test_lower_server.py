"""Schemas, extensions, roles, privileges, replication, foreign servers, and statements on the whole server."""

import pytest
from lowered import lowered, operations, query

from db_sage_lint.operations import (
    AddForeignKey,
    AlterDefaultPrivileges,
    AlterPublication,
    AlterRole,
    AlterSetting,
    AlterSubscription,
    ColumnSpec,
    CreateExtension,
    CreateIndex,
    CreatePublication,
    CreateRole,
    CreateSchema,
    CreateSequence,
    CreateSubscription,
    CreateTable,
    CreateTrigger,
    CreateView,
    Grant,
    GrantRole,
    IndexKey,
    Name,
    Nothing,
    ServerOptions,
    ServerWide,
    SetObjectOwner,
    Type,
    Unread,
)

T = Name("t")
F = Name("f")
INT = Type("int4")

EXAMPLES = [
    ("CREATE SCHEMA IF NOT EXISTS s", [CreateSchema(schema="s", if_not_exists=True)]),
    ("CREATE SCHEMA s AUTHORIZATION bob", [CreateSchema(schema="s", owner="bob")]),
    ("CREATE SCHEMA AUTHORIZATION bob", [CreateSchema(schema="bob", owner="bob")]),
    ("CREATE EXTENSION IF NOT EXISTS e WITH SCHEMA s VERSION '1' CASCADE",
     [CreateExtension(extension="e", schema="s", if_not_exists=True, cascade=True)]),
    ("CREATE LANGUAGE plperl", [CreateExtension(extension="plperl")]),
    ("IMPORT FOREIGN SCHEMA a LIMIT TO (x) FROM SERVER b INTO c",
     [Unread(why="IMPORT FOREIGN SCHEMA makes tables that only the foreign server knows",
             names=frozenset({"a", "b", "c", "x"}))]),
    ("IMPORT FOREIGN SCHEMA a EXCEPT (x) FROM SERVER b INTO c",
     [Unread(why="IMPORT FOREIGN SCHEMA makes tables that only the foreign server knows",
             names=frozenset({"a", "b", "c"}))]),
    ("CREATE ROLE bob", [CreateRole(role="bob")]),
    ("CREATE USER bob", [CreateRole(role="bob", options=(("login", "true"),))]),
    ("CREATE USER bob NOLOGIN", [CreateRole(role="bob", options=(("login", "false"),))]),
    (("CREATE ROLE bob WITH LOGIN SUPERUSER NOINHERIT REPLICATION BYPASSRLS CONNECTION LIMIT 3 PASSWORD 'pw' "
      "VALID UNTIL 'x' IN ROLE a ROLE b, c ADMIN d"),
     [CreateRole(role="bob", password="pw",
                 options=(("login", "true"), ("superuser", "true"), ("inherit", "false"), ("replication", "true"),
                          ("bypassrls", "true"), ("connection limit", "3"), ("valid until", "x"))),
      GrantRole(grant=True, roles=("a",), grantees=("bob",)),
      GrantRole(grant=True, roles=("bob",), grantees=("b", "c")),
      GrantRole(grant=True, roles=("bob",), grantees=("d",), admin_option=True)]),
    ("ALTER ROLE CURRENT_USER PASSWORD NULL", [AlterRole(role="current_user")]),
    ("ALTER USER bob NOSUPERUSER PASSWORD ''",
     [AlterRole(role="bob", options=(("superuser", "false"),), password="")]),
    ("ALTER GROUP g ADD USER a, b", [GrantRole(grant=True, roles=("g",), grantees=("a", "b"))]),
    ("ALTER GROUP g DROP USER a", [GrantRole(grant=False, roles=("g",), grantees=("a",))]),
    ("ALTER ROLE bob SET lock_timeout = '5s'", [AlterSetting(name="lock_timeout", value="5s", role="bob")]),
    ("ALTER ROLE bob IN DATABASE d SET search_path TO a, b",
     [AlterSetting(name="search_path", value="a, b", role="bob", database="d")]),
    ("ALTER ROLE ALL RESET ALL", [AlterSetting(name="all", value=None)]),
    ("ALTER DATABASE d SET x.y TO DEFAULT", [AlterSetting(name="x.y", value=None, database="d")]),
    ("ALTER DATABASE d RESET work_mem", [AlterSetting(name="work_mem", value=None, database="d")]),
    ("REASSIGN OWNED BY a, b TO bob", [
        SetObjectOwner(kind="owned", name=Name("a"), owner="bob"),
        SetObjectOwner(kind="owned", name=Name("b"), owner="bob"),
    ]),
    ("GRANT SELECT, INSERT ON t, s.u TO bob, PUBLIC WITH GRANT OPTION",
     [Grant(grant=True, kind="table", names=(T, Name("u", "s")), privileges=("select", "insert"),
            grantees=("bob", "public"), grant_option=True)]),
    ("GRANT ALL ON TABLE t TO bob",
     [Grant(grant=True, kind="table", names=(T,), privileges=(), grantees=("bob",))]),
    ("GRANT SELECT (a, b), UPDATE (c), DELETE ON t TO bob", [
        Grant(grant=True, kind="table", names=(T,), privileges=("select",), grantees=("bob",), columns=("a", "b")),
        Grant(grant=True, kind="table", names=(T,), privileges=("update",), grantees=("bob",), columns=("c",)),
        Grant(grant=True, kind="table", names=(T,), privileges=("delete",), grantees=("bob",)),
    ]),
    ("GRANT ALL (a) ON t TO bob",
     [Grant(grant=True, kind="table", names=(T,), privileges=(), grantees=("bob",), columns=("a",))]),
    ("REVOKE GRANT OPTION FOR ALL ON ALL TABLES IN SCHEMA s FROM bob CASCADE",
     [Grant(grant=False, kind="table", names=(Name("s"),), privileges=(), grantees=("bob",), all_in_schema=True,
            grant_option=True)]),
    ("GRANT EXECUTE ON FUNCTION f(int), g TO bob",
     [Grant(grant=True, kind="function", names=(F, Name("g")), privileges=("execute",), grantees=("bob",),
            arguments=((INT,), None))]),
    ("GRANT USAGE ON SCHEMA s TO bob",
     [Grant(grant=True, kind="schema", names=(Name("s"),), privileges=("usage",), grantees=("bob",))]),
    ("GRANT USAGE ON TYPE s.t TO bob",
     [Grant(grant=True, kind="type", names=(Name("t", "s"),), privileges=("usage",), grantees=("bob",))]),
    ("GRANT SET ON PARAMETER work_mem TO bob",
     [Grant(grant=True, kind="parameter", names=(Name("work_mem"),), privileges=("set",), grantees=("bob",))]),
    ("GRANT SELECT ON LARGE OBJECT 12 TO bob",
     [Grant(grant=True, kind="large object", names=(Name("12"),), privileges=("select",), grantees=("bob",))]),
    ("GRANT a, b TO bob WITH ADMIN OPTION",
     [GrantRole(grant=True, roles=("a", "b"), grantees=("bob",), admin_option=True)]),
    ("GRANT a TO bob WITH ADMIN FALSE, INHERIT TRUE", [GrantRole(grant=True, roles=("a",), grantees=("bob",))]),
    ("REVOKE a FROM bob", [GrantRole(grant=False, roles=("a",), grantees=("bob",))]),
    ("REVOKE ADMIN OPTION FOR a FROM bob",
     [GrantRole(grant=False, roles=("a",), grantees=("bob",), admin_option=True)]),
    ("REVOKE INHERIT OPTION FOR a FROM bob", [Nothing(statement="GrantRoleStmt")]),
    ("ALTER DEFAULT PRIVILEGES FOR ROLE a IN SCHEMA s, x GRANT SELECT, INSERT ON TABLES TO bob",
     [AlterDefaultPrivileges(grant=True, kind="table", privileges=("select", "insert"), grantees=("bob",),
                             schemas=("s", "x"), roles=("a",))]),
    ("ALTER DEFAULT PRIVILEGES REVOKE ALL ON FUNCTIONS FROM PUBLIC",
     [AlterDefaultPrivileges(grant=False, kind="function", privileges=(), grantees=("public",))]),
    ("CREATE PUBLICATION p", [CreatePublication(publication="p")]),
    ("CREATE PUBLICATION p FOR ALL TABLES", [CreatePublication(publication="p", all_tables=True)]),
    ("CREATE PUBLICATION p FOR TABLE t (a) WHERE (a > 0), s.u, TABLES IN SCHEMA x, CURRENT_SCHEMA",
     [CreatePublication(publication="p", tables=(T, Name("u", "s")), schemas=("x", "current_schema"))]),
    ("ALTER PUBLICATION p ADD TABLE t", [AlterPublication(publication="p", change="add", tables=(T,))]),
    ("ALTER PUBLICATION p DROP TABLES IN SCHEMA x",
     [AlterPublication(publication="p", change="drop", schemas=("x",))]),
    ("ALTER PUBLICATION p SET TABLE t", [AlterPublication(publication="p", change="set", tables=(T,))]),
    ("ALTER PUBLICATION p SET (publish = 'insert')", [AlterPublication(publication="p", change="options")]),
    ("CREATE SUBSCRIPTION x CONNECTION 'c' PUBLICATION p", [CreateSubscription(subscription="x", connection="c")]),
    ("CREATE SUBSCRIPTION x CONNECTION 'c' PUBLICATION p WITH (create_slot = off)",
     [CreateSubscription(subscription="x", connection="c", creates_slot=False)]),
    ("CREATE SUBSCRIPTION x CONNECTION 'c' PUBLICATION p WITH (connect = false)",
     [CreateSubscription(subscription="x", connection="c", creates_slot=False)]),
    ("ALTER SUBSCRIPTION x CONNECTION 'c'",
     [AlterSubscription(subscription="x", change="connection", connection="c")]),
    ("ALTER SUBSCRIPTION x REFRESH PUBLICATION",
     [AlterSubscription(subscription="x", change="refresh", refreshes=True)]),
    ("ALTER SUBSCRIPTION x SET PUBLICATION p",
     [AlterSubscription(subscription="x", change="set publication", refreshes=True)]),
    ("ALTER SUBSCRIPTION x ADD PUBLICATION p WITH (refresh = false)",
     [AlterSubscription(subscription="x", change="add publication")]),
    ("ALTER SUBSCRIPTION x DISABLE", [AlterSubscription(subscription="x", change="enabled")]),
    ("ALTER SUBSCRIPTION x SET (slot_name = NONE)", [AlterSubscription(subscription="x", change="options")]),
    ("ALTER SUBSCRIPTION x SKIP (lsn = NONE)", [AlterSubscription(subscription="x", change="skip")]),
    ("CREATE FOREIGN DATA WRAPPER w OPTIONS (a 'b')",
     [ServerOptions(kind="wrapper", name="w", options=(("a", "b"),))]),
    ("ALTER FOREIGN DATA WRAPPER w NO HANDLER", [ServerOptions(kind="wrapper", name="w")]),
    ("CREATE SERVER x FOREIGN DATA WRAPPER w OPTIONS (host 'h', \"Password\" 'p')",
     [ServerOptions(kind="server", name="x", options=(("host", "h"), ("password", "p")))]),
    ("ALTER SERVER x OPTIONS (SET host 'h')", [ServerOptions(kind="server", name="x", options=(("host", "h"),))]),
    ("CREATE USER MAPPING FOR bob SERVER x OPTIONS (password 'p')",
     [ServerOptions(kind="user mapping", name="x", options=(("password", "p"),))]),
    ("ALTER USER MAPPING FOR PUBLIC SERVER x OPTIONS (SET password 'p')",
     [ServerOptions(kind="user mapping", name="x", options=(("password", "p"),))]),
    # What is refused in a transaction block was observed on PostgreSQL 13 to 18.
    ("CREATE DATABASE d", [ServerWide(statement="CREATE DATABASE", name="d", transactional=False)]),
    ("ALTER DATABASE d CONNECTION LIMIT 3", [ServerWide(statement="ALTER DATABASE", name="d")]),
    ("ALTER DATABASE d SET TABLESPACE x", [ServerWide(statement="ALTER DATABASE", name="d", transactional=False)]),
    ("ALTER DATABASE d REFRESH COLLATION VERSION", [ServerWide(statement="ALTER DATABASE", name="d")]),
    ("CREATE TABLESPACE x LOCATION '/x'", [ServerWide(statement="CREATE TABLESPACE", name="x", transactional=False)]),
    ("ALTER TABLESPACE x SET (seq_page_cost = 1)", [ServerWide(statement="ALTER TABLESPACE", name="x")]),
    ("ALTER SYSTEM SET work_mem = '4MB'", [ServerWide(statement="ALTER SYSTEM", name="work_mem", transactional=False)]),
    ("CHECKPOINT", [ServerWide(statement="CHECKPOINT")]),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "expected"), EXAMPLES)
def test_server(sql, expected):
    assert lowered(sql) == expected


def test_what_a_schema_holds_is_made_in_it_in_the_servers_order():
    sql = """CREATE SCHEMA s
        CREATE VIEW v AS SELECT 1
        CREATE INDEX i ON t (a)
        CREATE TABLE t (a int REFERENCES r, b int REFERENCES t)
        CREATE SEQUENCE q
        GRANT SELECT ON t, r TO bob
        CREATE TRIGGER g AFTER INSERT ON t EXECUTE FUNCTION f()
        CREATE TABLE x.u ()"""
    table = Name("t", "s")
    assert lowered(sql) == [
        CreateSchema(schema="s"),
        CreateSequence(sequence=Name("q", "s")),
        CreateTable(table=table, columns=(ColumnSpec(name="a", type=INT), ColumnSpec(name="b", type=INT))),
        AddForeignKey(table=table, within="table", columns=("a",), referenced=Name("r")),
        AddForeignKey(table=table, within="table", columns=("b",), referenced=table),
        CreateTable(table=Name("u", "x")),
        CreateView(view=Name("v", "s"), query=query("SELECT 1")),
        CreateIndex(name="i", table=table, keys=(IndexKey(column="a"),)),
        CreateTrigger(table=table, name="g", function=F, events=frozenset({"insert"})),
        Grant(grant=True, kind="table", names=(table, Name("r")), privileges=("select",), grantees=("bob",)),
    ]


def test_secrets_are_pointed_at():
    sql = "CREATE ROLE bob PASSWORD 'secret'"
    assert sql[operations(sql)[0].password_at :] == "'secret'"
    sql = "CREATE SUBSCRIPTION x CONNECTION 'secret' PUBLICATION p"
    assert sql[operations(sql)[0].connection_at :].startswith("'secret'")
    sql = "ALTER SUBSCRIPTION x CONNECTION 'secret'"
    assert sql[operations(sql)[0].connection_at :] == "'secret'"
