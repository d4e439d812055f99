"""Runs a rule's examples: the documents are tests, for the built-in rules and for users' own."""

import re

from msgspec import Struct, structs

from db_sage_lint.config import Config
from db_sage_lint.effects import Effect, Lock
from db_sage_lint.engine import Engine, Step
from db_sage_lint.findings import Finding, Severity
from db_sage_lint.judge import Judge
from db_sage_lint.operations import Name
from db_sage_lint.rules import Example, Rule, load
from db_sage_lint.script import Script, whole
from db_sage_lint.seen import Seen, SeenStatements
from db_sage_lint.settle import settle
from db_sage_lint.sources import changes, client_of
from db_sage_lint.sources.discover import How, recognise
from db_sage_lint.sources.history import split_direction

HEADING = re.compile(r"(?m)^-- (\S+\.sql)[ \t]*\n")
# What is wrong with an ignore comment shows when the findings of every rule are settled.
ABOUT_IGNORES = ("InvalidIgnore", "UnusedIgnore")
MARK = re.compile(r"--\s*(error|warning|info)\s*$")


class Marked(Struct, frozen=True, order=True):
    """A line of an example's file (1-based) and the severity that is, or has to be, reported for it."""

    path: str
    line: int
    severity: Severity


def files(sql: str) -> list[tuple[str, str]]:
    """The files of an example's SQL, by their headings; without headings it is one."""
    headings = list(HEADING.finditer(sql))
    if not headings:
        return [("migration.sql", sql)]
    ends = [*(heading.start() for heading in headings[1:]), len(sql)]
    return [(heading[1], sql[heading.end() : end]) for heading, end in zip(headings, ends, strict=True)]


def marks(example: Example) -> set[Marked]:
    """The lines that have to be reported."""
    found = set()
    present = dict(files(example.sql))
    deleted = [(path, sql) for path, sql in files(example.applied) if example.applied and path not in present]
    for path, sql in (*present.items(), *deleted):
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
        profiles=example.profile,
        complete_history=example.complete,
        external_objects=example.external,
        rules={rule.id: example.options} if example.options else {},
        pg=example.pg or Config().pg,
    )
    about_ignores = rule.operation in ABOUT_IGNORES
    rules = {**load(), rule.id: rule} if about_ignores else {rule.id: rule}
    replayed = steps(example)
    outcome = Engine(Judge(rules), config, seen(example, replayed)).run(replayed)
    for bug in outcome.bugs:
        raise bug.error
    if not about_ignores:
        return outcome.findings
    settled = settle(outcome.findings, [step.script for step in replayed], config, rules)
    return [finding for finding in settled.findings if finding.rule == rule.id]


def steps(example: Example) -> list[Step]:
    if example.applied:
        return steps_since(Applied(example.applied), example)
    found = [
        Step(script=script_of(path, sql, example), change_set=0 if example.together else number)
        for number, (path, sql) in enumerate(files(example.sql), 1)
        if path != example.dump
    ]
    dumps = ((path, sql.encode()) for path, sql in files(example.sql) if path == example.dump)
    return found + [step for dump in dumps for step in changes.of_dump(*dump, found, changes.Change())]


def script_of(path: str, sql: str, example: Example) -> Script:
    script = whole(path, sql.encode(), direction=split_direction(path)[1], transaction=example.transaction)
    if not example.runner:
        return script
    return structs.replace(script, client=client_of(example.runner))


def seen(example: Example, replayed: list[Step]) -> SeenStatements:
    """What the example says that a shadow server saw."""
    scripts = {step.script.path: step.script for step in replayed}
    return {
        (scripts[one.path], one.statement - 1): Seen(
            effects=tuple(map(read_effect, one.effects)),
            complete=not one.failed,
            failed=one.failed,
            hint=one.hint,
            not_restored=one.not_restored,
        )
        for one in example.seen
    }


def read_effect(text: str) -> Effect:
    """An effect as an example writes it: `shop.orders: ACCESS EXCLUSIVE, rewrites`; public where no schema stands."""
    relation, _, rest = text.partition(": ")
    lock, _, work = rest.partition(", ")
    schema, _, name = relation.rpartition(".")
    return Effect(Name(name, schema or "public"), Lock[lock.replace(" ", "_")], work == "scans", work == "rewrites")


class Applied:
    """The files of a base revision that an example gives: a `changes.Base` in memory."""

    def __init__(self, sql: str) -> None:
        self.objects = dict(files(sql))

    def key(self, path: str) -> str:
        return path

    def shown(self, key: str) -> str:
        return key

    def __contains__(self, path: str) -> bool:
        return path in self.objects

    def object_id(self, path: str) -> str:
        return self.objects[path]

    def id_of(self, content: bytes) -> str:
        return content.decode()

    def read(self, path: str) -> bytes:
        return self.objects[path].encode()


def steps_since(base: Applied, example: Example) -> list[Step]:
    """The steps of the example's files where those of `base` are applied."""
    contents = {path: without_marks(sql).encode() for path, sql in files(example.sql)}
    history, others = recognise("", sorted(contents), How(contents.get))
    assert history is not None, "the files of an example with `applied` need names with numbers"
    steps = list(changes.steps(history, changes.Change(base=base), contents.get, example.transaction))
    for number, path in enumerate(others, len(steps) + 1):
        about = changes.passed_over(path, [history])
        script = whole(path, contents[path], transaction=example.transaction)
        steps.append(changes.loose_step(script, number, about))
    return steps


def without_marks(sql: str) -> str:
    """The SQL as it would be without the marks, which are no part of the files."""
    return "\n".join(MARK.sub("", line).rstrip() if MARK.search(line) else line for line in sql.split("\n"))


def place(finding: Finding) -> Marked:
    script = finding.location.script
    return Marked(script.path, script.source.count(b"\n", 0, finding.location.start) + 1, finding.severity)
