"""goose: <number>_<name>.sql in the order of the numbers, both directions in one file under annotations.

Source: pressly/goose, internal/sqlparser/parser.go (annotations, read at the start of a line, in any case) and
internal/provider: one transaction for each file and direction, none with `NO TRANSACTION`, which may stand on any line
and holds for both directions. Migrations in Go stand in the same order; what they do to the things that they name isn't
known. All run in one session (provider_run.go, issue 859), and rows for COPY aren't taken (issue 138).
"""

from collections.abc import Iterator

from db_sage_lint.operations import MarkMisplaced
from db_sage_lint.regex import lazy
from db_sage_lint.script import Client, Fragment, Script
from db_sage_lint.sources.history import Folder, Place, by_name
from db_sage_lint.sources.sections import both_ways, script, sections

NAME = "goose"
NAMES = "<number>_<name>.sql"
PROFILES: frozenset[str] = frozenset()
CLIENT = Client(NAME, psql=False, one_session=True)
DOWN = "a part under `-- +goose Down`"
ENDINGS = (".go",)
FILE = lazy(r"^(\d+)_.*(?:\.sql|(?<!_test)\.go)$")
DIRECTION = lazy(rb"(?mi)^--\s*\+goose[ \t]+(up|down)[ \t]*\r?$")
NO_TRANSACTION = lazy(rb"(?mi)^--\s*\+goose[ \t]+no[ \t]+transaction[ \t]*\r?$")
UNREAD = "migrations in Go are not read"
NEARLY = lazy(rb"(?mi)^[^\n]*--[^\n]*\+goose[ \t]*no[ \t_-]*(?:transaction|tx)[^\n]*$")


def recognise(folder: Folder) -> str:
    """The annotation of the up part in some of its files."""
    return "`-- +goose Up` in its files" if folder.matching(DIRECTION) else ""


def place(file: str) -> Place | None:
    """By the number before the first underscore; goose looks into no folders below."""
    found = FILE.match(file)
    return Place(((0, int(found[1]), ""), (1, 0, file)), str(int(found[1]))) if found else None


def places(folder: Folder) -> Iterator[tuple[str, Place]]:
    return by_name(folder.files, place)


def scripts(path: str, source: bytes, place: Place) -> tuple[Script, ...]:
    """The up part and the down part. Without annotations, which goose refuses, a file is read as up; Go is unread."""
    if path.endswith(ENDINGS):
        fragments = (Fragment(0, source, len(source), UNREAD),)
        return (Script(path, source, fragments, "up", True), Script(path, source, fragments, "down", True))
    parts = sections(source, DIRECTION)
    ups = [part for part in parts if part.marker and part.marker[1].lower() == b"up"]
    downs = [part for part in parts if part.marker and part.marker[1].lower() == b"down"]
    transaction = not NO_TRANSACTION.search(source)
    up = script(path, source, ups if ups or downs else parts, transaction=transaction)
    return both_ways(up, script(path, source, downs, "down", transaction=transaction))


def misplaced(source: bytes) -> Iterator[MarkMisplaced]:
    """Annotations against a transaction that goose takes for a comment."""
    for found in NEARLY.finditer(source):
        if not NO_TRANSACTION.match(source, found.start()):
            yield MarkMisplaced(
                mark=found[0].strip().decode(errors="replace"),
                right_place="write `-- +goose NO TRANSACTION` on a line of its own, from the first column on",
                at=found.start() + len(found[0]) - len(found[0].lstrip()),
            )
