"""`check`: from paths to a report. Finds the histories, decides what is judged, replays, settles."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from db_sage_lint.catalog.records import Table
from db_sage_lint.config import Config, nearest_config
from db_sage_lint.engine import NOTHING_SEEN, Engine, Outcome, Step
from db_sage_lint.errors import UserError, unreadable
from db_sage_lint.judge import Judge
from db_sage_lint.report import Report, Request
from db_sage_lint.rules import load
from db_sage_lint.script import Origin, Script, files, whole
from db_sage_lint.seen import SeenStatements
from db_sage_lint.selection import enabled
from db_sage_lint.settle import settle
from db_sage_lint.sources import changes, discover, dumps, walk
from db_sage_lint.sources.discover import Chosen
from db_sage_lint.sources.history import History, read_file
from db_sage_lint.sources.includes import Includes

if TYPE_CHECKING:
    from db_sage_lint.sources.git import Snapshot

ConfigFor = Callable[[str], Config]


def check(request: Request, config_for: ConfigFor | None = None) -> Report:
    """Lints what the request names and gives back settled findings, sorted by path and place.

    `config_for` gives the settings that hold for a folder; by default those of the nearest settings file. What can't be
    read is told in `problems`, and the rest is judged. Raises UserError where nothing can be judged at all: bad
    settings, an unknown revision, no migrations found.
    """
    return Run(request, config_for).report()


class Run:
    """One run of `check`."""

    def __init__(self, request: Request, config_for: ConfigFor | None = None) -> None:
        self.request = request
        self.config_for = config_for or (lambda folder: nearest_config(Path(folder or ".")))
        self.out = Report()
        self.contents: dict[str, bytes | None] = {}
        self.dumps: dict[str, str] = {}
        self.includes = Includes(self.peek, self.out.problems)
        self.base, self.staged = snapshots(request)
        self.how = discover.How(self.peek, self.chosen, self.trees())

    def report(self) -> Report:
        found, named = self.targets()
        self.out.problems += found.problems
        self.dumps = dict(dumps.dumps(found.histories, self.config_for, self.out.problems))
        for history in found.histories:
            chosen = None if named is None else self.named_of(history, named)
            if chosen is None or chosen:
                self.history(history, chosen)
        for history in self.lost(found) if named is None else ():
            self.history(history, None)
        loose = (path for path in found.loose if path not in {*self.dumps.values(), *self.includes.paths})
        self.loose([path for path in loose if named is None or path in named], found.histories)
        self.note_unknown(found, named or set())
        self.out.findings.sort(key=lambda f: (f.location.script.path, f.location.start, f.rule))
        return self.out

    def named_of(self, history: History, named: set[str]) -> set[str]:
        """What of a history the user named: migrations, those that put in a named file, the schema dump."""
        paths = {entry.path for entry in history.entries}
        chosen = named & {*paths, self.dumps.get(history.folder)}
        for path in paths - chosen if named - paths and changes.by_psql(history) else ():
            source = self.read(path) or b""
            if b"\\i" in source:
                chosen |= {path for one in files(self.includes.put_into(whole(path, source))) if one.path in named}
        return chosen

    def note_unknown(self, found: discover.Found, named: set[str]) -> None:
        """Says which files that the user named are left out: no runner runs them, or not on PostgreSQL."""
        files = set(self.request.paths) & named
        files -= {entry.path for history in found.histories for entry in history.entries} | set(found.loose)
        files -= set(self.dumps.values())
        for path in sorted(files):
            self.out.notes.append(f"{path}: not a migration that runs; it was left out")

    # --- which files ---------------------------------------------------------------------------------------------

    def targets(self) -> tuple[discover.Found, set[str] | None]:
        """The histories and loose files to look at, and the files that the user named, None for all of them."""
        request = self.request
        if request.stdin is not None:
            path = walk.clean(request.stdin_filename or "<stdin>")
            self.contents[path] = request.stdin
            around = {*discover.beside(path, self.how)} if Path(path).parent.is_dir() else set[str]()
            around |= self.led_to({path})
            return discover.discover([*around, path], self.how), {path}
        if request.paths:
            return self.named_targets()
        return self.own_migrations(), None

    def own_migrations(self) -> discover.Found:
        """The project's own migrations: where the settings say, or where the layout shows them."""
        configured = self.config_for(".").migrations
        if configured:
            base = self.config_for(".").base
            folders = [os.path.relpath(Path(base, folder)) for folder in configured]
            return discover.discover(self.files(walk.clean(folder) for folder in folders), self.how)
        if self.staged:
            return self.staged_targets()
        found = discover.find_migrations(how=self.how)
        if not found.histories and not any(self.lost(found)):
            raise UserError("no migrations found below the current folder; name a file or folder, or set `migrations`")
        for h in found.histories:
            self.out.notes.append(f"{h.folder}: {len(h.entries)} migrations of {h.runner.NAME} ({h.mark})")
        return found

    def lost(self, found: discover.Found) -> Iterator[History]:
        """Histories of the base revision below the folders that the request names, of which no file is left, nor has
        moved elsewhere.
        """
        base = self.base
        if base is None:
            return
        paths = (base.shown(key) for key in base.objects)
        gone = [p for p in paths if not p.startswith("../") and not Path(p).exists() and self.asks_for(p)]
        if not gone:
            return
        sources = (self.read(entry.path) for history in found.histories for entry in history.entries)
        present = {base.id_of(source) for source in sources if source is not None}
        folders = {history.folder for history in found.histories}
        how = discover.How(lambda path: base.read(path) if path in base else None, self.chosen, self.how.trees)
        for history in discover.discover(gone, how).histories:
            moved = any(base.object_id(entry.path) in present for entry in history.entries)
            if history.folder not in folders and not moved and discover.looks_like_migrations(history):
                yield History(history.runner, history.folder, history.mark, ())

    def asks_for(self, path: str) -> bool:
        """Whether the request names a folder that the file is below, or none."""
        named = [walk.clean(folder) for folder in self.request.paths]
        return not named or any(folder == "." or path.startswith(f"{folder}/") for folder in named)

    def staged_targets(self) -> discover.Found:
        """Histories with something staged, and loose SQL files that are staged."""
        assert self.staged is not None
        shown = [self.staged.shown(key) for key in self.staged.objects]
        return discover.discover((path for path in shown if not path.startswith("../")), self.how)

    def named_targets(self) -> tuple[discover.Found, set[str] | None]:
        """What the given paths are: folders are taken whole, files with the history around them."""
        folders, files = set[str](), set[str]()
        for path in map(walk.clean, self.request.paths):
            if self.staged is not None and path in self.staged:
                files.add(path)
            elif Path(path).is_dir():
                folders.add(path)
            elif Path(path).is_file():
                files.add(path)
            elif self.base is not None and path in self.base:
                continue
            else:
                self.out.problems.append(f"{path}: no such file or folder")
        inside = set(self.files(sorted(folders)))
        for folder in sorted(folders):
            if not any(path.startswith(f"{folder}/") or folder == "." for path in inside):
                self.out.problems.append(f"{folder}: no SQL files in this folder")
        around = set[str]()
        for root in {walk.root_of(path) for path in files}:
            around.update(discover.beside(f"{root}/x" if root else "x", self.how))
        around |= self.led_to(files)
        return discover.discover(inside | files | around, self.how), None if folders and not files else inside | files

    def led_to(self, files: set[str]) -> set[str]:
        """The migrations, if one of the files is the schema dump that they lead to."""
        if files.isdisjoint(dumps.named(self.config_for("."))):
            return set()
        return {entry.path for history in self.own_migrations().histories for entry in history.entries}

    def files(self, folders: Iterable[str]) -> Iterator[str]:
        for folder in folders:
            try:
                yield from walk.wanted_files(folder)
            except OSError as error:
                self.out.problems.append(unreadable(error))

    def trees(self) -> tuple[str, ...]:
        """The folders that the settings name a runner for."""
        config = self.config_for(".")
        if isinstance(config.runner, str):
            return ()
        return tuple(walk.clean(os.path.relpath(Path(config.base, folder))) for folder in config.runner)

    def chosen(self, folder: str) -> Chosen | None:
        """The runner that the settings name for a folder of migrations."""
        config = self.config_for(folder)
        if isinstance(config.runner, str):
            return Chosen(config.runner, config.origin("runner")) if config.runner else None
        for key, runner in config.runner.items():
            if Path(config.base, key).resolve() == Path(folder).resolve():
                return Chosen(runner, config.origin("runner"))
        return None

    def peek(self, path: str) -> bytes | None:
        """A file's bytes for recognition: as `read`, without telling of one that can't be read."""
        if path in self.contents or (self.staged is not None and path in self.staged):
            return self.read(path)
        return read_file(path)

    def read(self, path: str) -> bytes | None:
        """A file's bytes: what is staged, or what lies in the working tree; None where it can't be read."""
        if path not in self.contents:
            self.contents[path] = self.read_anew(path)
        return self.contents[path]

    def read_anew(self, path: str) -> bytes | None:
        try:
            source = self.staged.read(path) if self.staged and path in self.staged else Path(path).read_bytes()
        except OSError as error:
            self.out.problems.append(unreadable(error))
            return None
        if b"\0" in source[:8192]:
            self.out.problems.append(f"{path}: not a text file; it was left out")
            return None
        return source

    # --- judging -------------------------------------------------------------------------------------------------

    def history(self, history: History, named: set[str] | None) -> None:
        config = self.config_for(history.folder)
        profiles = tuple(sorted({*config.profiles, *history.runner.PROFILES}))
        config = config.given(f"{history.folder}: {history.mark}", profiles=profiles)
        change = changes.Change(named, self.base, self.request.all, self.request.together)
        if self.staged is not None:
            self.staged.preload(entry.path for entry in history.entries if entry.path in self.staged)
        steps = changes.steps(history, change, self.read, config.transaction, self.includes.put_into)
        if self.request.render:
            from db_sage_lint.sources.render import rendered

            steps = rendered(history, steps, self.out.notes)
        judged = list(steps)
        dump = self.dumps.get(history.folder)
        source = self.read(dump) if dump else None
        if dump and source is not None:
            judged += changes.of_dump(dump, source, judged, change)
        self.judge(judged, config)

    def note_not_compared(self, steps: Iterable[Step]) -> None:
        """Says how much of a schema dump was passed over, for want of knowing what the migrations did."""
        tables = sum(isinstance(relation, Table) and not relation.closed for relation in self.db.relations.values())
        why = "a statement that could not be analysed"
        for dump in (step.script.path for step in steps if changes.is_of_dump(step)):
            if self.db.doubts("", None):
                self.out.notes.append(f"{dump}: compared in part only, as {why} may have made or changed anything")
            elif tables:
                self.out.notes.append(f"{dump}: {tables} tables were not compared, as {why} may have changed them")

    def loose(self, paths: list[str], histories: tuple[History, ...]) -> None:
        for number, script in enumerate(self.alone(paths)):
            if any(self.touched(one.path) for one in files(script)):
                config = self.config_for(str(Path(script.path).parent))
                about = changes.passed_over(script.path, histories)
                self.judge([changes.loose_step(script, number, about)], config)

    def alone(self, paths: Iterable[str]) -> list[Script]:
        """The scripts of files of no history, with the files that they put in; none of what another one puts in."""
        put_in = set(self.includes.paths)
        scripts: dict[str, Script] = {}
        for path in paths:
            source = self.read(path) if path not in put_in else None
            if source is not None:
                config = self.config_for(str(Path(path).parent))
                scripts[path] = self.includes.put_into(whole(path, source, transaction=config.transaction))
        inside = {path: {one.path for one in files(script)} - {path} for path, script in scripts.items()}
        by_others = put_in.union(*inside.values())
        kept: set[str] = set()
        for path in sorted(scripts, key=lambda path: path in by_others):
            if not any(path in inside[other] for other in kept):
                kept.add(path)
        return [script for path, script in scripts.items() if path in kept]

    def touched(self, path: str) -> bool:
        """Whether the file is to be judged: it is not as the base has it."""
        if self.base is None or path not in self.base or self.request.all:
            return True
        return self.read(path) != self.base.read(path)

    def judge(self, steps: list[Step], config: Config, seen: SeenStatements = NOTHING_SEEN) -> None:
        """Judges the reported steps; `seen` is what a shadow server saw their statements do."""
        if not any(step.reported or step.about_file for step in steps):
            return
        rules = load()
        chosen = enabled(config, rules)
        judge = Judge({rule: rules[rule] for rule in sorted(chosen)})
        engine = Engine(judge, config, seen)
        outcome = engine.run(steps)
        self.db = engine.db
        self.note_not_compared(steps)
        settled = settle(outcome.findings, scripts_of(steps), config, rules)
        self.out.findings += settled.findings
        self.out.suppressed += settled.suppressed
        self.out.hidden += settled.hidden
        self.count(outcome)

    def count(self, outcome: Outcome) -> None:
        self.out.files += outcome.files
        self.out.statements += outcome.statements
        self.out.not_analysed += outcome.not_analysed
        for proven in outcome.proofs:
            where, why = line_of(proven.origin), line_of(proven.proof)
            self.out.proofs.append(f"{where}: {proven.rule} is quiet, as {why} proves it safe")
        for bug in outcome.bugs:
            import traceback

            trace = "".join(traceback.format_exception(bug.error))
            place = f"{bug.origin.script.path}, byte {bug.origin.start}"
            what = f"rule {bug.rule}" if bug.rule else "the replay"
            self.out.bugs.append(f"{what} failed on {type(bug.operation).__name__} at {place}:\n{trace}")


def scripts_of(steps: Iterable[Step]) -> list[Script]:
    """The scripts that are judged, and those of the files that they put in."""
    return [script for step in steps if step.reported for script in files(step.script)]


def line_of(origin: Origin) -> str:
    """Path and line (1-based) of a statement."""
    line = origin.script.source.count(b"\n", 0, origin.start) + 1
    return f"{origin.script.path}:{line}"


def snapshots(request: Request) -> "tuple[Snapshot | None, Snapshot | None]":
    """The base revision and the staged files, where the request asks for git's view."""
    if request.since is None and not request.staged:
        return None, None
    from db_sage_lint.sources import git

    staged = git.Snapshot(git.INDEX) if request.staged else None
    revision = request.since or "HEAD"
    base = git.Snapshot(git.merge_base(revision)) if git.exists(revision) or request.since else None
    return base, staged
