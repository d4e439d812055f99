"""From paths to histories: which folders hold migrations, and of which runner."""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from db_sage_lint.sources import RUNNERS
from db_sage_lint.sources.history import DOWN_NAMES, UP_NAMES, Entry, Folder, History, is_sql

# Folders that hold other people's code or nothing of the user's.
PASSED_OVER = frozenset({"node_modules", "vendor", "__pycache__", "venv", "target", "dist", "build"})
VERSION_FOLDER = re.compile(r"^[vV]?\d")
MIGRATION_FOLDER = re.compile(r"(?i)(^|[/_.-])(migrat\w*|migrator|changelogs?|upgrades?|updates?|deltas?|versions?)([/_.-]|$)")

Reader = Callable[[str], bytes | None]


class Found(Struct, frozen=True):
    """Histories, and SQL files that stand in none."""

    histories: tuple[History, ...]
    loose: tuple[str, ...]


def sql_files(folder: str) -> Iterator[str]:
    """Every SQL file below a folder, hidden and foreign folders passed over. Raises OSError where it can't be read."""
    for path, folders, names in os.walk(folder, onerror=raise_error):
        folders[:] = sorted(name for name in folders if name not in PASSED_OVER and not name.startswith("."))
        for name in sorted(names):
            if is_sql(name):
                yield clean(os.path.join(path, name))  # noqa: PTH118 - strings throughout: a walk of thousands


def raise_error(error: OSError) -> None:
    raise error


def clean(path: str) -> str:
    """A path with forward slashes and without a leading ./"""
    return os.path.normpath(path).replace(os.sep, "/")


def root_of(file: str) -> str:
    """The folder of the history that a file belongs to: above folders named for a version or a direction."""
    folder = os.path.dirname(file)  # noqa: PTH120
    while folder:
        parent, _, name = folder.rpartition("/")
        if not (VERSION_FOLDER.match(name) or name.lower() in UP_NAMES - {"migration"} | DOWN_NAMES):
            break
        folder = parent
    return folder


def beside(file: str) -> Iterator[str]:
    """The SQL files of the history that a file would belong to: its folder's, and those in version folders beside it."""
    root = root_of(file)
    yield from below(root or ".")


def below(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.is_dir() and root_of(f"{entry.name}/x") == "":
                yield from below(f"{folder}/{entry.name}")
            elif is_sql(entry.name):
                yield clean(entry.path)


def discover(files: Iterable[str]) -> Found:
    """Sorts SQL files into the histories that they form, and those that form none."""
    folders: dict[str, list[str]] = {}
    for file in sorted(set(files)):
        folders.setdefault(root_of(file), []).append(file)
    histories: list[History] = []
    loose: list[str] = []
    for root, members in folders.items():
        history, others = recognise(root, members)
        histories += [history] if history else []
        loose += others
    return Found(tuple(histories), tuple(loose))


def recognise(root: str, files: list[str], read: Reader | None = None) -> tuple[History | None, list[str]]:
    """The history that the files below `root` form, if they do, and those that stand in none. `read` gives a file's
    bytes by its path."""
    prefix = f"{root}/" if root else ""
    folder = Folder(
        clean(os.path.abspath(root or ".")),  # noqa: PTH100
        tuple(file.removeprefix(prefix) for file in files),
        lambda name: (read or read_file)(prefix + name),
    )
    for runner in RUNNERS:
        mark = runner.recognise(folder)
        if mark:
            places = {prefix + name: place for name, place in runner.places(folder)}
            entries = tuple(in_order([Entry(file, place) for file, place in places.items()]))
            return History(runner, root or ".", mark, entries), [file for file in files if file not in places]
    return None, files


def read_file(path: str) -> bytes | None:
    try:
        return Path(path).read_bytes()
    except OSError:
        return None


def in_order(entries: list[Entry]) -> list[Entry]:
    """Sorted by version, each down migration right after its up."""
    return sorted(entries, key=lambda entry: (entry.place.version, entry.place.direction == "down", entry.path))


def looks_like_migrations(history: History) -> bool:
    """Whether a folder that nobody named is taken for migrations: by its runner's marks, or by its name."""
    return history.runner.NAME != "numbered files" or bool(MIGRATION_FOLDER.search(history.folder))


def find_migrations(root: str = ".") -> tuple[History, ...]:
    """The histories below a folder, for a run without paths; those that look like test data or dumps are left out."""
    return tuple(filter(looks_like_migrations, discover(sql_files(root)).histories))


