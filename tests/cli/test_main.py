import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from db_sage_lint.cli import COMMANDS

Command = Callable[..., Any]
PACKAGE = Path(__file__).resolve().parents[2]


def test_version(command: Command) -> None:
    done = command("--version")
    assert (done.code, done.out) == (0, "db-sage-lint 0.1.0\n")


def test_help_names_every_command(command: Command) -> None:
    done = command("--help")
    assert done.code == 0
    assert all(f"  {name} " in done.out for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_every_command(name: str, command: Command) -> None:
    assert command(name, "-h").code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("chekc",), "there is no command `chekc`; did you mean `check`? (see db-sage-lint --help)"),
        (("check", "--formt", "json"), "No such option '--formt'"),
        (("check", "--format", "jsn"), "there is no format `jsn`; did you mean `json`?"),
        (("check", "--pg", "12"), "12 is not in the range 13<=x<=18"),
        (("check", "--stdin-filename", "a.sql"), "give - as the path"),
        (("check", "-", "a.sql"), "- is standard input and is judged alone"),
        (("check", "--config", "a", "--isolated"), "--config and --isolated exclude each other"),
        (("check", "--config", "gone.yaml"), "gone.yaml: no such file or directory"),
        (("config", "gone"), "gone: no such file or folder"),
        (("rule", "tabel-dropped"), "there is no rule `tabel-dropped`; did you mean `table-dropped`?"),
    ],
)
def test_misuse_is_one_line(arguments: tuple[str, ...], message: str, command: Command) -> None:
    done = command(*arguments)
    assert done.code == 2
    assert done.out == ""
    assert done.err.startswith("error: ")
    assert message in done.err
    assert done.err.count("\n") == 1


def test_path_without_command(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "migrations").mkdir()
    assert "did you mean `db-sage-lint check migrations`?" in command("migrations").err


def test_closed_pipe_says_nothing() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "db_sage_lint", "rule"]
    done = subprocess.run(command, cwd=PACKAGE, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")
