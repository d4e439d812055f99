"""A statement that stands still fails its test, which names it."""

import threading
from contextlib import closing

import psycopg
import pytest

from tests.truth.bound import OverdueError, bound
from tests.truth.server import Server


def test_a_statement_that_stands_is_named(server: Server) -> None:
    database = server.template(b"CREATE TABLE held (id int)")
    told = f"stopped after 0.2 seconds(.|\n)*PostgreSQL {server.major}, active, waits for Lock relation: TRUNCATE"
    with closing(server.connect(database)) as holder, closing(server.connect(database)) as waiting:
        holder.execute("BEGIN; LOCK TABLE held")
        with pytest.raises(OverdueError, match=told), bound([server.url], 0.2):
            waiting.execute("TRUNCATE held")


def test_the_session_of_many_tests_stays(server: Server) -> None:
    with pytest.raises(OverdueError, match="pg_sleep"), bound([server.url], 0.2):
        server.admin.execute("SELECT pg_catalog.pg_sleep(60)")
    assert server.admin.execute("SELECT 1").fetchall() == [(1,)]


def test_an_error_that_comes_in_time_is_told_as_it_is(server: Server) -> None:
    before = threading.active_count()
    with pytest.raises(psycopg.errors.DivisionByZero), bound([server.url], 60):
        server.admin.execute("SELECT 1 / 0")
    assert threading.active_count() == before
