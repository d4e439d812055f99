"""Drizzle: the files that meta/_journal.json lists, in its order; from drizzle-kit 1.0 on <time>_<name>/migration.sql
beside snapshot.json, in the order of the folders' names.

The migrator cuts a file at `--> statement-breakpoint`, sends the parts one by one, and runs all pending files in one
transaction; there is no mark against that. A COMMIT between two breakpoints ends the transaction. There are no down
migrations, and what the journal doesn't list never runs.
Source: drizzle-team/drizzle-orm, drizzle-orm/src/migrator.ts and pg-core/dialect.ts (migrate).
"""

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from db_sage_lint.operations import ChainBroken
from db_sage_lint.script import Client, Fragment, Script
from db_sage_lint.sources.history import Folder, Place, natural

NAME = "drizzle"
PROFILES: frozenset[str] = frozenset()
CLIENT = Client(NAME, psql=False, one_session=True)
JOURNAL = "meta/_journal.json"
SNAPSHOT = "snapshot.json"
MIGRATION = "/migration.sql"
MARKS = frozenset({"_journal.json", SNAPSHOT})
SUBFOLDERS = frozenset({"meta"})
DIALECTS = frozenset({"postgresql", "pg", "cockroach"})
WHY_NOT = f"{JOURNAL} doesn't list it; `drizzle-kit generate --custom` makes a file with its entry"
BREAKPOINT = b"--> statement-breakpoint"


class JournalEntry(Struct):
    tag: str


class Journal(Struct):
    """What is read of meta/_journal.json: the files' names without their ending, in order."""

    dialect: str = "postgresql"
    entries: list[JournalEntry] = []


def recognise(folder: Folder) -> str:
    """The journal of a PostgreSQL database, or a snapshot beside each migration."""
    if JOURNAL in folder.files:
        found = journal(folder)
        return f"it has a {JOURNAL}" if found is None or found.dialect in DIALECTS else ""
    snapshots = [file for file in folder.files if file.endswith(f"/{SNAPSHOT}")]
    beside = sum(file.removesuffix(f"/{SNAPSHOT}") + MIGRATION in folder.files for file in snapshots)
    return f"{beside} migrations have a {SNAPSHOT} beside them" if beside else ""


def journal(folder: Folder) -> Journal | None:
    """The folder's journal; None where it has none that can be read."""
    source = folder.read(JOURNAL) if JOURNAL in folder.files else None
    try:
        return None if source is None else msgspec.json.decode(source, type=Journal)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def places(folder: Folder) -> Iterator[tuple[str, Place]]:
    """The files of the journal in its order, or by name if it lists none that is there; folders by name."""
    if JOURNAL not in folder.files:
        for file in folder.files:
            if file.endswith(MIGRATION) and file.count("/") == 1:
                name = file.removesuffix(MIGRATION)
                yield file, Place(((1, 0, name),), name)
        return
    found = journal(folder)
    if found is None:
        folder.problems.append(f"{folder.shown(JOURNAL)}: not a journal of drizzle; the files are taken by their names")
    listed = [f"{entry.tag}.sql" for entry in found.entries] if found else []
    places = {file: Place(((0, number, ""),), file.removesuffix(".sql")) for number, file in enumerate(listed)}
    others = [file for file in folder.sql() if file not in places and "/" not in file]
    tell(folder, listed)
    present = {file: place for file, place in places.items() if file in folder.files}
    yield from present.items()
    for file in others:
        by_name = file, Place(((1, 0, ""), *natural(file)), file.removesuffix(".sql"))
        passed_over = folder.passed_over(file, NAME, WHY_NOT, natural(file)) if listed else by_name
        yield passed_over if present else by_name


def tell(folder: Folder, listed: list[str]) -> None:
    """The files that the journal lists and that are missing."""
    source = folder.read(JOURNAL) or b""
    for file in listed:
        if file not in folder.files:
            at = source.find(b'"%s"' % file.removesuffix(".sql").encode())
            what = f"the journal lists {file}, and there is no such file"
            folder.flaw(JOURNAL, ChainBroken(what=what, effect="`migrate` stops with an error", at=at))


def one_transaction(folder: Folder) -> bool:
    return True


def scripts(path: str, source: bytes, place: Place) -> tuple[Script, ...]:
    """The parts between the breakpoints, in one transaction; nothing of a file that never runs."""
    if not place.runs:
        return ()
    return (Script(path, source, tuple(parts(source)), place.direction, transaction=True),)


def parts(source: bytes) -> Iterator[Fragment]:
    at = 0
    for part in source.split(BREAKPOINT):
        yield Fragment(at, part)
        at += len(part) + len(BREAKPOINT)
