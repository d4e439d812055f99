"""dbmate: <number>….sql in the order of the names, both directions in one file under `-- migrate:up` and `:down`.

Source: amacneil/dbmate, pkg/dbmate/migration.go: the patterns of the two lines, their options (`transaction:false`, one
transaction for each file and direction without it), and db.go: the pattern of file names. A part is sent in one
message, whose statements PostgreSQL makes one transaction whatever the option says (issues 126 and 182). All run in one
session (issue 216); psql's commands are taken out of schema.sql only (LoadSchema).
"""

from collections.abc import Iterator

from db_sage_lint.operations import MarkMisplaced
from db_sage_lint.regex import lazy
from db_sage_lint.script import Client, Direction, Script
from db_sage_lint.sources.history import Folder, Place, by_name
from db_sage_lint.sources.sections import Section, both_ways, in_one_message, script, sections

NAME = "dbmate"
NAMES = "<number>_<name>.sql"
PROFILES: frozenset[str] = frozenset()
CLIENT = Client(NAME, psql=False, one_session=True)
DOWN = "a part under `-- migrate:down`"
FILE = lazy(r"^(\d+).*\.sql$")
DIRECTION = lazy(rb"(?m)^--\s*migrate:(up|down)(?=\s|$)([^\n]*)$")
# No prose: the direction with something about a transaction behind it, or nothing but that.
NEARLY = lazy(
    rb"(?mi)^[ \t]*--[ \t]*(?:\+?migrate\b[^\n]*\btransaction\b[^\n]*|(?:no|disable)[ _-]?transaction"
    rb"|transaction[ \t]*[:=][ \t]*(?:false|off|no))[ \t]*$"
)
OPTION = lazy(rb"(?:^|\s)transaction:false(?=\s|$)")
HARMLESS = lazy(rb"(?:^|\s)transaction:true(?=\s|$)")


def recognise(folder: Folder) -> str:
    """The line that begins the up part in some of its files."""
    return "`-- migrate:up` in its files" if folder.matching(DIRECTION) else ""


def place(file: str) -> Place | None:
    """By the whole name, as text: its number is the version."""
    found = FILE.match(file)
    return Place(((1, 0, file),), found[1]) if found else None


def places(folder: Folder) -> Iterator[tuple[str, Place]]:
    return by_name(folder.files, place)


def scripts(path: str, source: bytes, place: Place) -> tuple[Script, ...]:
    """The part between the two lines, and the one behind the second. A file without them is read as up."""
    parts = sections(source, DIRECTION)
    up = next((part for part in parts if part.marker and part.marker[1] == b"up"), parts[0])
    down = next((part for part in parts if part.marker and part.marker[1] == b"down"), None)
    return both_ways(
        part(path, source, up, "up"),
        part(path, source, down, "down") if down else None,
    )


def part(path: str, source: bytes, section: Section, direction: Direction) -> Script:
    off = section.marker and OPTION.search(section.marker[2])
    found = script(path, source, [section], direction, transaction=not off)
    return in_one_message(found) if off else found


def misplaced(source: bytes) -> Iterator[MarkMisplaced]:
    """Words against a transaction that dbmate doesn't read."""
    for found in NEARLY.finditer(source):
        line = DIRECTION.match(source, found.start())
        if not (line and (OPTION.search(line[2]) or HARMLESS.search(line[2]))):
            yield MarkMisplaced(
                mark=found[0].strip().decode(errors="replace"),
                right_place="write `-- migrate:up transaction:false`, in one line and without a space in the option",
                at=found.start() + len(found[0]) - len(found[0].lstrip()),
            )
