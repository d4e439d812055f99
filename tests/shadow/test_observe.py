"""What statements are seen to do."""

from collections.abc import Sequence

import psycopg
import pytest

from db_sage_lint.effects import Effect, Lock
from db_sage_lint.operations import Name
from db_sage_lint.shadow import apart
from db_sage_lint.shadow.apart import run_apart
from db_sage_lint.shadow.observe import Observed, Observer
from db_sage_lint.shadow.servers import Server


def public(*names: str) -> list[Name]:
    return [Name(name, "public") for name in names]


def seen(connection: psycopg.Connection, *statements: str) -> list[Observed]:
    """The statements in one transaction."""
    observer = Observer(connection)
    connection.execute("BEGIN")
    return [observer.run(statement.encode()) for statement in statements]


def on(name: str, lock: Lock, *, scans: bool = False, rewrites: bool = False) -> Effect:
    return Effect(Name(name, "public"), lock, scans=scans, rewrites=rewrites)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("ALTER TABLE users ADD x int DEFAULT random() * 5", [on("users", Lock.ACCESS_EXCLUSIVE, rewrites=True)]),
        ("CREATE INDEX ON users (age)", [on("users", Lock.SHARE, scans=True)]),
        ("ALTER TABLE users ALTER name SET NOT NULL", [on("users", Lock.ACCESS_EXCLUSIVE, scans=True)]),
        ("ALTER TABLE users ALTER age SET NOT NULL", [on("users", Lock.ACCESS_EXCLUSIVE)]),
        ("UPDATE users SET nick = 'z' WHERE nick = 'y'", [on("users", Lock.ROW_EXCLUSIVE, scans=True)]),
        (
            "TRUNCATE teams CASCADE",
            [on(name, Lock.ACCESS_EXCLUSIVE) for name in ("badges", "codes", "members", "teams")],
        ),
        ("DROP TABLE members", [on("members", Lock.ACCESS_EXCLUSIVE), on("teams", Lock.ACCESS_EXCLUSIVE)]),
        (
            "REINDEX INDEX users_created_idx",
            [on("users_created_idx", Lock.ACCESS_EXCLUSIVE), on("users", Lock.SHARE, scans=True)],
        ),
        ("CREATE TABLE fresh (id int)", []),
    ],
)
def test_in_a_transaction(connection: psycopg.Connection, sql: str, expected: Sequence[Effect]) -> None:
    (observed,) = seen(connection, sql)
    assert observed.failure is None
    assert list(observed.effects) == expected


def test_locks_that_are_held_already_are_told_apart(connection: psycopg.Connection) -> None:
    first, second, third = seen(
        connection, "ALTER TABLE users ADD a1 int", "ALTER TABLE users ADD a2 int", "CREATE INDEX late ON users (a2)"
    )
    assert first.held == {}
    assert second.effects == ()
    assert second.held[Name("users", "public")] is Lock.ACCESS_EXCLUSIVE
    assert third.effects == (on("users", Lock.SHARE, scans=True),)
    assert third.changes.created == ("index public.late",)


def test_messages_are_seen_whatever_the_file_sets(connection: psycopg.Connection) -> None:
    *_, last = seen(connection, "SET client_min_messages = error", "ALTER TABLE users ALTER name SET NOT NULL")
    assert last.effects[0].scans


def test_a_failure_tells_where_in_bytes(connection: psycopg.Connection) -> None:
    (observed,) = seen(connection, "SELECT 'äöü', nope FROM users")
    assert observed.failure is not None
    assert observed.failure.code == "42703"
    assert observed.failure.at == len("SELECT 'äöü', ".encode())
    assert not observed.complete


def test_a_failed_transaction_says_so_of_the_next_statement(connection: psycopg.Connection) -> None:
    _, after = seen(connection, "SELECT 1 / 0", "SELECT 1")
    assert after.failure is not None
    assert after.failure.code == "25P02"


def test_names_are_those_before_the_statement(connection: psycopg.Connection) -> None:
    (observed,) = seen(connection, 'ALTER TABLE users RENAME TO "New users"')
    assert observed.effects == (on("users", Lock.ACCESS_EXCLUSIVE),)


@pytest.mark.parametrize(
    ("sql", "tables", "expected"),
    [
        (
            "CREATE INDEX CONCURRENTLY ON users (age)",
            public("users"),
            [on("users", Lock.SHARE_UPDATE_EXCLUSIVE, scans=True)],
        ),
        ("VACUUM FULL users", public("users"), [on("users", Lock.ACCESS_EXCLUSIVE, rewrites=True)]),
        (
            "ALTER TABLE metrics DETACH PARTITION metrics_eu CONCURRENTLY",
            public("metrics", "metrics_eu"),
            [on("metrics_eu", Lock.ACCESS_EXCLUSIVE), on("metrics", Lock.SHARE_UPDATE_EXCLUSIVE)],
        ),
    ],
)
def test_outside_a_transaction(
    server: Server, database: str, connection: psycopg.Connection, sql: str, tables: list[Name], expected: list[Effect]
) -> None:
    observed = run_apart(Observer(connection), sql.encode(), tables, lambda: server.connect(database))
    assert observed.failure is None
    assert list(observed.effects) == expected


def test_a_failed_concurrent_build_leaves_an_invalid_index(
    server: Server, database: str, connection: psycopg.Connection
) -> None:
    sql = b"CREATE UNIQUE INDEX CONCURRENTLY twice ON users (org_id)"
    observed = run_apart(Observer(connection), sql, public("users"), lambda: server.connect(database))
    assert observed.failure is not None
    assert observed.failure.code == "23505"
    assert observed.invalid == ("public.twice",)


def test_a_watcher_that_the_statement_keeps_waiting_gives_up(
    server: Server, database: str, connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "PATIENCE", apart.PATIENCE.replace(b"2s", b"50ms"))
    sql = b"DO $$ BEGIN LOCK TABLE pg_catalog.pg_proc; LOCK TABLE users; END $$"
    observed = run_apart(Observer(connection), sql, public("users"), lambda: server.connect(database))
    assert observed.failure is None
    assert not observed.complete
    told = "WARNING: its locks were not watched to its end: canceling statement due to lock timeout"
    assert observed.notices == (told,)
