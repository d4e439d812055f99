"""golang-migrate: <number>_<name>.up.sql with <number>_<name>.down.sql, in the order of the numbers.

Source: golang-migrate/migrate, source/parse.go (the pattern of file names) and migration.go (the order); Run and
runStatement in database/postgres/postgres.go: the file is sent in one message without BEGIN. PostgreSQL makes one
transaction of the statements of a message, unless it is a single one. With `x-multi-statement=true` in the URL of the
database, which no file here tells, each statement is a message: `transaction = false` in our settings says so. All
files run in one session, and rows for COPY aren't taken (issue 492).
"""

from collections.abc import Iterator

from db_sage_lint.regex import lazy
from db_sage_lint.script import Client, Script, whole
from db_sage_lint.sources.history import Folder, Place, by_name, is_sql, natural
from db_sage_lint.sources.sections import in_one_message

NAME = "golang-migrate"
NAMES = "<number>_<name>.up.sql"
PROFILES: frozenset[str] = frozenset()
CLIENT = Client(NAME, psql=False, one_session=True)
DOWN = "a file of the same name that ends in .down.sql"
FILE = lazy(r"^((?:.*/)?)([0-9]+)_(.*)\.(down|up)\.sql$")


def recognise(folder: Folder) -> str:
    """Nearly all of the files that begin with a number are named for a direction."""
    numbered = [file for file in folder.sql() if file.rpartition("/")[2][:1].isdigit()]
    paired = sum(bool(FILE.match(file)) for file in numbered)
    if not paired or 10 * paired < 9 * len(numbered) or 2 * paired < len(folder.sql()):
        return ""
    return f"{paired} of {len(folder.sql())} files are named <number>_<name>.up.sql or .down.sql"


def place(file: str) -> Place | None:
    """By the number, within the folders below that are named for a version: up and down may have other names."""
    found = FILE.match(file)
    if not found:
        return None
    folders, number, _, direction = found.groups()
    version = (*natural(folders), (0, int(number), ""))
    return Place(version, f"{folders}{int(number)}", "down" if direction == "down" else "up")


def places(folder: Folder) -> Iterator[tuple[str, Place]]:
    return by_name(filter(is_sql, folder.files), place)


def scripts(path: str, source: bytes, place: Place) -> tuple[Script, ...]:
    """The whole file, in one transaction if it has several statements."""
    return (in_one_message(whole(path, source, direction=place.direction)),)
