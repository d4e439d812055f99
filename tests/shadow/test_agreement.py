"""The replayed catalog and the server's."""

import psycopg
import pytest

from db_sage_lint.catalog import Catalog
from db_sage_lint.read import read
from db_sage_lint.script import Origin, whole
from db_sage_lint.shadow.agreement import compare, of_server
from tests.effects.cases import FIXTURE


def replayed(text: bytes) -> Catalog:
    db = Catalog(complete=True)
    script = whole("setup.sql", text)
    for statement in read(script):
        for op in statement.operations:
            if not db.skips(op):
                db.apply(op, Origin(script, statement.start, statement.end, 0))
    return db


def test_the_fixture_is_replayed_as_it_is(connection: psycopg.Connection) -> None:
    agreement = compare(replayed(FIXTURE), of_server(connection))
    assert agreement.same > 290
    assert agreement.differing == []


@pytest.mark.parametrize(
    ("sql", "line"),
    [
        ("ALTER TABLE lone ADD x int", "column public.lone.x: the server has it, the replay does not"),
        ("ALTER TABLE lone DROP a", "column public.lone.a: the replay has it, the server does not"),
        (
            "ALTER TABLE lone ALTER a TYPE numeric(8,3)",
            "column public.lone.a: the server has numeric(8, 3), the replay int4",
        ),
        (
            "ALTER TABLE lone ALTER a SET NOT NULL",
            "column public.lone.a: the server has int4 not null, the replay int4",
        ),
    ],
)
def test_what_differs_is_told(connection: psycopg.Connection, sql: str, line: str) -> None:
    connection.execute(sql)
    assert line in compare(replayed(FIXTURE), of_server(connection)).differing
