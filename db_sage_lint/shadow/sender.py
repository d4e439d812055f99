"""Sends one script to a shadow database as its runner would, statement by statement, and observes what they do."""

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from msgspec import structs

from db_sage_lint.blocks import refused_in_block
from db_sage_lint.engine import one_transaction
from db_sage_lint.errors import UserError
from db_sage_lint.operations import AlterSetting, Begin, ResetVariable, SetVariable
from db_sage_lint.operations.base import quoted
from db_sage_lint.read import Read
from db_sage_lint.script import Script
from db_sage_lint.shadow.apart import concerned, run_apart
from db_sage_lint.shadow.deadline import Deadline
from db_sage_lint.shadow.extensions import ICU_COLLATION, NEVER_REAL, Stub, available, extension_of, icu_stub, stub_for
from db_sage_lint.shadow.observe import Failure, Observed, Observer, attempt
from db_sage_lint.shadow.reaches import reaches
from db_sage_lint.shadow.runs import How, Options, Ran, ScriptRun
from db_sage_lint.shadow.servers import OWNER, Server, one_line
from db_sage_lint.shadow.snapshot import take
from db_sage_lint.shadow.statements import Sent, keeps_session, sent, writes_stdout

if TYPE_CHECKING:
    import psycopg

GONE = "the shadow server takes no more connections"
SETS = (SetVariable, ResetVariable)
DISK_FULL = "53100"
ROOM = "TMPDIR names a folder that has more room for the server's files"
REFUSED_IN_BLOCK = {"25001", "2D000"}  # active_sql_transaction, invalid_transaction_termination


class Sender:
    """A database of a shadow server, and the session in which scripts run on it."""

    def __init__(self, server: Server, database: str, options: Options, user: str = "") -> None:
        self.server = server
        self.database = database
        self.options = options
        self.user = user
        self.extensions: frozenset[str] | None = None
        self.stubs: list[Stub] = []
        self.outdated = False
        # Whether nothing was done in the session that the next script would see.
        self.fresh = False
        # Whether a platform makes extensions for the user, who may not: Supabase's supautils, privileged_extensions.
        self.hosted = False
        # As graphile-migrate puts them in: src/migration.ts.
        self.values = {b":DATABASE_NAME": database.encode(), b":DATABASE_OWNER": (user or OWNER).encode()}
        self._observer: Observer | None = None
        self.deadline = Deadline(options.timeout, self.interrupt)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.deadline.end()
        self.disconnect()

    # --- one script --------------------------------------------------------------------------------------------------

    def script(self, script: Script, *, watched: bool) -> ScriptRun:
        """Runs one script; each statement is observed if it is `watched`, else it only runs."""
        statements, run = begun(script, self.values, watched=watched)
        with self.errors_told(statements, run):
            self.freshen()
            if not watched and run.in_transaction and self.at_once(statements):
                self.fresh = all(map(keeps_session, statements))
                return run
            self.one_by_one(statements, run, watched=watched)
            self.leave(run)
        return run

    def one_of_several(self, statements: Sequence[Sent], run: ScriptRun) -> None:
        """Runs one of the scripts that their runner sends in one transaction, which stays open after it: a new one, or
        if the script `joins`, that which the one before has left open.
        """
        with self.errors_told(statements, run):
            if not run.joins:
                self.freshen()
            self.one_by_one(statements, run, watched=run.reported)
            if not (run.applied and run.in_transaction):
                self.leave(run)

    @contextlib.contextmanager
    def errors_told(self, statements: Sequence[Sent], run: ScriptRun) -> Iterator[None]:
        """What keeps the session from going on becomes a failure of the statement at which it was."""
        import psycopg

        try:
            yield
        except UserError as error:  # no session can be had any more, with or without a server
            run.applied, run.lost = False, True
            run.statements.append(lost(statements, run, Failure(f"{GONE}: {one_line(error)}")))
        except psycopg.Error as error:
            run.applied, run.lost = False, not self.is_alive()
            broken = Failure(f"{GONE}: {one_line(error)}" if run.lost else one_line(error))
            broken = self.timed_out(broken) if self.deadline.passed and not run.lost else broken
            run.statements.append(lost(statements, run, broken))
        if any(isinstance(op, AlterSetting) for one in statements for op in one.operations):
            self.outdated = True

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
        if run.in_transaction and not run.joins:
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
            with self.deadline:
                failed, milliseconds = attempt(self.connection, b"COMMIT")
            if failed and run.statements:
                failed = self.timed_out(failed) if self.deadline.passed else failed
                run.applied = False
                last = run.statements[-1]
                told = structs.replace(last.observed, complete=False, failure=failed, milliseconds=milliseconds)
                run.statements[-1] = Ran(last.number, last.sent, last.how, told)

    # --- one statement -----------------------------------------------------------------------------------------------

    def statement(self, number: int, one: Sent, *, watched: bool) -> Ran:
        """Runs one statement, in the transaction that is open, or as it would run without one."""
        refusal = "" if one.why_not else self.refusal(one)
        if one.why_not or refusal:
            failed = Failure(f"not run: {refusal}") if refusal else None
            return Ran(number, one, "not run", Observed(complete=False, failure=failed, notices=(one.why_not,)))
        stub = self.stub(one)
        if stub is not None:
            failed, milliseconds = self.as_administrator(stub.sql) if self.user else attempt(self.connection, stub.sql)
            self.observer.forget()
            told = Observed(complete=False, failure=failed, notices=(stub.notice,), milliseconds=milliseconds)
            return Ran(number, one, "in a transaction of its own", told)
        with self.deadline:
            how, observed = self.outcome(one, watched=watched)
        if observed.failure and self.deadline.passed:
            observed = structs.replace(observed, failure=self.timed_out(observed.failure))
        elif observed.failure and observed.failure.code == DISK_FULL and self.server.programs:
            observed = structs.replace(observed, failure=structs.replace(observed.failure, hint=ROOM))
        return Ran(number, one, how, observed)

    def timed_out(self, failed: Failure) -> Failure:
        seconds = f"{self.options.timeout:g} second{'' if self.options.timeout == 1 else 's'}"
        message = f"it did not end within {seconds} and was stopped; --timeout sets how long it may take"
        return structs.replace(failed, message=message, detail="", hint="", at=-1)

    def outcome(self, one: Sent, *, watched: bool) -> tuple[How, Observed]:
        if one.rows is not None or any(map(writes_stdout, one.operations)):
            return self.copy(one)
        inside = self.observer.in_transaction
        if watched and one.operations and all(isinstance(op, SETS) for op in one.operations):
            how: How = "in the transaction" if inside else "in a transaction of its own"
            return how, self.observer.run_unobserved(one.sql)
        if inside:
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
        return run_apart(self.observer, one.sql, tables, lambda: self.server.aside(self.database))

    def copy(self, one: Sent) -> tuple[How, Observed]:
        """COPY … FROM stdin, with its rows, or TO stdout, which are let go."""
        import psycopg

        from db_sage_lint.shadow.observe import failure

        begun = time.perf_counter()
        failed: Failure | None = None
        try:
            with self.connection.cursor() as cursor, cursor.copy(one.sql) as stream:
                if one.rows is None:
                    for _ in stream:
                        pass
                else:
                    stream.write(one.rows)
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
        """What stands in for a statement on an extension that the server doesn't have, or that the platform runs."""
        if ICU_COLLATION.match(one.sql) and not self.has_icu():
            return icu_stub(one.sql)
        if not any(map(extension_of, one.operations)):
            return None
        there = self.available() - (frozenset() if self.options.allow_programs else NEVER_REAL)
        stub = stub_for(one.operations, there, self.schema())
        self.stubs += [stub] if stub else []
        return Stub(one.sql, "") if stub is None and self.hosted else stub

    def as_administrator(self, sql: bytes) -> tuple[Failure | None, float]:
        """Runs SQL as the server's superuser, in the schema in which the session makes things."""
        settings = {"search_path": quoted(self.schema())}
        with self.server.connect(self.database, settings=settings) as connection:
            return attempt(connection, sql)

    def schema(self) -> str:
        """The schema in which the session makes things."""
        row = self.connection.execute("SELECT pg_catalog.current_schema()").fetchone()
        return str((row and row[0]) or "public")

    def has_icu(self) -> bool:
        """Whether the server was built with ICU: initdb makes its collations then."""
        query = "SELECT FROM pg_catalog.pg_collation WHERE collname::text OPERATOR(pg_catalog.~~) '%-x-icu' LIMIT 1"
        return bool(self.connection.execute(query).fetchall())

    def available(self) -> frozenset[str]:
        """The extensions that the server has."""
        if self.extensions is None:
            self.extensions = available(self.connection)
        return self.extensions

    # --- the connection ----------------------------------------------------------------------------------------------

    @property
    def observer(self) -> Observer:
        if self._observer is None or self._observer.connection.closed:
            self._observer = Observer(self.server.connect(self.database, self.user, self.options.settings))
        return self._observer

    @property
    def connection(self) -> "psycopg.Connection":
        return self.observer.connection

    def freshen(self) -> None:
        """Makes the session as good as new: another one, where the defaults of sessions were changed."""
        if self.outdated:
            self.outdated = False
            self.disconnect()
        fresh, self.fresh = self.fresh, False
        if self._observer is None or self.connection.closed or fresh:
            return
        if not self.observer.is_idle:
            self.connection.rollback()
        failed, _ = attempt(self.connection, b"DISCARD ALL")
        self.observer.forget()
        if failed:
            self.disconnect()

    def is_alive(self) -> bool:
        """Whether the server still takes connections."""
        self.disconnect()
        try:
            self.server.aside().close()
        except UserError:
            return False
        return True

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
            with self.server.aside() as other:
                other.execute("SELECT pg_catalog.pg_terminate_backend(%s)", (observer.connection.info.backend_pid,))


def begun(script: Script, values: Mapping[bytes, bytes], *, watched: bool) -> tuple[list[Sent], ScriptRun]:
    """The statements of a script, and the record of its run in which none of them stands yet."""
    statements = sent(script, values)
    reads = [Read(one.start, one.end, one.operations) for one in statements]
    return statements, ScriptRun(script, watched, one_transaction(script, reads))


def lost(statements: Sequence[Sent], run: ScriptRun, why: Failure) -> Ran:
    """What stands for the statement at which the session broke off."""
    number = run.statements[-1].number + 1 if run.statements else 0
    number = min(number, max(len(statements) - 1, 0))
    one = statements[number] if statements else Sent(0, 0)
    return Ran(number, one, "not run", Observed(complete=False, failure=why))
