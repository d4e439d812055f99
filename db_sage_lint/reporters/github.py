"""GitHub's workflow commands: annotations on the lines of a pull request.

Syntax and escapes: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands and
`packages/core/src/command.ts` of actions/toolkit. GitHub shows ten annotations of each kind a step.
"""

from collections.abc import Mapping

from db_sage_lint.report import Report
from db_sage_lint.reporters import Look, words
from db_sage_lint.reporters.excerpt import harmless
from db_sage_lint.reporters.places import in_repository, region
from db_sage_lint.rules import Rules

COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def render(report: Report, rules: Rules, look: Look) -> str:  # noqa: ARG001 - every reporter has this signature
    """An annotation for every finding, and one for what was not analysed."""
    said = []
    for finding in report.findings:
        place = region(finding.location)
        where: dict[str, object] = {"file": in_repository(finding.location.script.path), "line": place.line}
        if place.line == place.end_line:
            where |= {"col": place.column, "endColumn": place.end_column}
        where |= {"endLine": place.end_line, "title": finding.rule}
        earlier = [f"{r.location.script.path}:{region(r.location).line}: {r.message}" for r in finding.related]
        message = "\n".join(map(harmless, [finding.message, *earlier]))
        said.append(command(COMMANDS[finding.severity], where, message))
    if report.not_analysed:
        said.append(command("notice", {"title": "db-sage-lint"}, words.not_analysed(report)))
    return "".join(said)


def command(name: str, properties: Mapping[str, object], message: str) -> str:
    """`::error file=…,line=…::message` and a newline, with what would end a part escaped."""
    parts = ",".join(f"{key}={in_property(str(value))}" for key, value in properties.items())
    return f"::{name} {parts}::{in_message(message)}\n"


def in_message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def in_property(text: str) -> str:
    return in_message(text).replace(":", "%3A").replace(",", "%2C")
