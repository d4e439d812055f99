"""What is told to reach out of the database, and what only speaks of it."""

import pytest

from db_sage_lint.script import whole
from db_sage_lint.shadow.reaches import reaches
from db_sage_lint.shadow.statements import sent


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO t VALUES ('dblink and pg_read_file are functions', $x$ COPY t TO PROGRAM 'x' $x$)",
        "UPDATE t SET a = 'plpython3u'",
        "SELECT net.http_post('https://example.org')",
        "COPY t FROM stdin",
        "CREATE TABLE program (copy text)",
        "CREATE FUNCTION f(text, VARIADIC text[]) RETURNS text LANGUAGE internal IMMUTABLE AS 'text_concat_ws'",
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'",
    ],
)
def test_harmless(sql: str) -> None:
    assert reaches(sent(whole("1.sql", sql.encode()))[0]) == ""


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO t SELECT pg_read_file('x')",
        "CREATE FUNCTION f(text) RETURNS text LANGUAGE internal AS 'pg_read_file_all'",
        "CREATE FUNCTION f(text) RETURNS text LANGUAGE 'internal' AS 'be_lo_import'",
        "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT pg_read_file(''x'')'",
        "DO $$ BEGIN EXECUTE 'COPY t TO ''/tmp/x'''; END $$",
    ],
)
def test_reaching(sql: str) -> None:
    assert reaches(sent(whole("1.sql", sql.encode()))[0]) != ""
