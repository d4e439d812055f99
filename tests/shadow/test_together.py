"""Scripts that their runner sends in one transaction: what one of them fails at undoes those before it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from db_sage_lint.dry_run import statements_seen
from db_sage_lint.engine import Step
from db_sage_lint.operations import Name
from db_sage_lint.reporters import timeline
from db_sage_lint.script import whole
from db_sage_lint.shadow.replay import Replay
from db_sage_lint.shadow.runs import Options, ScriptRun
from db_sage_lint.shadow.servers import Server

Ran = Callable[..., list[ScriptRun]]
ORDERS = Name("orders", "public")


@pytest.fixture
def empty(server: Server) -> Iterator[str]:
    with server.database() as name:
        with server.connect(name) as connection:
            connection.execute("CREATE TABLE orders (id bigint PRIMARY KEY, note text)")
        yield name


@pytest.fixture
def run(server: Server, empty: str) -> Ran:
    """Runs texts as files 1.sql, 2.sql … of one change set; a pair of texts is a script and its way back."""

    def call(*texts: str | tuple[str, str], apart: tuple[int, ...] = ()) -> list[ScriptRun]:
        steps = []
        for number, text in enumerate(texts, 1):
            up, down = (text, "") if isinstance(text, str) else text
            there = whole(f"{number}.sql", up.encode(), transaction=number not in apart)
            steps.append(Step(there, 0, joins=True))
            if down:
                back = whole(f"{number}.sql", down.encode(), direction="down", transaction=True)
                steps.append(Step(back, 0, undoes=True, joins=True))
        with Replay(server, empty, Options()) as replay:
            return replay.run(steps)

    return call


def relations(server: Server, database: str) -> set[str]:
    with server.connect(database) as connection:
        rows = connection.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND oid >= 16384").fetchall()
    return {name for (name,) in rows} - {"orders"}


def test_locks_last_from_file_to_file(run: Ran) -> None:
    first, second = run("ALTER TABLE orders ADD a int;", "CREATE INDEX i ON orders (a);")
    assert (first.joins, second.joins) == (False, True)
    assert second.statements[0].observed.held[ORDERS].sql == "ACCESS EXCLUSIVE"
    assert "since 1.sql:1" in timeline.render([first, second])


def test_settings_last_too(run: Ran) -> None:
    _, second = run("SET LOCAL work_mem = '7MB';", "SELECT 1 / (current_setting('work_mem') = '7MB')::int;")
    assert second.applied


def test_a_failure_undoes_the_files_before_it_and_keeps_those_behind(run: Ran, server: Server, empty: str) -> None:
    runs = run("CREATE TABLE a ();", "CREATE TABLE b ();", "SELECT nope;", "CREATE TABLE d ();")
    assert [one.applied for one in runs] == [False] * 4
    assert [one.undone_by for one in runs] == ["3.sql", "3.sql", "", "3.sql"]
    assert [len(one.statements) for one in runs] == [1, 1, 1, 0]
    assert relations(server, empty) == set()
    failed = dict(statements_seen(runs))[runs[2].script, 0]
    assert failed.hint == "it undoes 1.sql and 2.sql too, which the runner sends in the same transaction"
    told = timeline.render(runs)
    assert "undone: 3.sql failed" in told
    assert "not run: 3.sql failed" in told


def test_a_failure_at_the_commit_undoes_all(run: Ran, server: Server, empty: str) -> None:
    late = "CREATE TABLE b (id bigint REFERENCES orders DEFERRABLE INITIALLY DEFERRED); INSERT INTO b VALUES (1);"
    first, second, third = run("CREATE TABLE a ();", late, "SELECT 1;")
    assert [one.undone_by for one in (first, second, third)] == ["3.sql", "3.sql", ""]
    assert third.failure is not None
    assert relations(server, empty) == set()


def test_a_file_without_a_transaction_parts_them(run: Ran, server: Server, empty: str) -> None:
    runs = run("CREATE TABLE a ();", "CREATE INDEX CONCURRENTLY i ON orders (note);", "SELECT 1 / 0;", apart=(2,))
    assert [one.applied for one in runs] == [True, True, False]
    assert [one.joins for one in runs] == [False, False, False]
    assert relations(server, empty) == {"a"}


def test_what_a_file_commits_itself_stays(run: Ran, server: Server, empty: str) -> None:
    runs = run("CREATE TABLE a ();", "CREATE TABLE b (); COMMIT; SELECT 1 / 0;")
    assert [one.undone_by for one in runs] == ["", ""]
    assert relations(server, empty) == {"a", "b"}


def test_there_and_back(run: Ran) -> None:
    runs = run(
        ("CREATE TABLE a ();", "DROP TABLE a;"),
        ("ALTER TABLE orders ADD b int;", "SELECT 1;"),
        ("CREATE TABLE c ();", "DROP TABLE c;"),
    )
    assert [(one.script.path, one.script.direction) for one in runs] == [
        ("1.sql", "up"), ("2.sql", "up"), ("3.sql", "up"), ("3.sql", "down"), ("2.sql", "down"), ("1.sql", "down"),
    ]  # fmt: skip
    assert all(one.applied for one in runs)
    again = 'migrating once more fails: column "b" of relation "orders" already exists'
    assert [one.not_restored for one in runs[3:]] == [(), ("column orders.b is left", again), ()]


def test_drizzle_ships_its_new_files_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from db_sage_lint.dry_run import Wanted, dry_run
    from db_sage_lint.report import Request

    monkeypatch.chdir(tmp_path)
    meta = tmp_path / "drizzle" / "meta"
    meta.mkdir(parents=True)
    entries = ",".join(f'{{"idx": {n}, "when": {n}, "tag": "000{n}_x", "breakpoints": true}}' for n in range(2))
    (meta / "_journal.json").write_text(f'{{"version": "7", "dialect": "postgresql", "entries": [{entries}]}}')
    (tmp_path / "drizzle" / "0000_x.sql").write_text("CREATE TABLE a ();")
    (tmp_path / "drizzle" / "0001_x.sql").write_text("SELECT 1 / 0;")
    outcome = dry_run(Request(paths=("drizzle",), together=True), wanted=Wanted(pg=18))
    assert [one.undone_by for one in outcome.runs] == ["drizzle/0001_x.sql", ""]
    (found,) = [finding for finding in outcome.report.findings if finding.rule == "dry-run-failed"]
    assert found.message.endswith(
        "division by zero (it undoes drizzle/0000_x.sql too, which the runner sends in the same transaction)"
    )
