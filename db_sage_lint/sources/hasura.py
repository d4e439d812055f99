"""Hasura: migrations/<database>/<milliseconds>_<name>/up.sql and down.sql, in the order of the numbers.

`hasura migrate apply` sends each file as the body of run_sql, which the engine runs inside a transaction unless asked
not to, and the CLI doesn't ask; there is no mark that a file could carry.
Source: hasura/graphql-engine, docs/migrations, and its issues 2939 on migrations without a transaction and 10852 on
settings, which stay in the sessions of its pool.
"""

from collections.abc import Iterator

from db_sage_lint.regex import lazy
from db_sage_lint.script import Client, Script, whole
from db_sage_lint.sources.history import Folder, Place, by_name

NAME = "hasura"
PROFILES = frozenset({"hasura"})
CLIENT = Client(NAME, psql=False, one_session=True)
FILE = lazy(r"^([0-9]+)_[^/]*/(up|down)\.sql$")
MILLISECONDS = lazy(r"^[0-9]{13}_")


def recognise(folder: Folder) -> str:
    """Most folders begin with a time in milliseconds, as only this tool writes it, and hold an up.sql or down.sql."""
    files = {file.partition("/")[0] for file in folder.files if place(file)}
    timed = sum(bool(MILLISECONDS.match(file)) for file in files)
    return f"{timed} of {len(files)} folders begin with a time in milliseconds" if 2 * timed > len(files) else ""


def place(file: str) -> Place | None:
    """By the number before the first underscore of the folder's name."""
    found = FILE.match(file)
    return Place(((0, int(found[1]), ""),), found[1], "down" if found[2] == "down" else "up") if found else None


def places(folder: Folder) -> Iterator[tuple[str, Place]]:
    return by_name(folder.files, place)


def scripts(path: str, source: bytes, place: Place) -> tuple[Script, ...]:
    """The whole file, in one transaction."""
    return (whole(path, source, direction=place.direction, transaction=True),)
