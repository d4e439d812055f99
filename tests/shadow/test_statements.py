"""What is sent of a script, and what can't be."""

import pytest

from db_sage_lint.script import whole
from db_sage_lint.shadow.statements import sent

VALUES = {b":DATABASE_NAME": b"shop", b":DATABASE_OWNER": b"clerk"}


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("GRANT ALL ON DATABASE :DATABASE_NAME TO :DATABASE_OWNER", b"GRANT ALL ON DATABASE shop TO clerk"),
        ("SELECT 1", b"SELECT 1"),
        ("CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN '{{a}}'; END $$", None),
    ],
)
def test_sent(sql: str, expected: bytes | None) -> None:
    (one,) = sent(whole("1.sql", sql.encode()), VALUES)
    assert one.why_not == ""
    assert one.sql == (sql.encode() if expected is None else expected)


@pytest.mark.parametrize(
    "sql",
    [
        "GRANT ALL ON DATABASE :DATABASE_NAME TO :OTHER",
        "DO $$ BEGIN CREATE TYPE {{ .Namespace }}.t AS ENUM (); END $$",
        "DO $$ BEGIN UPDATE ${schema}.t SET a = 1; END $$",
        "\\copy t from 'rows.csv'",
    ],
)
def test_left_out(sql: str) -> None:
    (one,) = sent(whole("1.sql", sql.encode()), VALUES)
    assert one.why_not
    assert not one.psql
