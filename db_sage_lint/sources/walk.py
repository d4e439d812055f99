"""Which files of a tree are looked at: SQL, the marks of runners, and migrations in other languages."""

import os
import re
from collections.abc import Iterator

from db_sage_lint.sources import RUNNERS
from db_sage_lint.sources.history import DOWN_NAMES, UP_NAMES, Runner, is_sql

# Folders that hold other people's code or nothing of the user's.
PASSED_OVER = frozenset({"node_modules", "vendor", "__pycache__", "venv", "site-packages", "target", "dist", "build"})
VERSION_FOLDER = re.compile(r"^[vV]?\d")
MIGRATION_FOLDER = re.compile(
    r"(?i)(^|[/_.-])(migrat\w*|migrator|changelogs?|upgrades?|updates?|deltas?|versions?)([/_.-]|$)"
)
CODE_FOLDER = re.compile(r"(?i)(^|[/_.-])(migrat\w*|versions|alembic|delta)([/_.-]|$)")
# Code that is a migration only where its name begins with a version, and stands in the order of those in SQL.
NUMBERED_CODE = (".go", ".rs")
NUMBERED = re.compile(r"[UV]?\d")
CODE = (".py", ".js", ".ts", ".mjs", ".cjs", ".mts", ".cts")


def names_of(attribute: str) -> frozenset[str]:
    """What the runners name in an attribute that they may have."""
    return frozenset(name for runner in RUNNERS for name in getattr(runner, attribute, ()))


MARKS = names_of("MARKS") | names_of("TREE_MARKS")
ENDINGS = tuple(sorted(names_of("ENDINGS")))
SUBFOLDERS = names_of("SUBFOLDERS") | (UP_NAMES - {"migration"}) | DOWN_NAMES


def is_wanted(path: str) -> bool:
    """Whether some runner could know the file: SQL, a mark, or code in a folder named for migrations."""
    folder, _, name = path.rpartition("/")
    if is_sql(name) or name in MARKS:
        return True
    if not name.endswith(ENDINGS) or (name.endswith(NUMBERED_CODE) and not NUMBERED.match(name)):
        return False
    return not name.endswith((*CODE, *NUMBERED_CODE)) or bool(CODE_FOLDER.search(folder))


def wanted_files(folder: str) -> Iterator[str]:
    """Every file below a folder that some runner could know, hidden and foreign folders passed over.

    Raises OSError where the folder can't be read.
    """
    for path, folders, names in os.walk(folder, onerror=raise_error):
        folders[:] = sorted(name for name in folders if is_looked_into(name))
        base = os.path.abspath(path).replace(os.sep, "/")
        for name in sorted(names):
            if is_wanted(f"{base}/{name}"):
                yield clean(os.path.join(path, name))


def is_looked_into(folder: str) -> bool:
    return folder not in PASSED_OVER and not folder.startswith(".")


def raise_error(error: OSError) -> None:
    raise error


def clean(path: str) -> str:
    """A path with forward slashes and without a leading ./"""
    return os.path.normpath(path).replace(os.sep, "/")


def root_of(file: str) -> str:
    """The folder of the history that a file belongs to: above folders named for a version or a direction."""
    folder = os.path.dirname(file)
    while folder:
        parent, _, name = folder.rpartition("/")
        if not (VERSION_FOLDER.match(name) or name.lower() in SUBFOLDERS):
            break
        folder = parent
    return folder


def below(folder: str) -> Iterator[str]:
    """The wanted files of a folder and of those below it that are named for a version or a direction."""
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.is_dir():
                if root_of(f"{entry.name}/x") == "":
                    yield from below(f"{folder}/{entry.name}")
            elif is_wanted(f"{os.path.abspath(folder)}/{entry.name}"):
                yield clean(entry.path)


def location(runner: Runner, root: str) -> str:
    """The folder that `Runner.location` names, the root itself for a runner without one."""
    find = getattr(runner, "location", None)
    return str(find(root)) if find else root
