"""The built wheel works by itself: rules and their index are inside, and the command runs."""

import subprocess
import zipfile
from pathlib import Path

from db_sage_lint.rules import SOURCES, decode_index, read_documents


def test_wheel_holds_the_index(wheel_python: str) -> None:
    wheel = next(Path(wheel_python).parents[2].glob("*.whl"))
    with zipfile.ZipFile(wheel) as files:
        index = files.read("db_sage_lint/_index.json")
        names = files.namelist()
    assert decode_index(index) == read_documents(SOURCES)
    assert "db_sage_lint/config.schema.json" in names
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/", "examples/"))]


def test_command_runs(wheel_python: str, tmp_path: Path) -> None:
    (tmp_path / "0001_a.sql").write_text("CREATE TABLE a (id bigint PRIMARY KEY);\n")
    (tmp_path / "0002_b.sql").write_text("CREATE INDEX b ON a (id);\n")
    done = subprocess.run(
        [wheel_python, "-m", "db_sage_lint", "check", "--format", "concise", "."],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "0002_b.sql:1:1: error index-without-concurrently" in done.stdout


def test_rule_explains_from_the_index(wheel_python: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [wheel_python, "-m", "db_sage_lint", "rule", "index-without-concurrently"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "CONCURRENTLY" in done.stdout
