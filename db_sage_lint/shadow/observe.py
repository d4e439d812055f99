"""`observe`: what one statement really did, in the records that `effects.predict` gives."""

import re
import time
from typing import TYPE_CHECKING

from msgspec import Struct

from db_sage_lint.effects.locks import Effect, Lock
from db_sage_lint.operations import Name
from db_sage_lint.shadow.objects import NO_CHANGES, Changes
from db_sage_lint.shadow.snapshot import NOTHING, WORK, Difference, Snapshot, take

if TYPE_CHECKING:
    import psycopg

TALK = b"SET client_min_messages = debug1"
TRUNCATES = re.compile(rb"\s*truncate\b", re.IGNORECASE)


class Failure(Struct, frozen=True):
    """Why a statement failed, in PostgreSQL's words. `at` is the byte of the statement that it points at, -1 for none;
    `context` says where in functions that was.
    """

    message: str
    code: str = ""
    detail: str = ""
    hint: str = ""
    context: str = ""
    at: int = -1
    lost: bool = False


class Observed(Struct, frozen=True, kw_only=True):
    """What a statement did.

    `effects` are the locks that it took on relations which existed before it, with what was scanned and rewritten; a
    mode that the transaction held already is not taken anew, and stands in `held`. `with_tables` are indexes that are
    locked, no more than their tables; `sequences` are those among `effects`, `watched` the relations of which a lock
    would have been seen. Where `complete` is false it couldn't be seen, since the statement failed or
    ended its transaction. `messages` are what the server said of its work, `notices` what it said to the user.
    `changes` are the objects that it made, changed and dropped; `invalid` names indexes.
    """

    effects: tuple[Effect, ...] = ()
    complete: bool = True
    failure: Failure | None = None
    held: dict[Name, Lock] = {}
    with_tables: frozenset[Name] = frozenset()
    sequences: frozenset[Name] = frozenset()
    watched: frozenset[Name] | None = None
    changes: Changes = NO_CHANGES
    invalid: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    milliseconds: float = 0.0


class Notices:
    """Collects what the server says while statements run."""

    def __init__(self, connection: "psycopg.Connection") -> None:
        self.told: list[tuple[str, str]] = []
        connection.add_notice_handler(self.take_in)

    def take_in(self, diagnostic: "psycopg.errors.Diagnostic") -> None:
        self.told.append((diagnostic.severity_nonlocalized or "", diagnostic.message_primary or ""))

    def take(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What was told since the last time: of its work, and to the user."""
        told, self.told = self.told, []
        work = tuple(message for _, message in told if WORK.match(message))
        return work, tuple(f"{kind}: {message}" for kind, message in told if kind in {"NOTICE", "WARNING"})


class Observer:
    """Watches one connection, which is in autocommit: whoever uses it opens and ends transactions by statements."""

    def __init__(self, connection: "psycopg.Connection") -> None:
        self.connection = connection
        self.notices = Notices(connection)
        self.before: Snapshot | None = None
        self.names: frozenset[Name] = frozenset()

    def run(self, sql: bytes) -> Observed:
        """Runs one statement as it stands and tells what it did; only inside a transaction can locks be seen.

        Whatever PostgreSQL says against it is the answer's `failure`; nothing is raised for it.
        """
        before = self.look() if self.in_transaction else None
        self.notices.take()
        failure, milliseconds = attempt(self.connection, sql)
        messages, notices = self.notices.take()
        if failure or before is None or not self.in_transaction:
            self.before = None
            held = {} if before is None else Difference(before, NOTHING).held()
            return Observed(
                complete=False,
                failure=failure,
                held=held,
                messages=messages,
                notices=notices,
                milliseconds=milliseconds,
            )
        self.before = self.take()
        difference = Difference(before, self.before, messages, truncates=bool(TRUNCATES.match(sql)))
        return observed(difference, messages, notices, milliseconds)

    def look(self) -> Snapshot:
        """The state before a statement; that after the last one, if nothing else ran since."""
        self.connection.execute(TALK)
        return self.before or self.take()

    def take(self) -> Snapshot:
        found = take(self.connection, self.names)
        self.names = found.names
        return found

    def run_unobserved(self, sql: bytes) -> Observed:
        """Runs a statement that does nothing to relations: SET TRANSACTION is refused after questions of ours."""
        failed, milliseconds = attempt(self.connection, sql)
        if failed:
            self.before = None
        _, notices = self.notices.take()
        held = {} if self.before is None else Difference(self.before, NOTHING).held()
        return Observed(complete=failed is None, failure=failed, held=held, notices=notices, milliseconds=milliseconds)

    def forget(self) -> None:
        """To be called when the connection was used without the observer."""
        self.before = None

    @property
    def in_transaction(self) -> bool:
        from psycopg.pq import TransactionStatus

        return self.connection.info.transaction_status is TransactionStatus.INTRANS

    @property
    def is_idle(self) -> bool:
        from psycopg.pq import TransactionStatus

        return self.connection.info.transaction_status is TransactionStatus.IDLE


def observed(
    difference: Difference, messages: tuple[str, ...], notices: tuple[str, ...], milliseconds: float
) -> Observed:
    """The record of a statement that ran."""
    return Observed(
        effects=difference.effects(),
        held=difference.held(),
        with_tables=difference.with_tables(),
        sequences=difference.sequences(),
        watched=difference.before.names,
        changes=difference.changes(),
        invalid=difference.invalid(),
        messages=messages,
        notices=notices,
        milliseconds=milliseconds,
    )


def attempt(connection: "psycopg.Connection", sql: bytes) -> tuple[Failure | None, float]:
    """Runs SQL as one simple query; why it failed, if it did, and the milliseconds that it took."""
    import psycopg

    begun = time.perf_counter()
    failed: Failure | None = None
    try:
        connection.execute(sql)
    except psycopg.Error as error:
        failed = failure(error, sql, lost=connection.closed)
    return failed, (time.perf_counter() - begun) * 1000


def failure(error: "psycopg.Error", sql: bytes, *, lost: bool = False) -> Failure:
    """PostgreSQL's complaint about the SQL; its position there counts characters, ours bytes."""
    diagnostic = error.diag
    position = diagnostic.statement_position
    at = -1 if position is None else len(sql.decode("utf-8", "replace")[: int(position) - 1].encode())
    return Failure(
        " ".join((diagnostic.message_primary or str(error)).split()),
        error.sqlstate or "",
        diagnostic.message_detail or "",
        diagnostic.message_hint or "",
        diagnostic.context or "",
        at,
        lost,
    )
