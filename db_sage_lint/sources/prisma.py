"""Prisma Migrate: migrations/<time>_<name>/migration.sql beside migration_lock.toml, in the order of the folder names.

The schema engine sends each file in one message. From 7.4 on it cuts files with CREATE INDEX CONCURRENTLY into
statements where its own parser can read them; since that leaves out the releases in use, and DROP INDEX CONCURRENTLY,
such files are taken as all the others. There are no down migrations.
Sources: prisma/prisma-engines, schema-engine/core (list_migrations sorts the names as text), its pull request 1619 (a
folder without migration.sql is an error), and its issues 14456 and pull requests 5767 and 5847 on what a file with
CONCURRENTLY needs; prisma/web, issue 4906: one session for all files.
"""

from collections.abc import Iterator

from db_sage_lint.operations import ChainBroken
from db_sage_lint.script import Client, Script, whole
from db_sage_lint.sources.history import Folder, Place, by_name
from db_sage_lint.sources.sections import in_one_message

NAME = "prisma"
PROFILES: frozenset[str] = frozenset()
CLIENT = Client(NAME, psql=False, one_session=True)
FILE = "migration.sql"
LOCK = "migration_lock.toml"
TREE_MARKS = frozenset({LOCK})


def recognise(folder: Folder) -> str:
    """The lock file, if it doesn't name another database, or the folder's own place."""
    if not any(place(file) for file in folder.files):
        return ""
    lock = folder.read(LOCK) if LOCK in folder.files else None
    if lock is not None:
        return f"it has a {LOCK}" if b'"postgresql"' in lock or b'"cockroachdb"' in lock else ""
    return "it is prisma/migrations" if f"/{folder.path}".endswith("/prisma/migrations") else ""


def place(file: str) -> Place | None:
    """By the folder's name, which is the version as a whole and compared as text."""
    name, _, rest = file.partition("/")
    return Place(((1, 0, name),), name) if rest == FILE else None


def places(folder: Folder) -> Iterator[tuple[str, Place]]:
    folders = {file.partition("/")[0] for file in folder.files if "/" in file}
    for name in sorted(folders):
        if f"{name}/{FILE}" not in folder.files:
            first = next(file for file in folder.files if file.startswith(f"{name}/"))
            what = f"there is no {FILE} in the folder {name}"
            folder.flaw(first, ChainBroken(what=what, effect="`prisma migrate` stops with an error"))
    return by_name(folder.files, place)


def scripts(path: str, source: bytes, place: Place) -> tuple[Script, ...]:
    """The whole file, which is one transaction if it has several statements: see golang-migrate."""
    return (in_one_message(whole(path, source)),)
