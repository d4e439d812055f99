"""Which folder's history a file could belong to: below a mark, where a runner's layout says, or by the folders' names.

SQL and migrations in other languages are told apart, so that a project's Python file claims no SQL.
"""

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

from db_sage_lint.sources import RUNNERS
from db_sage_lint.sources.history import Runner
from db_sage_lint.sources.walk import CODE, clean, root_of

Reader = Callable[[str], bytes | None]
Tops = dict[str, frozenset[str]]


def of_code(runner: Runner) -> bool:
    """Whether the runner's migrations are written in another language than SQL."""
    return any(ending in CODE for ending in getattr(runner, "ENDINGS", ()))


MARKED_BY: dict[str, list[Runner]] = {}
for _runner in RUNNERS:
    for _mark in getattr(_runner, "TREE_MARKS", ()):
        MARKED_BY.setdefault(_mark, []).append(_runner)
OF_CODE = tuple(runner for runner in RUNNERS if of_code(runner))
RUNNERS_OF_CODE = frozenset(runner.NAME for runner in OF_CODE)


def is_code(file: str) -> bool:
    """Whether the file is a migration in another language than SQL, or a mark of such migrations alone."""
    marking = MARKED_BY.get(file.rpartition("/")[2])
    return all(map(of_code, marking)) if marking else file.endswith(CODE)


def by_root(files: Iterable[str], read: Reader, given: Collection[str]) -> dict[tuple[str, bool], list[str]]:
    """The files by the folder of the history that they could belong to, and whether they are code. `given` are folders
    that the settings make one history each.
    """
    files = tuple(files)
    tops = tops_among(files, read)
    roots: dict[tuple[str, bool], list[str]] = {}
    for file in files:
        code = is_code(file)
        top = next((folder for folder in folders_above(file) if folder in given), None)
        if top is None:
            top = top_above(folders_above(file), tops, code=code)
        roots.setdefault((top if top is not None else layout_root(file, code=code), code), []).append(file)
    return roots


def layout_root(file: str, *, code: bool) -> str:
    """The folder that a runner's layout names for a file, or else its folder's own name does."""
    layouts = (getattr(runner, "root", None) for runner in OF_CODE) if code else ()
    found = (layout(file) for layout in layouts if layout is not None)
    root = next((str(root) for root in found if root is not None), None)
    return root_of(file) if root is None else root


def tops_among(files: Iterable[str], read: Reader) -> Tops:
    """The folders of marks, with the names of the runners whose marks they are."""
    tops: Tops = {}
    for file in files:
        folder, _, name = file.rpartition("/")
        for runner in MARKED_BY.get(name, ()):
            if is_mark(runner, file, read):
                tops[folder] = tops.get(folder, frozenset()) | {runner.NAME}
    return tops


def is_mark(runner: Runner, file: str, read: Reader) -> bool:
    """Whether a file with a mark's name is one, where the name alone doesn't say."""
    check = getattr(runner, "is_tree_mark", None)
    return check is None or bool(check(read(file) or b""))


def folders_above(file: str) -> Iterator[str]:
    """The folder of a file, then those above it, the current one last."""
    folder = file.rpartition("/")[0]
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
    yield ""


def top_above(folders: Iterable[str], tops: Tops, *, code: bool) -> str | None:
    """Of some folders from the inside out: the nearest with a mark, or one further out that has the same runner's."""
    top: str | None = None
    whose: frozenset[str] = frozenset()
    for folder in folders:
        runners = frozenset(name for name in tops.get(folder, ()) if (name in RUNNERS_OF_CODE) == code)
        if runners and (top is None or runners & whose):
            top, whose = folder, runners
    return top


def tree_above(file: str, read: Reader) -> str | None:
    """The folder at or above the file's, inside the repository, that a mark makes one history; None without one."""
    tops: Tops = {}
    folders: list[str] = []
    for parent in (Path(file).parent, *Path(file).parent.parents):
        folder = clean(str(parent))
        folders.append(folder)
        try:
            names = os.listdir(parent)  # noqa: PTH208 - names are all that is needed
        except OSError:
            continue
        tops |= tops_among((f"{folder}/{name}" for name in names), read)
        if ".git" in names:
            break
    return top_above(folders, tops, code=is_code(file))
