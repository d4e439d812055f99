"""A server that the user names: refused where it may be somebody's, left as it was."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from db_sage_lint.dry_run import Wanted, dry_run
from db_sage_lint.errors import UserError
from db_sage_lint.report import Request
from db_sage_lint.shadow import external, servers
from db_sage_lint.shadow.runs import Options
from db_sage_lint.shadow.servers import Server


@pytest.fixture(scope="module")
def theirs() -> Iterator[Server]:
    with servers.started(servers.choose(18)) as running:
        yield running


@pytest.fixture(autouse=True)
def nothing_is_left(theirs: Server) -> Iterator[None]:
    yield
    with theirs.connect() as connection:
        left = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'db_sage_lint%'").fetchall()
    assert left == []


def test_an_empty_server_is_used(theirs: Server) -> None:
    with external.database(theirs.url) as (server, name):
        assert server.major == 18
        with server.connect(name) as connection:
            assert connection.execute("SELECT current_database()").fetchone() == (name,)


def test_a_dry_run_on_it(theirs: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "1_a.sql").write_text("CREATE TABLE a (id int);\n")
    (tmp_path / "migrations" / "2_b.sql").write_text("SELECT 1 / 0;\n")
    outcome = dry_run(Request(), wanted=Wanted(url=theirs.url), options=Options())
    assert [run.applied for run in outcome.runs] == [True, False]


def test_a_used_one_is_refused_unless_forced(theirs: Server) -> None:
    with theirs.connect() as connection:
        connection.execute("CREATE TABLE customers ()")
        try:
            with pytest.raises(UserError, match=r"has relations \(public.customers\).*--force"):
                external.database(theirs.url).__enter__()
            with external.database(theirs.url, force=True) as (_, name):
                assert name.startswith("db_sage_lint")
        finally:
            connection.execute("DROP TABLE customers")


def test_others_at_work_are_noticed(theirs: Server) -> None:
    with theirs.database() as _, theirs.connect() as connection:
        connection.execute("CREATE DATABASE shop")
        try:
            with theirs.connect("shop"), pytest.raises(UserError, match="others are connected to its database shop"):
                external.database(theirs.url).__enter__()
        finally:
            connection.execute("DROP DATABASE shop")


@pytest.mark.parametrize(
    ("name", "live"), [("prod-db.example.org", True), ("db.production", True), ("localhost", False)]
)
def test_names_of_live_servers(name: str, live: bool) -> None:
    assert bool(external.LOOKS_LIVE.search(name)) is live


def test_another_version_than_asked_for(theirs: Server) -> None:
    with pytest.raises(UserError, match="the server is PostgreSQL 18, not 15 as --pg says"):
        external.database(theirs.url, 15).__enter__()
