"""Texts to statements: positions, PostgreSQL's messages, and what goes on around a piece that can't be parsed."""

import subprocess
import sys
import tracemalloc

import msgspec
import pytest

from db_sage_lint import parse as module
from db_sage_lint.parse import Problem, Statement, parse, parsed
from db_sage_lint.script import Fragment


def read(text: bytes, start: int = 0) -> list[Statement | Problem]:
    return parse(Fragment(start, text))


def shown(text: bytes) -> list[tuple[str, bytes]]:
    """Kinds, and the text at the positions."""
    return [(item.kind, text[item.start : item.end]) for item in read(text)]


def problems(text: bytes) -> list[Problem]:
    return [item for item in read(text) if isinstance(item, Problem)]


def only(text: bytes) -> Statement:
    (item,) = read(text)
    assert isinstance(item, Statement), item
    return item


def location(statement: Statement, *path: str | int) -> int:
    """The byte of the file that a location in the tree stands for."""
    node = msgspec.json.decode(statement.fields)
    for step in path:
        node = node[step]
    return statement.base + int(node["location"])


def test_positions_are_bytes_of_the_file() -> None:
    text = "-- é\n  CREATE TABLE é (a int) ;\n/* x */ SELECT 'é', b -- end\n".encode()
    create, select = read(text, start=100)
    assert isinstance(create, Statement)
    assert isinstance(select, Statement)
    assert create.kind == "CreateStmt"
    assert text[create.start - 100 : create.end - 100] == "CREATE TABLE é (a int)".encode()
    assert text[select.start - 100 : select.end - 100] == "SELECT 'é', b".encode()
    column = location(select, "targetList", 1, "ResTarget")
    assert text[column - 100 :].startswith(b"b --")


@pytest.mark.parametrize("text", [b"", b" \n", b";;", b"-- a", b"/* a */;", b"\xef\xbb\xbf"])
def test_nothing_to_find(text: bytes) -> None:
    assert read(text) == []


def test_byte_order_mark_and_crlf() -> None:
    text = b"\xef\xbb\xbfSELECT 1;\r\nSELECT 2;\r\n"
    assert shown(text) == [("SelectStmt", b"SELECT 1"), ("SelectStmt", b"SELECT 2")]


# --- what PostgreSQL refuses ---------------------------------------------------------------------------------------


# Messages and places are those that a server gives.
@pytest.mark.parametrize(
    ("statement", "message", "at"),
    [
        ("selec 'é'", 'syntax error at or near "selec"', "selec"),
        ("SELECT 'é' fromm x y", 'syntax error at or near "x"', "x y"),
        ("SELECT 'é' + from", 'syntax error at or near "from"', "from"),
        ("SELECT 1 +", 'syntax error at or near ";"', ";"),
        ("CREATE TABLE a (b int,)", 'syntax error at or near ")"', ")"),
        ('SELECT 1 AS ""', 'zero-length delimited identifier at or near """"', '""'),
    ],
)
def test_one_bad_statement_costs_itself_only(statement: str, message: str, at: str) -> None:
    text = f"SELECT 'é';\n{statement};\nSELECT 2;\n".encode()
    first, bad, last = read(text, start=7)
    assert isinstance(first, Statement)
    assert isinstance(last, Statement)
    assert isinstance(bad, Problem)
    assert (bad.kind, bad.message) == ("syntax", message)
    assert text[bad.at - 7 :].startswith(at.encode())
    assert text[last.start - 7 : last.end - 7] == b"SELECT 2"


def test_end_of_input_points_at_the_last_byte() -> None:
    text = b"SELECT 1;\nSELECT 2 + -- more\n\n"
    (bad,) = problems(text)
    assert bad.message == "syntax error at end of input"
    assert text[bad.start : bad.end] == b"SELECT 2 +"
    assert text[bad.at :].startswith(b"+ --")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"SELECT 'abc", 'unterminated quoted string at or near "\'abc"'),
        (b"SELECT /* abc", 'unterminated /* comment at or near "/* abc"'),
        (b"SELECT $$ abc", 'unterminated dollar-quoted string at or near "$$ abc"'),
    ],
)
def test_what_never_closes(text: bytes, message: str) -> None:
    (bad,) = problems(b"SELECT 1;\n" + text)
    assert bad.message == message
    assert bad.at == bad.start + len("SELECT ")
    assert bad.start <= bad.at < bad.end


def test_open_comment_behind_the_last_statement() -> None:
    text = b"SELECT 1;\n/* a */ -- b\n/* forgotten /* */ \n"
    (bad,) = problems(text)
    assert bad.message.startswith("unterminated /* comment")
    assert text[bad.at :].startswith(b"/* forgotten")


def test_long_messages_are_cut() -> None:
    (bad,) = problems(b"SELECT '" + b"a\n" * 500)
    assert len(bad.message) < 200
    assert "\n" not in bad.message


def test_many_bad_statements() -> None:
    text = b"".join(b"SELECT %d;\n" % i if i % 3 else b"SELEC %d;\n" % i for i in range(300))
    found = read(text)
    assert [isinstance(item, Problem) for item in found] == [i % 3 == 0 for i in range(300)]


# --- psql and pg_dump ------------------------------------------------------------------------------------------------


def test_psql_script() -> None:
    text = (
        b"\\restrict abc\n\\set ON_ERROR_STOP on\nCREATE TABLE t (a int);\n\\i more.sql\n"
        b"COPY public.t (a) FROM stdin;\n1\n\\N\n\\.\n\nSELECT 1 \\gexec\n\\connect other\nSELECT 2;\n"
        b"\\unrestrict abc\n"
    )
    assert shown(text) == [
        ("psql", b"\\restrict abc"),
        ("psql", b"\\set ON_ERROR_STOP on"),
        ("CreateStmt", b"CREATE TABLE t (a int)"),
        ("include", b"\\i more.sql"),
        ("CopyStmt", b"COPY public.t (a) FROM stdin"),
        ("copy data", b"\n1\n\\N\n\\."),
        ("SelectStmt", b"SELECT 1"),
        ("include", b"\\gexec"),
        ("psql", b"\\connect other"),
        ("SelectStmt", b"SELECT 2"),
        ("psql", b"\\unrestrict abc"),
    ]
    assert "\\i runs SQL from elsewhere" in problems(text)[2].message


DUMP = """--
-- PostgreSQL database dump
--

\\restrict 1gBZ

-- Dumped from database version 18.1

SET statement_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);

CREATE FUNCTION public.f(a integer) RETURNS integer
    LANGUAGE plpgsql
    AS $$ BEGIN RETURN a; END; $$;

ALTER FUNCTION public.f(a integer) OWNER TO postgres;

CREATE FUNCTION public.g() RETURNS integer
    LANGUAGE sql
    BEGIN ATOMIC
 SELECT 1 AS "?column?";
END;

CREATE TABLE public."Zoo" (id integer NOT NULL, note text DEFAULT 'a;b'::text);

ALTER TABLE public."Zoo" ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public."Zoo_id_seq"
    START WITH 1
    CACHE 1
);

COPY public."Zoo" (id, note) FROM stdin;
1\tit's "quoted; \\N
2\t\\\\.
\\.

CREATE RULE r AS
    ON INSERT TO public."Zoo" DO ( INSERT INTO public.log DEFAULT VALUES;
 NOTIFY z;
);

SELECT pg_catalog.setval('public."Zoo_id_seq"', 2, true);

\\unrestrict 1gBZ
"""


def test_dump_goes_through() -> None:
    found = read(DUMP.encode())
    assert "syntax" not in {item.kind for item in found}
    assert [item.kind for item in found if isinstance(item, Problem)] == ["psql", "copy data", "psql"]
    assert sum(isinstance(item, Statement) for item in found) == 12


# --- variables, parameters, templates --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        b"CREATE SCHEMA :schema",
        b"ALTER ROLE :\"role\" PASSWORD :'secret'",
        b"SELECT * FROM :schema.t WHERE a = :'value' LIMIT :n",
        b"SELECT interval :x day",
        b"ALTER SEQUENCE s RESTART WITH :start",
        b"SELECT :{?x}, a::text, b[1:2]",
        b"CREATE TABLE ${schema}.t (a int DEFAULT ${value})",
        b"CREATE TABLE {{ .prefix }}users (a int)",
        b'CREATE INDEX i ON "{{ index .Options "Namespace" }}".users (a)',
        b"SELECT * FROM #{schema}.t, @extschema@.u",
        b"INSERT INTO t VALUES (?, ?, $1)",
        b"SELECT a ? 'b', c FROM t WHERE d = ? AND e ?| f",
        b"CREATE TABLE t (id $%AUTO_INCREMENT%$, a text)",
    ],
)
def test_placeholders(text: bytes) -> None:
    _, statement = read(b"SELECT 0;\n" + text + b" ;")
    assert isinstance(statement, Statement), statement
    assert statement.placeholders
    assert (statement.start, statement.end) == (10, 10 + len(text))


def test_quoted_placeholders_stay() -> None:
    assert not only(b"COMMENT ON SCHEMA \"${x}\" IS ':y {{ z }}'").placeholders


@pytest.mark.parametrize("text", [b":whole_statement;", b"SELECT {{ a }} {{ b }} c d;", b'{{ template "x" . }};'])
def test_what_a_template_hides_is_no_syntax_error(text: bytes) -> None:
    (found,) = problems(b"SELECT 1;" + text)
    assert found.kind == "template"


def test_errors_before_a_placeholder_stand() -> None:
    (found,) = problems(b"REVOKE ALL ON t TO {{ user }};")
    assert (found.kind, found.message) == ("syntax", 'syntax error at or near "TO"')


def test_template_conditions() -> None:
    text = (
        b"CREATE TABLE t (a {{ if .postgres }}jsonb{{ else }}JSON{{ end }});\n"
        b"{{- /* a comment */ -}}\n{{ if .mysql }}\nOPTIMIZE TABLE t;\n{{ end }}\nSELECT 1;\n"
        b"{{ if .plugin }}DROP TABLE a;{{ else }}DROP TABLE b;{{ end }}\n{% if x %}SELECT 2;{% endif %}\n"
    )
    found = read(text)
    assert [(item.kind, text[item.start : item.end]) for item in found] == [
        ("CreateStmt", b"CREATE TABLE t (a {{ if .postgres }}jsonb{{ else }}JSON{{ end }})"),
        ("SelectStmt", b"SELECT 1"),
        ("DropStmt", b"DROP TABLE a"),
        ("template", b"DROP TABLE b;"),
        ("SelectStmt", b"SELECT 2"),
    ]
    assert [item.placeholders for item in found if isinstance(item, Statement)] == [True, False, False, False]


def test_template_that_puts_in_statements() -> None:
    text = b'SELECT 1;\n{{ addColumn "t" "c" }}\n{{ dropColumn "t" }}\nCREATE TABLE u (a int);\n'
    assert [item.kind for item in read(text)] == ["SelectStmt", "template", "template", "CreateStmt"]


# --- bytes that are no text ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "bytes_named"),
    [(b"\xe9te", "0xe9 0x74 0x65"), (b"\xff", "0xff"), (b"\xc0\x80", "0xc0 0x80"), (b"\0", "0x00")],
)
def test_wrong_bytes_are_told_once_and_the_rest_goes_on(wrong: bytes, bytes_named: str) -> None:
    text = b"CREATE TABLE a (b int);\nSELECT '" + wrong + b"', '\xfe';\nSELECT 2;\n"
    found = read(text)
    assert [item.kind for item in found] == ["CreateStmt", "SelectStmt", "syntax", "SelectStmt"]
    (problem,) = problems(text)
    assert problem.message == f'invalid byte sequence for encoding "UTF8": {bytes_named}'
    assert text[problem.at :].startswith(wrong)


@pytest.mark.parametrize(
    "setting", [b"SET client_encoding = 'LATIN1';", b"SET NAMES 'latin1';", b"\\encoding LATIN1\n"]
)
def test_another_encoding_is_no_error(setting: bytes) -> None:
    assert [item.kind for item in problems(setting + b"\nSELECT '\xe9';")] == ["psql"] * setting.startswith(b"\\")
    assert problems(b"SET client_encoding = 'UTF8';\nSELECT '\xe9';")


def test_utf_16_is_one_problem() -> None:
    (problem,) = read("SELECT 1;".encode("utf-16"))
    assert "UTF-16" in problem.message if isinstance(problem, Problem) else False


# --- depth and size --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "expression",
    ["(" * 2000 + "1" + ")" * 2000, "(" * 50_000, "1+" * 3000 + "1", "not " * 5000 + "true", "f(" * 2000 + ")" * 2000],
)
def test_depth(expression: str) -> None:
    text = f"SELECT 1;\nSELECT {expression};\nSELECT 2;\n".encode()
    first, deep, last = read(text)
    assert isinstance(first, Statement)
    assert isinstance(last, Statement)
    assert isinstance(deep, Statement) or deep.kind == "syntax"


def test_many_operators_in_comments_do_not_hang() -> None:
    (problem,) = read(b"/*" * 100_000)
    assert problem.kind == "unread"


def test_large_texts_are_parsed_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    text = b"".join(b"INSERT INTO t VALUES (%d, 'x;y');\n" % i for i in range(2000))
    whole = read(text)
    monkeypatch.setattr(module, "MOST_AT_ONCE", 10_000)
    monkeypatch.setattr("db_sage_lint.recovery.MOST_AT_ONCE", 10_000)
    in_parts = read(text)
    assert [(s.start, s.end, s.kind) for s in in_parts] == [(s.start, s.end, s.kind) for s in whole]
    tracemalloc.start()
    assert sum(1 for _ in parsed(Fragment(0, text))) == 2000
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


# --- pglast ----------------------------------------------------------------------------------------------------------


def run(script: str) -> str:
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout


def test_what_is_not_needed_of_pglast_is_not_loaded() -> None:
    out = run("import sys, db_sage_lint.parse; print([m for m in sys.modules if m in ('pglast.ast', 'pglast.enums')])")
    assert out.strip() == "[]"


def test_pglast_still_works_for_others() -> None:
    script = """
import db_sage_lint.grammar, pglast.parser
statement = pglast.parser.parse_sql("select 1")[0].stmt
from pglast import ast, enums, prettify
from pglast.enums import *
import pglast.enums.nodes
assert type(statement) is ast.SelectStmt and CmdType is pglast.enums.nodes.CmdType
print(prettify("select 1"))
"""
    assert run(script).strip() == "SELECT 1"


def test_loaded_pglast_is_taken_as_it_is() -> None:
    assert run("import pglast.ast, db_sage_lint.grammar as g; print(g.load() is pglast.parser)").strip() == "True"
