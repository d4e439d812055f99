"""Runs a rule's examples: the documents are tests, for the built-in rules and for users' own."""

import re

from msgspec import Struct

from db_sage_lint.config import Config
from db_sage_lint.engine import Engine, Step
from db_sage_lint.findings import Finding, Severity
from db_sage_lint.judge import Judge
from db_sage_lint.rules import Example, Rule
from db_sage_lint.script import whole

HEADING = re.compile(r"(?m)^-- (\S+\.sql)[ \t]*\n")
MARK = re.compile(r"--\s*(error|warning|info)\s*$")


class Marked(Struct, frozen=True, order=True):
    """A line of an example's file (1-based) and the severity that is, or has to be, reported for it."""

    path: str
    line: int
    severity: Severity


def files(example: Example) -> list[tuple[str, str]]:
    """The example's files, by their headings; without headings it is one."""
    headings = list(HEADING.finditer(example.sql))
    if not headings:
        return [("migration.sql", example.sql)]
    ends = [*(heading.start() for heading in headings[1:]), len(example.sql)]
    return [(heading[1], example.sql[heading.end() : end]) for heading, end in zip(headings, ends, strict=True)]


def marks(example: Example) -> set[Marked]:
    """The lines that have to be reported."""
    found = set()
    for path, sql in files(example):
        for number, line in enumerate(sql.splitlines(), 1):
            mark = MARK.search(line)
            if mark:
                found.add(Marked(path, number, mark[1]))  # type: ignore[arg-type]
    return found


def findings_of(rule: Rule, example: Example) -> set[Marked]:
    """The lines that the rule does report. Raises what a check raises."""
    return {place(finding) for finding in run(rule, example)}


def run(rule: Rule, example: Example) -> list[Finding]:
    """The rule's findings in the example."""
    config = Config(
        profiles=example.profile,  # type: ignore[arg-type]
        complete_history=example.complete,
        rules={rule.id: example.options} if example.options else {},
        **({"pg": example.pg} if example.pg else {}),
    )
    outcome = Engine(Judge({rule.id: rule}), config).run(steps(example))
    for bug in outcome.bugs:
        raise bug.error
    return outcome.findings


def steps(example: Example) -> list[Step]:
    return [
        Step(
            script=whole(path, sql.encode(), direction="down" if path.endswith(".down.sql") else "up", transaction=example.transaction),
            change_set=0 if example.together else number,
        )
        for number, (path, sql) in enumerate(files(example), 1)
    ]


def place(finding: Finding) -> Marked:
    script = finding.location.script
    return Marked(script.path, script.source.count(b"\n", 0, finding.location.start) + 1, finding.severity)
