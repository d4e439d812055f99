"""Supabase CLI: supabase/migrations/<timestamp>_<name>.sql, in the order of the timestamps.

Source: supabase/cli, pkg/migration: the file name pattern, and apply.go, which sends a file's statements as one batch
after RESET ALL, so that they are one transaction. psql's commands are taken out of dumps that it makes itself (pull
request 4145), and nothing takes rows for COPY (issue 3615).
"""

from collections.abc import Iterator

from db_sage_lint.regex import lazy
from db_sage_lint.script import Client, Script, whole
from db_sage_lint.sources.history import Folder, Place, by_name

NAME = "supabase"
NAMES = "<number>_<name>.sql"
PROFILES = frozenset({"supabase"})
CLIENT = Client(NAME, psql=False, one_session=True, restores=frozenset({"all"}))
FILE = lazy(r"^([0-9]+)_(.*)\.sql$")


def recognise(folder: Folder) -> str:
    """The folder's own name and place."""
    return "it is supabase/migrations" if f"/{folder.path}".endswith("/supabase/migrations") else ""


def place(file: str) -> Place | None:
    """By the number before the first underscore."""
    found = FILE.match(file)
    return Place(((0, int(found[1]), ""), (1, 0, found[2])), found[1]) if found else None


def places(folder: Folder) -> Iterator[tuple[str, Place]]:
    return by_name(folder.files, place)


def scripts(path: str, source: bytes, place: Place) -> tuple[Script, ...]:
    """The whole file, in one transaction."""
    return (whole(path, source, direction=place.direction, transaction=True),)
