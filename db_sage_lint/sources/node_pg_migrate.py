"""node-pg-migrate's SQL migrations: <number>….sql, both directions in one file under comments.

Source: salsita/node-pg-migrate, src/sqlMigration.ts (`-- Up Migration` and `-- Down Migration`, in any case; a file
without them is up alone), src/migration.ts (the number that the name begins with, compared as a number, is the order)
and src/runner.ts: all pending files in one transaction (`singleTransaction`); an SQL file can't ask for none.
"""

from collections.abc import Iterator

from db_sage_lint.regex import lazy
from db_sage_lint.script import Script
from db_sage_lint.sources.history import Folder, Place, by_name
from db_sage_lint.sources.sections import both_ways, script, sections

NAME = "node-pg-migrate"
NAMES = "<number>_<name>.sql"
PROFILES: frozenset[str] = frozenset()
DOWN = "a part under `-- Down Migration`"
FILE = lazy(r"^(\d+)\D.*\.sql$")
ALONE = lazy(rb"(?mi)^--[ \t-]*(?:up|down)[ \t]+migration[ \t]*\r?$")
DIRECTION = lazy(rb"(?mi)^[ \t]*--[ \t-]*(up|down)[ \t]+migration")


def recognise(folder: Folder) -> str:
    """The comment that begins the up part in some of its files."""
    paired = any(file.endswith((".up.sql", ".down.sql")) for file in folder.files)
    return "`-- Up Migration` in its files" if not paired and folder.matching(ALONE) else ""


def place(file: str) -> Place | None:
    found = FILE.match(file)
    return Place(((0, int(found[1]), ""), (1, 0, file)), str(int(found[1]))) if found else None


def places(folder: Folder) -> Iterator[tuple[str, Place]]:
    return by_name(folder.files, place)


def one_transaction(folder: Folder) -> bool:
    return True


def scripts(path: str, source: bytes, place: Place) -> tuple[Script, ...]:
    """The up part and the down part, whichever stands first; without an up comment the whole file is up."""
    parts = sections(source, DIRECTION)
    ups = [part for part in parts if part.marker and part.marker[1].lower() == b"up"]
    downs = [part for part in parts if part.marker and part.marker[1].lower() == b"down"]
    up = script(path, source, ups or parts, transaction=True)
    return both_ways(up, script(path, source, downs, "down", transaction=True))
