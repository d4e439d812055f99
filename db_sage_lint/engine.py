"""Replay and ask: every script runs against the catalog in order; what is reported is judged just before it runs."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from msgspec import Struct

from db_sage_lint.blocks import refused_in_block
from db_sage_lint.catalog import Catalog
from db_sage_lint.config import Config
from db_sage_lint.context import Context, Proven, Unanalysed
from db_sage_lint.effects import Effect
from db_sage_lint.effects.predict import strongest_first
from db_sage_lint.expand import Inside, called_bodies, do_body
from db_sage_lint.findings import Finding
from db_sage_lint.judge import Judge
from db_sage_lint.later import Later
from db_sage_lint.operations import (
    AlterSetting,
    Begin,
    ChangeSetEnd,
    DoBlock,
    Operation,
    Query,
    SchemaDump,
    ScriptEnd,
    ShadowDiffered,
    ShadowFailed,
    ShadowNotRestored,
    Skipped,
    Unread,
)
from db_sage_lint.profiles import prime
from db_sage_lint.read import Read, read
from db_sage_lint.script import Origin, Script, whole
from db_sage_lint.seen import Seen, SeenStatements, misjudged, predictable
from db_sage_lint.session import Session, apply_defaults

if TYPE_CHECKING:
    from db_sage_lint.catalog.difference import State
    from db_sage_lint.dumps import Dump

NOTHING_SEEN: SeenStatements = {}
# What runs or sets more on its way.
ENTERED = frozenset({DoBlock, Query, AlterSetting})


class Step(Struct, frozen=True, eq=False):
    """A script in its place: steps with the same number in `change_set` ship together.

    Only `reported` steps are judged. `about_file` are operations on the file itself (edited, out of order, …). `undoes`
    says that it is the way back from the step before it, `joins` that its runner runs it in the transaction of the
    scripts before it in its change set.
    """

    script: Script
    change_set: int
    reported: bool = True
    about_file: tuple[Operation, ...] = ()
    undoes: bool = False
    joins: bool = False


class Bug(Struct, frozen=True, eq=False):
    """A check that failed, or with no `rule` the replay itself: ours to mend. The rest still reports."""

    rule: str
    operation: Operation
    origin: Origin
    error: Exception


class Outcome(Struct):
    """What a replay found. `proofs` are earlier statements that kept a rule quiet. `statements` and `not_analysed`
    count those of the reported scripts.
    """

    findings: list[Finding]
    bugs: list[Bug]
    proofs: list[Proven]
    files: int = 0
    statements: int = 0
    not_analysed: int = 0


class Prediction(Struct, frozen=True, eq=False):
    """A statement of a reported script, and what it does to relations, the strongest lock first."""

    origin: Origin
    effects: tuple[Effect, ...]


class Engine:
    """One history, replayed into one catalog. A list in `predictions` takes those of every reported statement."""

    def __init__(self, judge: Judge, config: Config, seen: SeenStatements = NOTHING_SEEN) -> None:
        self.judge = judge
        self.seen = seen
        self.config = config
        self.db = Catalog()
        self.db.complete = config.complete_history
        prime(self.db, frozenset(config.profiles))
        self.defaults = dict(config.runner_settings)
        self.habits: set[str] = set()
        self.undone: State | None = None
        self.counted = ""
        self.open: Session | None = None
        self.outcome = Outcome([], [], [])
        self.predictions: list[Prediction] | None = None

    def run(self, steps: Iterable[Step]) -> Outcome:
        """Replays the steps in order and judges the reported ones."""
        for change_set in change_sets(steps):
            scripts = [(step, list(read(step.script))) for step in change_set]
            later = Later([(step.script, statements) for step, statements in scripts])
            self.db.begin_change_set()
            last = max((n for n, (step, _) in enumerate(scripts) if step.script.direction == "up"), default=-1)
            for number, (step, statements) in enumerate(scripts):
                later.turn_to(number)
                following = scripts[number + 1][0] if number + 1 < len(scripts) else None
                if following and following.undoes and following.reported:
                    self.undone = state_now(self.db)
                down = step.script.direction == "down"
                mark = self.db.trial() if down else self.db.mark()
                self.run_script(step, statements, later, ends=number == last)
                if down:
                    self.db.rollback(mark)
                self.db.commit()
        return self.outcome

    def run_script(self, step: Step, statements: Sequence[Read], later: Later, *, ends: bool) -> None:
        script = step.script
        session = self.session(step, statements)
        now = Context(self.db, session, later, self.config, self.judge.rules, self.habits)
        now.undone = self.undone if step.undoes else None
        if any(isinstance(op, SchemaDump) for op in step.about_file):
            now.dump = self.replayed(script)
        run = Run(self, step, session, now)
        beginning = Origin(script, 0, 0, step.change_set)
        for op in step.about_file:
            run.take(op, beginning, judged=True)
        for number, statement in enumerate(statements):
            later.here = number
            run.statement(statement, self.seen.get((script, number)))
        later.here = len(statements)
        end = Origin(script, len(script.source), len(script.source), step.change_set)
        run.take(ScriptEnd(), end)
        if step.joins and script.direction == "up" and not ends:
            self.open = session
        else:
            session.close(self.db)
        if ends:
            run.take(ChangeSetEnd(), end)
        self.habits.update(session.ever_set)
        if step.reported:
            self.outcome.files += script.path != self.counted
            self.counted = script.path
            self.outcome.statements += sum(statement.counts for statement in statements)
            self.outcome.proofs += now.proofs
            self.outcome.not_analysed += len({(unread.origin.script, unread.origin.start) for unread in now.unread})

    def replayed(self, dump: Script) -> "Dump":
        """A schema dump, run by itself with the same settings; nothing of it is judged."""
        from db_sage_lint.dumps import Dump

        script = whole(dump.path, dump.source)
        statements = list(read(script))
        other = Engine(Judge({}), self.config)
        other.run_script(Step(script, 0, reported=False), statements, Later([(script, statements)]), ends=False)
        return Dump(script, statements, other.db)

    def session(self, step: Step, statements: Sequence[Read]) -> Session:
        """The session of a script: its own, or that of the scripts before it, whose transaction is still open."""
        inside = one_transaction(step.script, statements)
        if step.script.direction == "up":
            before, self.open = self.open, None
            if before is not None and inside and before.goes_on():
                before.go_on(step.script, self.db)
                return before
            if before is not None:
                before.close(self.db)
        return Session(step.script, in_transaction=inside, settings=self.defaults, db=self.db)


class Run:
    """One script being run: what goes from an operation to the next."""

    def __init__(self, engine: Engine, step: Step, session: Session, now: Context) -> None:
        self.engine = engine
        self.step = step
        self.session = session
        self.now = now
        self.called: set[object] = set()
        self.predicted: list[Effect] = []

    def statement(self, statement: Read, seen: Seen | None = None) -> None:
        """Takes the operations of one statement in the order in which the server runs them; `seen` is what a shadow
        server saw it do, if it ran there.
        """
        self.called.clear()
        script = statement.script or self.step.script
        origin = Origin(script, statement.start, statement.end, self.step.change_set)
        self.now.seen, self.now.alone = seen, len(statement.operations) == 1
        self.predicted.clear()
        for op in statement.operations:
            self.take(op, origin)
        for op in () if seen is None else self.against(statement, seen):
            self.take(op, origin)
        self.now.seen = None
        if self.engine.predictions is not None and self.step.reported and statement.counts:
            self.engine.predictions.append(Prediction(origin, strongest_first(self.predicted)))

    def against(self, statement: Read, seen: Seen) -> Iterator[Operation]:
        """What a shadow server says against the statement: that it fails, or that it does other than was predicted."""
        if seen.failed:
            yield ShadowFailed(message=seen.failed, hint=seen.hint, at=seen.at)
        if seen.not_restored:
            yield ShadowNotRestored(what="; ".join(seen.not_restored))
        if seen.complete and predictable(statement.operations, self.predicted, self.engine.db):
            for one in misjudged(strongest_first(self.predicted), seen):
                yield ShadowDiffered(relation=one.relation, predicted=one.predicted, observed=one.observed)

    def take(self, op: Operation, origin: Origin, *, judged: bool = False) -> None:
        """Runs one operation; a fault of ours in it is told, and costs that operation only."""
        try:
            self.follow(op, origin, judged=judged or self.step.reported)
        except Exception as error:  # noqa: BLE001 - the other operations and files still report
            self.bug("", op, error)

    def follow(self, op: Operation, origin: Origin, *, judged: bool) -> None:
        """Judges one operation, then lets the catalog and the session follow it, and what it runs inside."""
        db, now, session = self.engine.db, self.now, self.session
        now.look_at(op, origin)
        if now.seen is not None or self.engine.predictions is not None:
            self.predicted += now.predicted
        effects: Sequence[Effect] = ()
        if judged:
            if now.skips:
                self.skipped(op)
            else:
                self.engine.outcome.findings += self.engine.judge.ask(op, now, self.bug)
            now.note_locks()
            if session.in_transaction:
                effects = now.effects
        if type(op) is Unread:
            now.unread.append(Unanalysed(origin, op.why))
            db.open(op.names)
        elif not now.skips:
            db.change(op, origin)
        session.apply(op, effects, origin, db)
        if type(op) in ENTERED:
            self.inside(op, origin)

    def skipped(self, op: Operation) -> None:
        """Judges that IF NOT EXISTS made a no-op of an operation."""
        if getattr(op, "if_not_exists", False):
            passed_over = Skipped(skipped=op, at=op.at, possible=op.possible)
            self.engine.outcome.findings += self.engine.judge.ask(passed_over, self.now, self.bug)

    def inside(self, op: Operation, origin: Origin) -> None:
        """What the operation runs or sets on its way."""
        db = self.engine.db
        body: Inside = iter(())
        if isinstance(op, AlterSetting):
            apply_defaults(op, self.engine.defaults)
        elif isinstance(op, DoBlock):
            body = do_body(op, origin, db)
        elif isinstance(op, Query):
            body = called_bodies(op, origin, db, self.called)
        for inner, place in body:
            self.take(inner, place)

    def bug(self, rule: str, op: Operation, error: Exception) -> None:
        self.engine.outcome.bugs.append(Bug(rule, op, self.now.origin, error))


def state_now(db: Catalog) -> "State":
    """What the catalog holds now, whatever becomes of it."""
    from db_sage_lint.catalog.difference import State

    return State(dict(db.relations), dict(db.types), dict(db.functions))


def change_sets(steps: Iterable[Step]) -> Iterator[list[Step]]:
    """The steps in runs of the same change set; a change set that others interrupt comes in several runs."""
    run: list[Step] = []
    for step in steps:
        if run and run[-1].change_set != step.change_set:
            yield run
            run = []
        run.append(step)
    if run:
        yield run


def one_transaction(script: Script, statements: Sequence[Read]) -> bool:
    """Whether the script runs in one transaction. Where the runner isn't known the statements tell: a script that
    begins one itself, or holds what the server refuses in a block, runs statement by statement; any other as one.
    """
    if script.transaction is not None:
        return script.transaction
    operations = chain.from_iterable(statement.operations for statement in statements)
    return not any(type(op) is Begin or refused_in_block(op) for op in operations)
