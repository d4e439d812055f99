from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

Command = Callable[..., Any]
UP = "-- +goose Up\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    write(tmp_path, "a/migrations/9_x.sql", f"{UP}SELECT 1;\n-- +goose Down\nSELECT 2;\n")
    write(tmp_path, "a/migrations/10_y.sql", f"-- +goose NO TRANSACTION\n{UP}SELECT 1;\n")
    write(tmp_path, "b/migrations/1_x.sql", "SELECT 1;\n")
    write(tmp_path, "views.sql", "SELECT 1;\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(root: Path, file: str, text: str) -> None:
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).write_text(text)


def test_text(project: Path, command: Command) -> None:
    assert command("sources", ".").out.splitlines() == [
        "a/migrations: goose (`-- +goose Up` in its files)",
        "  1  9_x.sql   up    in a transaction",
        "  2  9_x.sql   down  in a transaction",
        "  3  10_y.sql  up    no transaction",
        "",
        "b/migrations: numbered files (1 of 1 files begin with a number)",
        "  1  1_x.sql  up    as its statements say",
        "",
        "In no history, each judged alone:",
        "  views.sql",
    ]


def test_json(project: Path, command: Command) -> None:
    shown = msgspec.json.decode(command("sources", "a", "--format", "json").out)
    (history,) = shown["histories"]
    assert (history["folder"], history["runner"]) == ("a/migrations", "goose")
    assert history["scripts"][2] == {
        "path": "a/migrations/10_y.sql", "version": "10", "direction": "up", "transaction": False,
        "includes": [],
    }  # fmt: skip
    assert shown["alone"] == shown["problems"] == []


def test_settings_name_the_runner(project: Path, command: Command) -> None:
    write(project, ".db-sage-lint.yaml", "runner:\n  b/migrations: sqlx\n")
    assert "b/migrations: sqlx (.db-sage-lint.yaml:1: runner = sqlx)" in command("sources", ".").out


def test_a_runner_that_there_is_not(project: Path, command: Command) -> None:
    write(project, ".db-sage-lint.yaml", "runner: gose\n")
    done = command("sources", ".")
    assert done.code == 2
    assert ".db-sage-lint.yaml:1: `runner`: there is no runner `gose`; did you mean `goose`?" in done.err


def test_the_transaction_that_the_settings_give(project: Path, command: Command) -> None:
    write(project, ".db-sage-lint.yaml", "transaction: false\n")
    assert "1_x.sql  up    no transaction" in command("sources", "b").out


def test_two_runners_claim_one_folder(project: Path, command: Command) -> None:
    write(project, "a/migrations/11_z.sql", "-- migrate:up\nSELECT 1;\n")
    done = command("sources", "a")
    assert done.code == 2
    assert done.err.startswith("error: a/migrations: goose (")
    assert "set `runner` to say whose it is" in done.err
    assert done.out.startswith("a/migrations: goose (")


def test_what_does_not_run_and_what_is_put_in(project: Path, command: Command) -> None:
    write(project, "c/migrations/1_x.sql", "\\i views.sql\n")
    write(project, "c/migrations/2_y.sql", "\\set x 1\n")
    write(project, "d/meta/_journal.json", '{"entries": [{"tag": "0_a"}, {"tag": "1_b"}]}')
    write(project, "d/0_a.sql", "SELECT 1;\n")
    write(project, "d/2_c.sql", "SELECT 1;\n")
    lines = command("sources", "c", "d", "views.sql").out.splitlines()
    assert [line.partition("`")[0] for line in lines] == [
        "c/migrations: psql scripts (commands of psql in its files)",
        "  1  1_x.sql  up    no transaction, with views.sql",
        "  2  2_y.sql  up    no transaction",
        "",
        "d: drizzle (it has a meta/_journal.json)",
        "  1  0_a.sql  up    in a transaction",
        "  ! d/meta/_journal.json:1: the journal lists 1_b.sql, and there is no such file: ",
        "  ! d/2_c.sql: not run, as meta/_journal.json doesn't list it; ",
    ]
    shown = msgspec.json.decode(command("sources", "d", "--format", "json").out)
    assert [fault["path"] for fault in shown["histories"][0]["faults"]] == ["d/meta/_journal.json", "d/2_c.sql"]
