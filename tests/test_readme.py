"""The README's generated parts are up to date: `make docs` writes them."""

import os
from pathlib import Path

from click.testing import CliRunner

from db_sage_lint.cli import cli
from db_sage_lint.docs import readme
from db_sage_lint.rules import load

README = Path(__file__).resolve().parent.parent / "README.md"


def test_generated_parts_are_current() -> None:
    usage = CliRunner(env={"COLUMNS": "90"}).invoke(cli, ["check", "--help"], prog_name="db-sage-lint", terminal_width=90).output
    text = README.read_text()
    current = readme(text, load(), usage)
    if os.environ.get("UPDATE_README"):
        README.write_text(current)
    assert text == current or os.environ.get("UPDATE_README"), "run `make docs`"
    assert "`index-without-concurrently`" in text
    assert "--since" in text
