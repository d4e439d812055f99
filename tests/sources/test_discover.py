"""Paths to histories, on real folders."""

from pathlib import Path

import pytest

from db_sage_lint.sources.discover import Found, beside, discover, find_migrations
from db_sage_lint.sources.walk import root_of, wanted_files


def write(root: Path, *files: str) -> None:
    for file in files:
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("SELECT 1;\n")


def shown(found: Found) -> dict[str, list[str]]:
    return {history.folder: [entry.path for entry in history.entries] for history in found.histories}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_numbers_not_names(project: Path) -> None:
    write(project, "db/migrations/10_b.sql", "db/migrations/9_a.sql", "db/seed.sql")
    found = discover(wanted_files("."))
    assert shown(found) == {"db/migrations": ["db/migrations/9_a.sql", "db/migrations/10_b.sql"]}
    assert found.loose == ("db/seed.sql",)


def test_pairs_follow_each_other(project: Path) -> None:
    write(project, "m/1_a.down.sql", "m/1_a.up.sql", "m/2_b.up.sql", "m/2_b.down.sql")
    (history,) = discover(wanted_files("m")).histories
    assert [(entry.path[2:5], entry.place.direction) for entry in history.entries] == [
        ("1_a", "up"), ("1_a", "down"), ("2_b", "up"), ("2_b", "down"),
    ]  # fmt: skip


def test_folder_for_each_migration(project: Path) -> None:
    write(project, "m/2020-01-02-000000_b/up.sql", "m/2020-01-01-000000_a/up.sql", "m/2020-01-01-000000_a/down.sql")
    assert shown(discover(wanted_files("."))) == {
        "m": ["m/2020-01-01-000000_a/up.sql", "m/2020-01-01-000000_a/down.sql", "m/2020-01-02-000000_b/up.sql"]
    }


def test_two_histories_stay_apart(project: Path) -> None:
    write(project, "a/supabase/migrations/1_a.sql", "b/migrations/1_a.sql")
    found = discover(wanted_files("."))
    assert {history.folder: history.runner.NAME for history in found.histories} == {
        "a/supabase/migrations": "supabase",
        "b/migrations": "numbered files",
    }


def test_loose_files(project: Path) -> None:
    write(project, "views.sql", "tables.sql")
    assert discover(wanted_files(".")) == Found((), ("tables.sql", "views.sql"))


def test_hidden_and_foreign_folders_are_passed_over(project: Path) -> None:
    write(project, "node_modules/x/1_a.sql", ".git/1_a.sql", "m/1_a.sql")
    assert list(wanted_files(".")) == ["m/1_a.sql"]


def test_without_paths_only_what_looks_like_migrations(project: Path) -> None:
    write(project, "db/migrations/1_a.sql", "tests/data/1_a.sql", "queries/get.sql")
    assert [history.folder for history in find_migrations().histories] == ["db/migrations"]


@pytest.mark.parametrize(
    ("file", "root"),
    [
        ("m/1_a.sql", "m"),
        ("m/1_a/up.sql", "m"),
        ("m/v1.2/1_a.sql", "m"),
        ("1_a.sql", ""),
        ("m/down/1_a.sql", "m"),
    ],
)
def test_root_of(file: str, root: str) -> None:
    assert root_of(file) == root


def test_beside(project: Path) -> None:
    write(project, "m/1_a/up.sql", "m/2_b/up.sql", "other/3.sql", "m/notes/x.sql")
    assert list(beside("m/2_b/up.sql")) == ["m/1_a/up.sql", "m/2_b/up.sql"]
