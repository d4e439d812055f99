"""node-pg-migrate's SQL migrations: <number>….sql, both directions in one file under comments.

Sources: salsita/node-pg-migrate, src/sqlMigration.ts (`-- Up Migration` and `-- Down Migration`, in any case; a file
without them is up alone); src/utils/fileNameUtils.ts and comparators.ts (the order is that of the number that the name
begins with, one of 17 digits being a time in UTC, of others milliseconds); src/runner.ts and src/cli/options.ts: all
pending files in one transaction unless `--no-single-transaction` is given, then one each (src/migration.ts); an SQL
file can't ask for none.
"""

from collections.abc import Iterator
from contextlib import suppress

from db_sage_lint.regex import lazy
from db_sage_lint.script import Client, Script
from db_sage_lint.sources.history import Folder, Place, by_name
from db_sage_lint.sources.javascript_libraries import BY_NAME, mode
from db_sage_lint.sources.sections import both_ways, script, sections

NAME = "node-pg-migrate"
NAMES = "<number>_<name>.sql"
PROFILES: frozenset[str] = frozenset()
CLIENT = Client(NAME, psql=False, one_session=True)
DOWN = "a part under `-- Down Migration`"
UTC_DIGITS = 17
FILE = lazy(r"^(\d+)\D.*\.sql$")
ALONE = lazy(rb"(?mi)^--[ \t-]*(?:up|down)[ \t]+migration[ \t]*\r?$")
DIRECTION = lazy(rb"(?mi)^[ \t]*--[ \t-]*(up|down)[ \t]+migration")


def recognise(folder: Folder) -> str:
    """The comment that begins the up part in some of its files."""
    paired = any(file.endswith((".up.sql", ".down.sql")) for file in folder.files)
    return "`-- Up Migration` in its files" if not paired and folder.matching(ALONE) else ""


def place(file: str) -> Place | None:
    found = FILE.match(file)
    return Place(((0, number(found[1]), ""), (1, 0, file)), str(int(found[1]))) if found else None


def number(digits: str) -> int:
    """The number of a name, a time in milliseconds where it is a date; one that is none counts as it stands."""
    if len(digits) == UTC_DIGITS:
        import calendar
        import time

        with suppress(ValueError):
            return calendar.timegm(time.strptime(digits[:-3], "%Y%m%d%H%M%S")) * 1000 + int(digits[-3:])
    return int(digits)


def places(folder: Folder) -> Iterator[tuple[str, Place]]:
    return by_name(folder.files, place)


def one_transaction(folder: Folder) -> bool:
    """Unless package.json calls it with the flag against it."""
    return mode(BY_NAME[NAME], folder).together


def scripts(path: str, source: bytes, place: Place) -> tuple[Script, ...]:
    """The up part and the down part, whichever stands first; without an up comment the whole file is up."""
    parts = sections(source, DIRECTION)
    ups = [part for part in parts if part.marker and part.marker[1].lower() == b"up"]
    downs = [part for part in parts if part.marker and part.marker[1].lower() == b"down"]
    up = script(path, source, ups or parts, transaction=True)
    return both_ways(up, script(path, source, downs, "down", transaction=True))
