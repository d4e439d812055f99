"""The setting `schema-snapshot`: when the dump is compared, with which migrations, and what is said of the setting."""

import io
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]

TABLE = "CREATE TABLE a (id bigint PRIMARY KEY);\n"
KEY = "ALTER TABLE public.a ADD CONSTRAINT a_pkey PRIMARY KEY (id);\n"
DUMP = f"CREATE TABLE public.a (id bigint NOT NULL, b text);\n{KEY}"
PLACE = "db/structure.sql:1:44"
WHAT = "dump and migrations differ: no migration makes column b of a"


def write(root: Path, **files: str) -> None:
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_sql", ".sql")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".db-sage-lint.yaml").write_text("schema-snapshot: db/structure.sql\n")
    write(tmp_path, db__migrations__1_a_sql=TABLE, db__structure_sql=DUMP)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("paths", [(), ("db",), ("db/migrations/1_a.sql",), ("db/structure.sql",), ("db/migrations",)])
def test_compared_whichever_is_named(here: Path, command: Command, paths: tuple[str, ...]) -> None:
    done = command("check", *paths, "--format", "concise")
    assert (done.code, done.out.splitlines()[0]) == (1, f"{PLACE}: warning schema-snapshot-differs {WHAT}")
    assert "left out" not in done.err


def test_the_dump_is_no_migration(here: Path, command: Command) -> None:
    write(here, db__structure_sql=TABLE + "CREATE INDEX other_b ON other (b);\n")
    done = command("check", "db", "--format", "concise")
    assert "index-without-concurrently" not in done.out
    assert "no migration makes index other_b" in done.out


def test_each_folder_has_its_own(here: Path, command: Command) -> None:
    write(here, app__migrations__1_a_sql="CREATE TABLE z (id bigint PRIMARY KEY);\n", app__schema_sql=DUMP)
    done = command("check")
    assert done.code == 2
    assert "db/structure.sql can be compared with the migrations of one folder" in done.err
    settings = "schema-snapshot:\n  db/migrations: db/structure.sql\n  app/migrations: app/schema.sql\n"
    (here / ".db-sage-lint.yaml").write_text(settings)
    done = command("check", "--format", "concise")
    assert [line.partition(": warning schema-snapshot-differs")[0] for line in done.out.splitlines()[:-1]] == [
        "app/schema.sql:1:1", "app/schema.sql:1:1", PLACE,
    ]  # fmt: skip


def test_dump_that_is_not_there(here: Path, command: Command) -> None:
    (here / "db" / "structure.sql").unlink()
    done = command("check")
    assert done.code == 2
    assert "error: db/structure.sql: no such file or directory\n" in done.err
    assert "1 migrations of numbered files" in done.err


def test_what_could_not_be_compared_is_said(here: Path, command: Command) -> None:
    write(here, db__migrations__2_b_sql="DO $$ BEGIN EXECUTE current_setting('app.sql'); END $$;\n")
    done = command("check")
    assert "schema-snapshot-differs" not in done.out
    assert "db/structure.sql: compared in part only" in done.err


def test_since_a_revision_only_where_something_is_new(here: Path, command: Command) -> None:
    (here / ".git").rmdir()
    author = ["-c", "user.name=n", "-c", "user.email=e@example.org"]
    for arguments in (["init", "-q"], ["add", "-A"], [*author, "commit", "-qm", "all"]):
        subprocess.run(["git", *arguments], check=True)
    assert command("check", "--since", "HEAD").code == 0
    write(here, db__migrations__2_b_sql="ALTER TABLE a ADD COLUMN c text;\n")
    done = command("check", "--since", "HEAD", "--format", "concise")
    assert "column c of a is missing here" in done.out


@pytest.mark.parametrize("arguments", [("locks",), ("verify-order",), ("sources",)])
def test_other_commands_pass_it_over(here: Path, command: Command, arguments: tuple[str, ...]) -> None:
    done = command(*arguments)
    assert (done.code, "schema-snapshot-differs" in done.out) == (0, False)


def test_a_dry_run_does_not_run_it(here: Path, command: Command) -> None:
    done = command("dry-run", "--format", "concise")
    assert "no migration makes column b of a" in done.out
    assert "1 of 1 migration ran to the end" in done.err


def test_on_standard_input(here: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"ALTER TABLE a ADD COLUMN c int;\n")))
    done = command("check", "-", "--stdin-filename", "db/migrations/2_b.sql", "--format", "concise")
    assert "column c of a is missing here" in done.out
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(DUMP.encode())))
    assert WHAT in command("check", "-", "--stdin-filename", "db/structure.sql", "--format", "concise").out
