"""Migrations that mean harm, or do it: each shows as a clear failure, and gets no further than its own database."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from db_sage_lint.engine import Step
from db_sage_lint.script import whole
from db_sage_lint.shadow import confine, servers
from db_sage_lint.shadow.replay import Replay
from db_sage_lint.shadow.runs import Options, ScriptRun
from db_sage_lint.shadow.servers import Server

Ran = Callable[..., list[ScriptRun]]
# Operators for just those types that questions on the catalog compare, which the search_path would find first.
OPERATORS = """
CREATE FUNCTION used(name, text) RETURNS bool LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''used''; END';
CREATE FUNCTION used(oid, int) RETURNS bool LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''used''; END';
CREATE OPERATOR = (LEFTARG = name, RIGHTARG = text, FUNCTION = used);
CREATE OPERATOR !~ (LEFTARG = name, RIGHTARG = text, FUNCTION = used);
CREATE OPERATOR >= (LEFTARG = oid, RIGHTARG = int, FUNCTION = used);
CREATE OPERATOR = (LEFTARG = oid, RIGHTARG = int, FUNCTION = used);
"""
NAMESAKES = """
CREATE TABLE pg_class (oid oid, relname text); CREATE VIEW pg_locks AS SELECT 1 AS x;
ALTER ROLE ALL SET search_path = public, pg_catalog;
"""
WORK = "CREATE TABLE t (id int PRIMARY KEY, a int);"
WATCHED = "ALTER TABLE t ADD b int; CREATE INDEX CONCURRENTLY i ON t (a); VACUUM t;"
LOGIN = """
CREATE FUNCTION no_entry() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no entry''; END';
CREATE EVENT TRIGGER login ON login EXECUTE FUNCTION no_entry();
"""


@pytest.fixture
def own() -> Iterator[Server]:
    """A server of one test's, since roles and databases are spoilt."""
    with servers.started(servers.choose(18)) as running:
        yield running


@pytest.fixture
def run(own: Server) -> Ran:
    """Runs texts as scripts without a transaction, all of them watched."""

    def call(*texts: str, timeout: float = 30) -> list[ScriptRun]:
        steps = [Step(whole(f"{n}.sql", text.encode(), transaction=False), n) for n, text in enumerate(texts, 1)]
        with Replay(own, servers.OWNER, Options(timeout=timeout)) as replay:
            runs = replay.run(steps)
            if not runs[-1].lost:
                replay.state()
                replay.facts()
            return runs

    return call


def failed(run: ScriptRun) -> str:
    assert run.failure is not None
    assert run.failure.observed.failure is not None
    return run.failure.observed.failure.message


@pytest.mark.parametrize(
    "before",
    [
        OPERATORS,
        NAMESAKES,
        "CREATE TEMP TABLE pg_class (x int); CREATE TEMP TABLE pg_locks (x int);" + WORK + WATCHED + "DROP TABLE t;",
        "ALTER ROLE ALL SET statement_timeout = '20ms'; ALTER ROLE ALL SET lock_timeout = '20ms';",
    ],
)
def test_questions_of_ours_are_immune(run: Ran, before: str) -> None:
    runs = run(before, WORK, WATCHED)
    assert [one.applied for one in runs] == [True] * 3, [one.failure for one in runs]
    added, built, _ = runs[2].statements
    assert added.observed.changes.created == ("column public.t.b",)
    assert [effect.lock.sql for effect in built.observed.effects] == ["SHARE UPDATE EXCLUSIVE"]


def test_a_trigger_on_login_keeps_only_the_runner_out(run: Ran, own: Server) -> None:
    first, second = run(LOGIN, "SELECT 1;")
    assert first.applied
    assert second.lost
    assert failed(second).startswith("the shadow server takes no more connections: ")
    assert "FATAL: no entry" in failed(second)
    own.aside(servers.OWNER).close()
    with pytest.raises(servers.UserError, match="no entry"):
        own.connect(servers.OWNER)


def test_nothing_runs_after_the_last_connection(run: Ran) -> None:
    runs = run("ALTER ROLE postgres NOLOGIN;", "SELECT 1;", "SELECT 2;")
    assert [one.applied for one in runs] == [True, False]
    assert "not permitted to log in" in failed(runs[1])


def test_a_prepared_transaction_keeps_only_those_waiting_who_need_its_tables(run: Ran) -> None:
    runs = run(
        "CREATE TABLE p (id int);",
        "BEGIN; LOCK TABLE p; PREPARE TRANSACTION 'held';",
        "CREATE TABLE q (id int); SELECT 1;",
        "ALTER TABLE p ADD a int;",
        timeout=1,
    )
    assert [one.applied for one in runs] == [True, True, True, False]
    assert "did not end within 1 second" in failed(runs[3])


def test_rows_for_standard_output_are_let_go(run: Ran) -> None:
    (one,) = run("CREATE TABLE t AS SELECT generate_series(1, 1000) AS id; COPY t TO stdout; SELECT 1 FROM t;")
    assert one.applied


def test_a_server_that_a_migration_crashes(run: Ran) -> None:
    runs = run("CREATE FUNCTION boom(int) RETURNS text LANGUAGE internal AS 'textin'; SELECT boom(1);", "SELECT 1;")
    assert len(runs) == 1
    assert runs[0].lost


def test_a_wrapper_for_other_servers_is_a_stub(run: Ran) -> None:
    (one,) = run(
        "CREATE EXTENSION postgres_fdw;"
        " CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1');"
        " CREATE FOREIGN TABLE f (id int) SERVER s; SELECT * FROM f;"
    )
    assert failed(one) == 'foreign-data wrapper "postgres_fdw" has no handler'
    (hidden,) = run("DO $$ BEGIN CREATE EXTENSION postgres_fdw; END $$;")
    assert failed(hidden).startswith("not run: it reaches other servers")


@pytest.mark.skipif(not confine.version(), reason="the kernel has no Landlock")
@pytest.mark.parametrize("name", ["dblink", "libpqwalreceiver"])
def test_libraries_that_connect_are_not_to_be_had(own: Server, name: str) -> None:
    with own.connect() as connection, pytest.raises(psycopg.Error, match=r"Permission denied|No such file"):
        connection.execute(f"LOAD '{name}'".encode())


@pytest.mark.skipif(os.uname().machine not in confine.CALLS, reason="no numbers of system calls for this machine")
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux filters system calls")
def test_a_silenced_process_connects_to_nothing(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))
        listening.listen()
        code = f"""
import os, socket, sys
from db_sage_lint.shadow import confine
confine.silence(confine.CALLS[os.uname().machine])
one = socket.socket(socket.AF_UNIX)
for attempt in (
    lambda: one.connect({str(tmp_path / "s")!r}),
    lambda: socket.socket(socket.AF_INET),
    lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"x", {str(tmp_path / "s")!r}),
    lambda: one.sendmsg([b"x"]),
):
    try:
        attempt()
        print("went through")
    except PermissionError:
        print("refused")
one, other = socket.socketpair()
one.send(b"x")
print(other.recv(1).decode())
"""
        root = Path(__file__).resolve().parents[2]
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.split() == ["refused"] * 4 + ["x"]
