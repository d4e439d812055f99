"""Files that a runner lists and that are missing, and files among its migrations that it never runs."""

from pathlib import Path

import pytest

from db_sage_lint.config import Config
from db_sage_lint.recognised import Fault, sources
from db_sage_lint.report import Request
from db_sage_lint.run import check

TABLE = "CREATE TABLE a (id bigint PRIMARY KEY);\n"
JOURNAL = '{"dialect": "postgresql", "entries": [{"idx": 0, "tag": "0000_a"}, {"idx": 1, "tag": "0001_gone"}]}'
CHANGELOG = "databaseChangeLog:\n  - include: {file: a.sql, relativeToChangelogFile: true}\n"
CHANGESET = "--liquibase formatted sql\n--changeset me:1\n"
MANIFEST = '{"SchemaUpdateCqlFiles": ["a.sql", "gone.sql"]}'
PLAN = "%syntax-version=1.0.0\n%project=x\n\na 2020-01-01T00:00:00Z me <m@e> # a\ngone 2020-01-01T00:00:00Z me <m@e> # b\n"

TREES = {
    "sqitch": (
        {"sqitch.plan": PLAN, "deploy/a.sql": TABLE, "deploy/x.sql": "DROP TABLE a;\n", "deploy/y.sql": "DROP TABLE b;\n"},
        [
            ("sqitch.plan", 5, "there is no deploy/gone.sql for this change: `sqitch deploy` stops at it"),
            ("deploy/x.sql", 0, "not run, as sqitch.plan doesn't name it; `sqitch add` makes a script with its line"),
            ("deploy/y.sql", 0, "not run, as sqitch.plan doesn't name it; `sqitch add` makes a script with its line"),
        ],
    ),
    "drizzle": (
        {"meta/_journal.json": JOURNAL, "0000_a.sql": TABLE, "0002_x.sql": "DROP TABLE a;", "0003_y.sql": "DROP TABLE b;"},
        [
            ("meta/_journal.json", 1, "the journal lists 0001_gone.sql, and there is no such file: `migrate` stops with"),
            ("0002_x.sql", 0, "not run, as meta/_journal.json doesn't list it;"),
            ("0003_y.sql", 0, "not run, as meta/_journal.json doesn't list it;"),
        ],
    ),
    "liquibase": (
        {
            "db.changelog-master.yaml": CHANGELOG, "a.sql": CHANGESET + TABLE, "x.sql": CHANGESET + "DROP TABLE a;\n",
            "y.sql": CHANGESET + "DROP TABLE b;\n",
        },
        [("x.sql", 0, "not run, as no changelog here includes it"), ("y.sql", 0, "not run, as no changelog here includes")],
    ),
    "temporal": (
        {"v1.0/manifest.json": MANIFEST, "v1.0/a.sql": TABLE, "v1.0/x.sql": "DROP TABLE a;\n", "v1.0/y.sql": "DROP TABLE b;"},
        [
            ("v1.0/manifest.json", 1, "the manifest lists gone.sql, and there is no such file: the schema tool stops at it"),
            ("v1.0/x.sql", 0, "not run, as the manifest.json beside it doesn't list it"),
            ("v1.0/y.sql", 0, "not run, as the manifest.json beside it doesn't list it"),
        ],
    ),
    "diesel": (
        {"2024-01-01-000000_a/up.sql": TABLE, "2024-01-02-000000_b/down.sql": "SELECT 1;\n"},
        [("2024-01-02-000000_b/down.sql", 0, "there is no up.sql beside it: `diesel migration` stops")],
    ),
    "prisma": (
        {"migration_lock.toml": 'provider = "postgresql"\n', "1_a/migration.sql": TABLE, "2_b/other.sql": "SELECT 1;\n"},
        [("2_b/other.sql", 0, "there is no migration.sql in the folder 2_b: `prisma migrate` stops with an error")],
    ),
    "flyway": (
        {"V1__a.sql": TABLE, "V2_b.sql": "SELECT 1;\n"},
        [("V2_b.sql", 0, "not run, as the names that it takes are V<version>__<name>.sql, with two underscores")],
    ),
    "goose": (
        {"1_a.sql": f"-- +goose Up\n{TABLE}", "1_b.sql": "-- +goose Up\nSELECT 1;\n"},
        [("1_b.sql", 0, "it has the version 1, as migrations/1_a.sql does")],
    ),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path / "migrations"


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


@pytest.mark.parametrize("runner", TREES)
def test_told_and_the_rest_is_judged(runner: str, folder: Path) -> None:
    files, expected = TREES[runner]
    write(folder, files)
    (history,) = sources(Request(paths=("migrations",))).histories
    assert history.runner == runner
    assert [(fault.path, fault.line) for fault in history.faults] == [(f"migrations/{p}", n) for p, n, _ in expected]
    assert all(told(fault, what) for fault, (_, _, what) in zip(history.faults, expected, strict=True))

    report = check(Request(paths=("migrations",)), lambda _: Config(severity="info"))
    rules = {"migration-chain-broken", "migration-name-unrecognised", "duplicate-migration-version"}
    found = {finding.location.script.path for finding in report.findings if finding.rule in rules}
    assert found == {f"migrations/{path}" for path, _, _ in expected}
    assert not any(finding.rule == "table-dropped" for finding in report.findings), "what never runs is not judged"
    assert report.problems == []


def test_what_is_meant_not_to_run_is_not_told(folder: Path) -> None:
    manifest = '{"SchemaUpdateCqlFiles": [], "AllowNoCqlFiles": true}'
    write(folder, {"v1.0/manifest.json": '{"SchemaUpdateCqlFiles": ["a.sql"]}', "v1.0/a.sql": TABLE})
    write(folder, {"v1.1/manifest.json": manifest, "v1.1/x.sql": "DROP TABLE a;\n"})
    (history,) = sources(Request(paths=("migrations",))).histories
    assert ([part.path for part in history.scripts], history.faults) == (["migrations/v1.0/a.sql"], [])


def told(fault: Fault, what: str) -> bool:
    return fault.what.startswith(what)
