"""Types as they are written, and statements on types and functions."""

import pytest
from lowered import expression, lowered, operations, query

from db_sage_lint.operations import (
    AddEnumValue,
    AlterDomain,
    AlterFunction,
    Argument,
    Attribute,
    CreateAggregate,
    CreateCompositeType,
    CreateDomain,
    CreateEnum,
    CreateFunction,
    CreateType,
    DoBlock,
    DomainCheck,
    Name,
    Nothing,
    RenameEnumValue,
    Type,
)

INT = Type("int4")
TEXT = Type("text")
D = Name("d")
E = Name("e")
F = Name("f")

TYPES = [
    ("int", Type("int4")),
    ("integer", Type("int4")),
    ("int4", Type("int4")),
    ("pg_catalog.int4", Type("int4")),
    ("bigint", Type("int8")),
    ("smallint", Type("int2")),
    ("bigserial", Type("bigserial")),
    ("serial4", Type("serial4")),
    ("boolean", Type("bool")),
    ("real", Type("float4")),
    ("double precision", Type("float8")),
    ("float", Type("float8")),
    ("float(24)", Type("float4")),
    ("float(25)", Type("float8")),
    ("decimal", Type("numeric")),
    ("numeric(10, 2)", Type("numeric", modifiers=(10, 2))),
    ("numeric(3, -2)", Type("numeric", modifiers=(3, -2))),
    ("varchar", Type("varchar")),
    ("character varying(20)", Type("varchar", modifiers=(20,))),
    ("char", Type("bpchar", modifiers=(1,))),
    ("char(3)", Type("bpchar", modifiers=(3,))),
    ("bpchar", Type("bpchar")),
    ('"char"', Type("char")),
    ("bit", Type("bit", modifiers=(1,))),
    ("bit varying(5)", Type("varbit", modifiers=(5,))),
    ("timestamp", Type("timestamp")),
    ("timestamp(3) with time zone", Type("timestamptz", modifiers=(3,))),
    ("time(0)", Type("time", modifiers=(0,))),
    ("time with time zone", Type("timetz")),
    ("interval", Type("interval")),
    ("interval(3)", Type("interval", modifiers=(3,))),
    ("interval year", Type("interval", words="year")),
    ("interval year to month", Type("interval", words="year to month")),
    ("interval day to second(2)", Type("interval", modifiers=(2,), words="day to second")),
    ("interval second(1)", Type("interval", modifiers=(1,), words="second")),
    ("int[]", Type("int4", dimensions=1)),
    ("int[3][4]", Type("int4", dimensions=2)),
    ("varchar(5) ARRAY", Type("varchar", modifiers=(5,), dimensions=1)),
    ("shop.state", Type("state", "shop")),
    ("db.shop.state", Type("state", "shop")),
    ('"Mixed"', Type("Mixed")),
    ("geometry(Point, 4326)", Type("geometry", modifiers=(4326,), words="point")),
    ("vector(1536)", Type("vector", modifiers=(1536,))),
]


@pytest.mark.parametrize(("sql", "expected"), TYPES)
def test_type(sql, expected):
    (table,) = lowered(f"CREATE TABLE t (a {sql})")
    assert table.columns[0].type == expected


EXAMPLES = [
    ("CREATE TYPE s.e AS ENUM ('a', 'b')", CreateEnum(type=Name("e", "s"), values=("a", "b"))),
    ("CREATE TYPE e AS ENUM ()", CreateEnum(type=E, values=())),
    ("ALTER TYPE e ADD VALUE 'c'", AddEnumValue(type=E, value="c")),
    ("ALTER TYPE e ADD VALUE IF NOT EXISTS 'c' BEFORE 'b'",
     AddEnumValue(type=E, value="c", if_not_exists=True, neighbour="b", before=True)),
    ("ALTER TYPE e ADD VALUE 'c' AFTER 'b'", AddEnumValue(type=E, value="c", neighbour="b")),
    ("ALTER TYPE e RENAME VALUE 'a' TO 'z'", RenameEnumValue(type=E, value="a", new_value="z")),
    ("CREATE TYPE e AS (a int, b text)",
     CreateCompositeType(type=E, attributes=(Attribute("a", INT), Attribute("b", TEXT)))),
    ("CREATE TYPE e AS RANGE (subtype = int)", CreateType(type=E, kind="range")),
    ("CREATE TYPE e", CreateType(type=E, kind="shell")),
    ("CREATE TYPE e (INPUT = f, OUTPUT = g)", CreateType(type=E, kind="base")),
    ("CREATE AGGREGATE f (int) (SFUNC = g, STYPE = int)", CreateAggregate(function=F)),
    ("CREATE OR REPLACE AGGREGATE s.f (int) (SFUNC = g, STYPE = int)",
     CreateAggregate(function=Name("f", "s"), replace=True)),
    ("CREATE OPERATOR + (FUNCTION = f)", Nothing(statement="DefineStmt")),
    ("CREATE DOMAIN d AS varchar(3)", CreateDomain(domain=D, base=Type("varchar", modifiers=(3,)))),
    ('CREATE DOMAIN s.d text COLLATE "C" DEFAULT \'x\' NOT NULL CONSTRAINT c CHECK (VALUE <> \'\') CHECK (VALUE > 1)',
     CreateDomain(domain=Name("d", "s"), base=TEXT, not_null=True, collation=Name("C"), default=expression("'x'"),
                  checks=(DomainCheck("c", expression("VALUE <> ''")), DomainCheck("", expression("VALUE > 1"))))),
    ("ALTER DOMAIN d ADD CONSTRAINT c CHECK (VALUE > 0) NOT VALID",
     AlterDomain(domain=D, change="add constraint", constraint="c",
                 check=DomainCheck("c", expression("VALUE > 0"), valid=False))),
    ("ALTER DOMAIN d ADD CONSTRAINT c NOT NULL", AlterDomain(domain=D, change="add constraint", constraint="c")),
    ("ALTER DOMAIN d DROP CONSTRAINT IF EXISTS c CASCADE",
     AlterDomain(domain=D, change="drop constraint", constraint="c", missing_ok=True, cascade=True)),
    ("ALTER DOMAIN d VALIDATE CONSTRAINT c", AlterDomain(domain=D, change="validate constraint", constraint="c")),
    ("ALTER DOMAIN d SET NOT NULL", AlterDomain(domain=D, change="set not null")),
    ("ALTER DOMAIN d DROP NOT NULL", AlterDomain(domain=D, change="drop not null")),
    ("ALTER DOMAIN d SET DEFAULT 3", AlterDomain(domain=D, change="set default", default=expression("3"))),
    ("ALTER DOMAIN d DROP DEFAULT", AlterDomain(domain=D, change="drop default")),
    ("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
     CreateFunction(function=F, returns=INT, body="SELECT 1")),
    (("CREATE OR REPLACE FUNCTION s.f(a int, OUT b text, INOUT c int, VARIADIC d int[] DEFAULT '{}') "
      "LANGUAGE PLpgSQL STABLE STRICT SECURITY DEFINER LEAKPROOF PARALLEL SAFE "
      'SET search_path = pg_catalog, "Shop" SET work_mem FROM CURRENT AS $$ $$'),
     CreateFunction(function=Name("f", "s"), replace=True, language="plpgsql", volatility="stable", strict=True,
                    security_definer=True, leakproof=True, parallel="safe", body=" ",
                    settings=(("search_path", 'pg_catalog, "Shop"'), ("work_mem", "from current")),
                    arguments=(Argument("a", INT), Argument("b", TEXT, "out"), Argument("c", INT, "inout"),
                               Argument("d", Type("int4", dimensions=1), "variadic", expression("'{}'"))))),
    ("CREATE FUNCTION f() RETURNS TABLE (a int) IMMUTABLE RETURN 1",
     CreateFunction(function=F, returns=Type("int4", set_of=True), arguments=(Argument("a", INT, "table"),),
                    volatility="immutable",
                    sql_body=b'{"ReturnStmt":{"returnval":' + expression("1") + b"}}")),
    ("CREATE FUNCTION f(t.a%TYPE) RETURNS SETOF text LANGUAGE c AS 'lib', 'symbol'",
     CreateFunction(function=F, returns=Type("text", set_of=True), language="c", body="lib",
                    arguments=(Argument("", Type("%TYPE", words="t.a")),))),
    ("CREATE PROCEDURE f(IN a int) LANGUAGE sql BEGIN ATOMIC SELECT 1; END",
     CreateFunction(function=F, procedure=True, arguments=(Argument("a", INT),),
                    sql_body=b'{"List":{"items":[{"List":{"items":[' + query("SELECT 1") + b"]}}]}}")),
    ("ALTER FUNCTION f(int, text) STABLE NOT LEAKPROOF SECURITY INVOKER CALLED ON NULL INPUT",
     AlterFunction(function=F, arguments=(INT, TEXT), volatility="stable", leakproof=False, security_definer=False,
                   strict=False)),
    ("ALTER PROCEDURE s.f SET search_path = '' RESET work_mem",
     AlterFunction(function=Name("f", "s"), kind="procedure", settings=(("search_path", ""),), reset=("work_mem",))),
    ("ALTER ROUTINE f() RESET ALL", AlterFunction(function=F, arguments=(), kind="routine", reset=("all",))),
    ("ALTER FUNCTION f SET a TO DEFAULT", AlterFunction(function=F, reset=("a",))),
    ("DO 'BEGIN END'", DoBlock(language="plpgsql", body="BEGIN END")),
    ("DO LANGUAGE plperl $$ $$", DoBlock(language="plperl", body=" ")),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "expected"), EXAMPLES)
def test_types_and_functions(sql, expected):
    assert lowered(sql) == [expected]


BODIES = [
    "DO $$BODY$$",
    "DO $tag$BODY$tag$",
    "DO LANGUAGE plpgsql 'BODY'",
    "DO -- why\n  E'BODY'",
    "/* ä */ DO 'BODY'",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS /* here */ $$BODY$$",
    "CREATE FUNCTION f() RETURNS int AS 'BODY' LANGUAGE sql",
]


@pytest.mark.parametrize("sql", BODIES)
def test_a_body_begins_behind_its_quote(sql):
    (op,) = operations(sql)
    assert op.body == "BODY"
    assert sql.encode()[op.body_at :].startswith(b"BODY")
