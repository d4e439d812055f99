"""Runs scripts on a shadow server in their runner's order and transactions, there and back, whatever fails."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct, structs

from db_sage_lint.engine import Step
from db_sage_lint.errors import UserError
from db_sage_lint.operations import Commit, Rollback
from db_sage_lint.operations.base import quoted
from db_sage_lint.shadow import preludes
from db_sage_lint.shadow.agreement import Facts, of_server
from db_sage_lint.shadow.asking import ask
from db_sage_lint.shadow.beforehand import Provision
from db_sage_lint.shadow.compare import Difference, State, differences, state
from db_sage_lint.shadow.observe import attempt
from db_sage_lint.shadow.runs import Options, ScriptRun
from db_sage_lint.shadow.seed import Seeds
from db_sage_lint.shadow.sender import Sender, begun
from db_sage_lint.shadow.servers import Server

MOST_TRIED_AGAIN = 12
# What ways back leave as it is: other databases or migrations may need it.
SHARED = {"role", "extension"}


class Turn(Struct, frozen=True):
    """A script, and its way back if that is to be tried."""

    step: Step
    back: Step | None = None

    @property
    def watched(self) -> bool:
        return self.step.reported


class Replay(Sender):
    """One database of a shadow server, on which scripts run in order."""

    def __init__(self, server: Server, database: str, options: Options, user: str = "") -> None:
        super().__init__(server, database, options, user)
        self.tried_again = 0
        self.seeds = Seeds(options.seeds, options.rows)
        self.known: Facts = {}

    def run(self, steps: Iterable[Step], goes_on: Callable[[ScriptRun], bool] = lambda _: True) -> list[ScriptRun]:
        """Runs the steps' scripts, as long as `goes_on` says so of each. A script that fails is left behind as its
        runner leaves it, and the next one runs all the same. After the server itself has gone nothing runs any more.
        """
        import psycopg

        runs: list[ScriptRun] = []
        for turns in sent_together(steps):
            try:
                if any(turn.watched for turn in turns):
                    self.sow()
                for run in self.together(turns) if len(turns) > 1 else self.alone(turns[0]):
                    runs.append(run)
                    if not goes_on(run):
                        return runs
            except (UserError, psycopg.Error):
                if not runs or self.is_alive():
                    raise
                runs[-1].lost = True
            if runs[-1].lost:
                break
        return runs

    def sow(self) -> None:
        """Puts in the seeds that can be put in by now."""
        if self.seeds.pending or self.seeds.rows:
            with self.server.connect(self.database) as connection:
                self.seeds.sow(connection)

    # --- one script --------------------------------------------------------------------------------------------------

    def alone(self, turn: Turn) -> Iterator[ScriptRun]:
        """A script with its way back."""
        before = self.state() if turn.back else {}
        run = self.script(turn.step.script, watched=turn.watched)
        if turn.watched and not run.in_transaction and not run.lost and self.tried_again < MOST_TRIED_AGAIN:
            self.tried_again += 1
            with self.copy_of_database() as other:
                run.again = other.script(turn.step.script, watched=False).failure if other else None
        yield run
        if turn.back and run.applied:
            yield from self.ways_back([turn], [before])

    # --- several in one transaction ----------------------------------------------------------------------------------

    def together(self, turns: Sequence[Turn]) -> Iterator[ScriptRun]:
        """Scripts that their runner sends in one transaction: the first that fails undoes those before it, and keeps
        those behind it from running.
        """
        runs: list[ScriptRun] = []
        before: list[State] = []
        for turn in turns:
            statements, run = begun(turn.step.script, self.values, watched=turn.watched)
            run.joins = bool(runs) and run.in_transaction and self.observer.in_transaction
            if runs and not run.joins:
                self.leave(runs[-1])
                if not runs[-1].applied:
                    break
            before.append(self.state_inside() if turn.back else {})
            self.one_of_several(statements, run)
            runs.append(run)
            if not run.applied:
                break
        if runs[-1].applied:
            self.leave(runs[-1])
        if not runs[-1].applied:
            undo(runs)
            runs += [stopped(turn, runs[-1]) for turn in turns[len(runs) :]]
        yield from runs
        if all(run.applied for run in runs):
            yield from self.ways_back(turns, before)

    def state_inside(self) -> State:
        """What the database holds, as the open transaction sees it."""
        found = state(self.connection)
        self.observer.forget()
        return found

    # --- and back ----------------------------------------------------------------------------------------------------

    def ways_back(self, turns: Sequence[Turn], before: Sequence[State]) -> Iterator[ScriptRun]:
        """The scripts' ways back, the last one first, and all of them there again, on a copy of the database; this one
        is left as it is after the way there. A way back has to lead to the state `before` its script.
        """
        undone: list[tuple[Turn, ScriptRun]] = []
        with self.copy_of_database() as other:
            if other is None:
                return
            told: set[tuple[str, str]] = set()
            for turn, earlier in zip(reversed(turns), reversed(before), strict=True):
                if turn.back is None:
                    break
                run = other.script(turn.back.script, watched=True)
                run.reported = turn.back.reported
                undone.append((turn, run))
                if not run.applied:
                    break
                found = [one for one in differences(earlier, other.state()) if (one.kind, one.name) not in told]
                told.update((one.kind, one.name) for one in found)
                run.not_restored = tuple(str(one) for one in found if not self.is_ours(one))
            if all(run.applied for _, run in undone):
                there_again(other, undone)
        for _, run in undone:
            yield run

    def facts(self) -> Facts:
        """What the database holds, to be compared with a replayed catalog."""
        self.freshen()
        return of_server(self.connection)

    def timezone(self) -> str:
        """That of the runner's sessions."""
        self.freshen()
        return str(ask(self.connection, "SHOW timezone")[0][0][0])

    def is_ours(self, difference: Difference) -> bool:
        """Whether it is of a kind that ways back leave, or stands in for an extension."""
        return difference.kind in SHARED or any(stub.makes(difference.name) for stub in self.stubs)

    def state(self) -> State:
        self.freshen()
        return state(self.connection)

    @contextlib.contextmanager
    def copy_of_database(self) -> "Iterator[Replay | None]":
        """A copy of the database, in which everything may be tried; None where none can be made."""
        import psycopg

        self.disconnect()
        copy = f"{self.database}_copy"
        # What is to be thrown away needs no log: the other strategy writes one, since 15.
        strategy = " STRATEGY file_copy" if self.server.programs and self.server.major >= 15 else ""
        try:
            with self.server.aside() as connection:
                connection.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{self.database}"{strategy}')
        except (UserError, psycopg.Error):
            yield None
            return
        try:
            with Replay(self.server, copy, structs.replace(self.options, seeds=(), rows=0), self.user) as other:
                yield other
        finally:
            self.server.drop(copy)

    def prepare(self, prelude: str, provisions: Sequence[Provision] = ()) -> None:
        """Puts into the database what a platform has before the first migration, and what is wanted besides."""
        texts = preludes.texts(prelude, quoted(self.user) if self.user else "")
        if not texts and not provisions:
            return
        with self.server.connect(self.database) as connection:
            for text in texts:
                connection.execute(text)
            for one in provisions:
                attempt(connection, one.sql)
            self.hosted = bool(texts and self.user)
            if texts:
                role = quoted(self.user) if self.user else "CURRENT_USER"
                connection.execute(f"ALTER ROLE {role} SET search_path = {preludes.SEARCH_PATH}".encode())
        self.known = self.facts()


def sent_together(steps: Iterable[Step]) -> Iterator[list[Turn]]:
    """The scripts that go forward, each with its way back, in runs of those that their runner sends in one
    transaction.
    """
    turns: list[Turn] = []
    for turn in with_ways_back(list(steps)):
        last = turns[-1].step if turns else None
        if last is not None and not (last.joins and last.change_set == turn.step.change_set):
            yield turns
            turns = []
        turns.append(turn)
    if turns:
        yield turns


def with_ways_back(steps: Sequence[Step]) -> Iterator[Turn]:
    for number, step in enumerate(steps):
        if step.script.direction == "down":
            continue
        following = steps[number + 1] if number + 1 < len(steps) else None
        yield Turn(step, following if following is not None and following.undoes and step.reported else None)


def undo(runs: Sequence[ScriptRun]) -> None:
    """Marks those scripts that the failure of the last one has undone: all in its transaction."""
    failing = runs[-1]
    if any(isinstance(op, Commit | Rollback) for ran in failing.statements[:-1] for op in ran.sent.operations):
        return
    for run, following in zip(reversed(runs[:-1]), reversed(runs), strict=False):
        if not following.joins:
            break
        run.applied, run.undone_by = False, failing.script.path


def there_again(other: Replay, undone: Sequence[tuple[Turn, ScriptRun]]) -> None:
    """Runs scripts that were undone, the last one first, once more, and notes with its way back at which that fails."""
    for turn, run in reversed(undone):
        failed = other.script(turn.step.script, watched=False).failure
        if failed and failed.observed.failure:
            told = f"migrating once more fails: {failed.observed.failure.message}"
            run.not_restored = (*run.not_restored, told)
            return


def stopped(turn: Turn, failing: ScriptRun) -> ScriptRun:
    """A script that doesn't get its turn any more."""
    return ScriptRun(
        turn.step.script,
        turn.watched,
        in_transaction=True,
        applied=False,
        undone_by=failing.script.path,
        lost=failing.lost,
    )
