"""A project with migrations in a git repository of its own, and the sources of db-sage-lint in another."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# What pip needs to build the package, and what pre-commit reads.
SOURCES = (
    "pyproject.toml",
    "hatch_build.py",
    "README.md",
    "LICENSE",
    ".pre-commit-hooks.yaml",
    "rules",
    "db_sage_lint",
)

Git = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def git_environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment for git: nobody's settings, nobody's hooks."""
    names = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT"))}
    return {
        **inherited,
        **names,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "PRE_COMMIT_HOME": str(tmp_path_factory.mktemp("pre-commit")),
        "NO_COLOR": "1",
    }


def git_in(folder: Path, environment: dict[str, str]) -> Git:
    def git(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = ["git", *arguments]
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)

    return git


@pytest.fixture(scope="session")
def hook_repository(tmp_path_factory: pytest.TempPathFactory, git_environment: dict[str, str]) -> Path:
    """The sources as they are now, committed to a git repository that pre-commit can clone."""
    folder = tmp_path_factory.mktemp("db-sage-lint")
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", "_index.json"))
        else:
            shutil.copy(source, folder / name)
    git = git_in(folder, git_environment)
    for arguments in (("init", "-q", "-b", "main"), ("add", "-A", "-f"), ("commit", "-q", "-m", "all")):
        assert git(*arguments).returncode == 0
    return folder


@pytest.fixture
def project(tmp_path: Path, git_environment: dict[str, str]) -> Path:
    """A repository with one migration that is committed."""
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001_orders.sql").write_text(
        "CREATE TABLE orders (id bigint PRIMARY KEY, total numeric NOT NULL);\n"
    )
    git = git_in(tmp_path, git_environment)
    for arguments in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-q", "-m", "orders")):
        assert git(*arguments).returncode == 0
    return tmp_path


@pytest.fixture
def git(project: Path, git_environment: dict[str, str]) -> Git:
    return git_in(project, git_environment)
