"""Runs scripts on a shadow server as their runner would: transactions, order, what happens after a failure."""

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from msgspec import structs

from db_sage_lint.blocks import refused_in_block
from db_sage_lint.engine import Step, one_transaction
from db_sage_lint.errors import UserError
from db_sage_lint.operations import AlterSetting, Begin
from db_sage_lint.operations.base import quoted
from db_sage_lint.read import Read
from db_sage_lint.script import Script
from db_sage_lint.shadow import preludes
from db_sage_lint.shadow.agreement import Facts, of_server
from db_sage_lint.shadow.apart import concerned, run_apart
from db_sage_lint.shadow.compare import Difference, State, differences, state
from db_sage_lint.shadow.deadline import Deadline
from db_sage_lint.shadow.extensions import Stub, available, extension_of, stub_for
from db_sage_lint.shadow.observe import Failure, Observed, Observer, attempt
from db_sage_lint.shadow.reaches import reaches
from db_sage_lint.shadow.runs import How, Options, Ran, ScriptRun
from db_sage_lint.shadow.seed import Seeds
from db_sage_lint.shadow.servers import Server
from db_sage_lint.shadow.snapshot import take
from db_sage_lint.shadow.statements import Sent, sent

if TYPE_CHECKING:
    import psycopg

REFUSED_IN_BLOCK = {"25001", "2D000"}  # active_sql_transaction, invalid_transaction_termination
CANCELED = "57014"
MOST_TRIED_AGAIN = 12
# The database to be connected to while another one is copied or dropped.
COPYING = "template1"
# What ways back leave as it is: other databases or migrations may need it.
SHARED = {"role", "extension"}


class Replay:
    """One database of a shadow server, on which scripts run in order."""

    def __init__(self, server: Server, database: str, options: Options, user: str = "") -> None:
        self.server = server
        self.database = database
        self.options = options
        self.user = user
        self.tried_again = 0
        self.seeds = Seeds(options.seeds, options.rows)
        self.extensions: frozenset[str] | None = None
        self.known: Facts = {}
        self.stubs: list[Stub] = []
        self._observer: Observer | None = None
        self.deadline = Deadline(options.timeout, self.interrupt)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.deadline.end()
        self.disconnect()

    def run(self, steps: Iterable[Step], told: Callable[[ScriptRun], None] = lambda _: None) -> list[ScriptRun]:
        """Runs the steps' scripts; `told` hears of each. A script that fails is left behind as its runner leaves it,
        and the next one runs all the same. After the server itself has gone nothing runs any more.
        """
        import psycopg

        runs: list[ScriptRun] = []
        following = list(steps)
        for number, step in enumerate(following):
            if step.script.direction == "down":
                continue
            back = following[number + 1] if number + 1 < len(following) else None
            there_and_back = back is not None and back.undoes and step.reported
            try:
                if step.reported:
                    self.sow()
                for run in self.round_trip(step, back) if there_and_back and back else self.one_way(step):
                    runs.append(run)
                    told(run)
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

    def is_alive(self) -> bool:
        """Whether the server still takes connections."""
        self.disconnect()
        try:
            self.server.connect().close()
        except UserError:
            return False
        return True

    def one_way(self, step: Step) -> Iterator[ScriptRun]:
        run = self.script(step.script, watched=step.reported)
        if step.reported and not run.in_transaction and not run.lost and self.tried_again < MOST_TRIED_AGAIN:
            self.tried_again += 1
            with self.copy_of_database() as other:
                run.again = other.script(step.script, watched=False).failure if other else None
        yield run

    def round_trip(self, step: Step, back: Step) -> Iterator[ScriptRun]:
        """There, and on a copy of the database back and there again; this one is left as it is after the way there.

        The way back has to lead to the schema from which the way there began.
        """
        before = self.state()
        yield from self.one_way(Step(step.script, step.change_set))
        with self.copy_of_database() as other:
            if other is None:
                return
            undone = other.script(back.script, watched=True)
            undone.reported = back.reported
            if undone.applied:
                found = differences(before, other.state())
                left = [str(one) for one in found if not self.is_ours(one)]
                failed = other.script(step.script, watched=False).failure
                if failed and failed.observed.failure:
                    left.append(f"migrating once more fails: {failed.observed.failure.message}")
                undone.not_restored = tuple(left)
        yield undone

    def facts(self) -> Facts:
        """What the database holds, to be compared with a replayed catalog."""
        self.freshen()
        return of_server(self.connection)

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
        try:
            with self.server.connect(COPYING) as connection:
                connection.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{self.database}"')
        except (UserError, psycopg.Error):
            yield None
            return
        try:
            with Replay(self.server, copy, structs.replace(self.options, seeds=(), rows=0), self.user) as other:
                yield other
        finally:
            self.server.drop(copy, COPYING)

    def script(self, script: Script, *, watched: bool) -> ScriptRun:
        """Runs one script; each statement is observed if it is `watched`, else it only runs."""
        import psycopg

        statements = sent(script)
        reads = [Read(one.start, one.end, one.operations) for one in statements]
        run = ScriptRun(script, watched, one_transaction(script, reads))
        try:
            self.freshen()
            if not watched and run.in_transaction and self.at_once(statements):
                return run
            self.one_by_one(statements, run, watched=watched)
            self.leave(run)
        except (UserError, psycopg.Error) as error:
            run.applied, run.lost = False, not self.is_alive()
            run.statements.append(lost(statements, run, " ".join(str(error).split())))
        if any(isinstance(op, AlterSetting) for one in statements for op in one.operations):
            self.disconnect()
        return run

    # --- one script --------------------------------------------------------------------------------------------------

    def at_once(self, statements: Sequence[Sent]) -> bool:
        """Runs a script of one transaction as one query, which is fast; false where that failed and nothing is done."""
        if any(one.why_not or one.rows is not None or self.refusal(one) or self.stub(one) for one in statements):
            return False
        text = b";\n".join(one.sql for one in statements if one.sql)
        if not text:
            return True
        with self.deadline:
            failed, _ = attempt(self.connection, b"BEGIN;\n" + text + b"\n;COMMIT")
        if failed is None and not self.observer.in_transaction:
            return True
        self.freshen()
        return False

    def one_by_one(self, statements: Sequence[Sent], run: ScriptRun, *, watched: bool) -> None:
        if run.in_transaction:
            self.connection.execute("BEGIN")
        for number, one in enumerate(statements):
            if one.psql:
                continue
            ran = self.statement(number, one, watched=watched)
            run.statements.append(ran)
            if ran.observed.failure:
                run.applied = False
                return

    def leave(self, run: ScriptRun) -> None:
        """Ends what is open: the runner commits, or rolls back after a failure. A COMMIT may fail as well."""
        if self.connection.closed:
            return
        if not run.applied:
            self.connection.execute("ROLLBACK")
        elif self.observer.in_transaction:
            failed, milliseconds = attempt(self.connection, b"COMMIT")
            if failed and run.statements:
                run.applied = False
                last = run.statements[-1]
                told = structs.replace(last.observed, complete=False, failure=failed, milliseconds=milliseconds)
                run.statements[-1] = Ran(last.number, last.sent, last.how, told)

    # --- one statement -----------------------------------------------------------------------------------------------

    def statement(self, number: int, one: Sent, *, watched: bool) -> Ran:
        """Runs one statement, in the transaction that is open, or as it would run without one."""
        refusal = self.refusal(one)
        if one.why_not or refusal:
            failed = Failure(f"not run: {refusal}") if refusal else None
            return Ran(number, one, "not run", Observed(complete=False, failure=failed, notices=(one.why_not,)))
        stub = self.stub(one)
        if stub is not None:
            failed, milliseconds = attempt(self.connection, stub.sql)
            self.observer.forget()
            told = Observed(complete=False, failure=failed, notices=(stub.notice,), milliseconds=milliseconds)
            return Ran(number, one, "in a transaction of its own", told)
        with self.deadline:
            how, observed = self.outcome(one, watched=watched)
        if observed.failure and self.deadline.passed:
            observed = structs.replace(observed, failure=self.timed_out(observed.failure))
        return Ran(number, one, how, observed)

    def timed_out(self, failed: Failure) -> Failure:
        seconds = f"{self.options.timeout:g} second{'' if self.options.timeout == 1 else 's'}"
        message = f"it did not end within {seconds} and was stopped; --timeout sets how long it may take"
        return structs.replace(failed, message=message, detail="", hint="", at=-1)

    def outcome(self, one: Sent, *, watched: bool) -> tuple[How, Observed]:
        if one.rows is not None:
            return self.copy(one)
        if self.observer.in_transaction:
            return "in the transaction", self.observer.run(one.sql) if watched else self.plain(one)
        if any(map(refused_in_block, one.operations)):
            return "outside a transaction", self.apart(one) if watched else self.plain(one)
        begins = any(isinstance(op, Begin) for op in one.operations)
        if begins or not watched:
            return "in the transaction" if begins else "in a transaction of its own", self.plain(one)
        return self.wrapped(one)

    def plain(self, one: Sent) -> Observed:
        failed, milliseconds = attempt(self.connection, one.sql)
        self.observer.forget()
        return Observed(complete=False, failure=failed, milliseconds=milliseconds)

    def wrapped(self, one: Sent) -> tuple[How, Observed]:
        """A statement of autocommit, in a transaction of its own so that its locks can be seen."""
        self.connection.execute("BEGIN")
        self.observer.forget()
        observed = self.observer.run(one.sql)
        if self.connection.closed:
            return "in a transaction of its own", observed
        failed = None
        if self.observer.in_transaction:
            failed, _ = attempt(self.connection, b"COMMIT")
        elif observed.failure:
            self.connection.execute("ROLLBACK")
        self.observer.forget()
        if observed.failure and observed.failure.code in REFUSED_IN_BLOCK:
            return "outside a transaction", self.apart(one)
        if failed:
            observed = structs.replace(observed, complete=False, failure=failed)
        return "in a transaction of its own", observed

    def apart(self, one: Sent) -> Observed:
        tables = concerned(one.operations, take(self.connection), self.connection)
        return run_apart(self.observer, one.sql, tables, lambda: self.server.connect(self.database))

    def copy(self, one: Sent) -> tuple[How, Observed]:
        """COPY … FROM stdin, with its rows."""
        import psycopg

        from db_sage_lint.shadow.observe import failure

        begun = time.perf_counter()
        failed: Failure | None = None
        try:
            with self.connection.cursor() as cursor, cursor.copy(one.sql) as stream:
                stream.write(one.rows or b"")
        except psycopg.Error as error:
            failed = failure(error, one.sql, lost=self.connection.closed)
        self.observer.forget()
        milliseconds = (time.perf_counter() - begun) * 1000
        how: How = "in the transaction" if self.observer.in_transaction else "in a transaction of its own"
        return how, Observed(complete=False, failure=failed, milliseconds=milliseconds)

    def refusal(self, one: Sent) -> str:
        """Why the statement isn't run, though it could be."""
        reached = "" if self.options.allow_programs else reaches(one)
        return f"it reaches {reached}; --allow-programs lets it" if reached else ""

    def stub(self, one: Sent) -> Stub | None:
        """What stands in for a statement on an extension that the server doesn't have."""
        if not any(map(extension_of, one.operations)):
            return None
        if self.extensions is None:
            self.extensions = available(self.connection)
        row = self.connection.execute("SELECT pg_catalog.current_schema()").fetchone()
        stub = stub_for(one.operations, self.extensions, (row and row[0]) or "public")
        self.stubs += [stub] if stub else []
        return stub

    def prepare(self, prelude: str) -> None:
        """Puts into the database what a platform has before the first migration."""
        texts = preludes.texts(prelude)
        if not texts:
            return
        with self.server.connect(self.database) as connection:
            for text in texts:
                connection.execute(text)
            role = quoted(self.user) if self.user else "CURRENT_USER"
            connection.execute(f"ALTER ROLE {role} SET search_path = {preludes.SEARCH_PATH}".encode())
        self.known = self.facts()

    # --- the connection ----------------------------------------------------------------------------------------------

    @property
    def observer(self) -> Observer:
        if self._observer is None or self._observer.connection.closed:
            self._observer = Observer(self.server.connect(self.database, self.user))
        return self._observer

    @property
    def connection(self) -> "psycopg.Connection":
        return self.observer.connection

    def freshen(self) -> None:
        """Makes the session as good as new."""
        if self._observer is None or self.connection.closed:
            return
        self.connection.rollback()
        failed, _ = attempt(self.connection, b"DISCARD ALL")
        self.observer.forget()
        if failed:
            self.disconnect()

    def disconnect(self) -> None:
        if self._observer is not None:
            self._observer.connection.close()
            self._observer = None

    def interrupt(self, times: int) -> None:
        """Stops the statement that runs: first by asking for it, then by ending its session."""
        observer = self._observer
        if observer is None or observer.connection.closed:
            return
        if times == 1:
            observer.connection.cancel()
        else:
            with self.server.connect() as other:
                other.execute("SELECT pg_catalog.pg_terminate_backend(%s)", (observer.connection.info.backend_pid,))


def lost(statements: Sequence[Sent], run: ScriptRun, why: str) -> Ran:
    """What stands for the statement that ran when the server went away."""
    number = run.statements[-1].number + 1 if run.statements else 0
    number = min(number, max(len(statements) - 1, 0))
    one = statements[number] if statements else Sent(0, 0)
    return Ran(number, one, "not run", Observed(complete=False, failure=Failure(f"the shadow server is gone: {why}")))
