"""`verify-order`: is everything made before it is used, and in which order would it be?"""

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from db_sage_lint.config import Config
from db_sage_lint.engine import NOTHING_SEEN, Step
from db_sage_lint.operations import Name
from db_sage_lint.ordering.problems import Check, Order, Problem
from db_sage_lint.ordering.replay import Part, Unit, all_units, part_of
from db_sage_lint.ordering.rewrite import diff, rewritten
from db_sage_lint.ordering.schedule import Need
from db_sage_lint.ordering.suggestion import Suggestion
from db_sage_lint.ordering.things import KEY, Thing
from db_sage_lint.report import Request
from db_sage_lint.run import ConfigFor, Run
from db_sage_lint.script import Script, whole
from db_sage_lint.seen import SeenStatements
from db_sage_lint.sources import changes, walk
from db_sage_lint.sources.history import Entry, History, Runner, natural

__all__ = ["Line", "Link", "MovedFile", "MovedStatement", "UsedTooEarly", "Verified", "verify_order"]


class Line(Struct, frozen=True, order=True):
    """A line of a file, 1-based; 0 for the file."""

    path: str
    line: int


class UsedTooEarly(Struct, frozen=True):
    """What stands at `at` uses an object that is made only at `made`. `mended` says that the order that is suggested
    makes it first. `across` is a statement between them that neither can change places with, where there is one.
    """

    at: Line
    kind: str
    name: str
    made: Line
    mended: bool
    across: Line | None = None


class Link(Struct, frozen=True):
    """A step of a cycle: what stands at `at` needs an object that is made at `made`, whose statement, or file, needs
    the next link's.
    """

    at: Line
    kind: str
    name: str
    made: Line


class MovedFile(Struct, frozen=True):
    """The file at `path` belongs before that at `before`."""

    path: str
    before: str


class MovedStatement(Struct, frozen=True):
    """The statement at `at` belongs before that at `before`."""

    at: Line
    before: Line
    sql: str


class Verified(Struct):
    """What is out of order. `cycles` are what no order mends. `files` is the order of the files of each sequence where
    theirs is not right, and `file_moves` those that have to move; `moves` are the statements that have to. `diffs` are
    unified diffs of the files that can be mended by moving statements, `unfixed` says for the others why they can't.
    `problems` say what is wrong with the set-up.
    """

    files_read: int = 0
    statements: int = 0
    early: list[UsedTooEarly] = []
    cycles: list[list[Link]] = []
    files: list[list[str]] = []
    file_moves: list[MovedFile] = []
    moves: list[MovedStatement] = []
    diffs: list[str] = []
    unfixed: list[str] = []
    notes: list[str] = []
    problems: list[str] = []


def verify_order(request: Request, config_for: ConfigFor | None = None, *, fix: bool = False) -> Verified:
    """Finds what the files use before they make it, and an order that works; raises as `check` does.

    The files of a history are taken in their runner's order. Those of none are taken together, in the order in which
    the request names them, and files of a folder by name. With `fix`, diffs are made as well.
    """
    run = Verification(request, config_for, fix=fix)
    report = run.report()
    run.out_of_order.notes, run.out_of_order.problems = report.notes, report.problems
    return run.out_of_order


class Verification(Run):
    """A run of `check` that asks for the order of things only."""

    def __init__(self, request: Request, config_for: ConfigFor | None, *, fix: bool) -> None:
        super().__init__(request, config_for)
        self.fix = fix
        self.out_of_order = Verified()
        self.places: dict[str, tuple[Runner, Entry]] = {}

    def history(self, history: History, named: set[str] | None) -> None:
        self.places = {entry.path: (history.runner, entry) for entry in history.entries}
        super().history(history, named)
        self.places = {}

    def judge(self, steps: list[Step], config: Config, seen: SeenStatements = NOTHING_SEEN) -> None:  # noqa: ARG002 - of Run
        self.sequence(steps, config, loose=False)

    def loose(self, paths: list[str], histories: tuple[History, ...]) -> None:  # noqa: ARG002 - of Run
        """The files of no history are one sequence."""
        scripts = self.alone(sorted(paths, key=self.rank))
        if scripts:
            config = self.config_for(str(Path(scripts[0].path).parent))
            steps = [changes.loose_step(script, number) for number, script in enumerate(scripts)]
            self.sequence(steps, config, loose=True)

    def rank(self, path: str) -> tuple[int, tuple[tuple[int, int, str], ...]]:
        """The place of a loose file: as the user named it, or the folder that it is in."""
        named = [walk.clean(given) for given in self.request.paths]
        inside = [n for n, given in enumerate(named) if given in {path, "."} or path.startswith(f"{given}/")]
        return (named.index(path) if path in named else min(inside, default=len(named))), natural(path)

    def sequence(self, steps: Sequence[Step], config: Config, *, loose: bool) -> None:
        ups = [step for step in steps if step.script.direction == "up"]
        parts = [part_of(n, step.script, reported=step.reported) for n, step in enumerate(ups)]
        order = Order(parts, all_units(parts), loose, config.complete_history)
        out = self.out_of_order
        out.files_read += len({part.script.path for part in parts if part.reported})
        out.statements += sum(len(part.units) for part in parts if part.reported)
        found = Check(order, config)
        problems = [problem for problem in found.problems if parts[problem.user.part].reported]
        if problems:
            self.tell(Suggestion(order, config, found), problems)

    def tell(self, suggestion: Suggestion, problems: list[Problem]) -> None:
        out, parts = self.out_of_order, suggestion.order.parts
        schedule = suggestion.schedule
        out.early += [early(problem, suggestion) for problem in problems]
        out.cycles += [
            [link(need) for need in ring] for ring in schedule.cycles if any(parts[n.user.part].reported for n in ring)
        ]
        if suggestion.is_better and schedule.parts != tuple(range(len(parts))):
            out.files.append(list(dict.fromkeys(parts[number].script.path for number in schedule.parts)))
            paths = ((parts[moved].script.path, parts[before].script.path) for moved, before in schedule.part_moves)
            out.file_moves += [MovedFile(*pair) for pair in dict.fromkeys(paths)]
        moves = [m for m in schedule.moves if suggestion.is_better and parts[m.unit.part].reported]
        out.moves += [MovedStatement(line(m.unit), line(m.before), sql(m.unit)) for m in moves]
        if self.fix:
            numbers = dict.fromkeys(p.user.part for p in problems if p.user.part == p.maker.part)
            for number in numbers:
                self.mend(suggestion, number)

    # --- mending -------------------------------------------------------------------------------------------------

    def mend(self, suggestion: Suggestion, number: int) -> None:
        """Makes a diff that puts the statements of a part in an order that works, or says why there is none."""
        part = suggestion.order.parts[number]
        path = part.script.path
        why = self.obstacle(part)
        source = part.script.source
        if not why:
            units = [unit for unit in suggestion.schedule.units if unit.part == number]
            source = rewritten(source, part.script.fragments[0].start, part.units, units)
            mended = self.script_of(path, source, part.script)
            why = "" if mended and suggestion.works_with(number, mended) else "no order of its statements works"
        if why:
            self.out_of_order.unfixed.append(f"{path}: {why}")
        else:
            self.out_of_order.diffs.append(diff(path, part.script.source, source))

    def obstacle(self, part: Part) -> str:
        """Why the text of a part can't be put in another order."""
        fragments = part.script.fragments
        if any(fragment.end >= 0 for fragment in fragments):
            return "its SQL is made by code, which can't be moved"
        return "its SQL stands in several places, which can't be moved" if len(fragments) > 1 else ""

    def script_of(self, path: str, source: bytes, old: Script) -> Script | None:
        """The script that the file's runner makes of it with another content."""
        if path not in self.places:
            return whole(path, source, transaction=old.transaction)
        runner, entry = self.places[path]
        scripts = [s for s in runner.scripts(path, source, entry.place) if s.direction == "up"]
        return changes.in_transaction(scripts[0], old.transaction) if len(scripts) == 1 else None


def early(problem: Problem, suggestion: Suggestion) -> UsedTooEarly:
    user, maker = problem.user, problem.maker
    units = suggestion.order.parts[user.part].units if user.part == maker.part else ()
    between = (unit for unit in units if unit.fixed and user.start <= unit.start <= maker.start)
    mended = suggestion.is_mended(problem)
    across = None if mended else next(map(line, between), None)
    return UsedTooEarly(line(user, problem.at), problem.word, shown(problem.thing), line(maker), mended, across)


def link(need: Need) -> Link:
    return Link(line(need.user, need.at), need.word, shown(need.thing), line(need.maker))


def line(unit: Unit, at: int = -1) -> Line:
    """The line of a byte of the unit's file, of its first byte by default."""
    source = unit.script.source
    inside = at if unit.start <= at < len(source) else unit.start
    return Line(unit.script.path, source.count(b"\n", 0, inside) + 1)


def sql(unit: Unit) -> str:
    return unit.script.source[unit.start : unit.end].decode("utf-8", "replace")


def shown(thing: Thing) -> str:
    """The name as messages write it: a part with its relation, and without the schema public."""
    whole_name = str(Name(thing.name.name) if thing.name.schema == "public" else thing.name)
    if thing.kind == KEY:
        return f"of {whole_name}" + (f" ({thing.part})" if thing.part else "")
    return f"{thing.part} of {whole_name}" if thing.part else whole_name
