"""JSON for programs, version 1: lines and columns 1-based, columns in characters, `end_column` after the last one."""

import msgspec
from msgspec import Struct

from db_sage_lint.effects.locks import Effect
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
    """One problem. `effects` are the locks that it is about; `seen` says that a server did so, and it isn't only
    predicted. `fingerprint` stays the same when lines move.
    """

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
    seen: bool
    fingerprint: str


class Summary(Struct):
    files: int
    statements: int
    not_analysed: int
    by_severity: dict[str, int]


class Document(Struct):
    """What `check --format json` prints."""

    version: int
    summary: Summary
    findings: list[FindingEntry]


def render(report: Report, rules: Rules, look: Look) -> str:  # noqa: ARG001 - every reporter has this signature
    """The whole report as one indented JSON document."""
    return msgspec.json.format(msgspec.json.encode(document(report)), indent=2).decode() + "\n"


def document(report: Report) -> Document:
    prints = fingerprints(report.findings)
    return Document(
        version=VERSION,
        summary=Summary(report.files, report.statements, report.not_analysed, by_severity(report.findings)),
        findings=[entry(finding, print_) for finding, print_ in zip(report.findings, prints, strict=True)],
    )


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
        effects=[effect(one) for one in finding.effects],
        seen=finding.seen,
        fingerprint=fingerprint,
    )


def effect(one: Effect) -> EffectEntry:
    return EffectEntry(str(one.relation), one.lock.sql, one.scans, one.rewrites)
