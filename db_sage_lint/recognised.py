"""What `sources` shows: the histories that were recognised, what of their files runs, in order, and what doesn't."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from db_sage_lint.operations import ChainBroken, FileDuplicated, FileUnrecognised, Operation
from db_sage_lint.report import Request
from db_sage_lint.run import ConfigFor, Run
from db_sage_lint.script import Direction, files
from db_sage_lint.sources import changes
from db_sage_lint.sources.history import History


class Part(Struct):
    """One script: a file, or what one direction of it runs. `transaction` says whether the runner opens one around it,
    None where the runner isn't known, so that its statements tell. `includes` are the files that psql puts into it.
    """

    path: str
    version: str
    direction: Direction
    transaction: bool | None
    includes: list[str] = []


class Fault(Struct):
    """Something that is wrong with the files: a file that is missing, or that the runner doesn't run. `line` is
    1-based, 0 for the file.
    """

    path: str
    line: int
    what: str


class Recognised(Struct):
    """One history: its folder, whose it is and by which mark, its scripts in the order in which they run, and what is
    wrong with its files.
    """

    folder: str
    runner: str
    why: str
    scripts: list[Part]
    faults: list[Fault] = []


class Sources(Struct):
    """What the linter makes of the paths. `alone` are SQL files of no history; `problems` say what is wrong with the
    set-up, one line each.
    """

    version: int
    histories: list[Recognised]
    alone: list[str]
    problems: list[str]


def sources(request: Request, config_for: ConfigFor | None = None) -> Sources:
    """Which migrations the request's paths hold, without judging them; parameters and errors are those of `check`."""
    run = Run(request, config_for)
    found, _ = run.targets()
    histories = [recognised(history, run, found.loose) for history in found.histories]
    put_in = {path for history in histories for part in history.scripts for path in part.includes}
    alone = [path for path in found.loose if path not in put_in]
    return Sources(1, histories, alone, [*found.problems, *run.out.problems])


def recognised(history: History, run: Run, loose: Iterable[str]) -> Recognised:
    parts = list(parts_of(history, run))
    put_in = {path for part in parts for path in part.includes}
    apart = [path for path in loose if path not in put_in]
    return Recognised(history.folder, history.runner.NAME, history.mark, parts, list(faults(history, run, apart)))


def parts_of(history: History, run: Run) -> Iterator[Part]:
    """The scripts of a history as they run."""
    configured = run.config_for(history.folder).transaction
    put_into = run.includes.put_into if changes.by_psql(history) else changes.unchanged
    for entry in history.entries:
        source = run.read(entry.path)
        for script in history.runner.scripts(entry.path, source, entry.place) if source is not None else ():
            sent = put_into(changes.in_transaction(script, configured))
            inside = list(dict.fromkeys(one.path for one in files(sent) if one is not sent))
            yield Part(script.path, entry.place.number, script.direction, sent.transaction, inside)


def faults(history: History, run: Run, loose: Iterable[str]) -> Iterator[Fault]:
    """What the runner finds wrong with its files, versions that two have, and files beside them that it passes over."""
    found = [(flaw.file, flaw.operation) for flaw in history.flaws]
    found += changes.duplicated(history, None)
    found += [(path, op) for path in loose for op in changes.passed_over(path, [history])]
    for path, op in found:
        what = in_words(op)
        if what:
            source = run.read(path) if op.at >= 0 else None
            yield Fault(path, source.count(b"\n", 0, op.at) + 1 if source is not None else 0, what)


def in_words(op: Operation) -> str:
    """What is wrong; empty where it is a matter of the file's text and not of which files there are."""
    match op:
        case ChainBroken():
            return f"{op.what}: {op.effect}"
        case FileUnrecognised():
            return f"not run, as {op.why}"
        case FileDuplicated():
            return f"it has the version {op.version}, as {op.other} does"
    return ""
