"""Ignore comments in migrations that aren't written in SQL."""

from pathlib import Path

import pytest

from db_sage_lint.config import Config
from db_sage_lint.report import Report, Request
from db_sage_lint.run import check
from db_sage_lint.sources.code_comments import code_comments

ALEMBIC = """from alembic import op

revision = "a"
down_revision = None


def upgrade() -> None:
    {}
"""


def linted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> Report:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "versions"
    folder.mkdir()
    (folder / "a.py").write_text(ALEMBIC.format(body.replace("\n", "\n    ")))
    return check(Request(paths=(".",), all=True), lambda _: Config(severity="info"))


@pytest.mark.parametrize(
    "body",
    [
        '# db-sage-lint: ignore table-dropped\nop.drop_table("a")',
        'op.drop_table("a")  # db-sage-lint: ignore table-dropped',
        '# db-sage-lint: ignore table-dropped\n# because\nop.drop_table(\n    "a",\n)',
        '# db-sage-lint: ignore table-dropped\nop.execute(\n    """\n    DROP TABLE a\n    """\n)',
        'op.execute("""\n    -- db-sage-lint: ignore table-dropped\n    DROP TABLE a\n    """)',
        '# db-sage-lint: ignore-file table-dropped\nx = 1\nop.drop_table("a")',
    ],
)
def test_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    report = linted(tmp_path, monkeypatch, body)
    assert not {f.rule for f in report.findings} & {"table-dropped", "unused-ignore", "invalid-ignore"}
    assert report.suppressed == 1


def test_not_about_the_next_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = '# db-sage-lint: ignore table-dropped\nop.drop_table("a")\nop.drop_table("b")'
    report = linted(tmp_path, monkeypatch, body)
    assert [f.message for f in report.findings if f.rule == "table-dropped"]
    assert report.suppressed == 1


def test_unused_and_invalid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = "# db-sage-lint: ignore table-dropped\nop.execute(\"SELECT 1\")\n# db-sage-lint: ignore no-such-rule\npass"
    report = linted(tmp_path, monkeypatch, body)
    assert {f.rule for f in report.findings} >= {"unused-ignore", "invalid-ignore"}


def test_marks_of_the_language() -> None:
    source = b"x // db-sage-lint: ignore a\n# db-sage-lint: ignore b\n"
    assert [text for _, text, _ in code_comments("a.ts", source)] == ["db-sage-lint: ignore a"]
    source = b"# db-sage-lint: ignore a\nf('(', [\n])\ng()\n"
    ((_, _, (start, end)),) = code_comments("a.py", source)
    assert source[start:end] == b"f('(', [\n])"
