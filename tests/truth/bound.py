"""How long a test may take: a statement that stands still is named, its session is ended, and its test fails.

What doesn't end even so, because it waits for something else, takes its process with it: a worker that ends is a
failing test too.
"""

import faulthandler
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

SECONDS = 120.0
SECONDS_AT_MOST = 300.0
# Sessions of a worker have its process's number in their database's name. Those that have it in their own name serve
# many tests, so that their statement is ended and they are not.
MARK = "truth_{pid}"
SESSIONS = """
SELECT pid, state, coalesce(wait_event_type || ' ' || wait_event, 'nothing'), left(query, 400)
FROM pg_catalog.pg_stat_activity WHERE pid <> pg_catalog.pg_backend_pid() AND state <> 'idle'
  AND (starts_with(datname, %(mark)s || '_') OR application_name = %(mark)s)
ORDER BY backend_start"""
END = """
SELECT CASE application_name WHEN %(mark)s THEN pg_catalog.pg_cancel_backend(pid)
  ELSE pg_catalog.pg_terminate_backend(pid) END FROM pg_catalog.pg_stat_activity WHERE pid = %(pid)s"""


class OverdueError(Exception):
    """A test that had to be stopped; the message names the statements that stood."""


class Bound:
    """Looks after `seconds` which sessions of this process are at work on the servers, and ends them."""

    def __init__(self, servers: list[str], seconds: float = SECONDS) -> None:
        self.servers = servers
        self.told: list[str] = []
        self.timer = threading.Timer(seconds, self.stop)
        self.timer.daemon = True

    def stop(self) -> None:
        for server in self.servers:
            try:
                with psycopg.connect(server, autocommit=True, connect_timeout=10) as connection:
                    self.end_sessions(connection)
            except psycopg.Error as error:
                self.told.append(f"{server}: {error}")

    def end_sessions(self, connection: psycopg.Connection) -> None:
        """All are told of before any is ended, because that lets others go on."""
        connection.execute("SET statement_timeout = '10s'")
        mark = MARK.format(pid=os.getpid())
        version = connection.info.server_version // 10000
        found = connection.execute(SESSIONS, {"mark": mark}).fetchall()
        for _, state, waits, query in found:
            self.told.append(f"PostgreSQL {version}, {state}, waits for {waits}: {' '.join(query.split())}")
        for pid, *_ in found:
            connection.execute(END, {"mark": mark, "pid": pid})


@contextmanager
def bound(servers: list[str], seconds: float = SECONDS) -> Iterator[None]:
    """The block may take that long. Raises OverdueError after one that was stopped."""
    watch = Bound(servers, seconds)
    watch.timer.start()
    failed: BaseException | None = None
    try:
        yield
    except BaseException as error:
        failed = error
        raise
    finally:
        watch.timer.cancel()
        watch.timer.join()
        if watch.told:
            raise OverdueError(in_words(watch, seconds)) from failed


def in_words(watch: Bound, seconds: float) -> str:
    return "\n  ".join([f"stopped after {seconds:g} seconds; at work were", *watch.told])


@contextmanager
def process_bound() -> Iterator[None]:
    """Ends the process, with a traceback of every thread, where the block takes too long."""
    faulthandler.dump_traceback_later(SECONDS_AT_MOST, exit=True)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
