"""What is reported: a finding, where it stands, and what the engine hands to the reporters."""

from typing import Literal

from msgspec import Struct

from db_sage_lint.effects.locks import Effect
from db_sage_lint.script import Script

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


class Location(Struct, frozen=True, eq=False):
    """Bytes `start` to `end` of a script's file; lines and columns are counted when a reporter asks.

    `statement_start` and `statement_end` are those of the whole statement, which suppressions refer to.
    """

    script: Script
    start: int
    end: int
    statement_start: int
    statement_end: int


class Related(Struct, frozen=True, eq=False):
    location: Location
    message: str


class Finding(Struct, frozen=True, kw_only=True, eq=False):
    """One problem. `message` is one line; `effects` are the locks, scans and rewrites that it is about."""

    rule: str
    severity: Severity
    message: str
    location: Location
    related: tuple[Related, ...] = ()
    effects: tuple[Effect, ...] = ()
    seen: bool = False
