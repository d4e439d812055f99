"""What the command makes of its options and of a report; the linting itself is replaced."""

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

import db_sage_lint
from db_sage_lint.config import Config
from db_sage_lint.findings import Finding, Location, Severity
from db_sage_lint.report import Report, Request
from db_sage_lint.script import whole

Command = Callable[..., Any]


class Linter:
    """Stands in for `db_sage_lint.check`: notes what it was asked, answers with `report`."""

    def __init__(self) -> None:
        self.report = Report(files=1, statements=2)
        self.request = Request()
        self.settings: Callable[[str], Config] = lambda _: Config()

    def __call__(self, request: Request, config_for: Callable[[str], Config]) -> Report:
        self.request, self.settings = request, config_for
        config_for(".")
        return self.report


@pytest.fixture
def linter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Linter:
    linter = Linter()
    monkeypatch.setattr(db_sage_lint, "check", linter)
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    return linter


def finding(severity: Severity, path: str = "a.sql") -> Finding:
    script = whole(path, b"DROP TABLE a;")
    return Finding(
        rule="table-dropped", severity=severity, message="a is dropped", location=Location(script, 0, 12, 0, 12)
    )


@pytest.mark.parametrize(
    ("severity", "arguments", "code"),
    [
        ("error", (), 1),
        ("warning", (), 1),
        ("info", ("--severity", "info"), 0),
        ("info", ("--severity", "info", "--fail-on", "info"), 1),
        ("warning", ("--fail-on", "error"), 0),
        ("error", ("--fail-on", "error"), 1),
        ("error", ("--fail-on", "never"), 0),
        ("error", ("--exit-zero",), 0),
    ],
)
def test_findings_make_the_exit_code(
    severity: Severity, arguments: tuple[str, ...], code: int, linter: Linter, command: Command
) -> None:
    linter.report.findings = [finding(severity)]
    assert command("check", *arguments).code == code


def test_input_that_cannot_be_read_counts_for_more_than_findings(linter: Linter, command: Command) -> None:
    linter.report.findings = [finding("error")]
    linter.report.problems = ["b.sql: permission denied"]
    done = command("check", "--exit-zero")
    assert (done.code, done.err) == (2, "error: b.sql: permission denied\n")
    assert "error[table-dropped]: a is dropped" in done.out
    linter.report.bugs = ["rule x on DropTable"]
    assert command("check").code == 3


def test_each_folder_has_its_own_settings(linter: Linter, command: Command, tmp_path: Path) -> None:
    (tmp_path / "strict").mkdir()
    (tmp_path / "strict" / ".db-sage-lint.yaml").write_text("fail-on: warning\npg: 16\n")
    (tmp_path / ".db-sage-lint.yaml").write_text("fail-on: error\n")
    linter.report.findings = [finding("warning", "lax.sql")]
    assert command("check").code == 0
    linter.report.findings = [finding("warning", "strict/a.sql")]
    assert command("check").code == 1
    assert [linter.settings(folder).pg for folder in ("", ".", "strict")] == [13, 13, 16]


def test_command_line_is_above_the_file(linter: Linter, command: Command, tmp_path: Path) -> None:
    (tmp_path / ".db-sage-lint.yaml").write_text("pg: 14\nselect: [tables]\nignore: [rls]\nextend-select: [naming]\n")
    command("check", "--pg", "17", "--ignore", "views,types", "--ignore", "data")
    config = linter.settings(".")
    assert (config.pg, config.select, config.ignore) == (17, ("tables",), ("rls", "views", "types", "data"))
    assert config.origin("pg") == "command line"
    command("check", "--extend-select", "views")
    assert linter.settings(".").extend_select == ("naming", "views")
    command("check", "--select", "views")
    config = linter.settings(".")
    assert (config.select, config.ignore, config.extend_select) == (("views",), (), ())
    command("check", "--isolated")
    assert linter.settings(".") == Config()


def test_named_settings_file(linter: Linter, command: Command, tmp_path: Path) -> None:
    (tmp_path / ".db-sage-lint.yaml").write_text("pg: 14\n")
    (tmp_path / "other.yaml").write_text("pg: 15\n")
    command("check", "--config", "other.yaml")
    assert linter.settings("anywhere").pg == 15


def test_paths_in_any_order_are_one_request(linter: Linter, command: Command) -> None:
    command("check", "b.sql", "a.sql", "b.sql", "--together")
    assert linter.request == Request(paths=("a.sql", "b.sql"), together=True)


def test_git_options(linter: Linter, command: Command) -> None:
    command("check", "--since", "main", "--all")
    assert linter.request == Request(since="main", all=True)
    command("check", "--staged")
    assert linter.request == Request(staged=True)


def test_standard_input(linter: Linter, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"DROP TABLE \xff;")))
    command("check", "-", "--stdin-filename", "db/9.sql")
    assert linter.request == Request(stdin=b"DROP TABLE \xff;", stdin_filename="db/9.sql")


def test_base_under_pre_commit(
    linter: Linter, command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".git").rmdir()
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "init", "-q", "-b", "main"], check=True)
    monkeypatch.setenv("PRE_COMMIT", "1")
    command("check", "a.sql")
    assert linter.request.since is None, "there is no commit yet"
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "first"], check=True)
    command("check", "a.sql")
    assert linter.request.since == "HEAD"
    monkeypatch.setenv("PRE_COMMIT_FROM_REF", "main")
    command("check", "a.sql")
    assert linter.request.since == "main"
    command("check", "a.sql", "--since", "HEAD")
    assert linter.request.since == "HEAD"
    command("check", "--staged")
    assert linter.request.since is None


def test_several_formats_at_once(linter: Linter, command: Command, tmp_path: Path) -> None:
    linter.report.findings = [finding("error")]
    done = command("check", "--format", "sarif:out.sarif", "--format", "concise", "--format", "json:out.json")
    assert done.out.startswith("a.sql:1:1: error table-dropped a is dropped\n")
    assert msgspec.json.decode((tmp_path / "out.sarif").read_bytes())["version"] == "2.1.0"
    assert msgspec.json.decode((tmp_path / "out.json").read_bytes())["version"] == 1
    assert command("check", "-o", "out.txt", "--color", "always").out == ""
    assert "\x1b" not in (tmp_path / "out.txt").read_text()


def test_file_that_cannot_be_written_loses_no_finding(linter: Linter, command: Command) -> None:
    linter.report.findings = [finding("error")]
    done = command("check", "--format", "json:gone/out.json", "--format", "concise")
    assert (done.code, done.err) == (2, "error: gone/out.json: no such file or directory\n")
    assert "a is dropped" in done.out


def test_colour_when_asked(linter: Linter, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    linter.report.findings = [finding("error")]
    assert "\x1b" not in command("check").out
    assert "\x1b[1;31merror" in command("check", "--color", "always").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[1;31merror" in command("check").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in command("check").out


def test_clean_run_prints_nothing(linter: Linter, command: Command) -> None:
    linter.report.hidden = 3
    done = command("check")
    assert (done.code, done.out, done.err) == (0, "", "")


def test_terminal_is_told_of_what_is_hidden(linter: Linter, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert command("check", "--no-progress").err == ""
    linter.report.hidden = 3
    assert "3 below the severity shown" in command("check", "--no-progress").err
    assert command("check", "-q").err == ""


def test_verbose_run_says_what_was_done(linter: Linter, command: Command, tmp_path: Path) -> None:
    linter.report.hidden = 3
    (tmp_path / ".db-sage-lint.yaml").write_text("pg: 14\n")
    said = command("check", "-v").err.splitlines()
    assert said == [
        "settings: .db-sage-lint.yaml",
        "Found no problems in 1 file, 2 statements (3 below the severity shown, see --severity info).",
    ]


def test_notes_are_no_part_of_the_output(linter: Linter, command: Command) -> None:
    linter.report.notes = ["db: 3 migrations"]
    done = command("check")
    assert (done.out, done.err) == ("", "db: 3 migrations\n")
    assert command("check", "-q").err == ""


def test_quiet_run_prints_findings_alone(linter: Linter, command: Command) -> None:
    linter.report.findings = [finding("error")]
    assert "Found 1 error" in command("check").out
    assert "Found" not in command("check", "-q").out


def test_statistics(linter: Linter, command: Command) -> None:
    linter.report.findings = [finding("error")] * 3
    first, _ = command("check", "--statistics").out.splitlines()
    assert first.split()[:3] == ["3", "error", "table-dropped"]


def test_progress_is_for_terminals(linter: Linter, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db_sage_lint.cli.progress.QUIET_SECONDS", 0.0)
    assert command("check").err == ""


def test_progress_line_is_gone_at_the_end(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from threading import Event

    from db_sage_lint.cli import progress

    monkeypatch.setattr(progress, "QUIET_SECONDS", 0.0)
    monkeypatch.setattr(progress, "TICK", 0.0)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    shown = Event()
    write = sys.stderr.write

    def noticed(text: str) -> int:
        shown.set()
        return write(text)

    monkeypatch.setattr("sys.stderr.write", noticed)
    with progress.Progress(wanted=True):
        assert shown.wait(10)
    said = capsys.readouterr().err
    assert said.startswith("\rchecking, 0 s")
    assert said.endswith("\r\x1b[K")


def test_short_run_shows_no_progress(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from db_sage_lint.cli.progress import Progress

    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with Progress(wanted=True):
        pass
    assert capsys.readouterr().err == ""
