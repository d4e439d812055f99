"""tern: <number>_<name>.sql in the order of the numbers, the down part below a line that cuts the file once.

Source: jackc/tern, migrate/migrate.go: the pattern of file names, the line between the directions, one transaction for
each, and `---- tern: disable-tx ----`, a whole line of the part that it holds for; RESET ALL behind each migration.
"""

import re
from collections.abc import Iterator

from db_sage_lint.operations import MarkMisplaced
from db_sage_lint.regex import lazy
from db_sage_lint.script import Client, Direction, Script
from db_sage_lint.sources import gaps
from db_sage_lint.sources.history import Folder, Place, by_name
from db_sage_lint.sources.sections import Section, both_ways, script

NAME = "tern"
NAMES = "<number>_<name>.sql"
PROFILES: frozenset[str] = frozenset()
CLIENT = Client(NAME, psql=False, one_session=True, restores=frozenset({"all"}))
DOWN = "a part below `---- create above / drop below ----`"
MARKS = frozenset({"tern.conf"})
FILE = lazy(r"^(\d+)_.+\.sql$")
CUT = b"---- create above / drop below ----"
CUT_LINE = lazy(re.escape(CUT))
NO_TRANSACTION = lazy(rb"(?m)^---- tern: disable-tx ----$")
NEARLY = lazy(rb"(?mi)^[ \t]*--+[ \t]*(?:tern\b[: \t]*)?(?:disable|no)[-_ ]?(?:tx|transaction)[ \t]*-*[ \t]*$")


def recognise(folder: Folder) -> str:
    """Its configuration, or the line between the directions in some of its files."""
    if "tern.conf" in folder.files:
        return "it has a tern.conf"
    return f"`{CUT.decode()}` in its files" if folder.matching(CUT_LINE) else ""


def place(file: str) -> Place | None:
    """By the number before the first underscore; files in folders below are templates for others."""
    found = FILE.match(file)
    return Place(((0, int(found[1]), ""),), str(int(found[1]))) if found else None


def places(folder: Folder) -> Iterator[tuple[str, Place]]:
    """The numbered files; tern refuses to run at all where a number is missing."""
    gaps.tell(folder, by_name(folder.files, place), "tern runs nothing at all")
    return by_name(folder.files, place)


def scripts(path: str, source: bytes, place: Place) -> tuple[Script, ...]:
    """What is above the line, and what is below it."""
    cut = source.find(CUT)
    if cut < 0:
        return (part(path, source, Section(0, 0, len(source)), "up"),)
    up = part(path, source, Section(0, 0, cut), "up")
    return both_ways(up, part(path, source, Section(cut, cut + len(CUT), len(source)), "down"))


def part(path: str, source: bytes, section: Section, direction: Direction) -> Script:
    off = NO_TRANSACTION.search(source[section.start : section.end])
    return script(path, source, [section], direction, transaction=not off)


def misplaced(source: bytes) -> Iterator[MarkMisplaced]:
    """Words against a transaction that tern doesn't read."""
    for found in NEARLY.finditer(source):
        if not NO_TRANSACTION.match(found[0]):
            yield MarkMisplaced(
                mark=found[0].strip().decode(errors="replace"),
                right_place="write `---- tern: disable-tx ----` on a line of its own, from the first column on",
                at=found.start() + len(found[0]) - len(found[0].lstrip()),
            )
