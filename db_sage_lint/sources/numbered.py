"""Folders of SQL files whose names begin with a number or a time, of a runner that isn't known more closely."""

from collections.abc import Iterator

from db_sage_lint.regex import lazy
from db_sage_lint.script import Script, whole
from db_sage_lint.sources.history import Folder, Place, by_name, is_sql, natural, split_direction

NAME = "numbered files"
PROFILES: frozenset[str] = frozenset()
NUMBER = lazy(r"^[a-zA-Z]?(\d+(?:[._-]\d+)*)")


def recognise(folder: Folder) -> str:
    """At least half of the SQL files begin with a number; one letter may stand before it."""
    files = [file for file in folder.files if is_sql(file)]
    numbered = sum(place(file) is not None for file in files)
    return f"{numbered} of {len(files)} files begin with a number" if numbered and 2 * numbered >= len(files) else ""


def place(file: str) -> Place | None:
    """By the numbers in the name, compared as numbers, then by the rest of the name."""
    name, direction = split_direction(file)
    found = NUMBER.match(name.rpartition("/")[2]) or NUMBER.match(name)
    return Place(natural(name), found[1], direction) if found and is_sql(file) else None


def places(folder: Folder) -> Iterator[tuple[str, Place]]:
    return by_name(folder.files, place)


def scripts(path: str, source: bytes, place: Place) -> tuple[Script, ...]:
    """The whole file; whether in a transaction isn't known."""
    return (whole(path, source, direction=place.direction),)
