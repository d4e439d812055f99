"""A history: the migrations of one folder in the order in which their runner runs them."""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol

from msgspec import Struct, field

from db_sage_lint.operations import FileUnrecognised, Operation
from db_sage_lint.script import Direction, Script

Version = tuple[tuple[int, int, str], ...]


# How the numbers of files begin that stand among a runner's and that it never runs.
UNLISTED = "not listed: "
# Files of a folder that recognition looks into: its first ones, one from the middle and the last.
SAMPLES = 4


class Place(Struct, frozen=True):
    """Where a file stands in its history: `version` sorts it, `number` is the version as the runner knows it.

    `direction` is that of a file that has only one; a file with both parts is "up". `transaction` is what another file
    than itself says of it (diesel's metadata.toml), None where none does.
    """

    version: Version
    number: str
    direction: Direction = "up"
    transaction: bool | None = None

    @property
    def runs(self) -> bool:
        """Whether the runner runs the file."""
        return not self.number.startswith(UNLISTED)


class Flaw(Struct, frozen=True):
    """Something that a runner finds wrong with its files and that the rules judge: the operation tells what, its `at`
    is the byte in the file.
    """

    file: str
    operation: Operation


class Folder(Struct, frozen=True, eq=False):
    """A folder that may hold migrations: its absolute path, and the paths of the files below it that some runner could
    know, relative to it and sorted. `read` gives a file's bytes by that path, None where it can't be read. `flaws`
    takes what a runner finds wrong with its files, `problems` what keeps it from being judged: one line each, that
    begins with a path as `shown` gives it.
    """

    path: str
    files: tuple[str, ...]
    read: Callable[[str], bytes | None]
    problems: list[str] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)
    known: dict[str, bytes] = field(default_factory=dict)

    def passed_over(self, file: str, runner: str, why: str, version: "Version" = ()) -> tuple[str, "Place"]:
        """Gives the place of a file that stands among the runner's and is never run. That is noted with its reason,
        unless it is meant to be so, and `why` is empty.
        """
        if why:
            self.flaw(file, FileUnrecognised(path=self.shown(file), runner=runner, why=why))
        return file, Place(((1, 0, ""), *version), UNLISTED + file)

    @property
    def name(self) -> str:
        """The folder's own name."""
        return self.path.rpartition("/")[2]

    def flaw(self, file: str, operation: Operation) -> None:
        """Notes something wrong with a file of the folder."""
        self.flaws.append(Flaw(file, operation))

    def sql(self) -> tuple[str, ...]:
        return tuple(file for file in self.files if is_sql(file))

    def shown(self, file: str = "") -> str:
        """A file of the folder, or the folder itself, as messages print it: relative to the current folder."""
        return os.path.relpath(os.path.join(self.path, file)).replace(os.sep, "/")

    def samples(self) -> tuple[bytes, ...]:
        """The content of a few of its SQL files, for recognition; each is read once."""
        files = self.sql()
        last = len(files) - 1
        chosen = sorted({0, min(1, last), len(files) // 2, last})[:SAMPLES] if files else ()
        for name in (files[number] for number in chosen):
            if name not in self.known:
                self.known[name] = self.read(name) or b""
        return tuple(self.known[files[number]] for number in chosen)

    def signs(self) -> tuple[str, bytes]:
        """What `late.Sign` looks into: the paths, line by line below the folder's own; the samples in lower case."""
        return "\n".join((self.path, *self.files, "")), b"\n".join(self.samples()).lower()

    def matching(self, pattern: re.Pattern[bytes]) -> int:
        """In how many of the samples the pattern occurs."""
        return sum(pattern.search(sample) is not None for sample in self.samples())

    def above(self, name: str) -> bytes | None:
        """The nearest file of that name in this folder or one above it, inside the repository or the current folder."""
        found = (read_file(parent / name) for parent in self.parents())
        return next((content for content in found if content is not None), None)

    def says_above(self, name: str, word: bytes) -> bool:
        """Whether a file of that name, here or above, has the word in it."""
        return any(word in (read_file(parent / name) or b"") for parent in self.parents())

    def parents(self) -> tuple[Path, ...]:
        """The folder itself and those above it, up to the top of the repository or the current folder; in neither, the
        one above it.
        """
        here, current = Path(self.path), Path.cwd()
        chain = (here, *here.parents)
        for number, parent in enumerate(chain):
            if parent == current or (parent / ".git").exists():
                return chain[: number + 1]
        return chain[:2]


def read_file(path: str | Path) -> bytes | None:
    """A file's bytes, None where it isn't there or can't be read."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - half the time of a Path, and most aren't there
            return file.read()
    except OSError:
        return None


class Runner(Protocol):
    """What a runner's module says, and nothing else. It may also have these attributes:

    MARKS, a frozenset of names of files that are no migrations and that it wants to see in `Folder.files`;
    TREE_MARKS, those of them whose folder holds one history with everything below it;
    is_tree_mark(source), whether a file with such a name is one, where the name alone doesn't tell;
    root(file), the folder of the history that a file belongs to, None where the runner's layout doesn't tell;
    ENDINGS, a tuple of the ends of names of its migrations, and of marks, that don't end in .sql;
    SUBFOLDERS, a frozenset of names of folders that belong to the history of the folder above them;
    aside(file), whether a file without a place is the runner's all the same (other databases' are), and not judged;
    reading(), a function that takes the place of `scripts` for one history, whose files it is given in order;
    misplaced(source), the marks of a file that it doesn't read where they stand, each a MarkMisplaced;
    DOWN, the words for the place of a migration's way back, where the runner has one;
    NAMES, the words for how the names look that it takes;
    one_transaction(folder), whether all pending files run in one transaction;
    all_or_each(folder), whether they do so only if none of them wants to run without;
    location(root), the folder whose histories of this runner are one, if no two of them have the same version;
    CLIENT, what sends its scripts to the server and how sessions go on, where that is known.
    """

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
    """The migrations of one folder in order, each down migration right after its up. `flaws` are what is wrong with
    them, or with files that list them, which are no entries. `one_transaction` says that those of one change set run in
    one transaction, with `all_or_each` unless one of them runs without.
    """

    runner: Runner
    folder: str
    mark: str
    entries: tuple[Entry, ...]
    flaws: tuple[Flaw, ...] = ()
    one_transaction: bool = False
    all_or_each: bool = False


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
