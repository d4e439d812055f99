"""Folders of SQL files whose names begin with a number or a time, of a runner that isn't known more closely."""

import re

from db_sage_lint.script import Script, whole
from db_sage_lint.sources.history import Folder, Place, natural, split_direction

NAME = "numbered files"
PROFILES: frozenset[str] = frozenset()
NUMBER = re.compile(r"^[a-zA-Z]?(\d+(?:[._-]\d+)*)")


def recognise(folder: Folder) -> str:
    """At least half of the files begin with a number; one letter may stand before it."""
    numbered = sum(place(file) is not None for file in folder.files)
    return f"{numbered} of {len(folder.files)} files begin with a number" if 2 * numbered >= len(folder.files) else ""


def place(file: str) -> Place | None:
    """By the numbers in the name, compared as numbers, then by the rest of the name."""
    name, direction = split_direction(file)
    found = NUMBER.match(name.rpartition("/")[2]) or NUMBER.match(name)
    return Place(natural(name), found[1], direction) if found else None


def script(path: str, source: bytes, place: Place) -> Script:
    """The whole file; whether in a transaction isn't known."""
    return whole(path, source, direction=place.direction)
