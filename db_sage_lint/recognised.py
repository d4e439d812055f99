"""What `sources` shows: the histories that were recognised, and what of their files runs, in order."""

from msgspec import Struct

from db_sage_lint.report import Request
from db_sage_lint.run import ConfigFor, Run
from db_sage_lint.script import Direction
from db_sage_lint.sources.changes import in_transaction
from db_sage_lint.sources.history import History


class Part(Struct):
    """One script: a file, or what one direction of it runs. `transaction` says whether the runner opens one around it,
    None where the runner isn't known, so that its statements tell.
    """

    path: str
    version: str
    direction: Direction
    transaction: bool | None


class Recognised(Struct):
    """One history: its folder, whose it is and by which mark, and its scripts in the order in which they run."""

    folder: str
    runner: str
    why: str
    scripts: list[Part]


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
    histories = [recognised(history, run) for history in found.histories]
    return Sources(1, histories, list(found.loose), [*found.problems, *run.out.problems])


def recognised(history: History, run: Run) -> Recognised:
    configured = run.config_for(history.folder).transaction
    parts: list[Part] = []
    for entry in history.entries:
        source = run.read(entry.path)
        for script in history.runner.scripts(entry.path, source, entry.place) if source is not None else ():
            transaction = in_transaction(script, configured).transaction
            parts.append(Part(script.path, entry.place.number, script.direction, transaction))
    return Recognised(history.folder, history.runner.NAME, history.mark, parts)
