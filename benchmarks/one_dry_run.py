"""How long a dry run of one migration takes behind a history, and how much of that is the tool's own work.

    python benchmarks/one_dry_run.py [--files 300] [--runs 5]

Prints the median wall time of the command, and of a run inside of this process the time that doesn't go to waiting for
the server: for its start, for answers to queries, for its end.
"""

import argparse
import contextlib
import io
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from speed import median

P = ParamSpec("P")
R = TypeVar("R")
FILE = """CREATE TABLE t{n} (id bigint PRIMARY KEY, a int, b text);
CREATE INDEX i{n} ON t{n} (a);
ALTER TABLE t{n} ADD COLUMN c int;
ALTER TABLE t{before} ADD COLUMN d{n} int;
"""


def write_history(folder: Path, files: int) -> str:
    """A history whose every file makes a table and changes the one before; the path of the last file."""
    (folder / "migrations").mkdir()
    for number in range(1, files + 1):
        text = FILE.format(n=number, before=max(number - 1, 1))
        (folder / "migrations" / f"{number:04}_m.sql").write_text(text)
    return f"migrations/{files:04}_m.sql"


class Waiting:
    """Adds up the seconds that calls take."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def of(self, function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def timed(*args: P.args, **kwargs: P.kwargs) -> R:
            begun = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                self.seconds += time.perf_counter() - begun

        return timed


def own_work(last: str, runs: int) -> float:
    """The median seconds of a dry run that this process works itself."""
    import psycopg

    from db_sage_lint.cli import main
    from db_sage_lint.shadow import servers

    measured = []
    waiting = Waiting()
    psycopg.Connection.wait = waiting.of(psycopg.Connection.wait)  # type: ignore[method-assign]
    servers.wait, servers.end = waiting.of(servers.wait), waiting.of(servers.end)
    sys.argv = ["db-sage-lint", "dry-run", last, "--exit-zero", "--quiet"]
    for _ in range(runs):
        waiting.seconds, begun = 0.0, time.perf_counter()
        with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
            main()
        measured.append(time.perf_counter() - begun - waiting.seconds)
    return sorted(measured)[len(measured) // 2]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    command = [sys.executable, "-m", "db_sage_lint", "dry-run", "--exit-zero", "--quiet"]
    with tempfile.TemporaryDirectory() as name, contextlib.chdir(name):
        last = write_history(Path(name), options.files)
        wall = median(lambda: subprocess.run([*command, last], capture_output=True, check=True), options.runs)
        print(f"{options.files} files of history, one migration: {wall:.2f} s")
        print(f"of which the tool's own work, without what it imports: {own_work(last, options.runs):.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
