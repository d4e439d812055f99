"""Sqitch: the changes of sqitch.plan in its order, each with deploy/, revert/ and verify/<change>.sql.

Scripts in deploy/ that the plan doesn't name are never run.
A change that stands in the plan several times was reworked: the files of an earlier instance are those with a tag that
stands between it and the next, deploy/<change>@<tag>.sql. psql runs each file as it stands, without a transaction of
Sqitch's own; verify scripts change nothing, and nothing of them is judged.
Sources: sqitchers/sqitch, lib/App/Sqitch/Plan/Change.pm (path_segs) and Engine/pg.pm (run_file), sqitchchanges(5).
"""

from collections.abc import Iterator

from msgspec import Struct

from db_sage_lint.operations import ChainBroken
from db_sage_lint.regex import lazy
from db_sage_lint.script import Client, Script, whole
from db_sage_lint.sources.history import Folder, Place

NAME = "sqitch"
PROFILES: frozenset[str] = frozenset()
CLIENT = Client(NAME, psql=True, one_session=False)
PLAN = "sqitch.plan"
TREE_MARKS = frozenset({PLAN})
LINE = lazy(r"^[ \t]*(?:[+-][ \t]*)?(?P<tag>@?)(?P<name>[^\s%#@][^\s#]*)")


class Change(Struct):
    """One line of the plan, which begins at byte `at`: `tags` are those that stand between it and the next change of
    the same name, in order.
    """

    name: str
    at: int
    tags: list[str]
    reworked: bool = False


def recognise(folder: Folder) -> str:
    """The plan beside the folder of deploy scripts."""
    deploys = any(file.startswith("deploy/") for file in folder.files)
    return f"it has a {PLAN}" if deploys and PLAN in folder.files else ""


def changes(plan: bytes) -> list[Change]:
    """The changes of a plan, in order."""
    found: list[Change] = []
    last: dict[str, Change] = {}
    at, next_line = 0, 0
    for line in plan.splitlines(keepends=True):
        at, next_line = next_line, next_line + len(line)
        item = LINE.match(line.decode("utf-8", "replace"))
        if item is None:
            continue
        if item["tag"]:
            for change in last.values():
                change.tags.append(item["name"])
            continue
        if item["name"] in last:
            last[item["name"]].reworked = True
        last[item["name"]] = Change(item["name"], at, [])
        found.append(last[item["name"]])
    return found


def places(folder: Folder) -> Iterator[tuple[str, Place]]:
    """The files of the plan's changes."""
    files = frozenset(folder.files)
    taken: set[str] = set()
    for number, change in enumerate(changes(folder.read(PLAN) or b"")):
        name = file_name(change, files)
        if f"deploy/{name}.sql" not in files:
            what = f"there is no deploy/{name}.sql for this change"
            folder.flaw(PLAN, ChainBroken(what=what, effect="`sqitch deploy` stops at it", at=change.at))
        version = ((0, number, ""),)
        for file, place in (
            (f"deploy/{name}.sql", Place(version, name)),
            (f"revert/{name}.sql", Place(version, name, "down")),
            (f"verify/{name}.sql", Place(version, VERIFY, "down")),
        ):
            if file in files:
                taken.add(file)
                yield file, place
    for file in folder.sql():
        if file.startswith("deploy/") and file not in taken:
            yield folder.passed_over(file, NAME, f"{PLAN} doesn't name it; `sqitch add` makes a script with its line")


VERIFY = "verify"


def file_name(change: Change, files: frozenset[str]) -> str:
    """The name of a change's files, bare; of a reworked one, with the first tag that has a file."""
    if not change.reworked:
        return change.name
    tagged = [f"{change.name}@{tag}" for tag in change.tags]
    return next((name for name in tagged if f"deploy/{name}.sql" in files), tagged[0] if tagged else change.name)


def scripts(path: str, source: bytes, place: Place) -> tuple[Script, ...]:
    """The whole file, statement by statement as psql sends it; nothing of a verify script or one that never runs."""
    if place.number == VERIFY or not place.runs:
        return ()
    return (whole(path, source, direction=place.direction, transaction=False),)
