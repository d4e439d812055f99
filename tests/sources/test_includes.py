r"""Files that psql's \i and \ir put into a script: what runs where, in which transaction, and what can't be had."""

from pathlib import Path

import pytest

from db_sage_lint.config import Config
from db_sage_lint.report import Report, Request
from db_sage_lint.run import check

TABLE = "CREATE TABLE a (id bigint PRIMARY KEY, b text);\n"


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with psql's migrations in db/migrations, of which the first makes a table."""
    (tmp_path / ".git").mkdir()
    write(tmp_path, {"db/migrations/001_a.sql": f"\\set ON_ERROR_STOP on\n{TABLE}"})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def linted(*paths: str, **settings: object) -> Report:
    request = Request(paths=paths or ("db",), all=True)
    return check(request, lambda _: Config(severity="info", **settings))  # type: ignore[arg-type]


def places(report: Report) -> list[tuple[str, int, str]]:
    """File, line and rule of every finding."""
    found = [(f.location.script, f.location.start, f.rule) for f in report.findings]
    return [(s.path, s.source.count(b"\n", 0, at) + 1, rule) for s, at, rule in found]


def test_statements_run_where_they_are_put_in_and_keep_their_own_place(project: Path) -> None:
    second = "BEGIN;\nSET lock_timeout = '2s';\n\\ir ../parts/index.sql\nALTER TABLE a DROP COLUMN b;\nCOMMIT;\n"
    write(
        project,
        {
            "db/migrations/002_b.sql": second,
            "db/parts/index.sql": "-- one\nCREATE INDEX a_b ON a (b);\n\\ir below/more.sql\n",
            "db/parts/below/more.sql": "CREATE INDEX CONCURRENTLY a_c ON a (b);\nALTER TABLE a RENAME COLUMN b TO c;\n",
        },
    )
    found = places(linted())
    assert ("db/parts/index.sql", 2, "index-without-concurrently") in found
    assert ("db/parts/below/more.sql", 1, "concurrently-in-transaction") in found
    assert ("db/migrations/002_b.sql", 4, "unknown-object") in found
    assert not any(rule in {"statement-not-analysed", "missing-lock-timeout"} for _, _, rule in found)
    assert {path for path, _, _ in found} == {
        "db/parts/index.sql", "db/parts/below/more.sql", "db/migrations/002_b.sql",
    }  # fmt: skip


def test_a_transaction_goes_through_what_is_put_in(project: Path) -> None:
    files = {"db/migrations/002_b.sql": "\\ir ../begin.sql\nCREATE TYPE t AS ENUM ('a');\n", "db/begin.sql": "BEGIN;\n"}
    write(project, files)
    assert ("db/begin.sql", 1, "transaction-left-open") in places(linted())
    write(project, {"db/migrations/002_b.sql": files["db/migrations/002_b.sql"] + "ROLLBACK;\nSELECT NULL::t;\n"})
    assert places(linted()) == []


@pytest.mark.parametrize(
    ("command", "file"),
    [
        ("\\i db/views/v.sql", "db/views/v.sql"),
        ("\\i views/v.sql", "db/views/v.sql"),
        ("\\include 'views/it''s.sql';", "db/views/it's.sql"),
        ("\\include_relative ../views/v.sql  ", "db/views/v.sql"),
        ("\\ir ../views/v.sql;", "db/views/v.sql"),
    ],
)
def test_where_a_file_is_looked_for(project: Path, command: str, file: str) -> None:
    write(project, {"db/migrations/002_b.sql": f"{command}\n", file: "DROP TABLE a;\n"})
    report = linted("db/migrations")
    assert (file, 1, "table-dropped") in places(report)
    assert {path for path, _, _ in places(report)} == {file}
    assert report.problems == []


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("\\i gone.sql", "there is no such file"),
        ("\\ir ../../../outside.sql", "it leads out of the repository"),
        ("\\i /etc/passwd", "it leads out of the repository"),
        ("\\i ~/.psqlrc", "it leads out of the repository"),
        ("\\ir 002_b.sql", "it goes in a circle, db/migrations/002_b.sql -> db/migrations/002_b.sql"),
    ],
)
def test_what_cannot_be_put_in_is_said_and_the_rest_is_judged(project: Path, command: str, why: str) -> None:
    (project.parent / "outside.sql").write_text("DROP TABLE a;\n")
    write(project, {"db/migrations/002_b.sql": f"SELECT 1;\n{command}\nCREATE INDEX a_b ON a (b);\n"})
    report = linted("db/migrations")
    assert report.problems == [f"db/migrations/002_b.sql:2: {command}: {why}; what it runs is not known"]
    assert ("db/migrations/002_b.sql", 3, "index-without-concurrently") in places(report)
    assert ("db/migrations/002_b.sql", 2, "statement-not-analysed") in places(report)


def test_a_name_that_a_variable_gives_is_not_known(project: Path) -> None:
    write(project, {"db/migrations/002_b.sql": "\\i :folder/x.sql\n\\i `echo x`\n\\i -\n"})
    report = linted()
    assert report.problems == []
    assert report.not_analysed == 3


def test_files_that_ask_for_more_than_can_be(project: Path) -> None:
    doubled = {f"db/p/{n}.sql": f"\\ir {n + 1}.sql\n\\ir {n + 1}.sql\n" for n in range(40)}
    write(project, {**doubled, "db/p/40.sql": "SELECT 1;\n", "db/migrations/002_b.sql": "\\ir ../p/0.sql\n"})
    report = linted("db/migrations")
    assert any("there are more than 1000 files" in problem for problem in report.problems)


def test_a_link_that_leads_out_is_not_followed(project: Path) -> None:
    (project.parent / "secret.sql").write_text("DROP TABLE a;\n")
    (project / "db" / "link.sql").symlink_to(project.parent / "secret.sql")
    write(project, {"db/migrations/002_b.sql": "\\ir ../link.sql\n"})
    report = linted("db/migrations")
    assert "it leads out of the repository" in report.problems[0]


def test_files_of_no_history_are_judged_once(project: Path) -> None:
    write(
        project,
        {
            "app/install.sql": "\\ir tables.sql\nCREATE INDEX CONCURRENTLY IF NOT EXISTS t_a ON t (a);\nDROP TABLE t;\n",
            "app/tables.sql": "CREATE TABLE t (a int PRIMARY KEY);\n",
            "app/one.sql": "\\ir two.sql\nDROP TABLE x;\n",
            "app/two.sql": "\\ir one.sql\nDROP TABLE y;\n",
        },
    )
    report = linted("app")
    dropped = [place for place in places(report) if place[2] == "table-dropped"]
    assert dropped == [("app/one.sql", 2, "table-dropped"), ("app/two.sql", 2, "table-dropped")]
    assert all("it goes in a circle" in problem for problem in report.problems)


def test_naming_what_is_put_in_judges_what_puts_it_in(project: Path) -> None:
    write(
        project,
        {
            "db/migrations/002_b.sql": "BEGIN;\n\\ir parts.sql\nCOMMIT;\n",
            "db/migrations/parts.sql": "CREATE INDEX CONCURRENTLY a_b ON a (b);\n",
        },
    )
    found = places(linted("db/migrations/parts.sql"))
    assert found == [("db/migrations/parts.sql", 1, "concurrently-in-transaction")]


def test_ignores_in_what_is_put_in_hold(project: Path) -> None:
    text = "-- db-sage-lint: ignore index-without-concurrently -- it is small\nCREATE INDEX a_b ON a (b);\n"
    write(project, {"db/migrations/002_b.sql": "\\ir ../parts.sql\n", "db/parts.sql": text})
    report = linted("db/migrations")
    assert (report.suppressed, [place for place in places(report) if place[2] != "missing-lock-timeout"]) == (1, [])


def test_other_runners_send_the_command_to_the_server(project: Path) -> None:
    write(project, {"m/1_a.up.sql": "\\ir b.sql\n", "m/1_a.down.sql": "SELECT 1;\n", "m/b.sql": "DROP TABLE a;\n"})
    report = linted("m/1_a.up.sql", runner={"m": "golang-migrate"})
    assert "table-dropped" not in {rule for _, _, rule in places(report)}
