"""Which schema dump the settings name for which history."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from db_sage_lint.config import Config
from db_sage_lint.sources.history import History
from db_sage_lint.sources.walk import clean

SETTING = "schema-snapshot"


def dumps(
    histories: Iterable[History], config_for: Callable[[str], Config], problems: list[str]
) -> Iterator[tuple[str, str]]:
    """The folders of histories that have a dump, each with its path. What is wrong with the setting goes to `problems`,
    one line each.
    """
    single: dict[str, list[History]] = {}
    for history in histories:
        config = config_for(history.folder)
        if isinstance(config.schema_snapshot, str):
            if config.schema_snapshot:
                single.setdefault(shown(config, config.schema_snapshot), []).append(history)
            continue
        for key, path in config.schema_snapshot.items():
            if same(Path(config.base, key), history.folder):
                yield history.folder, shown(config, path)
    for path, theirs in single.items():
        if len(theirs) == 1:
            yield theirs[0].folder, path
        else:
            origin = config_for(theirs[0].folder).origin(SETTING)
            folders = ", ".join(history.folder for history in theirs)
            problems.append(
                f"{origin}: `{SETTING}`: {path} can be compared with the migrations of one folder, there are {folders}:"
                " give each folder its dump"
            )


def named(config: Config) -> Iterator[str]:
    """Every dump that the settings name."""
    given = config.schema_snapshot
    for path in (given,) if isinstance(given, str) else given.values():
        if path:
            yield shown(config, path)


def shown(config: Config, path: str) -> str:
    return clean(os.path.relpath(Path(config.base, path)))


def same(one: Path, other: str) -> bool:
    return one.resolve() == Path(other).resolve()
