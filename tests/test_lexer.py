"""Quotes, comments and the ends of statements, by the rules of PostgreSQL's scanner and of psql."""

import pytest

from db_sage_lint.lexer import comments, skip_blank, split, top_level_commas, trim, without_comments, words


def statements(text: bytes) -> list[bytes]:
    return [text[p.start : p.end].strip() for p in split(text) if p.kind == "statement"]


@pytest.mark.parametrize(
    "statement",
    [
        b"SELECT ';';",
        b"SELECT 'it''s; here';",
        b"SELECT E'it\\'s; here';",
        b"SELECT e'\\\\', ';';",
        b"SELECT type'a\\';",
        b"SELECT U&'d\\0061t;' UESCAPE '!', B'01', X'1F;';",
        b'SELECT "a;b", "say ""x;y""", U&"d;";',
        b"SELECT $$;$$, $a$ $$ ; $b$ $a$, $\xc3\xa9$;$\xc3\xa9$;",
        b"SELECT a$b$c, 1 FROM t$;",
        b"SELECT $1, $2;",
        b"SELECT 1 /* ; /* ; */ ; */ + 2;",
        b"SELECT 1 -- ; '\n + 2;",
        b"SELECT 1 - -1 / 2;",
        b"CREATE RULE r AS ON INSERT TO t DO (DELETE FROM a; DELETE FROM b);",
        b"create or replace /* x */ rule r as on insert to t do also (select ';)'; select 2);",
        b"CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN a THEN 1 END; END;",
        b"CREATE OR REPLACE PROCEDURE p() begin -- x\n atomic INSERT INTO t VALUES (1); RETURN 2; end;",
        b"CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1; SELECT 2';",
        b"CREATE FUNCTION begin() RETURNS int LANGUAGE sql AS 'SELECT 1';",
        b"CREATE TABLE rule (a int);",
        b"BEGIN;",
        b"SELECT CASE WHEN a THEN b END;",
    ],
)
def test_one_statement(statement: bytes) -> None:
    assert statements(statement + b"\nSELECT 99;") == [statement, b"SELECT 99;"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(b"SELECT (1; SELECT 2;", [b"SELECT (1;", b"SELECT 2;"], id="open parenthesis"),
        pytest.param(b"SELECT 'a; SELECT 2;", [b"SELECT 'a;", b"SELECT 2;"], id="open quote"),
        pytest.param(b'SELECT "a; SELECT 2;', [b'SELECT "a;', b"SELECT 2;"], id="open identifier"),
        pytest.param(
            b"CREATE RULE r AS ON INSERT TO t DO (SELECT 1; CREATE TABLE t ();",
            [b"CREATE RULE r AS ON INSERT TO t DO (SELECT 1;", b"CREATE TABLE t ();"],
            id="open rule",
        ),
        pytest.param(
            b"CREATE FUNCTION f() BEGIN ATOMIC SELECT 1; DROP TABLE t;",
            [b"CREATE FUNCTION f() BEGIN ATOMIC SELECT 1;", b"DROP TABLE t;"],
            id="open body",
        ),
        pytest.param(b"SELECT /* 1; SELECT 2;", [b"SELECT /* 1; SELECT 2;"], id="open comment"),
        pytest.param(b"SELECT $$ 1; SELECT 2;", [b"SELECT $$ 1; SELECT 2;"], id="open dollar quote"),
        pytest.param(b";;", [b";", b";"], id="empty statements"),
    ],
)
def test_mistakes_cost_little(text: bytes, found: list[bytes]) -> None:
    assert statements(text) == found


def test_pieces() -> None:
    text = (
        b"\\set x 'it''s'\r\n"
        b"-- first\nSELECT 1 \\gexec\n"
        b"COPY public.t (a, b) FROM stdin WITH (FORMAT csv);\n1,don't; \\N\n\\.\r\n"
        b"\\ir other.sql\nSELECT 2 \\; SELECT 3;\n"
        b"copy t from\n stdout;\n\\.\n"
        b"\\if :x\n\\endif\n-- end"
    )
    found = [(piece.kind, text[piece.start : piece.end]) for piece in split(text)]
    assert found == [
        ("psql", b"\\set x 'it''s'\r\n"),
        ("statement", b"-- first\nSELECT 1 "),
        ("include", b"\\gexec\n"),
        ("statement", b"COPY public.t (a, b) FROM stdin WITH (FORMAT csv);"),
        ("copy data", b"\n1,don't; \\N\n\\.\r\n"),
        ("include", b"\\ir other.sql\n"),
        ("statement", b"SELECT 2 "),
        ("psql", b"\\;"),
        ("statement", b" SELECT 3;"),
        ("statement", b"\ncopy t from\n stdout;"),
        ("copy data", b"\n\\.\n"),
        ("psql", b"\\if :x\n"),
        ("psql", b"\\endif\n"),
        ("blank", b"-- end"),
    ]
    assert b"".join(part for _, part in found) == text


def test_copy_data_without_end_goes_on_to_the_end() -> None:
    assert [piece.kind for piece in split(b"COPY t FROM stdin;\n1\nSELECT 2;\n")] == ["statement", "copy data"]


@pytest.mark.parametrize(
    "statement", [b"COPY t TO stdout;", b"COPY t FROM 'stdin';", b"COPY t FROM PROGRAM 'x';", b"COPY stdin FROM '/x';"]
)
def test_copy_without_data(statement: bytes) -> None:
    assert [piece.kind for piece in split(statement + b"\n1;")] == ["statement", "statement"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"SELECT 1 -- one\n/* two /* in */ */ SELECT '-- no', $$ /* no */ $$, \"--\" --three", 3),
        (b"SELECT E'\\' -- no', 1 -- yes\r\n", 1),
        (b"\\echo it's -- no\nSELECT 1 -- yes", 1),
        (b"COPY t FROM stdin;\nit's -- no\n\\.\n-- yes\n\\set a '--'", 1),
        (b"SELECT 1 - -1", 0),
        (b"--", 1),
    ],
)
def test_comments(text: bytes, found: int) -> None:
    spans = comments(text)
    assert len(spans) == found
    for start, end in spans:
        assert text[start : start + 2] in {b"--", b"/*"}
        assert not text[start:end].endswith((b"\n", b"\r"))


def test_open_comment_goes_on_to_the_end() -> None:
    assert comments(b"a /* /* */ b") == [(2, 12)]


def test_without_comments() -> None:
    assert without_comments(b"a -- x\nb/* y */c '--'").split() == [b"a", b"b", b"c", b"'--'"]


@pytest.mark.parametrize(
    ("text", "at"),
    [(b"  \t\r\n\f\vx", 7), (b"-- a\n/* b /* c */ */ -- d\nx", 26), (b"-- a", 4), (b"/* a", 4), (b"- x", 0), (b"", 0)],
)
def test_skip_blank(text: bytes, at: int) -> None:
    assert skip_blank(text, 0) == at


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (b"select 1 -- a\n /* b */ \n", b"select 1"),
        (b"select '-- a'  ", b"select '-- a'"),
        (b"select 1 -- a\n + 1 -- b", b"select 1 -- a\n + 1"),
        (b" -- a\n", b""),
    ],
)
def test_trim(text: bytes, kept: bytes) -> None:
    assert text[: trim(text, 0, len(text))] == kept


def test_top_level_commas() -> None:
    text = b"ADD a numeric(1, 2), ADD b text DEFAULT ',', -- ,\n DROP \"c,\", ADD d int[1, 2] /* , */"
    assert [text[at + 1 : at + 5] for at in top_level_commas(text, 0, len(text))] == [b" ADD", b" -- ", b" ADD"]
    assert top_level_commas(text, 0, 20) == [19]


def test_words() -> None:
    text = b'ALTER TABLE "My ""Table""" ADD x$1 text DEFAULT \'Inside\', y int -- \xc3\x9cber'
    found = words(text, 0, len(text))
    assert found >= {'My "Table"', "x$1", "inside", "\u00fcber", "alter"}
    assert "y" not in words(text, 0, 40)
