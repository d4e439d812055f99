"""Findings made by hand, as the engine would make them."""

from collections.abc import Callable

import pytest

from db_sage_lint.effects.locks import Effect, Lock
from db_sage_lint.findings import Finding, Location, Related, Severity
from db_sage_lint.operations import Name
from db_sage_lint.report import Report
from db_sage_lint.rules import Rule, Rules
from db_sage_lint.script import Script, whole

RULE = Rule(
    id="column-dropped",
    family="columns",
    title="Column dropped",
    severity="warning",
    message="",
    why="Deployed code may still read it.\n\nSecond paragraph.",
    instead="-- first stop reading it\nALTER TABLE orders DROP COLUMN total;",
    bad=("ALTER TABLE orders DROP COLUMN total;  -- warning",),
    good=("ALTER TABLE orders ADD COLUMN total int;",),
    tags=("deploy",),
    references=("https://www.postgresql.org/docs/current/sql-altertable.html",),
    options={"allow": ["_old$"]},
)


def place(script: Script, text: bytes, marked: bytes = b"") -> Location:
    """Where `marked` stands in the statement `text`, or the statement where nothing is marked."""
    start = script.source.index(text)
    at = script.source.index(marked, start) if marked else start
    return Location(script, at, at + len(marked or text), start, start + len(text))


@pytest.fixture
def rules() -> Rules:
    return {RULE.id: RULE}


@pytest.fixture
def finding_in() -> Callable[..., Finding]:
    def make(
        source: bytes,
        text: bytes,
        marked: bytes = b"",
        *,
        path: str = "migrations/2.sql",
        severity: Severity = "error",
        message: str = "total is dropped",
    ) -> Finding:
        script = whole(path, source)
        return Finding(rule="column-dropped", severity=severity, message=message, location=place(script, text, marked))

    return make


@pytest.fixture
def report() -> Report:
    """One finding of each kind of detail: an earlier statement, two effects; counts of all sorts."""
    first = whole("migrations/1.sql", b"CREATE TABLE orders (\n  id bigint,\n  total int\n);\n")
    second = whole("migrations/2 now.sql", "-- größer\nALTER TABLE orders DROP COLUMN total;\nSELECT 1;\n".encode())
    finding = Finding(
        rule="column-dropped",
        severity="error",
        message="total is dropped",
        location=place(second, b"ALTER TABLE orders DROP COLUMN total", b"DROP COLUMN total"),
        related=(
            Related(place(first, b"CREATE TABLE orders (\n  id bigint,\n  total int\n)", b"total int"), "made here"),
        ),
        effects=(
            Effect(Name("orders", "public"), Lock.ACCESS_EXCLUSIVE, rewrites=True),
            Effect(Name("Items", "shop"), Lock.SHARE_ROW_EXCLUSIVE, scans=True),
        ),
    )
    return Report(findings=[finding], files=2, statements=1234, not_analysed=1, suppressed=3, hidden=2)
