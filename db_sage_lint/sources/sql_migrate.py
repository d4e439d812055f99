"""sql-migrate: <number>….sql in the order of the numbers, then of the names, both directions in one file.

Source: rubenv/sql-migrate, sqlparse/sqlparse.go (lines that begin with exactly `-- +migrate `, and their option
`notransaction`; one transaction for each file and direction without it), and migrate.go: the order of file names, one
session for all. Rows for COPY aren't taken (issue 104).
"""

import re
from collections.abc import Iterator

from db_sage_lint.operations import MarkMisplaced
from db_sage_lint.regex import lazy
from db_sage_lint.script import Client, Script
from db_sage_lint.sources.history import Folder, Place, Version, by_name, is_sql
from db_sage_lint.sources.sections import both_ways, script, sections

NAME = "sql-migrate"
PROFILES: frozenset[str] = frozenset()
CLIENT = Client(NAME, psql=False, one_session=True)
DOWN = "a part under `-- +migrate Down`"
NUMBER = lazy(r"^(\d+)")
DIRECTION = lazy(rb"(?m)^-- \+migrate +(Up|Down)\b([^\n]*)$")
NEARLY = lazy(rb"(?mi)^[ \t]*--[^\n]*\+migrate\b[^\n]*\bno[ _-]?transaction\b[^\n]*$")


def recognise(folder: Folder) -> str:
    """The line that begins the up part in some of its files."""
    return "`-- +migrate Up` in its files" if folder.matching(DIRECTION) else ""


def place(file: str) -> Place | None:
    """By the number that the name begins with, then by the name; names without a number come behind those with one."""
    if not is_sql(file) or "/" in file:
        return None
    found = NUMBER.match(file)
    version: Version = ((0, int(found[1]), ""), (1, 0, file)) if found else ((1, 0, file),)
    return Place(version, file)


def places(folder: Folder) -> Iterator[tuple[str, Place]]:
    return by_name(folder.files, place)


def scripts(path: str, source: bytes, place: Place) -> tuple[Script, ...]:
    """Every up part and every down part. A file without them is read as up."""
    parts = sections(source, DIRECTION)
    ups = [part for part in parts if part.marker and part.marker[1] == b"Up"]
    downs = [part for part in parts if part.marker and part.marker[1] == b"Down"]
    plain_up, plain_down = (not any(without(part.marker) for part in group) for group in (ups, downs))
    up = script(path, source, ups if ups or downs else parts, transaction=plain_up)
    return both_ways(up, script(path, source, downs, "down", transaction=plain_down))


def without(marker: re.Match[bytes] | None) -> bool:
    """Whether the line switches the transaction off."""
    return marker is not None and b"notransaction" in marker[2].split()


def misplaced(source: bytes) -> Iterator[MarkMisplaced]:
    """Options against a transaction that sql-migrate doesn't read."""
    for found in NEARLY.finditer(source):
        if not without(DIRECTION.match(source, found.start())):
            yield MarkMisplaced(
                mark=found[0].strip().decode(errors="replace"),
                right_place="write `-- +migrate Up notransaction`, as the same line as the direction",
                at=found.start() + len(found[0]) - len(found[0].lstrip()),
            )
