"""What reports say in words: counts, what was not looked at, and what a lock means."""

from collections import Counter
from collections.abc import Iterable

from db_sage_lint.effects.locks import Effect
from db_sage_lint.findings import SEVERITIES, Finding
from db_sage_lint.report import Report


def count(number: int, thing: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def by_severity(findings: Iterable[Finding]) -> dict[str, int]:
    """How many findings there are of each severity, the gravest first; none left out."""
    counts = Counter(finding.severity for finding in findings)
    return {severity: counts[severity] for severity in SEVERITIES}


def found(report: Report) -> str:
    """`2 errors and 1 warning`."""
    nouns = {"error": "error", "warning": "warning", "info": "info"}
    counts = by_severity(report.findings)
    parts = [
        f"{number} info" if severity == "info" else count(number, nouns[severity])
        for severity, number in counts.items()
        if number
    ]
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts) or "no problems"


def summary(report: Report) -> str:
    """The one line that closes a report for people."""
    line = f"Found {found(report)} in {count(report.files, 'file')}, {count(report.statements, 'statement')}"
    return f"{line} ({'; '.join(aside(report))})." if aside(report) else f"{line}."


def aside(report: Report) -> list[str]:
    """What the findings don't show: what was suppressed, hidden, not analysed."""
    said = []
    if report.not_analysed:
        said.append(not_analysed(report))
    if report.suppressed:
        said.append(f"{report.suppressed:,} suppressed")
    if report.hidden:
        said.append(f"{report.hidden:,} below the severity shown, see --severity info")
    return said


def not_analysed(report: Report) -> str:
    """How much could not be judged."""
    return f"{count(report.not_analysed, 'statement')} not analysed"


def effect(effect: Effect) -> str:
    """`ACCESS EXCLUSIVE on orders: reads and writes wait; reads every row`."""
    relation = str(effect.relation).removeprefix("public.")
    work = "; writes the relation anew" if effect.rewrites else "; reads every row" if effect.scans else ""
    blocks = effect.lock.blocks
    waits = f"{blocks} {'waits' if blocks == 'nothing' else 'wait'}"
    return f"{effect.lock.sql} on {relation}: {waits}{work}"


def statistics(report: Report, titles: dict[str, str]) -> str:
    """Findings counted by rule, the most frequent first."""
    counts = Counter((finding.rule, finding.severity) for finding in report.findings)
    rows = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    widths = [max((len(key[i]) for key in counts), default=0) for i in (0, 1)]
    digits = max((len(str(number)) for number in counts.values()), default=0)
    return "".join(
        f"{number:>{digits}}  {severity:<{widths[1]}}  {rule:<{widths[0]}}  {titles.get(rule, '')}".rstrip() + "\n"
        for (rule, severity), number in rows
    )
