"""What happens to findings after they are found: a tuple of functions, in this order."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

import msgspec
from msgspec import Struct

from db_sage_lint.config import Config
from db_sage_lint.findings import SEVERITIES, Finding, Location
from db_sage_lint.judge import message
from db_sage_lint.operations import InvalidIgnore, Operation, UnusedIgnore
from db_sage_lint.patterns import matcher
from db_sage_lint.rules import Rule
from db_sage_lint.script import Script
from db_sage_lint.selection import ALL, enabled
from db_sage_lint.suppressions import Ignore, Terms, ignores

INVALID = "invalid-ignore"
UNUSED = "unused-ignore"
# What makes a down migration fail, or not do what it is there for.
FAILS_GOING_DOWN = frozenset(
    {
        "concurrently-in-transaction", "down-does-not-restore", "dry-run-failed", "dry-run-not-restored",
        "not-allowed-in-transaction", "object-already-exists", "syntax-error", "unknown-object",
    }
)  # fmt: skip


class Settled(Struct, kw_only=True):
    """Findings in the order in which they are shown, and counts of those taken away.

    `suppressed` were ignored by a comment or for their file, `hidden` are below the severity asked for.
    """

    findings: list[Finding] = []
    suppressed: int = 0
    hidden: int = 0


class Task(Struct, kw_only=True):
    """What the functions of STEPS know beside the findings; they add to the counts of `settled`."""

    scripts: Collection[Script]
    config: Config
    rules: Mapping[str, Rule]
    enabled: frozenset[str]
    today: str
    settled: Settled


def settle(
    findings: Iterable[Finding],
    scripts: Collection[Script],
    config: Config,
    rules: Mapping[str, Rule],
    *,
    today: str = "",
) -> Settled:
    """What is reported of the findings in `scripts`, those that were judged, ignores that are wrong or unused included.

    `rules` are all that there are; the settings say which of them run. `today` is the date, YYYY-MM-DD, by which an
    ignore's `until` is judged; without it, the current one. Raises UserError for rules that the settings misname.
    """
    task = Task(
        scripts=scripts,
        config=config,
        rules=rules,
        enabled=enabled(config, rules),
        today=today or time.strftime("%Y-%m-%d"),
        settled=Settled(),
    )
    left = list(findings)
    for step in STEPS:
        left = step(left, task)
    task.settled.findings = left
    return task.settled


def without_repeats(findings: list[Finding], _: Task) -> list[Finding]:
    """Each finding once: what runs twice, as a function called twice does, is said once."""
    return list({order(finding): finding for finding in findings}.values())


def without_ignored(findings: list[Finding], task: Task) -> list[Finding]:
    """Findings that no comment ignores, and those about comments that are wrong or that nothing needed."""
    terms = Terms(frozenset(task.rules), task.today, task.config.require_reason)
    by_path: dict[str, Script] = {}
    for script in task.scripts:
        known = by_path.get(script.path)
        by_path[script.path] = script if known is None else both(known, script)
    found = {path: comments for path, script in by_path.items() if (comments := ignores(script, terms))}
    if not found:
        return findings
    kept = [finding for finding in findings if not is_ignored(finding, found.get(finding.location.script.path, []))]
    task.settled.suppressed += len(findings) - len(kept)
    for path, comments in found.items():
        unparsed = [f.location for f in findings if f.rule == "syntax-error" and f.location.script.path == path]
        about = list(about_ignores(comments, by_path[path], unparsed, task))
        left = [finding for finding in about if not is_ignored(finding, comments)]
        task.settled.suppressed += len(about) - len(left)
        kept += left
    return kept


def both(first: Script, second: Script) -> Script:
    """All that runs of a file with several scripts."""
    return Script(first.path, first.source, first.fragments + second.fragments)


def is_ignored(finding: Finding, comments: Iterable[Ignore]) -> bool:
    """Whether a comment ignores the finding; every one that does is marked as used."""
    statement = finding.location.statement_start
    covering = [comment for comment in comments if comment.covers(finding.rule, statement)]
    for comment in covering:
        comment.used.add(finding.rule)
    return bool(covering)


def about_ignores(
    comments: Iterable[Ignore], script: Script, unparsed: Collection[Location], task: Task
) -> Iterator[Finding]:
    """What is wrong with the ignore comments of a file.

    Those about a statement that can't be parsed are not called unused, nor are rules that don't run, or that are about
    ignores themselves.
    """
    judged = task.enabled - {INVALID, UNUSED}
    for comment in comments:
        if comment.wrong and INVALID in task.enabled:
            yield about(comment, script, task.rules[INVALID], InvalidIgnore(why=comment.wrong, at=comment.start))
        unused = tuple(rule for rule in comment.rules if rule in judged and rule not in comment.used)
        blind = any(comment.concerns(place.statement_start) for place in unparsed)
        if unused and not blind and not comment.theirs and not comment.wrong and UNUSED in task.enabled:
            yield about(comment, script, task.rules[UNUSED], UnusedIgnore(rules=unused, at=comment.start))


def about(comment: Ignore, script: Script, rule: Rule, op: Operation) -> Finding:
    line_end = script.source.find(b"\n", comment.start, comment.end)
    end = len(script.source[comment.start : line_end if line_end >= 0 else comment.end].rstrip()) + comment.start
    place = Location(script, comment.start, end, comment.start, comment.end)
    return Finding(rule=rule.id, severity=rule.severity, message=message(rule.message, op, {}, ()), location=place)


def without_file_ignores(findings: list[Finding], task: Task) -> list[Finding]:
    """Findings that the settings don't ignore for their file."""
    asked, base = task.config.per_file_ignores, task.config.base
    patterns = [(matcher([pattern], base), frozenset(names)) for pattern, names in asked.items()]
    if not patterns:
        return findings
    by_path: dict[str, frozenset[str]] = {}
    for path in {finding.location.script.path for finding in findings}:
        by_path[path] = frozenset().union(*(names for matches, names in patterns if matches(path)))

    def ignored(finding: Finding) -> bool:
        names = by_path[finding.location.script.path]
        return ALL in names or finding.rule in names or task.rules[finding.rule].family in names

    kept = [finding for finding in findings if not ignored(finding)]
    task.settled.suppressed += len(findings) - len(kept)
    return kept


def with_severities(findings: list[Finding], task: Task) -> list[Finding]:
    """Findings with the severity that the settings give to their rule. In down migrations those that say that it won't
    work are warnings at most, all others info.
    """
    return [with_severity(finding, severity_of(finding, task)) for finding in findings]


def severity_of(finding: Finding, task: Task) -> str:
    severity = task.config.severities.get(finding.rule, finding.severity)
    if finding.location.script.direction == "down":
        most = "warning" if finding.rule in FAILS_GOING_DOWN else "info"
        return max(severity, most, key=SEVERITIES.index)
    return severity


def with_severity(finding: Finding, severity: str) -> Finding:
    return finding if severity == finding.severity else msgspec.structs.replace(finding, severity=severity)


def without_hidden(findings: list[Finding], task: Task) -> list[Finding]:
    """Findings of the severity asked for or above."""
    shown = SEVERITIES[: SEVERITIES.index(task.config.severity) + 1]
    kept = [finding for finding in findings if finding.severity in shown]
    task.settled.hidden += len(findings) - len(kept)
    return kept


def in_order(findings: list[Finding], _: Task) -> list[Finding]:
    """Findings by path, place and rule."""
    return sorted(findings, key=order)


def order(finding: Finding) -> tuple[str, int, str, int, str]:
    """The key by which findings are shown."""
    place = finding.location
    return place.script.path, place.start, finding.rule, place.end, finding.message


STEPS: tuple[Callable[[list[Finding], Task], list[Finding]], ...] = (
    without_repeats,
    without_ignored,
    without_file_ignores,
    with_severities,
    without_hidden,
    in_order,
)
