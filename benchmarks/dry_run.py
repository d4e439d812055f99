"""Runs public migration histories on a shadow server, whole, and prints how much of them applied and why the rest not.

    python benchmarks/dry_run.py FOLDER [--only NAME] [--why] [--markdown] [--keep FOLDER]

FOLDER holds one folder a project, as for corpora.py. Every project is one process of `db-sage-lint dry-run`, in which
each history has a server of its own and every file is judged. With `--why` what failed is listed, where prediction and
server differ, and where the replayed catalog and the server's do; `--keep` writes each report into that folder.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RULES = "dry-run-failed,dry-run-not-restored,effect-misjudged"
DRY_RUN = [sys.executable, "-m", "db_sage_lint", "dry-run", "--select", RULES, "--severity", "info", "--exit-zero"]
SECONDS_AT_MOST = 1800
HEAD = ("project", "migrations", "applied", "%", "back", "restored", "statements", "misjudged", "objects", "alike", "s")


@dataclass
class Result:
    """One project: its migrations and those that applied, ways back tried and those that led back, statements that
    ran and those that did other than was predicted, objects at the end of whole histories and those that the replay
    has too, wall seconds of the process. `why` lists what is not as it should be.
    """

    name: str
    migrations: int = 0
    applied: int = 0
    back: int = 0
    restored: int = 0
    statements: int = 0
    misjudged: int = 0
    objects: int = 0
    alike: int = 0
    seconds: float = 0.0
    failure: str = ""
    why: list[str] = field(default_factory=list)

    @property
    def row(self) -> tuple[object, ...]:
        share = f"{100 * self.applied / self.migrations:.1f}" if self.migrations else ""
        return (
            self.name, self.migrations, self.applied, share, self.back, self.restored, self.statements, self.misjudged,
            self.objects, self.alike, f"{self.seconds:.1f}",
        )  # fmt: skip


def measure(project: Path, keep: Path | None) -> Result:
    result = Result(project.name)
    begun = time.perf_counter()
    command = [*DRY_RUN, "--format", "json", "--timeout", "60", "."]
    done = subprocess.run(command, cwd=project, capture_output=True, check=False, timeout=SECONDS_AT_MOST)
    result.seconds = time.perf_counter() - begun
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip().splitlines() or [f"exit code {done.returncode}"]
        result.failure = words[-1]
    if keep is not None:
        (keep / f"{project.name}.json").write_bytes(done.stdout)
        (keep / f"{project.name}.txt").write_bytes(done.stderr)
    if done.stdout:
        count(json.loads(done.stdout), result)
    return result


def count(report: dict[str, Any], result: Result) -> None:
    told = report["dry_run"]
    for script in told["scripts"]:
        if script["direction"] == "up":
            result.migrations += 1
            result.applied += script["applied"]
        else:
            result.back += 1
            result.restored += script["applied"] and not script["not_restored"]
        result.statements += sum(statement["how"] != "not run" for statement in script["statements"])
        result.why += failures(script)
    misjudged = [finding for finding in report["findings"] if finding["rule"] == "effect-misjudged"]
    result.misjudged = len(misjudged)
    result.why += [f"{one['path']}:{one['line']}: {one['message']}" for one in misjudged]
    for catalog in told["catalogs"]:
        result.alike += catalog["same"]
        result.objects += catalog["same"] + len(catalog["differing"])
        result.why += catalog["differing"]


def failures(script: dict[str, Any]) -> Iterator[str]:
    for statement in script["statements"]:
        failure = statement["failure"]
        if failure:
            yield f"{statement['path']}:{failure['line']}: {script['direction']}: {failure['message']}"
    if script["undone_by"]:
        yield f"{script['path']}: with {script['undone_by']}"
    yield from (f"{script['path']}: not as before: {one}" for one in script["not_restored"])


def printed(results: list[Result], *, markdown: bool) -> None:
    total = Result("all", seconds=sum(result.seconds for result in results))
    for name in ("migrations", "applied", "back", "restored", "statements", "misjudged", "objects", "alike"):
        setattr(total, name, sum(getattr(result, name) for result in results))
    rows = [result.row for result in (*results, total)]
    if markdown:
        print("| " + " | ".join(HEAD) + " |\n|---|" + "--:|" * (len(HEAD) - 1))
        for row in rows:
            print("| " + " | ".join(map(str, row)) + " |")
        return
    for row in (HEAD, *rows):
        print(f"{row[0]!s:44.44}" + "".join(f"{cell!s:>11}" for cell in row[1:]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="*", default=[""], help="projects whose names contain one of these")
    parser.add_argument("--why", action="store_true", help="list what is not as it should be")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--keep", type=Path, help="a folder for the reports")
    options = parser.parse_args()
    projects = [
        path for path in sorted(options.folder.iterdir()) if path.is_dir() and any(n in path.name for n in options.only)
    ]
    results = []
    for project in projects:
        results.append(measure(project, options.keep))
        print(results[-1].name, f"{results[-1].applied} of {results[-1].migrations}", file=sys.stderr)
    printed(results, markdown=options.markdown)
    for result in results:
        if options.why and result.why:
            print(f"\n{result.name}\n  " + "\n  ".join(result.why))
        if result.failure:
            print(f"{result.name}: {result.failure}", file=sys.stderr)
    return int(any(result.failure for result in results))


if __name__ == "__main__":
    sys.exit(main())
