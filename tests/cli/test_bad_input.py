"""What can be wrong with inputs: one clear line each, the right exit code, and the other files are still judged."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]

SAFE = "CREATE TABLE a (id bigint PRIMARY KEY);\n"
UNSAFE = "CREATE INDEX b_c ON b (c);\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is a repository's root so that no settings from above are found."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_missing_path(here: Path, command: Command) -> None:
    (here / "1.sql").write_text(UNSAFE)
    done = command("check", "gone.sql", "1.sql", "--format", "concise")
    assert done.code == 2
    assert done.err == "error: gone.sql: no such file or folder\n"
    assert "1.sql:1:1: error index-without-concurrently" in done.out


def test_folder_without_migrations(here: Path, command: Command) -> None:
    (here / "empty").mkdir()
    done = command("check", "empty")
    assert (done.code, done.out, done.err) == (2, "", "error: empty: no SQL files in this folder\n")


def test_no_migrations_to_be_found(command: Command) -> None:
    done = command("check")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: no migrations found below the current folder")
    assert done.err.count("\n") == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read every file")
def test_file_without_permission(here: Path, command: Command) -> None:
    (here / "1.sql").write_text(UNSAFE)
    (here / "2.sql").write_text(SAFE)
    (here / "2.sql").chmod(0)
    done = command("check", "1.sql", "2.sql")
    assert (done.code, done.err) == (2, "error: 2.sql: permission denied\n")
    assert "index-without-concurrently" in done.out


def test_file_that_cannot_be_read(here: Path, command: Command) -> None:
    (here / "m").mkdir()
    (here / "m" / "1.sql").write_text(UNSAFE)
    (here / "m" / "2.sql").symlink_to("nowhere")
    done = command("check", "m")
    assert (done.code, done.err) == (2, "error: m/2.sql: no such file or directory\n")
    assert "index-without-concurrently" in done.out


def test_binary_file(here: Path, command: Command) -> None:
    (here / "1.sql").write_text(UNSAFE)
    (here / "2.sql").write_bytes(b"\x7fELF\0\0\0\xff")
    done = command("check", "1.sql", "2.sql")
    assert (done.code, done.err) == (2, "error: 2.sql: not a text file; it was left out\n")
    assert "index-without-concurrently" in done.out


@pytest.mark.parametrize("text", ["", "\n", "-- nothing yet\n", "\ufeff", ";;\n"])
def test_file_without_statements(text: str, here: Path, command: Command) -> None:
    (here / "1.sql").write_text(text)
    done = command("check", "1.sql")
    assert (done.code, done.out, done.err) == (0, "", "")


def test_very_many_values(here: Path, command: Command) -> None:
    (here / "1.sql").write_text(
        SAFE + "INSERT INTO a VALUES " + ",".join(f"({number})" for number in range(100_000)) + ";\n" + UNSAFE
    )
    done = command("check", "1.sql", "--format", "concise")
    assert done.code == 1
    assert done.out.startswith("1.sql:3:1: error index-without-concurrently")


def test_very_deep_parentheses(here: Path, command: Command) -> None:
    (here / "1.sql").write_text(f"SELECT {'(' * 2000}1{')' * 2000};\n{UNSAFE}")
    done = command("check", "1.sql", "--format", "concise")
    assert done.code == 1
    assert "1.sql:2:1: error index-without-concurrently" in done.out


def test_statement_that_does_not_parse(here: Path, command: Command) -> None:
    (here / "1.sql").write_text(f"{SAFE}ALTER TABEL a ADD b int;\n{UNSAFE}")
    done = command("check", "1.sql", "--format", "concise")
    assert done.code == 1
    lines = done.out.splitlines()
    assert lines[0].startswith("1.sql:2:7: error syntax-error")
    assert 'syntax error at or near "TABEL"' in lines[0]
    assert lines[1].startswith("1.sql:3:1: error index-without-concurrently")
    assert "1 statement not analysed" in lines[-1]


def test_file_that_is_not_utf8(here: Path, command: Command) -> None:
    (here / "1.sql").write_bytes(b"-- gr\xf6\xdfer\n" + UNSAFE.encode())
    done = command("check", "1.sql", "--format", "concise")
    assert done.code == 1
    assert "1.sql:2:1: error index-without-concurrently" in done.out


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("extends: .db-sage-lint.yaml", "error: .db-sage-lint.yaml: `extends` goes in a circle: "),
        ("[1, 2]", "error: .db-sage-lint.yaml: expected a table of settings like `pg: 15`, found a list"),
        ("pg: new", "error: .db-sage-lint.yaml:1: `pg`: expected a whole number, got text"),
        (
            "select: [tabel-dropped]",
            "error: .db-sage-lint.yaml:1: `select`: there is no rule `tabel-dropped`; did you mean `table-dropped`?",
        ),
    ],
)
def test_wrong_settings(settings: str, message: str, here: Path, command: Command) -> None:
    (here / "1.sql").write_text(UNSAFE)
    (here / ".db-sage-lint.yaml").write_text(settings)
    done = command("check", "1.sql")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(message)
    assert done.err.count("\n") == 1


def test_revision_that_does_not_exist(here: Path, command: Command) -> None:
    (here / "1.sql").write_text(UNSAFE)
    done = command("check", "1.sql", "--since", "no-such-branch")
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("form", ["text", "concise", "json", "sarif", "github"])
def test_order_of_arguments_changes_nothing(form: str, here: Path, command: Command) -> None:
    names = ["3.sql", "10.sql", "gone.sql", "b.sql"]
    for name in names:
        if name != "gone.sql":
            (here / name).write_text(UNSAFE + "DROP TABLE x;\n")
    first = command("check", *names, "--format", form)
    for order in (names[::-1], names[1:] + names[:1], [*names, "./3.sql"]):
        done = command("check", *order, "--format", form)
        assert (done.code, done.out, done.err) == (first.code, first.out, first.err)


PLAN = "%project=x\n\nsafe 2020-01-01T00:00:00Z me <m@e> # a\ngone 2020-01-01T00:00:00Z me <m@e> # b\n"
REVISION = 'from alembic import op\nrevision = "{}"\ndown_revision = {}\n\n\ndef upgrade():\n    op.execute("""{}""")\n'
BROKEN_SET_UPS = {
    "a plan that names a missing file": (
        {"sqitch.plan": PLAN, "deploy/safe.sql": UNSAFE},
        "m/sqitch.plan:4:1: error migration-chain-broken there is no deploy/gone.sql for this change",
    ),
    "a graph with a hole": (
        {
            "versions/a.py": REVISION.format("a1", None, UNSAFE),
            "versions/b.py": REVISION.format("b2", "'zz'", "SELECT 1"),
        },
        "m/versions/b.py:3:1: error migration-chain-broken zz is the revision of no file: alembic stops with an error",
    ),
    "a placeholder without a value": (
        {"flyway.conf": "flyway.placeholders.a=1\n", "V1__a.sql": UNSAFE, "V2__b.sql": "SELECT '${b}';\n"},
        "error: m/V2__b.sql: no value for ${b}; flyway.conf needs flyway.placeholders.b=…",
    ),
    "two runners in one folder": (
        {"1_a.sql": f"-- +goose Up\n{UNSAFE}", "2_b.sql": "-- migrate:up\nSELECT 1;\n-- migrate:down\n"},
        "error: m: goose (`-- +goose Up` in its files) and dbmate (`-- migrate:up` in its files) both claim this",
    ),
}


@pytest.mark.parametrize("what", BROKEN_SET_UPS)
def test_runners_set_up_wrongly(what: str, here: Path, command: Command) -> None:
    files, said = BROKEN_SET_UPS[what]
    for name, text in files.items():
        (here / "m" / name).parent.mkdir(parents=True, exist_ok=True)
        (here / "m" / name).write_text(text)
    done = command("check", "m", "--format", "concise")
    lines = [*done.out.splitlines(), *done.err.splitlines()]
    assert any(line.startswith(said) for line in lines)
    assert any("index-without-concurrently" in line for line in lines), "the rest is judged"
    assert done.code == (2 if said.startswith("error: ") else 1)
