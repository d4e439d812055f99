"""From paths to histories: which folders hold migrations, and of which runner."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import groupby

from msgspec import Struct, structs

from db_sage_lint.errors import UserError, nearest
from db_sage_lint.sources import MARKED, RUNNERS
from db_sage_lint.sources.history import Entry, Flaw, Folder, History, Runner, is_sql, read_file
from db_sage_lint.sources.late import Sign
from db_sage_lint.sources.trees import by_root, tree_above
from db_sage_lint.sources.walk import (
    CODE,
    ENDINGS,
    MARKS,
    MIGRATION_FOLDER,
    below,
    clean,
    location,
    root_of,
    wanted_files,
)

# Runners that any folder of numbered or psql files could be of: without being named, only those of migrations are.
GUESSED = frozenset({"numbered files", "psql scripts"})

Reader = Callable[[str], bytes | None]


class Chosen(Struct, frozen=True):
    """The runner that the settings name for a folder, and where they do."""

    runner: str
    origin: str


class Found(Struct, frozen=True):
    """Histories, SQL files that stand in none, and what is wrong with the set-up of runners."""

    histories: tuple[History, ...]
    loose: tuple[str, ...]
    problems: tuple[str, ...] = ()


def unchosen(folder: str) -> Chosen | None:
    return None


class How(Struct, frozen=True):
    """How to look at files: `read` gives their bytes, `chosen` the runner that the settings name for a history's
    folder, `trees` are folders that the settings make one history each.
    """

    read: Reader = read_file
    chosen: Callable[[str], Chosen | None] = unchosen
    trees: Collection[str] = ()


PLAIN = How()


def discover(files: Iterable[str], how: How = PLAIN) -> Found:
    """Sorts files into the histories that they form, and SQL files that form none.

    Raises UserError where the settings name a runner that there isn't.
    """
    histories: list[History] = []
    loose: list[str] = []
    problems: list[str] = []
    for (root, _), members in by_root(sorted(set(files)), how.read, how.trees).items():
        history, others = recognise(root, members, how, problems)
        histories += [history] if history else []
        loose += [file for file in others if is_loose(file)]
    return Found(tuple(sorted(joined(histories), key=lambda h: h.folder)), tuple(sorted(loose)), tuple(problems))


def is_loose(file: str) -> bool:
    """Whether a file of no history is judged alone: it is SQL, or the user named it."""
    name = file.rpartition("/")[2]
    return is_sql(name) or not (name in MARKS or name.endswith((*CODE, *ENDINGS)))


def recognise(
    root: str, files: list[str], how: How = PLAIN, problems: list[str] | None = None
) -> tuple[History | None, list[str]]:
    """The history that the files below `root` form, if they do, and those that stand in none."""
    folder = folder_of(root, files, how.read, problems)
    claim = claimed(folder, how.chosen(root or "."))
    if claim is None:
        return None, files
    history = history_of(claim[0], claim[1], root, folder)
    if not history.entries:
        return None, files
    in_it = {entry.path for entry in history.entries}
    prefix = f"{root}/" if root else ""
    aside = getattr(history.runner, "aside", nothing_aside)
    return history, [file for file in files if file not in in_it and not aside(file.removeprefix(prefix))]


def nothing_aside(file: str) -> bool:
    return False


def folder_of(root: str, files: Iterable[str], read: Reader, problems: list[str] | None) -> Folder:
    prefix = f"{root}/" if root else ""
    return Folder(
        clean(os.path.abspath(root or ".")),
        tuple(file.removeprefix(prefix) for file in files),
        lambda name: read(prefix + name),
        [] if problems is None else problems,
    )


def claimed(folder: Folder, chosen: Chosen | None) -> tuple[Runner, str] | None:
    """Whose the folder is, and by which mark. Where two runners have marks of their own in it, the first has it."""
    if chosen:
        return named(chosen), f"{chosen.origin}: runner = {chosen.runner}"
    paths, samples = folder.signs()
    asked = [runner for runner in RUNNERS if sign_of(runner).is_in(paths, samples)]
    claims = [(runner, mark) for runner in asked if runner in MARKED and (mark := runner.recognise(folder))]
    if len(claims) > 1:
        marks = " and ".join(f"{runner.NAME} ({mark})" for runner, mark in claims)
        folder.problems.append(
            f"{folder.shown()}: {marks} both claim this folder; it is read as {claims[0][0].NAME}'s:"
            " set `runner` to say whose it is"
        )
    if claims:
        return claims[0]
    rest = (runner for runner in asked if runner not in MARKED)
    return next(((runner, mark) for runner in rest if (mark := runner.recognise(folder))), None)


def sign_of(runner: Runner) -> Sign:
    sign = getattr(runner, "sign", None)
    return sign if isinstance(sign, Sign) else Sign()


def named(chosen: Chosen) -> Runner:
    runners = {runner.NAME: runner for runner in RUNNERS}
    if chosen.runner not in runners:
        raise UserError(
            f"{chosen.origin}: `runner`: there is no runner `{chosen.runner}`{nearest(chosen.runner, runners)}"
            f" (one of {', '.join(sorted(runners))})"
        )
    return runners[chosen.runner]


def history_of(runner: Runner, mark: str, root: str, folder: Folder) -> History:
    prefix = f"{root}/" if root else ""
    entries = [Entry(prefix + name, place) for name, place in runner.places(folder)]
    flaws = tuple(Flaw(prefix + flaw.file, flaw.operation) for flaw in folder.flaws)
    together, all_or_each = (getattr(runner, name, no) for name in ("one_transaction", "all_or_each"))
    return History(runner, root or ".", mark, tuple(in_order(entries)), flaws, together(folder), all_or_each(folder))


def no(folder: Folder) -> bool:
    return False


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Sorted by version, each down migration right after its up."""
    return sorted(entries, key=lambda entry: (entry.place.version, entry.place.direction == "down", entry.path))


def joined(histories: Iterable[History]) -> Iterator[History]:
    """The histories, those of several folders that their runner runs as one put together."""

    def key(history: History) -> tuple[str, str]:
        return history.runner.NAME, location(history.runner, history.folder)

    for (_, place), group in groupby(sorted(histories, key=key), key):
        parts = list(group)
        numbers = [{e.place.number for e in part.entries if e.place.direction == "up"} for part in parts]
        if len(parts) == 1 or sum(map(len, numbers)) > len(set[str]().union(*numbers)):
            yield from parts
        else:
            entries = in_order(entry for part in parts for entry in part.entries)
            folders = ", ".join(dict.fromkeys(part.folder for part in parts))
            flaws = tuple(flaw for part in parts for flaw in part.flaws)
            mark = f"{parts[0].mark}; {folders} are one history"
            yield structs.replace(parts[0], folder=place, mark=mark, entries=tuple(entries), flaws=flaws)


def beside(file: str, how: How = PLAIN) -> Iterator[str]:
    """The files of the history that a file would belong to: its folder's, and those in folders that belong to it."""
    tree = next((tree for tree in how.trees if file.startswith(f"{tree}/")), None) or tree_above(file, how.read)
    if tree is not None:
        yield from wanted_files(tree)
        return
    root = root_of(file)
    files = list(below(root or "."))
    yield from files
    history, _ = recognise(root, files, how)
    place = location(history.runner, history.folder) if history else root
    if history and place != history.folder:
        yield from wanted_files(place)


def looks_like_migrations(history: History) -> bool:
    """Whether a folder that nobody named is taken for migrations: by its runner's marks, or by its name."""
    return history.runner.NAME not in GUESSED or bool(MIGRATION_FOLDER.search(history.folder))


def find_migrations(root: str = ".", how: How = PLAIN) -> Found:
    """The histories below a folder, for a run without paths; those that look like test data or dumps are left out."""
    found = discover(wanted_files(root), how)
    return Found(tuple(filter(looks_like_migrations, found.histories)), (), found.problems)
