"""Sample trees: one folder here for each runner, of files as its users write them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import Struct

from db_sage_lint.config import Config
from db_sage_lint.report import Report, Request
from db_sage_lint.run import check
from db_sage_lint.sources.discover import discover
from db_sage_lint.sources.history import History
from db_sage_lint.sources.walk import wanted_files

SAMPLES = Path(__file__).resolve().parent


class Sample(Struct):
    """A sample tree as the linter sees it, without any configuration."""

    histories: tuple[History, ...]
    loose: tuple[str, ...]
    problems: tuple[str, ...]
    report: Report

    @property
    def history(self) -> History:
        (history,) = self.histories
        return history

    def runs(self) -> list[tuple[str, str, bool | None]]:
        """What runs in order: the file's path below the history's folder, direction, transaction."""
        history = self.history
        return [
            (entry.path.removeprefix(f"{history.folder}/"), script.direction, script.transaction)
            for entry in history.entries
            for script in history.runner.scripts(entry.path, Path(entry.path).read_bytes(), entry.place)
        ]

    def messages(self, *rules: str) -> list[str]:
        """What the findings of these rules say."""
        return [finding.message for finding in self.report.findings if finding.rule in rules]

    def found(self, *rules: str) -> list[tuple[str, int]]:
        """Where the findings of these rules are: the file's name and the line."""
        places = [(f.location.script, f.location.start) for f in self.report.findings if f.rule in rules]
        return [(script.path.rpartition("/")[2], script.source.count(b"\n", 0, at) + 1) for script, at in places]


@pytest.fixture
def sample(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Sample]:
    """Reads the sample tree of that name, from inside it."""

    def read(name: str) -> Sample:
        monkeypatch.chdir(SAMPLES / name)
        found = discover(wanted_files("."))
        report = check(Request(paths=(".",), all=True), lambda _: Config(severity="info"))
        return Sample(found.histories, found.loose, found.problems, report)

    return read
