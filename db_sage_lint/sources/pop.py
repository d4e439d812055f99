"""pop and Ory's popx: <number>_<name>[.<dialect>][.autocommit].up.sql with .down.sql, in the order of the numbers.

Source: gobuffalo/pop, match.go and migrator.go; ory/x, popx/match.go: of two files with one version the one of the
database's own dialect counts, and each runs in a transaction, unless its name says autocommit.
"""

from collections.abc import Iterator

from db_sage_lint.regex import lazy
from db_sage_lint.script import Client, Script, whole
from db_sage_lint.sources.history import Folder, Place

NAME = "pop"
NAMES = "<number>_<name>.up.sql"
PROFILES: frozenset[str] = frozenset()
CLIENT = Client(NAME, psql=False, one_session=True)
DOWN = "a file of the same name that ends in .down.sql"
FILE = lazy(r"^(?:.*/)?(\d+)_([^./]+)(?:\.(?!autocommit)([a-z0-9]+))?(\.autocommit)?\.(up|down)\.sql$")
POSTGRES = frozenset({"postgres", "postgresql", "pg"})
DIALECTS = POSTGRES | {"mysql", "mariadb", "sqlite", "sqlite3", "cockroach", "cockroachdb", "crdb"}
OPTIONS = lazy(rb"\{\{-?\s*index \.Options ")


def recognise(folder: Folder) -> str:
    """Dialects or autocommit in the names of its files, or the options that pop gives to its templates."""
    found = [match for match in map(FILE.match, folder.files) if match]
    if any(match[3] in DIALECTS or match[4] for match in found):
        return "files named for a dialect, <number>_<name>.<dialect>.up.sql"
    return "pop's `{{ index .Options … }}` in its files" if found and folder.matching(OPTIONS) else ""


def places(folder: Folder) -> Iterator[tuple[str, Place]]:
    """PostgreSQL's files, and those of no dialect where it has none of that version and direction."""
    matches = [(file, match) for file in folder.files if (match := FILE.match(file))]
    own = {(match[1], match[5]) for _, match in matches if match[3] in POSTGRES}
    for file, match in matches:
        number, name, dialect, autocommit, direction = match.groups()
        if dialect not in POSTGRES and (dialect in DIALECTS or (number, direction) in own):
            continue
        version = ((0, int(number), ""), (1, 0, name))
        yield file, Place(version, number, "down" if direction == "down" else "up", not autocommit)


def scripts(path: str, source: bytes, place: Place) -> tuple[Script, ...]:
    """The whole file."""
    return (whole(path, source, direction=place.direction, transaction=place.transaction is not False),)


def aside(file: str) -> bool:
    """Files of other dialects, and those for which there is one of PostgreSQL's own."""
    return FILE.match(file) is not None
