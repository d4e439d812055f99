"""Flyway: order, directions and transactions of its sample tree."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from db_sage_lint.sources.discover import discover
from db_sage_lint.sources.walk import wanted_files

if TYPE_CHECKING:
    from tests.sources.conftest import Sample


def test_recognised(sample: "Callable[[str], Sample]") -> None:
    tree = sample("flyway")
    assert tree.history.runner.NAME == "flyway"
    assert tree.history.folder == "src/main/resources/db"
    assert tree.loose == ("src/main/resources/db/migration/afterMigrate.sql",)
    assert tree.problems == ()


def test_order_direction_transaction(sample: "Callable[[str], Sample]") -> None:
    assert sample("flyway").runs() == [
        ("migration/V9__orders.sql", "up", True),
        ("migration/V9_1__note.sql", "up", True),
        ("migration/U9.1__note.sql", "down", True),
        ("migration_data/V9.5__data.sql", "up", True),
        ("migration/V10__by_customer.sql", "up", True),
        ("migration/V11__by_total.sql", "up", False),
        ("migration/V12__by_both.sql", "up", False),
        ("migration/R__open_orders.sql", "up", True),
    ]


def test_findings(sample: "Callable[[str], Sample]") -> None:
    tree = sample("flyway")
    assert tree.found("concurrently-in-transaction") == [("V10__by_customer.sql", 1)]
    assert tree.found("syntax-error", "unknown-object", "object-already-exists") == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("flyway.conf", "flyway.sqlMigrationPrefix=M\nflyway.undoSqlMigrationPrefix = Back\n"),
        ("flyway.toml", "[flyway]\nsqlMigrationPrefix = 'M'\nundoSqlMigrationPrefix = \"Back\"\n"),
    ],
)
def test_prefixes_of_the_configuration(name: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text(text)
    (tmp_path / "sql").mkdir()
    for file in ("M2__b.sql", "M10__c.sql", "Back2__b.sql", "R__view.sql"):
        (tmp_path / "sql" / file).write_text("SELECT 1;\n")
    (history,) = discover(wanted_files(".")).histories
    assert history.runner.NAME == "flyway"
    assert [(entry.path, entry.place.direction) for entry in history.entries] == [
        ("sql/M2__b.sql", "up"), ("sql/Back2__b.sql", "down"), ("sql/M10__c.sql", "up"), ("sql/R__view.sql", "up"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "together"),
    [
        ("flyway.conf", "flyway.group=true\n", True),
        ("flyway.toml", "[flyway]\ngroup = true\n", True),
        ("flyway.conf", "flyway.group=false\n", False),
    ],
)
def test_what_is_pending_may_be_one_transaction(
    name: str, text: str, together: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / name).write_text(text)
    (tmp_path / "V1__a.sql").write_text("SELECT 1;\n")
    monkeypatch.chdir(tmp_path)
    (history,) = discover(wanted_files(".")).histories
    assert history.one_transaction is together
