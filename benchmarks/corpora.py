"""Runs the linter on public migration histories and prints what it found and how long it took.

    python benchmarks/corpora.py FOLDER [--peer squawk] [--unknown] [--only NAME] [--markdown]

FOLDER holds one folder a project (see README.md beside this file for the list). Every project is one process of
`db-sage-lint check --all --format json`; with `--peer`, the named program reads the same files in one process as well.
With `--unknown`, each is run once more as if its files made everything there is, and the statements of its histories,
their ways back aside, are counted that name something that no file before has made.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

LINTER = [
    sys.executable,
    "-m",
    "db_sage_lint",
    "check",
    "--all",
    "--format",
    "json",
    "--exit-zero",
    "--severity",
    "info",
]


@dataclass
class Result:
    """One project: counts, wall seconds of the process (the best of the runs), and the same for the peer."""

    name: str
    files: int = 0
    statements: int = 0
    not_analysed: int = 0
    severities: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    peer_seconds: float = 0.0
    unknown: int = 0
    failure: str = ""


def timed(command: list[str], folder: Path, runs: int) -> tuple[float, subprocess.CompletedProcess[bytes]]:
    best, done = float("inf"), None
    for _ in range(runs):
        start = time.perf_counter()
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
        best = min(best, time.perf_counter() - start)
    assert done is not None
    return best, done


def unknown(project: Path) -> int:
    """How many statements of the project's histories name an object that the replay doesn't know."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as settings:
        settings.write("complete-history: true\nselect: [unknown-object, used-before-created]\n")
        settings.flush()
        _, done = timed([*LINTER, "--config", settings.name, "."], project, 1)
    findings = json.loads(done.stdout)["findings"] if done.stdout else []
    forward = history_files(project)
    return len({(finding["path"], finding["line"]) for finding in findings if finding["path"] in forward})


def history_files(project: Path) -> set[str]:
    """The files of the project's histories that do more than undo others."""
    _, done = timed([*LINTER[:3], "sources", "--format", "json", "."], project, 1)
    histories = json.loads(done.stdout)["histories"] if done.stdout else []
    scripts = (script for history in histories for script in history["scripts"])
    return {script["path"] for script in scripts if script["direction"] == "up"}


def measure(project: Path, peer: str | None, runs: int, *, count_unknown: bool) -> Result:
    result = Result(project.name)
    result.seconds, done = timed([*LINTER, "."], project, runs)
    if done.returncode != 0:
        words = done.stderr.decode(errors="replace").strip().splitlines() or [f"exit code {done.returncode}"]
        result.failure = words[-1]
    if done.stdout:
        report = json.loads(done.stdout)
        summary = report["summary"]
        result.files, result.statements = summary["files"], summary["statements"]
        result.not_analysed = summary["not_analysed"]
        result.rules = Counter(finding["rule"] for finding in report["findings"])
        result.severities = Counter(finding["severity"] for finding in report["findings"])
    if count_unknown:
        result.unknown = unknown(project)
    if peer:
        files = [str(path.relative_to(project)) for path in sorted(project.rglob("*.sql"))]
        result.peer_seconds, _ = timed([peer, *files], project, runs)
    return result


def printed(results: list[Result], *, markdown: bool) -> None:
    head = ("project", "files", "statements", "not analysed", "unknown", "errors", "warnings", "info", "s", "peer s")
    rows = [
        (r.name, r.files, r.statements, r.not_analysed, r.unknown, r.severities["error"], r.severities["warning"],
         r.severities["info"], f"{r.seconds:.2f}", f"{r.peer_seconds:.2f}" if r.peer_seconds else "")
        for r in results
    ]  # fmt: skip
    total = ("all", *(sum(row[i] for row in rows) for i in range(1, 8)),
             f"{sum(r.seconds for r in results):.2f}", f"{sum(r.peer_seconds for r in results):.2f}")  # fmt: skip
    if markdown:
        print("| " + " | ".join(head) + " |\n|---|" + "--:|" * (len(head) - 1))
        for row in [*rows, total]:
            print("| " + " | ".join(map(str, row)) + " |")
        return
    for row in [head, *rows, total]:
        print(f"{row[0]:44.44}" + "".join(f"{cell!s:>13}" for cell in row[1:]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--peer", help="a program that takes the files as arguments")
    parser.add_argument("--unknown", action="store_true", help="count statements that name what no file has made")
    parser.add_argument("--only", help="projects whose name contains this")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--rules", action="store_true", help="findings by rule for every project")
    options = parser.parse_args()
    projects = [p for p in sorted(options.folder.iterdir()) if p.is_dir() and (options.only or "") in p.name]
    results = [
        measure(project, options.peer, options.runs, count_unknown=options.unknown)
        for project in projects
        if any(file.suffix in {".sql", ".py"} for file in project.rglob("*"))
    ]
    printed(results, markdown=options.markdown)
    if options.rules:
        for result in results:
            print(f"\n{result.name}: " + ", ".join(f"{rule} {n}" for rule, n in result.rules.most_common()))
    rules = sum((result.rules for result in results), Counter[str]())
    print("\nfindings by rule: " + ", ".join(f"{rule} {count}" for rule, count in rules.most_common()))
    failed = [result for result in results if result.failure]
    for result in failed:
        print(f"{result.name}: {result.failure}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
