"""What is loaded after linting one file: heavy modules are imported only by the command that needs them."""

import subprocess
import sys
from pathlib import Path

HEAVY = {
    "asyncio", "concurrent", "dataclasses", "email", "hashlib", "http", "importlib.metadata", "json", "logging",
    "pglast.ast", "pglast.printers", "pglast.visitors", "psycopg", "sarif_om", "socket", "ssl", "subprocess", "tomllib",
    "unittest", "yaml",
}  # fmt: skip

SCRIPT = """
import sys
from db_sage_lint.cli import main
try:
    main(["check", "one.sql"])
except SystemExit as end:
    assert end.code == 1, end.code
print("\\n".join(sys.modules), file=sys.stderr)
"""


def test_modules_loaded_after_one_file(tmp_path: Path, wheel_python: str) -> None:
    (tmp_path / "one.sql").write_text("CREATE INDEX a ON b (c);\n")
    done = subprocess.run([wheel_python, "-c", SCRIPT], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "index-without-concurrently" in done.stdout, done.stderr
    loaded = set(done.stderr.split())
    assert "db_sage_lint.engine" in loaded
    bare = set(
        subprocess.run(
            [wheel_python, "-c", "import sys; import click; print(*sys.modules)"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
    )
    assert not (loaded - bare) & HEAVY
    ours = {name for name in loaded if name.startswith("db_sage_lint.reporters.")}
    assert ours == {f"db_sage_lint.reporters.{name}" for name in ("text", "excerpt", "places", "words")}


def test_interpreter_is_the_wheels(wheel_python: str) -> None:
    where = subprocess.run(
        [wheel_python, "-c", "import db_sage_lint; print(db_sage_lint.__file__)"],
        capture_output=True, text=True, check=True, cwd="/",
    ).stdout  # fmt: skip
    assert "site-packages" in where
    assert wheel_python != sys.executable
