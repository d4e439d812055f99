"""Watching statements that refuse to run inside a transaction, whose locks are gone when they end.

Other sessions hold ACCESS EXCLUSIVE on the tables concerned, so that the statement has to stop at every lock it asks
for. While it stands, pg_locks shows what it holds and what it asks for; then the session in its way makes room. Behind
each of them another one has lined up by then, which is next as soon as the statement lets go of the table: that is how
the locks of its later transactions show, as of DETACH PARTITION … CONCURRENTLY.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from db_sage_lint.effects.locks import Lock
from db_sage_lint.errors import UserError
from db_sage_lint.operations import Name, Operation
from db_sage_lint.shadow.asking import ask
from db_sage_lint.shadow.observe import TALK, Failure, Observed, Observer, attempt, failure, observed
from db_sage_lint.shadow.snapshot import Difference, Oid, Snapshot, stop_of

if TYPE_CHECKING:
    import psycopg

MOST_STOPS = 12
MOST_TABLES = 24
TICK = 0.002
LINE_UP_SECONDS = 2.0
# The statement may hold catalogs that the watcher reads, while it waits for a table that the watcher has to make free:
# then the watcher gives up first. PostgreSQL can't tell such a circle, since a part of it is in this process.
PATIENCE = b"""
SELECT pg_catalog.set_config('lock_timeout', '2s', false), pg_catalog.set_config('statement_timeout', '10s', false)"""
TIMEOUTS = ("statement_timeout", "lock_timeout")
HEIRS = """
WITH RECURSIVE heirs AS (SELECT unnest(ARRAY[{0}]::oid[]) AS relid
  UNION SELECT i.inhrelid FROM pg_inherits i JOIN heirs h ON h.relid = i.inhparent)
SELECT relid::int8 FROM heirs"""

Connect = Callable[[], "psycopg.Connection"]


class Blocker(Struct, eq=False):
    """A session that holds, or has lined up for, ACCESS EXCLUSIVE on a table."""

    table: Name
    connection: "psycopg.Connection"

    @property
    def pid(self) -> int:
        return self.connection.info.backend_pid


def run_apart(observer: Observer, sql: bytes, tables: Iterable[Name], connect: Connect) -> Observed:
    """Runs a statement outside a transaction, as `Observer.run` does inside of one.

    Locks are seen on `tables`, and on other relations where the statement happens to hold them while it waits for one
    of those. `connect` opens further sessions to the same database.
    """
    before = observer.take()
    blocked = set(tables) & {
        seen.name for seen in before.relations.values() if seen.kind in "rp" and seen.name.schema != "pg_temp"
    }
    observer.connection.execute(TALK)
    with contextlib.ExitStack() as stack:
        stack.enter_context(patient(observer.connection))
        observer.notices.take()
        watch = Watch(connect, stack)
        failed, milliseconds = watch.run(observer.connection, sql, sorted(blocked))
    messages, notices = observer.notices.take()
    notices += watch.given_up
    observer.forget()
    if failed is not None and failed.lost:
        return Observed(complete=False, failure=failed, messages=messages, notices=notices, milliseconds=milliseconds)
    held = {oid: frozenset(modes) for oid, modes in watch.seen.items()}
    after = structs.replace(observer.take(), locks=held)
    told = observed(Difference(before, after, messages), messages, notices, milliseconds)
    if failed is None:
        effects = tuple(effect for effect in told.effects if effect.lock)
        return structs.replace(told, effects=effects, complete=not watch.given_up, watched=frozenset(blocked))
    return Observed(
        complete=False, failure=failed, invalid=told.invalid, changes=told.changes, messages=messages, notices=notices,
        milliseconds=milliseconds,
    )  # fmt: skip


@contextlib.contextmanager
def patient(connection: "psycopg.Connection") -> Iterator[None]:
    """Puts the session's timeouts aside: the statement is kept waiting by those who watch it."""
    shown = {name: connection.execute(f"SHOW {name}".encode()).fetchall()[0][0] for name in TIMEOUTS}
    changed = {name: value for name, value in shown.items() if value != "0"}
    for name in changed:
        connection.execute(f"SET {name} = 0".encode())
    yield
    for name, value in changed.items():
        if not connection.closed:
            connection.execute(f"SET {name} = '{value}'".encode())


class Watch:
    """The sessions around one statement; `seen` are the modes that it was seen to hold or ask for. `given_up` says why
    nobody looked any more, where that is so: the statement then runs to its end unseen.
    """

    def __init__(self, connect: Connect, stack: contextlib.ExitStack) -> None:
        self.connect = connect
        self.stack = stack
        self.watcher = stack.enter_context(contextlib.closing(connect()))
        self.watcher.execute(PATIENCE)
        self.blockers: list[Blocker] = []
        self.stops: dict[Name, int] = {}
        self.seen: dict[Oid, set[Lock]] = {}
        self.given_up: tuple[str, ...] = ()

    def run(self, connection: "psycopg.Connection", sql: bytes, tables: Iterable[Name]) -> tuple[Failure | None, float]:
        """Runs the statement step by step, until none of the blockers of the tables is in its way."""
        answer: list[tuple[Failure | None, float]] = []
        runner = threading.Thread(target=lambda: answer.append(attempt(connection, sql)), daemon=True)
        try:
            with self.or_give_up():
                for table in tables:
                    self.block(table)
            runner.start()
            with self.or_give_up():
                while runner.is_alive() and not self.given_up:
                    self.step(connection.info.backend_pid)
                    runner.join(TICK)
        finally:
            self.clear()
        runner.join()
        return answer[0]

    @contextlib.contextmanager
    def or_give_up(self) -> Iterator[None]:
        """What keeps the watcher from watching must not keep the statement from running."""
        import psycopg

        try:
            yield
        except (UserError, psycopg.Error) as error:
            why = failure(error, b"").message if isinstance(error, psycopg.Error) else str(error)
            self.given_up = (f"WARNING: its locks were not watched to its end: {why}",)
            self.clear()

    def block(self, table: Name) -> Blocker:
        """Asks for the table in a session of its own, without waiting until it has it."""
        connection = self.stack.enter_context(contextlib.closing(self.connect()))
        blocker = Blocker(table, connection)
        self.blockers.append(blocker)
        connection.pgconn.send_query(f"BEGIN; LOCK TABLE ONLY {table} IN ACCESS EXCLUSIVE MODE".encode())
        end = time.monotonic() + LINE_UP_SECONDS
        while time.monotonic() < end and not self.in_line(blocker):
            time.sleep(TICK)
        return blocker

    def in_line(self, blocker: Blocker) -> bool:
        rows = self.watcher.execute(
            "SELECT FROM pg_catalog.pg_locks WHERE pid = %s AND locktype = 'relation' AND mode = 'AccessExclusiveLock'",
            (blocker.pid,),
        ).fetchall()
        return bool(rows)

    def step(self, pid: int) -> None:
        """Looks whether the statement stands; if so, notes its locks and makes room for it."""
        stop = stop_of(self.watcher, pid)
        if stop is None:
            return
        for oid, modes in stop.locks.items():
            self.seen.setdefault(oid, set()).update(modes)
        for blocker in [one for one in self.blockers if one.pid in stop.behind]:
            self.stops[blocker.table] = self.stops.get(blocker.table, 0) + 1
            if self.stops[blocker.table] < MOST_STOPS:
                self.block(blocker.table)
            self.watcher.execute("SELECT pg_catalog.pg_terminate_backend(%s)", (blocker.pid,))
            self.blockers.remove(blocker)

    def clear(self) -> None:
        """Ends the blockers, without a word to the server that could have to wait."""
        import psycopg

        while self.blockers:
            connection = self.blockers.pop().connection
            with contextlib.suppress(psycopg.Error):
                connection.cancel()
            connection.close()


def concerned(operations: Iterable[Operation], now: Snapshot, connection: "psycopg.Connection") -> list[Name]:
    """The tables that the operations name, by themselves, by their indexes or by their parents; at most a few dozen."""
    wanted = set(chain.from_iterable(map(names_in, operations)))
    oids = set()
    for oid, seen in now.relations.items():
        if seen.name in wanted or Name(seen.name.name) in wanted or not wanted:
            oids.add(seen.table or oid)
    (family,) = ask(connection, HEIRS.format(", ".join(map(str, oids))))
    found = (now.relations[oid] for (oid,) in family if oid in now.relations)
    return sorted(seen.name for seen in found if seen.kind in "rp")[:MOST_TABLES]


def names_in(op: Operation) -> Iterable[Name]:
    """Every name in the operation's fields."""
    for value in structs.asdict(op).values():
        if isinstance(value, Name):
            yield value
        elif isinstance(value, tuple):
            yield from (item for item in value if isinstance(item, Name))
