"""postgres-migrations: <number>-<name>.sql in the order of the numbers, which must have no gap.

Source: ThomWright/postgres-migrations, src/file-name-parser.ts, src/validation.ts and src/run-migration.ts: a
transaction for each file, none for one that holds `-- postgres-migrations disable-transaction`; that is sent in one
message.
"""

from collections.abc import Iterator

from db_sage_lint.regex import lazy
from db_sage_lint.script import Client, Script, whole
from db_sage_lint.sources import gaps
from db_sage_lint.sources.history import Folder, Place, by_name
from db_sage_lint.sources.sections import in_one_message

NAME = "postgres-migrations"
NAMES = "<number>-<name>.sql"
PROFILES: frozenset[str] = frozenset()
CLIENT = Client(NAME, psql=False, one_session=True)
FILE = lazy(r"^(\d+)[-_]?([^/]*)\.sql$")
MARK = b"-- postgres-migrations disable-transaction"
MARKED = lazy(rb"-- postgres-migrations disable-transaction")


def recognise(folder: Folder) -> str:
    """Its mark in some of the files, or its library in the project around them."""
    if not any(map(place, folder.sql())):
        return ""
    if folder.matching(MARKED):
        return f"`{MARK.decode()}` in its files"
    library = folder.says_above("package.json", b'"postgres-migrations"')
    return "postgres-migrations in the package.json above" if library else ""


def place(file: str) -> Place | None:
    found = FILE.match(file)
    return Place(((0, int(found[1]), ""), (1, 0, found[2])), str(int(found[1]))) if found else None


def places(folder: Folder) -> Iterator[tuple[str, Place]]:
    """The numbered files; a missing number is an error to it, before it runs any."""
    gaps.tell(folder, by_name(folder.files, place), "postgres-migrations runs nothing at all")
    return by_name(folder.files, place)


def scripts(path: str, source: bytes, place: Place) -> tuple[Script, ...]:
    """The whole file."""
    script = whole(path, source, transaction=MARK not in source)
    return (script if script.transaction else in_one_message(script),)
