"""The README's generated parts are up to date: `make docs` writes them."""

import os
import subprocess
import sys
from pathlib import Path

from db_sage_lint.docs import readme
from db_sage_lint.rules import load
from db_sage_lint.sources import modules

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"


def printed(*arguments: str) -> str:
    """What the command prints, in 90 columns."""
    command = [sys.executable, "-m", "db_sage_lint", *arguments]
    environment = {**os.environ, "COLUMNS": "90"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return done.stdout.replace("python -m db_sage_lint", "db-sage-lint")


def test_generated_parts_are_current() -> None:
    demo = printed("check", "examples/migrations/0009_returns.sql", "--select", "enum-value-used-in-same-transaction")
    usage = printed("check", "--help")
    text = README.read_text()
    current = readme(text, demo=demo, runners=modules(), rules=load(), usage=usage)
    if os.environ.get("UPDATE_README"):
        README.write_text(current)
    assert text == current or os.environ.get("UPDATE_README"), "run `make docs`"
    assert "`index-without-concurrently`" in current
    assert "--since" in current
    assert "| goose |" in current
    assert "examples/migrations/0009_returns.sql:4:1" in current


def test_no_address_of_this_machine() -> None:
    assert str(ROOT) not in README.read_text()
