"""Liquibase: the changelog's order, changesets and their attributes in its sample trees."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from db_sage_lint.errors import UserError
from db_sage_lint.script import Script
from db_sage_lint.sources import liquibase
from db_sage_lint.sources.changelogs import applies, items
from db_sage_lint.sources.history import Place

if TYPE_CHECKING:
    from tests.sources.conftest import Sample

BROKEN = ("syntax-error", "unknown-object", "object-already-exists", "used-before-created")


def test_recognised(sample: "Callable[[str], Sample]") -> None:
    tree = sample("liquibase")
    assert tree.history.runner.NAME == "liquibase"
    assert tree.history.folder == "src/main/resources/db/changelog"
    assert tree.loose == ()
    assert tree.problems == ()
    assert tree.messages("migration-chain-broken") == [
        "the changelog includes gone.sql, and there is no such file: `update` stops with an error"
    ]


def test_order_direction_transaction(sample: "Callable[[str], Sample]") -> None:
    assert sample("liquibase").runs() == [
        ("orders.sql", "up", True),
        ("orders.sql", "down", True),
        ("orders.sql", "up", True),
        ("orders.sql", "down", True),
        ("orders.sql", "up", False),
        ("orders.sql", "up", True),
        ("later.xml", "up", False),
        ("later.xml", "up", True),
        ("plain.sql", "up", True),
        ("db.changelog-master.yaml", "up", True),
        ("all/1.sql", "up", True),
        ("all/2.sql", "up", True),
    ]


def test_findings(sample: "Callable[[str], Sample]") -> None:
    tree = sample("liquibase")
    assert tree.found("concurrently-in-transaction") == [("orders.sql", 11), ("plain.sql", 1)]
    assert tree.found("statement-not-analysed") == [("later.xml", 11)]
    assert tree.found(*BROKEN) == []


def test_document_type_is_refused(sample: "Callable[[str], Sample]") -> None:
    tree = sample("liquibase_doctype")
    assert [problem.partition(": ")[0] for problem in tree.problems] == ["changelog.xml"]
    assert tree.runs() == [("orders.sql", "up", True)]


def read(text: str) -> tuple[Script, ...]:
    return liquibase.scripts("a.sql", b"--liquibase formatted sql\n" + text.encode(), Place((), "a"))


def test_rollback_keeps_its_place() -> None:
    up, down = read("--changeset a:1\nSELECT 1;\n--rollback SELECT 2;\n--rollback SELECT 3;\n")
    (fragment,) = down.fragments
    assert fragment.text.split() == [b"SELECT", b"2;", b"SELECT", b"3;"]
    assert down.source.index(b"SELECT 2") == fragment.start + fragment.text.index(b"SELECT 2")
    assert b"SELECT 2" not in up.fragments[0].text


def test_rollback_block() -> None:
    _, down = read("--changeset a:1\nSELECT 1;\n/* liquibase rollback\nSELECT 2;\n*/\n")
    assert down.fragments[0].text.split() == [b"SELECT", b"2;"]


@pytest.mark.parametrize(
    ("line", "transaction"),
    [
        ("--changeset a:1", True),
        ("--changeset a:1 runInTransaction:false", False),
        ("-- CHANGESET \"an n\":\"1 2\" labels:x RUNINTRANSACTION:FALSE", False),
        ("--changeset a:1 runInTransaction:false splitStatements:false", True),
    ],
)
def test_attributes(line: str, *, transaction: bool) -> None:
    (script,) = read(f"{line}\nSELECT 1;\nSELECT 2;\n")
    assert script.transaction is transaction


@pytest.mark.parametrize(
    ("dbms", "expected"),
    [("", True), ("postgresql", True), ("h2, postgresql", True), ("mysql", False), ("!mysql", True)],
)
def test_dbms(dbms: str, *, expected: bool) -> None:
    assert applies(dbms) is expected


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("a.xml", b"<a"),
        ("a.json", b"{"),
        ("a.json", b'{"a": "\xff"}'),
        ("a.yaml", b"a: 2024-99-99"),
        ("a.yaml", b"a: [" * 3),
        ("a.yaml", b"[" * 100_000),
        ("a.json", b"[" * 100_000),
    ],
)
def test_unreadable_changelogs(name: str, source: bytes) -> None:
    with pytest.raises(UserError):
        items(name, source)


def test_sql_of_xml_stands_where_it_is() -> None:
    changes = b"<sql>SELECT 1</sql><sql>SELECT 1 &lt; 2</sql>"
    source = b"<databaseChangeLog><changeSet id='1'>%s</changeSet></databaseChangeLog>" % changes
    (item,) = items("a.xml", source)
    plain, escaped = item.changes
    assert (source[plain.start : plain.start + 8], plain.end) == (b"SELECT 1", -1)
    assert escaped.text == b"SELECT 1 < 2"
    assert source[escaped.start : escaped.end] == b"SELECT 1 &lt; 2"


def test_aliases_of_yaml_end() -> None:
    lines = [b"a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [b"a%d: &a%d [%s]" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 10)) for n in range(1, 12)]
    change = b"databaseChangeLog: [{changeSet: {id: 1, changes: [{addColumn: *a11}]}}, {include: {file: *a11}}]"
    changeset, include = items("a.yaml", b"\n".join([*lines, change]))
    assert changeset.changes[0].unread == "addColumn of a changeset is not read"
    assert include.path == ""


def test_open_rollback_blocks_take_no_time() -> None:
    (script,) = read("--changeset a:1\nSELECT 1;\n" + "/* liquibase rollback\n" * 20_000)
    assert script.direction == "up"
