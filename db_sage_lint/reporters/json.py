"""JSON for programs, version 1: lines and columns 1-based, columns in characters, `end_column` after the last one."""

import msgspec
from msgspec import Struct

from db_sage_lint.findings import Finding, Severity
from db_sage_lint.fingerprints import fingerprints
from db_sage_lint.report import Report
from db_sage_lint.reporters import Look
from db_sage_lint.reporters.places import printable, region
from db_sage_lint.reporters.words import by_severity
from db_sage_lint.rules import Rules

VERSION = 1


class RelatedEntry(Struct):
    path: str
    line: int
    message: str


class EffectEntry(Struct):
    relation: str
    lock: str
    scans: bool
    rewrites: bool


class FindingEntry(Struct):
    rule: str
    severity: Severity
    message: str
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    related: list[RelatedEntry]
    effects: list[EffectEntry]
    fingerprint: str


class Summary(Struct):
    files: int
    statements: int
    not_analysed: int
    by_severity: dict[str, int]


class Document(Struct):
    version: int
    summary: Summary
    findings: list[FindingEntry]


def render(report: Report, rules: Rules, look: Look) -> str:  # noqa: ARG001 - every reporter has this signature
    """The whole report as one indented JSON document."""
    prints = fingerprints(report.findings)
    document = Document(
        version=VERSION,
        summary=Summary(report.files, report.statements, report.not_analysed, by_severity(report.findings)),
        findings=[entry(finding, print_) for finding, print_ in zip(report.findings, prints, strict=True)],
    )
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def entry(finding: Finding, fingerprint: str) -> FindingEntry:
    place = region(finding.location)
    return FindingEntry(
        rule=finding.rule,
        severity=finding.severity,
        message=printable(finding.message),
        path=printable(finding.location.script.path),
        line=place.line,
        column=place.column,
        end_line=place.end_line,
        end_column=place.end_column,
        related=[
            RelatedEntry(printable(r.location.script.path), region(r.location).line, printable(r.message))
            for r in finding.related
        ],
        effects=[EffectEntry(str(e.relation), e.lock.sql, e.scans, e.rewrites) for e in finding.effects],
        fingerprint=fingerprint,
    )
