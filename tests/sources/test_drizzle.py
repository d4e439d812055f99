"""Drizzle: the journal's order, breakpoints and the one transaction of its sample trees."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from db_sage_lint.sources import drizzle
from db_sage_lint.sources.history import Folder

if TYPE_CHECKING:
    from tests.sources.conftest import Sample

BROKEN = ("syntax-error", "unknown-object", "object-already-exists", "used-before-created")


def test_recognised(sample: "Callable[[str], Sample]") -> None:
    tree = sample("drizzle")
    assert tree.history.runner.NAME == "drizzle"
    assert tree.history.folder == "drizzle"
    assert tree.loose == ()


def test_order_of_the_journal(sample: "Callable[[str], Sample]") -> None:
    tree = sample("drizzle")
    assert tree.runs() == [
        ("0000_orders.sql", "up", True),
        ("0002_after_rebase.sql", "up", True),
        ("0001_by_customer.sql", "up", True),
        ("0003_outside.sql", "up", True),
    ]
    assert tree.problems == ()


def test_journal_and_files_differ(sample: "Callable[[str], Sample]") -> None:
    tree = sample("drizzle")
    assert tree.found("migration-name-unrecognised") == [("0009_forgotten.sql", 1)]
    assert tree.messages("migration-name-unrecognised") == [
        "drizzle doesn't run drizzle/0009_forgotten.sql: meta/_journal.json doesn't list it;"
        " `drizzle-kit generate --custom` makes a file with its entry"
    ]


def test_journal_lists_what_is_missing() -> None:
    source = b'{"entries": [{"tag": "0000_a"},\n{"tag": "0001_b"}]}'
    folder = Folder("/x", ("0000_a.sql", "meta/_journal.json"), lambda _: source)
    assert [file for file, _ in drizzle.places(folder)] == ["0000_a.sql"]
    (flaw,) = folder.flaws
    assert (flaw.file, flaw.operation.at) == ("meta/_journal.json", source.index(b'"0001_b"'))


def test_pending_files_are_one_transaction(sample: "Callable[[str], Sample]") -> None:
    assert sample("drizzle").history.one_transaction
    assert sample("alembic").history.one_transaction
    assert sample("node_pg_migrate").history.one_transaction
    assert not sample("goose").history.one_transaction


def test_findings(sample: "Callable[[str], Sample]") -> None:
    tree = sample("drizzle")
    assert tree.found("concurrently-in-transaction") == [("0001_by_customer.sql", 1)]
    assert tree.found(*BROKEN) == []


def test_folders_with_snapshots(sample: "Callable[[str], Sample]") -> None:
    tree = sample("drizzle_folders")
    assert tree.history.runner.NAME == "drizzle"
    assert [name for name, _, _ in tree.runs()] == [
        "20250101000000_orders/migration.sql",
        "20250102000000_total/migration.sql",
    ]
    assert tree.found("concurrently-in-transaction") == [("migration.sql", 2)]


def test_parts_stand_where_they_are() -> None:
    source = b"SELECT 1;--> statement-breakpoint\nSELECT 2\n--> statement-breakpoint"
    parts = list(drizzle.parts(source))
    assert [source[part.start : part.start + len(part.text)] for part in parts] == [part.text for part in parts]
    assert [part.text.strip() for part in parts] == [b"SELECT 1;", b"SELECT 2", b""]


def test_broken_journal_falls_back_on_names() -> None:
    folder = Folder("/x", ("0001_a.sql", "0000_b.sql", "meta/_journal.json"), lambda _: b"{")
    assert drizzle.recognise(folder)
    assert sorted(place.version for _, place in drizzle.places(folder))
    assert "not a journal" in folder.problems[0]


def test_other_databases_are_left_alone() -> None:
    folder = Folder("/x", ("0001_a.sql", "meta/_journal.json"), lambda _: b'{"dialect": "mysql", "entries": []}')
    assert not drizzle.recognise(folder)
