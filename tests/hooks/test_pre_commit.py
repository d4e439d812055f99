"""The hooks under pre-commit itself, in real repositories with real commits."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
slow = pytest.mark.slow

Git = Callable[..., subprocess.CompletedProcess[str]]

UNSAFE = "CREATE INDEX orders_total ON orders (total);\n"
SAFE = "CREATE TABLE items (id bigint PRIMARY KEY, note text);\nCREATE INDEX items_note ON items (note);\n"


def pre_commit(project: Path, environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pre_commit", *arguments]
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def installed(project: Path, hook_repository: Path, git_environment: dict[str, str], git: Git) -> Callable[[str], None]:
    """Installs a hook into the project, as its users would."""

    def install(hook: str) -> None:
        revision = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=hook_repository, capture_output=True, text=True, check=True
        ).stdout.strip()
        (project / ".pre-commit-config.yaml").write_text(
            f"repos:\n- repo: {hook_repository}\n  rev: {revision}\n  hooks:\n  - id: {hook}\n"
        )
        assert pre_commit(project, git_environment, "install").returncode == 0
        git("add", ".pre-commit-config.yaml")
        assert git("commit", "-q", "--no-verify", "-m", "hook").returncode == 0

    return install


@pytest.mark.parametrize(
    ("path", "looked_at"),
    [
        ("a.sql", True),
        ("schema/main/delta/72/01x.sql.postgres", True),
        ("shop/orders/migrations/0002_total.py", True),
        ("alembic/versions/ab12_total.py", True),
        ("src/migrations/1_a.ts", True),
        ("src/migration/1_a.mjs", True),
        ("db/changelog/db.changelog-master.yaml", True),
        ("db/changelog.xml", True),
        ("drizzle/meta/_journal.json", True),
        ("db/sqitch.plan", True),
        ("migrations/1/metadata.toml", True),
        ("src/app.py", False),
        ("conversions.py", False),
        ("src/index.ts", False),
        ("migrations/README.md", False),
    ],
)
def test_files_of_the_staged_hook(path: str, looked_at: bool) -> None:
    named, staged = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert bool(re.search(staged["files"], path)) is looked_at
    assert "types" not in staged
    assert named["types"] == ["sql"]


@slow
def test_try_repo_runs_both_hooks(
    project: Path, hook_repository: Path, git_environment: dict[str, str], git: Git
) -> None:
    (project / "migrations" / "0002 add index.sql").write_text(UNSAFE)
    git("add", "-A")
    done = pre_commit(project, git_environment, "try-repo", str(hook_repository), "--verbose")
    assert done.returncode == 1, done.stderr
    assert done.stdout.count("[index-without-concurrently]") == 2, done.stdout
    assert "hook id: db-sage-lint\n" in done.stdout
    assert "hook id: db-sage-lint-staged\n" in done.stdout


@slow
@pytest.mark.parametrize("hook", ["db-sage-lint", "db-sage-lint-staged"])
def test_commits(hook: str, installed: Callable[[str], None], project: Path, git: Git) -> None:
    installed(hook)
    migrations = project / "migrations"

    (migrations / "0002 add index.sql").write_text(UNSAFE)
    git("add", "-A")
    refused = git("commit", "-m", "index")
    assert refused.returncode == 1
    assert "[index-without-concurrently]" in refused.stderr
    assert "--> migrations/0002 add index.sql:1:1" in refused.stderr

    (migrations / "0002 add index.sql").write_text(SAFE)
    git("add", "-A")
    accepted = git("commit", "-m", "items")
    assert accepted.returncode == 0, accepted.stderr

    # What only lies in the working tree is not judged.
    (migrations / "0003_later.sql").write_text(UNSAFE)
    (project / "README").write_text("Shop\n")
    git("add", "README")
    assert git("commit", "-m", "readme").returncode == 0

    # Two new files ship together: the table of the first is nobody's yet for the second.
    (migrations / "0003_later.sql").write_text("CREATE TABLE carts (id bigint PRIMARY KEY, total numeric);\n")
    (migrations / "0004_index.sql").write_text("CREATE INDEX carts_total ON carts (total);\n")
    git("add", "-A")
    together = git("commit", "-m", "carts")
    assert together.returncode == 0, together.stderr

    # A migration that is committed counts as applied: renaming it is refused, in the finding's words.
    git("mv", "migrations/0004_index.sql", "migrations/0005_index.sql")
    renamed = git("commit", "-m", "renamed")
    assert renamed.returncode == 1
    assert "[applied-migration-edited]" in renamed.stderr
    assert "Traceback" not in renamed.stderr
    assert git("commit", "--no-verify", "-m", "renamed").returncode == 0

    # pre-commit names no deleted files, so that a commit which only deletes one has nothing to check.
    git("rm", "-q", "migrations/0005_index.sql")
    deleted = git("commit", "-m", "deleted")
    assert deleted.returncode == 0, deleted.stderr


REVISION = """from alembic import op
import sqlalchemy as sa

revision = "{own}"
down_revision = {before}


def upgrade():
    {call}
"""


@slow
def test_migrations_in_python_are_seen_when_staged(installed: Callable[[str], None], project: Path, git: Git) -> None:
    installed("db-sage-lint-staged")
    versions = project / "alembic" / "versions"
    versions.mkdir(parents=True)
    made = 'op.create_table("carts", sa.Column("id", sa.BigInteger, primary_key=True), sa.Column("n", sa.BigInteger))'
    (versions / "a.py").write_text(REVISION.format(own="a", before="None", call=made))
    git("add", "-A")
    accepted = git("commit", "-m", "carts")
    assert accepted.returncode == 0, accepted.stderr

    index = 'op.create_index("carts_n", "carts", ["n"])'
    (versions / "b.py").write_text(REVISION.format(own="b", before='"a"', call=index))
    git("add", "-A")
    refused = git("commit", "-m", "index")
    assert refused.returncode == 1
    assert "[index-without-concurrently]" in refused.stderr
    assert "--> alembic/versions/b.py:9:5" in refused.stderr
