"""How fast the linter is, beside the floor that nothing in Python can go below, and beside a peer.

    python benchmarks/speed.py [--check] [--peer squawk]

Prints, each as the median of several runs: the engine with all rules in µs a statement on 3,000 statements, and the
parser's own part of it; the wall time of the command on one file without history, and on one changed file with 500
files of history. With `--check` the inputs are small and only the correctness of what comes out is looked at.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

STATEMENTS = (
    "CREATE TABLE t{n} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, made timestamptz);",
    "ALTER TABLE t{n} ADD COLUMN state varchar(20) NOT NULL DEFAULT 'new', ADD COLUMN total numeric(10, 2);",
    "CREATE INDEX t{n}_name ON t{n} (name) WHERE state = 'new';",
    "ALTER TABLE t{n} ADD CONSTRAINT t{n}_total CHECK (total >= 0) NOT VALID;",
    "CREATE VIEW v{n} AS SELECT id, name FROM t{n} WHERE state = 'new';",
    "INSERT INTO t{n} (name, state) VALUES ('a', 'new'), ('b', 'old');",
    "UPDATE t{n} SET total = 0 WHERE total IS NULL AND id BETWEEN 1 AND 1000;",
    "COMMENT ON TABLE t{n} IS 'number {n}';",
    "ALTER TABLE t{n} ENABLE ROW LEVEL SECURITY;",
    "CREATE POLICY p{n} ON t{n} FOR SELECT USING (name = current_user);",
)


def sql(statements: int, first: int = 0) -> str:
    """That many statements, of the kinds above in turn."""
    kinds = len(STATEMENTS)
    return "\n".join(STATEMENTS[i % kinds].replace("{n}", str(first + i // kinds)) for i in range(statements)) + "\n"


def median(run: Callable[[], object], runs: int) -> float:
    """The median wall seconds of a call."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def engine(statements: int, runs: int) -> tuple[float, float]:
    """µs a statement of the whole engine with every rule, as the command runs it, and of the parser alone."""
    from db_sage_lint.cli import collect_seldom
    from db_sage_lint.config import Config
    from db_sage_lint.engine import Engine, Step
    from db_sage_lint.judge import Judge
    from db_sage_lint.parse import parse
    from db_sage_lint.rules import load
    from db_sage_lint.script import whole

    script = whole("speed.sql", sql(statements).encode())
    judge = Judge(load())
    collect_seldom()

    def lint() -> int:
        return Engine(judge, Config()).run([Step(script, 1)]).statements

    assert lint() == statements
    total = median(lint, runs)
    parser = median(lambda: parse(script.fragments[0]), runs)
    return total / statements * 1e6, parser / statements * 1e6


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    linter = [sys.executable, "-m", "db_sage_lint", "check", "--exit-zero", *arguments]
    return subprocess.run(linter, cwd=folder, capture_output=True, check=True)


def write_history(folder: Path, files: int) -> str:
    """A history of that many files, the last of which is to be checked."""
    migrations = folder / "migrations"
    migrations.mkdir()
    for number in range(files):
        (migrations / f"{number + 1:04}_step.sql").write_text(sql(10, first=number))
    (migrations / f"{files + 1:04}_last.sql").write_text("CREATE INDEX t1_made ON t1 (made);\n")
    return f"migrations/{files + 1:04}_last.sql"


def check_output(folder: Path) -> None:
    """The findings on the histories are those that have to come out."""
    last = write_history(folder, 20)
    report = json.loads(command(folder, "--format", "json", last).stdout)
    found = [(finding["rule"], finding["path"], finding["line"]) for finding in report["findings"]]
    assert found == [("index-without-concurrently", last, 1)], found
    assert report["summary"]["files"] == 1
    engine(300, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--peer", help="a program that takes the files as arguments")
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.check:
            check_output(folder)
            print("benchmarks: what comes out is right")
            return
        whole, parsing = engine(3000, options.runs)
        print(f"engine, all rules, 3,000 statements: {whole:.1f} µs a statement, of which parsing {parsing:.1f}")
        (folder / "one.sql").write_text("CREATE INDEX a ON b (c);\n")
        print(f"one file, no history: {median(lambda: command(folder, 'one.sql'), options.runs) * 1000:.0f} ms")
        last = write_history(folder, 500)
        print(f"500 files of history, one checked: {median(lambda: command(folder, last), options.runs) * 1000:.0f} ms")
        if options.peer:
            files = [str(path) for path in sorted(folder.rglob("*.sql"))]
            ours = median(lambda: command(folder, "migrations"), options.runs)
            peer = median(
                lambda: subprocess.run([options.peer, *files], capture_output=True, check=False), options.runs
            )
            print(f"all 501 files: {ours * 1000:.0f} ms, the peer {peer * 1000:.0f} ms")


if __name__ == "__main__":
    main()
