"""hooks/git/pre-commit in a real repository, with the command that the tests run with."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Git = Callable[..., subprocess.CompletedProcess[str]]

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def hooked(project: Path, git: Git, git_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project with the hook, which finds a command that runs the sources."""
    shutil.copy(ROOT / "hooks" / "git" / "pre-commit", project / ".git" / "hooks" / "pre-commit")
    command = project / ".git" / "db-sage-lint"
    command.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m db_sage_lint "$@"\n')
    command.chmod(0o755)
    monkeypatch.setitem(git_environment, "DB_SAGE_LINT", str(command))
    return project


def test_unsafe_migration_is_refused(hooked: Path, git: Git) -> None:
    (hooked / "migrations" / "0002 add index.sql").write_text("CREATE INDEX orders_total ON orders (total);\n")
    git("add", "-A")
    done = git("commit", "-m", "index")
    assert done.returncode == 1
    assert "[index-without-concurrently]" in done.stderr + done.stdout
    assert git("rev-list", "--count", "HEAD").stdout == "1\n"


def test_staged_content_is_judged(hooked: Path, git: Git) -> None:
    file = hooked / "migrations" / "0002_items.sql"
    file.write_text("CREATE TABLE items (id bigint PRIMARY KEY);\n")
    git("add", "-A")
    file.write_text("CREATE INDEX orders_total ON orders (total);\n")
    done = git("commit", "-m", "items")
    assert done.returncode == 0, done.stderr


def test_migrations_in_python_are_judged(hooked: Path, git: Git) -> None:
    file = hooked / "alembic" / "versions" / "a.py"
    file.parent.mkdir(parents=True)
    head = 'from alembic import op\n\nrevision = "a"\ndown_revision = None\n\n\ndef upgrade():\n'
    file.write_text(f'{head}    op.create_index("orders_total", "orders", ["total"])\n')
    git("add", "-A")
    done = git("commit", "-m", "index")
    assert done.returncode == 1
    assert "alembic/versions/a.py:8:5" in done.stderr + done.stdout


def test_other_commits_start_nothing(hooked: Path, git: Git, git_environment: dict[str, str]) -> None:
    git_environment["DB_SAGE_LINT"] = os.devnull
    (hooked / "README").write_text("Shop\n")
    git("add", "-A")
    assert git("commit", "-m", "readme").returncode == 0


def test_missing_command_is_told(hooked: Path, git: Git, git_environment: dict[str, str]) -> None:
    git_environment["DB_SAGE_LINT"] = "no-such-command"
    (hooked / "migrations" / "0002_items.sql").write_text("CREATE TABLE items (id bigint PRIMARY KEY);\n")
    git("add", "-A")
    done = git("commit", "-m", "items")
    assert done.returncode == 1
    assert "no-such-command is not installed: pip install db-sage-lint" in done.stderr


def test_hook_is_executable() -> None:
    assert os.access(ROOT / "hooks" / "git" / "pre-commit", os.X_OK)
