"""Django: <application>/migrations/<name>.py of all applications together, in the order of their dependencies.

Each migration runs in a transaction unless it says `atomic = False`. Nothing of the user's is run or imported: the
operations are read off the source. What Django would do to go back is not read.
Source: django/django, db/migrations/loader.py and graph.py (the order; squashed migrations), executor.py and
db/backends/postgresql (transactions; one connection for all).
"""

import re
from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

from db_sage_lint.operations import ChainBroken
from db_sage_lint.regex import lazy
from db_sage_lint.script import Client, Script
from db_sage_lint.sources.graph import depth_first, first_in_circle
from db_sage_lint.sources.history import Folder, Place

NAME = "django"
PROFILES: frozenset[str] = frozenset()
CLIENT = Client(NAME, psql=False, one_session=True)
ENDINGS = (".py",)
TREE_MARKS = frozenset({"manage.py"})
MARKS = frozenset({"apps.py"})
FILE = lazy(r"^(?:(.*)/)?([^/]+)/migrations/([^/]+)\.py$")
IS_MIGRATION = lazy(rb"(?m)^class[ \t]+Migration\(")
LIST = r"(?ms)^    %s[^=\n]*=[ \t]*(?:\[(.*?)\][ \t]*(?:#[^\n]*)?$|\((.*?)^    \))"
DEPENDENCIES = lazy(LIST % "dependencies")
DEPENDENCIES_LINE = lazy(rb"(?m)^    dependencies\b")
RUN_BEFORE = lazy(LIST % "run_before")
REPLACES = lazy(LIST % "replaces")
PAIR = lazy(r"""\(\s*["'](\w+)["'],\s*["'](\w+)["'],?\s*\)""")
LABEL = lazy(rb"""(?m)^[ \t]+label[ \t]*=[ \t]*["'](\w+)["']""")
SQUASHED = "squashed"


class Migration(Struct):
    """What a file says of its place in the graph: names are "application.name"."""

    file: str
    app: str
    needs: list[str]
    run_before: list[str]
    replaces: list[str]


def is_tree_mark(source: bytes) -> bool:
    return b"django" in source


def root(file: str) -> str | None:
    """The folder that holds the application's folder."""
    found = FILE.match(file)
    return None if found is None else found[1] or ""


def recognise(folder: Folder) -> str:
    """A file of some application's migrations folder that has the class."""
    for file in folder.files:
        if FILE.match(file) and IS_MIGRATION.search(folder.read(file) or b""):
            return f"class Migration in {file}"
    return ""


def read(folder: Folder) -> dict[str, Migration]:
    """The migrations of the folder by "application.name"."""
    known: dict[str, Migration] = {}
    labels: dict[str, str] = {}
    for file in folder.files:
        found = FILE.match(file)
        source = folder.read(file) if found else None
        if found is None or source is None or not IS_MIGRATION.search(source):
            continue
        home = file.rpartition("/migrations/")[0]
        if home not in labels:
            labels[home] = label(folder, home)
        known[f"{labels[home]}.{found[3]}"] = migration(file, labels[home], source.decode("utf-8", "replace"))
    return known


def label(folder: Folder, home: str) -> str:
    """An application's label: its apps.py may say another than its folder's name."""
    said = LABEL.search(folder.read(f"{home}/apps.py") or b"")
    return said[1].decode() if said else home.rpartition("/")[2]


def migration(file: str, app: str, text: str) -> Migration:
    def pairs(pattern: re.Pattern[str]) -> list[str]:
        found = pattern.search(text)
        return [f"{other}.{name}" for other, name in PAIR.findall(found[1] or found[2] or "")] if found else []

    return Migration(file, app, pairs(DEPENDENCIES), pairs(RUN_BEFORE), pairs(REPLACES))


def places(folder: Folder) -> Iterator[tuple[str, Place]]:
    """Every migration behind those that it needs. A squashed one counts only where what it replaces is gone."""
    known = read(folder)
    needs = graph(known)
    tell(folder, known, needs)
    for number, name in enumerate(as_planned(needs)):
        place = Place(((0, number, ""),), name)
        yield known[name].file, place
    for name, found in known.items():
        if name not in needs:
            yield found.file, Place(((1, 0, name),), SQUASHED)


def graph(known: Mapping[str, Migration]) -> dict[str, list[str]]:
    """What each migration needs, of those that run: `__first__` and `__latest__` are named by their application's."""
    idle = {name for name, found in known.items() if found.replaces and all(old in known for old in found.replaces)}
    squashed = {name: found.replaces for name, found in known.items() if name not in idle}
    instead = {old: name for name, replaced in squashed.items() for old in replaced if old not in known}
    of_app: dict[str, list[str]] = {}
    for name, found in known.items():
        if name not in idle:
            of_app.setdefault(found.app, []).append(name)
    needs: dict[str, list[str]] = {}
    for name, found in known.items():
        if name in idle:
            continue
        needs.setdefault(name, [])
        needs[name] += [need for each in found.needs for need in meant(each, instead, of_app) if need != name]
        for later in found.run_before:
            needs.setdefault(later, []).append(name)
    return {name: each for name, each in needs.items() if name in known}


def as_planned(needs: Mapping[str, list[str]]) -> Iterator[str]:
    """The order in which `migrate` runs all of them in an empty database: the last migrations of the applications by
    name, each behind all that it needs.

    Source: MigrationGraph.leaf_nodes and iterative_dfs in django/db/migrations/graph.py, migration_plan in executor.py.
    """
    by_key = {tuple(name.partition(".")[::2]): name for name in needs}
    needed = {(need, name.partition(".")[0]) for name, before in needs.items() for need in before}
    ends = [name for key, name in sorted(by_key.items()) if (name, key[0]) not in needed]
    yield from depth_first(needs, ends, key=lambda name: name.partition(".")[::2])


def meant(need: str, instead: Mapping[str, str], of_app: Mapping[str, list[str]]) -> list[str]:
    """The migrations that a dependency names."""
    app, _, name = need.partition(".")
    if name in {"__first__", "__latest__"}:
        known = sorted(of_app.get(app, ()))
        return known[:1] if name == "__first__" else known[-1:]
    return [instead.get(need, need)]


def tell(folder: Folder, known: Mapping[str, Migration], needs: Mapping[str, list[str]]) -> None:
    """What is wrong with the graph: what isn't there, circles, two ends in one application."""

    def flaw(name: str, what: str, effect: str = "`migrate` stops with an error") -> None:
        found = DEPENDENCIES_LINE.search(folder.read(known[name].file) or b"")
        folder.flaw(known[name].file, ChainBroken(what=what, effect=effect, at=found.start() if found else -1))

    apps = {found.app for found in known.values()}
    for name, before in needs.items():
        for need in before:
            if need not in known and need.partition(".")[0] in apps:
                flaw(name, f"{name} depends on {need}, which is not there")
    circle = first_in_circle(needs)
    if circle:
        flaw(circle, f"{circle} depends on itself, by way of others")
    for app in sorted(apps):
        needed = {need for name, before in needs.items() if known[name].app == app for need in before}
        ends = sorted(name for name in needs if known[name].app == app and name not in needed)
        for end in ends if len(ends) > 1 and not circle else ():
            what = f"{' and '.join(ends)} both come last in {app}"
            flaw(end, what, "`migrate` refuses; `makemigrations --merge` joins them")


Scripts = Callable[[str, bytes, Place], tuple[Script, ...]]


def reading() -> Scripts:
    """What reads the files of one history, which must come in order: what a file does hangs on those before it."""
    from db_sage_lint.sources.django_reader import Project

    return Project().scripts


def scripts(path: str, source: bytes, place: Place) -> tuple[Script, ...]:
    """What a file sends, taken by itself."""
    return reading()(path, source, place)
