from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

Command = Callable[..., Any]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "db").mkdir()
    (tmp_path / "pyproject.toml").write_text(
        '[tool.db-sage-lint]\npg = 15\n[tool.db-sage-lint.severities]\ntable-dropped = "info"\n'
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_each_setting_shows_its_origin(project: Path, command: Command) -> None:
    lines = command("config", "db").out.splitlines()
    assert lines[0] == "settings from pyproject.toml"
    assert [line.split() for line in lines if line.startswith(("pg", "severit"))] == [
        ["severity", "=", '"warning"', "default"],
        ["severities.table-dropped", "=", '"info"', "pyproject.toml:4"],
        ["pg", "=", "15", "pyproject.toml:2"],
    ]


def test_json(project: Path, command: Command) -> None:
    shown = msgspec.json.decode(command("config", "--format", "json").out)
    assert shown["file"] == "pyproject.toml"
    assert {"key": "pg", "value": 15, "origin": "pyproject.toml:2"} in shown["settings"]


def test_without_a_file_defaults_hold(project: Path, command: Command) -> None:
    (project / "pyproject.toml").unlink()
    lines = command("config").out.splitlines()
    assert lines[0] == "no settings file: defaults hold"
    assert all(line.endswith("default") for line in lines[2:])


def test_wrong_settings_are_told(project: Path, command: Command) -> None:
    (project / "pyproject.toml").write_text('[tool.db-sage-lint]\nselect = ["tabel-dropped"]\n')
    done = command("config")
    assert done.code == 2
    assert done.err == (
        "error: pyproject.toml:2: `select`: there is no rule `tabel-dropped`; did you mean `table-dropped`?\n"
    )
