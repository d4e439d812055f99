"""Scripts run as their runner would run them, and what becomes of those that fail."""

import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from db_sage_lint.config import Config, nearest_config
from db_sage_lint.dry_run import DryRun, Wanted, dry_run
from db_sage_lint.engine import Step
from db_sage_lint.report import Request
from db_sage_lint.script import whole
from db_sage_lint.shadow.replay import Replay
from db_sage_lint.shadow.runs import Options, ScriptRun
from db_sage_lint.shadow.servers import Server

Ran = Callable[..., list[ScriptRun]]


@pytest.fixture
def empty(server: Server) -> Iterator[str]:
    with server.database() as name:
        yield name


@pytest.fixture
def run(server: Server, empty: str) -> Ran:
    """Runs texts as scripts: in a transaction, or with `apart` without one. The last one is watched."""

    def call(*texts: str, apart: bool = False, timeout: float = 30, allow: bool = False) -> list[ScriptRun]:
        steps = [
            Step(whole(f"{number}.sql", text.encode(), transaction=not apart), number, reported=number == len(texts))
            for number, text in enumerate(texts, 1)
        ]
        with Replay(server, empty, Options(timeout=timeout, allow_programs=allow)) as replay:
            return replay.run(steps)

    return call


def relations(server: Server, database: str) -> set[str]:
    with server.connect(database) as connection:
        rows = connection.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND oid >= 16384").fetchall()
    return {name for (name,) in rows}


def failed(run: ScriptRun) -> str:
    assert run.failure is not None
    assert run.failure.observed.failure is not None
    return run.failure.observed.failure.message


def test_a_script_in_a_transaction_is_undone_as_a_whole(run: Ran, server: Server, empty: str) -> None:
    (script,) = run("CREATE TABLE a (); SELECT nope;")
    assert not script.applied
    assert failed(script) == 'column "nope" does not exist'
    assert relations(server, empty) == set()


def test_a_script_outside_keeps_what_is_done(run: Ran, server: Server, empty: str) -> None:
    (script,) = run("CREATE TABLE a (); SELECT nope; CREATE TABLE b ();", apart=True)
    assert not script.applied
    assert len(script.statements) == 2
    assert relations(server, empty) == {"a"}


def test_the_next_script_runs_after_a_failed_one(run: Ran, server: Server, empty: str) -> None:
    first, second = run("CREATE TABLE a (); SELECT 1 / 0;", "CREATE TABLE b ();")
    assert (first.applied, second.applied) == (False, True)
    assert relations(server, empty) == {"b"}


def test_what_refuses_a_block_runs_outside(run: Ran) -> None:
    _, script = run(
        "CREATE TABLE a (id int);", "CREATE INDEX CONCURRENTLY i ON a (id); VACUUM a; DISCARD ALL;", apart=True
    )
    assert script.applied
    assert [ran.how for ran in script.statements] == ["outside a transaction"] * 3
    assert script.statements[0].observed.effects[0].lock.sql == "SHARE UPDATE EXCLUSIVE"


def test_what_refuses_a_block_fails_inside(run: Ran) -> None:
    _, script = run("CREATE TABLE a (id int);", "CREATE INDEX CONCURRENTLY i ON a (id);")
    assert "cannot run inside a transaction block" in failed(script)


def test_the_files_own_block(run: Ran) -> None:
    _, script = run("CREATE TABLE a (id int);", "BEGIN; ALTER TABLE a ADD b int; COMMIT; ANALYZE a;", apart=True)
    assert script.applied
    assert [ran.how for ran in script.statements][1] == "in the transaction"


def test_procedures_that_commit(run: Ran) -> None:
    body = "CREATE TABLE a (id int);"
    body += " CREATE PROCEDURE p() LANGUAGE plpgsql AS 'BEGIN INSERT INTO a VALUES (1); COMMIT; END';"
    _, script = run(body, "CALL p();", apart=True)
    assert script.applied
    assert script.statements[0].how == "outside a transaction"


def test_a_constraint_that_fails_at_the_commit(run: Ran) -> None:
    (script,) = run(
        "CREATE TABLE a (id int PRIMARY KEY);"
        " CREATE TABLE b (id int REFERENCES a DEFERRABLE INITIALLY DEFERRED); INSERT INTO b VALUES (1);"
    )
    assert not script.applied
    assert "violates foreign key constraint" in failed(script)


def test_rows_of_copy(run: Ran, server: Server, empty: str) -> None:
    _, script = run("CREATE TABLE a (id int, t text);", "COPY a FROM stdin;\n1\tx\n2\t\\N\n\\.\n")
    assert script.applied
    with server.connect(empty) as connection:
        assert connection.execute("SELECT count(*), count(t) FROM a").fetchone() == (2, 1)


def test_settings_end_with_the_script_and_defaults_hold(run: Ran) -> None:
    _, _, script = run(
        "CREATE SCHEMA s; SET search_path = s;",
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''8MB''', current_database()); END $$;"
        " CREATE TABLE a ();",
        "SELECT 1 / (count(*) = 1)::int FROM pg_tables WHERE schemaname = 'public';",
    )
    assert script.applied


@pytest.mark.parametrize(
    "made", ["CREATE TEMP TABLE t (a int)", "CREATE TABLE pg_temp.t (a int)", "SET work_mem = '1MB'"]
)
def test_nothing_of_one_scripts_session_is_in_the_next(server: Server, empty: str, made: str) -> None:
    texts = (f"CREATE TABLE kept (a int); {made};", "SELECT FROM kept; SELECT 1 / (to_regclass('t') IS NULL)::int;")
    steps = [Step(whole(f"{n}.sql", text.encode()), n, reported=n > 1) for n, text in enumerate(texts, 1)]
    with Replay(server, empty, Options()) as replay:
        assert all(run.applied for run in replay.run(steps))
        row = replay.connection.execute("SHOW work_mem").fetchone()
        assert row == ("4MB",)


def test_what_has_to_come_before_any_question(run: Ran) -> None:
    (script,) = run(
        "SET LOCAL lock_timeout = '1s'; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;"
        " SELECT 1 / (current_setting('transaction_isolation') = 'serializable')::int;"
    )
    assert script.applied


def test_psqls_commands_and_placeholders(run: Ran) -> None:
    (script,) = run("\\set x 1\nSELECT 1;\nSELECT :x;\n\\i other.sql\n")
    assert [ran.how for ran in script.statements] == ["in the transaction", "not run", "not run"]
    assert [ran.number for ran in script.statements] == [1, 2, 3]


@pytest.mark.parametrize(
    "sql",
    [
        "COPY a TO PROGRAM 'cat > /tmp/x'", "COPY a FROM '/etc/passwd'", "SELECT pg_read_file('/etc/passwd')",
        "ALTER SYSTEM SET work_mem = '1GB'", "LOAD 'auto_explain'", "CREATE EXTENSION dblink",
        "CREATE EXTENSION plpython3u", "SELECT lo_import('/etc/passwd')",
        "DO $$ BEGIN EXECUTE 'COPY a TO PROGRAM ''id'''; END $$", "CREATE TABLESPACE t LOCATION '/tmp'",
        "CREATE FUNCTION f() RETURNS int LANGUAGE c AS '/tmp/x.so', 'f'",
        "CREATE SUBSCRIPTION s CONNECTION 'host=x' PUBLICATION p",
    ],
)  # fmt: skip
def test_what_reaches_the_host_is_refused(run: Ran, sql: str) -> None:
    (script,) = run(f"{sql};", apart=True)
    assert failed(script).startswith("not run: it reaches ")
    assert failed(script).endswith("--allow-programs lets it")


def test_what_reaches_the_host_runs_when_it_may(run: Ran) -> None:
    _, script = run("CREATE TABLE a (t text);", "COPY a FROM PROGRAM 'echo hello';", allow=True)
    assert "not run" not in (failed(script) if script.failure else "")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT pg_sleep(60);",
        "DO $$ BEGIN LOOP BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP; END $$;",
    ],
)
def test_endless_statements_are_stopped(run: Ran, sql: str) -> None:
    begun = time.monotonic()
    first, second = run(sql, "SELECT 1;", timeout=0.3)
    assert "did not end within 0.3 seconds" in failed(first)
    assert second.applied
    assert time.monotonic() - begun < 20


def test_a_script_that_ends_its_own_session(run: Ran) -> None:
    first, second = run("SELECT pg_terminate_backend(pg_backend_pid());", "SELECT 1;")
    assert "terminating connection" in failed(first)
    assert second.applied


def test_the_database_can_not_be_dropped_from_inside(run: Ran, empty: str) -> None:
    (script,) = run(f"DROP DATABASE {empty};", apart=True)
    assert failed(script) == "cannot drop the currently open database"


# --- whole dry runs -------------------------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "migrations").mkdir()
    return tmp_path / "migrations"


def dry(paths: list[str], timeout: float = 30) -> DryRun:
    return dry_run(Request(paths=tuple(paths)), wanted=Wanted(pg=18), options=Options(timeout=timeout))


def test_findings_are_seen(project: Path) -> None:
    (project / "1_orders.sql").write_text("CREATE TABLE orders (id bigint PRIMARY KEY, note text);\n")
    (project / "2_note.sql").write_text("-- ä\nCREATE INDEX n ON orders (note);\nALTER TABLE ordrs ADD b int;\n")
    outcome = dry(["migrations/2_note.sql"])
    assert outcome.applied == 1
    found = {finding.rule: finding for finding in outcome.report.findings}
    assert found["index-without-concurrently"].seen
    assert found["dry-run-failed"].message.endswith('relation "ordrs" does not exist')
    assert outcome.server.startswith("PostgreSQL 18")


def test_a_failed_history_is_told(project: Path) -> None:
    (project / "1_broken.sql").write_text("SELECT 1 / 0;\n")
    (project / "2_fine.sql").write_text("SELECT 1;\n")
    outcome = dry(["migrations/2_fine.sql"])
    assert outcome.report.notes == ["migrations/1_broken.sql:1: this earlier migration failed: division by zero"]


def test_after_a_failure_nothing_is_called_misjudged(project: Path) -> None:
    (project / "1_made.sql").write_text(
        "CREATE TABLE teams (id int PRIMARY KEY);\nCREATE TABLE orders (id int PRIMARY KEY, team int);\n"
    )
    (project / "2_key.sql").write_text("SELECT 1 / 0;\nALTER TABLE orders ADD FOREIGN KEY (team) REFERENCES teams;\n")
    (project / "3_gone.sql").write_text("DROP TABLE orders;\n")
    outcome = dry_run(Request(), lambda _: Config(severity="info"), Wanted(pg=18))
    rules = [finding.rule for finding in outcome.report.findings]
    assert "dry-run-failed" in rules
    assert "effect-misjudged" not in rules


def test_the_server_dies_meanwhile(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tempfile.mkdtemp(prefix="t", dir="/tmp")
    Path(folder).chmod(0o755)
    monkeypatch.setenv("TMPDIR", folder)
    monkeypatch.setattr(tempfile, "tempdir", None)
    (project / "1_long.sql").write_text("SELECT pg_sleep(30);\n")
    (project / "2_later.sql").write_text("SELECT 1;\n")

    def kill() -> None:
        end = time.monotonic() + 20
        while time.monotonic() < end:
            for file in Path(folder).glob("*/data/postmaster.pid"):
                text = file.read_text().splitlines()
                if text[7:8] and text[7].strip() == "ready":
                    time.sleep(0.5)
                    os.kill(int(text[0]), signal.SIGKILL)
                    return
            time.sleep(0.01)

    killer = threading.Thread(target=kill)
    killer.start()
    outcome = dry([])
    killer.join()
    assert [finding.rule for finding in outcome.report.findings] == ["dry-run-failed"]
    assert not list(Path(folder).glob("db-sage-lint-*"))
    shutil.rmtree(folder)


def test_there_and_back(project: Path) -> None:
    (project / "1_orders.up.sql").write_text(
        "CREATE TABLE orders (id bigint PRIMARY KEY);\nCREATE TYPE kept AS ENUM ();\n"
    )
    (project / "1_orders.down.sql").write_text("DROP TABLE orders;\n")
    (project / "2_note.up.sql").write_text("ALTER TABLE orders ADD note text;\n")
    (project / "2_note.down.sql").write_text("ALTER TABLE orders DROP note;\n")
    outcome = dry([])
    assert len(outcome.runs) == 4
    assert all(run.applied for run in outcome.runs)
    restored = {run.script.path.rpartition("/")[2]: run.not_restored for run in outcome.runs if run.not_restored}
    assert restored == {
        "1_orders.down.sql": ("type kept is left", 'migrating once more fails: type "kept" already exists')
    }
    (finding,) = [finding for finding in outcome.report.findings if "restore" in finding.rule]
    assert finding.location.script.path == "migrations/1_orders.down.sql"


def test_only_a_server_tells_what_a_function_leaves(project: Path) -> None:
    body = "DO $$ BEGIN EXECUTE format('CREATE TABLE %I ()', 'made_' || 'up'); END $$;\nSELECT 1;\n"
    (project / "1_made.up.sql").write_text(body)
    (project / "1_made.down.sql").write_text("SELECT 1;\n")
    outcome = dry([])
    (finding,) = [finding for finding in outcome.report.findings if finding.rule == "dry-run-not-restored"]
    assert "table made_up is left" in finding.message


def test_run_again_after_half(run: Ran) -> None:
    _, script = run("CREATE TABLE a (id int);", "DROP TABLE IF EXISTS b; CREATE TABLE c (); SELECT 1;", apart=True)
    assert script.applied
    assert script.again is not None
    assert script.again.observed.failure is not None
    assert script.again.observed.failure.message == 'relation "c" already exists'


def test_run_again_without_harm(run: Ran) -> None:
    (script,) = run(
        "CREATE TABLE IF NOT EXISTS c (); CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON c ((1));", apart=True
    )
    assert script.applied
    assert script.again is None


def test_sessions_begin_with_the_runners_settings(project: Path) -> None:
    (project.parent / ".db-sage-lint.yaml").write_text("runner-settings: {work_mem: 7MB, app.tenant: a b}\n")
    check = "current_setting('work_mem') = '7MB' AND current_setting('app.tenant') = 'a b'"
    (project / "1_check.sql").write_text(f"RESET ALL; SELECT 1 / ({check})::int;\n")
    request = Request(paths=("migrations",))
    outcome = dry_run(request, lambda folder: nearest_config(Path(folder or ".")), Wanted(pg=18))
    assert outcome.applied == 1


def test_rows_make_failures_show(project: Path) -> None:
    (project / "1_orders.sql").write_text("CREATE TABLE orders (id bigint PRIMARY KEY, note text);\n")
    (project / "2_note.sql").write_text("ALTER TABLE orders ADD total int NOT NULL;\n")
    request = Request(paths=("migrations/2_note.sql",))
    assert not [f for f in dry_run(request, wanted=Wanted(pg=18)).report.findings if f.rule == "dry-run-failed"]
    outcome = dry_run(request, wanted=Wanted(pg=18), options=Options(rows=10))
    (finding,) = [finding for finding in outcome.report.findings if finding.rule == "dry-run-failed"]
    assert "contains null values" in finding.message


def test_a_seed_that_never_fits_is_a_problem(project: Path) -> None:
    (project / "1_orders.sql").write_text("SELECT 1;\n")
    (project / "rows.sql").write_text("INSERT INTO nowhere VALUES (1);\n")
    request = Request(paths=("migrations/1_orders.sql",))
    outcome = dry_run(request, wanted=Wanted(pg=18), options=Options(seeds=("migrations/rows.sql",)))
    assert outcome.report.problems == [
        'migrations/rows.sql: the seed was not loaded: relation "nowhere" does not exist'
    ]
