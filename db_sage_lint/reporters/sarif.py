"""SARIF 2.1.0 for code scanning: GitHub, GitLab, editors.

Which properties GitHub reads: https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/
sarif-support-for-code-scanning. Results that a comment ignores are left out: GitHub would show them as open alerts.
"""

import os
import re
from collections.abc import Iterable
from urllib.parse import quote

import msgspec
import sarif_om as sarif

from db_sage_lint import __version__, explain
from db_sage_lint.findings import SEVERITIES, Finding, Location, Related
from db_sage_lint.fingerprints import fingerprints
from db_sage_lint.report import Report
from db_sage_lint.reporters import Look, words
from db_sage_lint.reporters.line_hashes import line_hashes
from db_sage_lint.reporters.places import Region, in_repository, printable, region
from db_sage_lint.reporters.sarif_writer import tree
from db_sage_lint.rules import Rule, Rules

HOMEPAGE = "https://pypi.org/project/db-sage-lint/"
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {"error": "error", "warning": "warning", "info": "note"}
PROBLEM_SEVERITIES = {"error": "error", "warning": "warning", "info": "recommendation"}
# GitHub refuses a run with more results, keeps at most 10 tags of a rule and 1,024 characters of a description.
MOST_RESULTS = 25_000
MOST_TAGS = 10
LONGEST_DESCRIPTION = 1024


def render(report: Report, rules: Rules, look: Look) -> str:  # noqa: ARG001 - every reporter has this signature
    """The log with one run; without findings it has no results, which closes the alerts of earlier runs."""
    shown = gravest(report.findings)
    numbers = {rule: number for number, rule in enumerate(sorted(rules))}
    prints = fingerprints(shown)
    run = sarif.Run(
        tool=sarif.Tool(driver=driver(rules)),
        results=[result(finding, numbers, print_) for finding, print_ in zip(shown, prints, strict=True)],
        invocations=[invocation(report, left_out=len(report.findings) - len(shown))],
        column_kind="unicodeCodePoints",
        newline_sequences=None,
    )
    log = sarif.SarifLog(schema_uri=SCHEMA, version="2.1.0", runs=[run])
    return msgspec.json.format(msgspec.json.encode(tree(log)), indent=2).decode() + "\n"


def gravest(findings: list[Finding]) -> list[Finding]:
    """The findings; where a code host would refuse so many, the gravest of them, in their order."""
    if len(findings) <= MOST_RESULTS:
        return findings
    kept = sorted(range(len(findings)), key=lambda i: (SEVERITIES.index(findings[i].severity), i))[:MOST_RESULTS]
    return [findings[i] for i in sorted(kept)]


def driver(rules: Rules) -> object:
    return sarif.ToolComponent(
        name="db-sage-lint",
        full_name=f"db-sage-lint {__version__}",
        information_uri=HOMEPAGE,
        semantic_version=__version__,
        version=__version__,
        rules=[descriptor(rules[rule]) for rule in sorted(rules)],
        contents=None,
    )


def descriptor(rule: Rule) -> object:
    """A rule as code hosts list it."""
    return sarif.ReportingDescriptor(
        id=rule.id,
        name="".join(word.capitalize() for word in rule.id.split("-")),
        short_description=sarif.MultiformatMessageString(text=sentence(rule.title)),
        full_description=sarif.MultiformatMessageString(text=shortened(rule.why)),
        help=sarif.MultiformatMessageString(text=explain.text(rule), markdown=explain.markdown(rule)),
        default_configuration=sarif.ReportingConfiguration(level=LEVELS[rule.severity]),
        properties={
            "tags": list(dict.fromkeys(["postgresql", rule.family, *rule.tags]))[:MOST_TAGS],
            "precision": "high",
            "problem.severity": PROBLEM_SEVERITIES[rule.severity],
        },
    )


def sentence(text: str) -> str:
    """The text with a full stop."""
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."


def shortened(why: str) -> str:
    """The first paragraph on one line, in as many characters as descriptions may have."""
    first = " ".join(why.strip().split("\n\n")[0].split())
    return sentence(first if len(first) < LONGEST_DESCRIPTION else first[: LONGEST_DESCRIPTION - 2] + "…")


def result(finding: Finding, numbers: dict[str, int], fingerprint: str) -> object:
    place = finding.location
    where = region(place)
    links = [f" [{escaped(r.message)}]({number})." for number, r in enumerate(finding.related, 1)]
    return sarif.Result(
        rule_id=finding.rule,
        rule_index=numbers[finding.rule],
        level=LEVELS[finding.severity],
        message=sarif.Message(text=sentence(escaped(finding.message)) + "".join(links)),
        locations=[sarif.Location(physical_location=physical(place, where))],
        related_locations=[related(number, r) for number, r in enumerate(finding.related, 1)] or None,
        partial_fingerprints={
            "primaryLocationLineHash": line_hashes(place.script.source)[where.line - 1],
            "dbSageLint/v1": fingerprint,
        },
        properties=properties(finding),
    )


def properties(finding: Finding) -> dict[str, object] | None:
    """What SARIF has no place for: the locks, and whether a server was seen to take them."""
    effects = {"effects": [words.effect(effect) for effect in finding.effects]} if finding.effects else {}
    return {**effects, "seen": True} if finding.seen else dict(effects) or None


def escaped(text: str) -> str:
    """Text for a message: brackets would begin a link (SARIF 2.1.0, 3.11.6)."""
    return re.sub(r"([\\\[\]])", r"\\\1", printable(text))


def related(number: int, earlier: Related) -> object:
    return sarif.Location(
        id=number,
        physical_location=physical(earlier.location, region(earlier.location)),
        message=sarif.Message(text=printable(earlier.message)),
    )


def physical(place: Location, where: Region) -> object:
    return sarif.PhysicalLocation(
        artifact_location=sarif.ArtifactLocation(uri=uri(place.script.path)),
        region=sarif.Region(
            start_line=where.line,
            start_column=where.column,
            end_line=where.end_line,
            end_column=where.end_column,
        ),
    )


def uri(path: str) -> str:
    """The path as a URI reference from the repository's root."""
    shown = in_repository(path)
    encoded = quote(os.fsencode(shown), safe="/")
    return f"file://{encoded}" if shown.startswith("/") else encoded


def invocation(report: Report, *, left_out: int) -> object:
    """How the run went: what could not be read or analysed is said here."""
    said = [("error", printable(problem)) for problem in report.problems]
    said += [("error", f"A bug in db-sage-lint: {printable(bug)}") for bug in report.bugs]
    if report.not_analysed:
        said.append(("warning", words.not_analysed(report)))
    if left_out:
        said.append(("warning", f"{words.count(left_out, 'result')} left out: a run may have {MOST_RESULTS:,}"))
    return sarif.Invocation(
        execution_successful=not report.bugs and not report.problems,
        tool_execution_notifications=list(notifications(said)) or None,
    )


def notifications(said: Iterable[tuple[str, str]]) -> Iterable[object]:
    for level, text in said:
        yield sarif.Notification(level=level, message=sarif.Message(text=sentence(text)))
