"""Findings as text: one module a format, each with `render`, imported when it is asked for."""

from importlib import import_module
from typing import Protocol

from msgspec import Struct

from db_sage_lint.report import Report
from db_sage_lint.rules import Rules

FORMATS = ("text", "concise", "json", "sarif", "github")


class Look(Struct, frozen=True):
    """How text for people looks: in colour or not, source trimmed to `width` columns, or counts by rule alone.

    `summary` adds the closing line.
    """

    color: bool = False
    width: int = 80
    statistics: bool = False
    summary: bool = True


class Reporter(Protocol):
    """What the module of a format has."""

    def render(self, report: Report, rules: Rules, look: Look) -> str:
        """The whole report; text that ends with a newline, or nothing."""


def render(name: str, report: Report, rules: Rules, look: Look) -> str:
    """The report in one of FORMATS."""
    reporter: Reporter = import_module(f"db_sage_lint.reporters.{name}")
    return reporter.render(report, rules, look)
