"""What is the change set, and what happened to the files, in real git repositories."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from db_sage_lint.config import Config
from db_sage_lint.report import Report, Request
from db_sage_lint.run import check

Git = Callable[..., str]


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> str:
        identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
        return subprocess.run(["git", *identity, *arguments], check=True, capture_output=True, text=True).stdout

    run("init", "-q", "-b", "main")
    return run


def write(path: str, sql: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(sql)


def linted(**request: object) -> Report:
    return check(Request(**request), lambda _: Config(severity="info"))  # type: ignore[arg-type]


def rules(report: Report) -> list[tuple[str, str]]:
    quiet = {"missing-lock-timeout", "foreign-key-without-index"}
    return [(f.rule, f.location.script.path) for f in report.findings if f.rule not in quiet]


TABLE = "CREATE TABLE a (id bigint PRIMARY KEY, b bigint);\n"
INDEX = "CREATE INDEX a_b ON a (b);\n"


def committed(git: Git, **files: str) -> None:
    for name, sql in files.items():
        write(f"migrations/{name.removeprefix('f')}.sql", sql)
    git("add", ".")
    git("commit", "-q", "-m", "base")


def test_new_files_are_one_change_set(git: Git) -> None:
    committed(git, f1_first="CREATE TABLE z (id bigint PRIMARY KEY);\n")
    write("migrations/2_a.sql", TABLE)
    write("migrations/3_b.sql", INDEX)
    assert rules(linted(since="main")) == []
    assert rules(linted(all=True)) == [("index-without-concurrently", "migrations/3_b.sql")]


def test_old_files_are_history(git: Git) -> None:
    committed(git, f1_a=TABLE + INDEX.replace("a_b", "first"))
    write("migrations/2_b.sql", INDEX)
    assert rules(linted(since="HEAD")) == [("index-without-concurrently", "migrations/2_b.sql")]


def test_edited(git: Git) -> None:
    committed(git, f1_a=TABLE, f2_b="CREATE TABLE c (id bigint PRIMARY KEY);\n")
    write("migrations/1_a.sql", TABLE.replace("b bigint", "b int"))
    assert ("applied-migration-edited", "migrations/1_a.sql") in rules(linted(since="HEAD"))


def test_edit_of_comments_only(git: Git) -> None:
    committed(git, f1_a=TABLE)
    write("migrations/1_a.sql", "-- a table\n" + TABLE)
    assert rules(linted(since="HEAD")) == []


def test_deleted_and_renamed(git: Git) -> None:
    other = "CREATE TABLE {} (id bigint PRIMARY KEY);\n"
    committed(git, f1_a=TABLE, f2_b=other.format("c"), f3_c=other.format("d"))
    Path("migrations/2_b.sql").unlink()
    Path("migrations/1_a.sql").rename("migrations/1_x.sql")
    found = rules(linted(since="HEAD"))
    assert ("applied-migration-edited", "migrations/2_b.sql") in found
    assert ("applied-migration-edited", "migrations/1_x.sql") in found


def test_every_file_of_a_history_is_deleted(git: Git) -> None:
    committed(git, f1_a=TABLE, f2_b="CREATE TABLE c (id bigint PRIMARY KEY);\n")
    Path("migrations/1_a.sql").unlink()
    Path("migrations/2_b.sql").unlink()
    lost = [("applied-migration-edited", "migrations/1_a.sql"), ("applied-migration-edited", "migrations/2_b.sql")]
    assert rules(linted(since="HEAD")) == lost
    write("other/migrations/1_x.sql", "CREATE TABLE x (id bigint PRIMARY KEY);\n")
    assert rules(linted(since="HEAD")) == lost
    assert rules(linted(since="HEAD", paths=("other",))) == []


def test_a_history_that_moved_is_not_deleted(git: Git) -> None:
    committed(git, f1_a=TABLE)
    Path("database").mkdir()
    Path("migrations").rename("database/migrations")
    assert rules(linted(since="HEAD")) == []


def test_out_of_order_and_duplicate(git: Git) -> None:
    committed(git, f1_a=TABLE, f3_c="CREATE TABLE c (id bigint PRIMARY KEY);\n")
    write("migrations/2_b.sql", "CREATE TABLE d (id bigint PRIMARY KEY);\n")
    assert rules(linted(since="HEAD")) == [("migration-out-of-order", "migrations/2_b.sql")]
    Path("migrations/2_b.sql").rename("migrations/3_b.sql")
    assert ("duplicate-migration-version", "migrations/3_b.sql") in rules(linted(since="HEAD"))


def test_merge_base(git: Git) -> None:
    committed(git, f1_a=TABLE)
    git("checkout", "-q", "-b", "work")
    committed(git, f2_b=INDEX)
    git("checkout", "-q", "main")
    committed(git, f3_c="CREATE TABLE c (id bigint PRIMARY KEY);\n")
    git("checkout", "-q", "work")
    assert rules(linted(since="main")) == [("index-without-concurrently", "migrations/2_b.sql")]


def test_staged_reads_the_index(git: Git) -> None:
    committed(git, f1_a=TABLE)
    write("migrations/2_b.sql", INDEX)
    git("add", ".")
    write("migrations/2_b.sql", "SELECT 1;\n")
    write("migrations/3_c.sql", INDEX.replace("a_b", "x"))
    assert rules(linted(staged=True)) == [("index-without-concurrently", "migrations/2_b.sql")]


def test_staged_before_the_first_commit(git: Git) -> None:
    write("migrations/1_a.sql", TABLE)
    git("add", ".")
    assert rules(linted(staged=True)) == []


def test_named_files_of_the_hook(git: Git) -> None:
    committed(git, f1_a=TABLE)
    write("migrations/2 b.sql", INDEX)
    git("add", ".")
    assert rules(linted(since="HEAD", paths=("migrations/2 b.sql",))) == [
        ("index-without-concurrently", "migrations/2 b.sql")
    ]


def test_the_way_back_follows_its_way(git: Git) -> None:
    for name, sql in {
        "1_a.up": TABLE, "1_a.down": "DROP TABLE a;\n",
        "2_b.up": "ALTER TABLE a ADD COLUMN c int;\n", "2_b.down": "ALTER TABLE a DROP COLUMN d;\n",
    }.items():  # fmt: skip
        write(f"migrations/{name}.sql", sql)
    found = rules(linted(all=True))
    assert ("down-does-not-restore", "migrations/2_b.down.sql") in found
    assert ("unknown-object", "migrations/2_b.down.sql") in found
    assert not any(path.startswith("migrations/1_a") for _, path in found)


def test_a_file_of_both_ways_is_one_file(git: Git) -> None:
    write("migrations/1_a.sql", f"-- migrate:up\n{TABLE}-- migrate:down\nDROP TABLE a;\n")
    report = linted(all=True)
    assert (report.files, report.statements, rules(report)) == (1, 2, [])


def test_a_deleted_file_that_a_mark_lists(git: Git) -> None:
    write("schema/v1/manifest.json", '{"SchemaUpdateCqlFiles": ["a.sql", "b.sql"]}')
    write("schema/v1/a.sql", TABLE)
    write("schema/v1/b.sql", "SELECT 1;\n")
    git("add", ".")
    git("commit", "-q", "-m", "base")
    Path("schema/v1/a.sql").unlink()
    report = linted(since="HEAD", paths=("schema",))
    assert ("applied-migration-edited", "schema/v1/a.sql") in rules(report)


REVISION = "revision = {!r}\ndown_revision = {!r}\n\n\ndef upgrade():\n    pass\n"


def test_of_two_heads_the_new_one_is_told(git: Git) -> None:
    write("versions/a.py", REVISION.format("a", None))
    write("versions/b.py", REVISION.format("b", "a"))
    git("add", ".")
    git("commit", "-q", "-m", "base")
    write("versions/c.py", REVISION.format("c", "a"))
    assert rules(linted(since="HEAD")) == [("migration-chain-broken", "versions/c.py")]
    git("add", ".")
    assert rules(linted(staged=True)) == [("migration-chain-broken", "versions/c.py")]
    git("commit", "-q", "-m", "two heads")
    assert rules(linted(since="HEAD")) == []
    both = [("migration-chain-broken", "versions/b.py"), ("migration-chain-broken", "versions/c.py")]
    assert rules(linted()) == both


def test_a_list_is_told_of_where_it_changed(git: Git) -> None:
    write("deploy/a.sql", "CREATE TABLE a (id bigint PRIMARY KEY);\n")
    write("sqitch.plan", "%project=x\n\na 2024\nlost 2024\n")
    git("add", ".")
    git("commit", "-q", "-m", "base")
    assert rules(linted(since="HEAD")) == []
    assert rules(linted(paths=("deploy/a.sql",))) == []
    assert rules(linted()) == [("migration-chain-broken", "sqitch.plan")]
    write("sqitch.plan", "%project=x\n\na 2024\nlost 2024\ngone 2024\n")
    assert rules(linted(since="HEAD")) == [("migration-chain-broken", "sqitch.plan")] * 2
