"""A history: the migrations of one folder in the order in which their runner runs them."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from msgspec import Struct

from db_sage_lint.script import Direction, Script

Version = tuple[tuple[int, int, str], ...]


class Place(Struct, frozen=True):
    """Where a file stands in its history: `version` sorts it, `number` is the version as the runner knows it.

    `direction` is that of a file that has only one; a file with both parts is "up".
    """

    version: Version
    number: str
    direction: Direction = "up"


class Folder(Struct, frozen=True, eq=False):
    """A folder that may hold migrations: its absolute path, and the paths of the files below it that some runner could
    know, relative to it and sorted. `read` gives a file's bytes by that path, None where it can't be read."""

    path: str
    files: tuple[str, ...]
    read: Callable[[str], bytes | None]


class Runner(Protocol):
    """What a runner's module says, and nothing else."""

    NAME: str
    PROFILES: frozenset[str]

    def recognise(self, folder: Folder) -> str:
        """By which mark the folder is this runner's; empty where it isn't."""

    def places(self, folder: Folder) -> Iterator[tuple[str, Place]]:
        """The files that are the runner's, each with its place."""

    def scripts(self, path: str, source: bytes, place: Place) -> tuple[Script, ...]:
        """What runs of a file, in which transaction: up and down where one file has both."""


class Entry(Struct, frozen=True):
    """A file of a history. `path` is the one that findings print."""

    path: str
    place: Place


class History(Struct, frozen=True, eq=False):
    """The migrations of one folder in order, each down migration right after its up."""

    runner: Runner
    folder: str
    mark: str
    entries: tuple[Entry, ...]


def by_name(files: Iterable[str], place: Callable[[str], Place | None]) -> Iterator[tuple[str, Place]]:
    """The places of files that stand where their names say."""
    for file in files:
        found = place(file)
        if found:
            yield file, found


def is_sql(name: str) -> bool:
    return name[-4:].lower() == ".sql"


DIGITS = re.compile(r"(\d+)")


def natural(text: str) -> Version:
    """A sort key in which runs of digits compare as numbers: 9_b before 10_a, v1.9 before v1.10."""
    parts = DIGITS.split(text)
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts if part)


DOWN = re.compile(r"(?i)[._-](?:down|undo|rollback|revert)$")
UP = re.compile(r"(?i)[._-](?:up|deploy)$")
DOWN_NAMES = frozenset({"down", "undo", "rollback", "revert"})
UP_NAMES = frozenset({"up", "deploy", "migration"})


def split_direction(file: str) -> tuple[str, Direction]:
    """A migration's relative path without its ending and its mark of direction, and the direction."""
    stem = file[: -len(".sql")] if is_sql(file) else file
    folders, _, name = stem.rpartition("/")
    if name.lower() in DOWN_NAMES:
        return folders, "down"
    if folders and name.lower() in UP_NAMES:
        return folders, "up"
    kept = [part for part in folders.split("/") if part and part.lower() not in DOWN_NAMES | UP_NAMES]
    reverted = any(part.lower() in DOWN_NAMES for part in folders.split("/"))
    bare = DOWN.sub("", name)
    direction: Direction = "down" if bare != name or reverted else "up"
    return "/".join([*kept, UP.sub("", bare)]), direction
