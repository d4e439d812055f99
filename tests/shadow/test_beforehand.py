"""What migrations take for granted is made before the first of them, and said."""

from pathlib import Path

import pytest

from db_sage_lint.dry_run import DryRun, Wanted, dry_run
from db_sage_lint.report import Request
from db_sage_lint.script import whole
from db_sage_lint.shadow import servers
from db_sage_lint.shadow.beforehand import MAKERS, PLATFORMS, Beforehand, Provision
from db_sage_lint.shadow.observe import Failure, Observed
from db_sage_lint.shadow.runs import Ran, ScriptRun
from db_sage_lint.shadow.statements import Sent

THERE = frozenset({"hstore", "pg_trgm"})


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "migrations").mkdir()
    return tmp_path / "migrations"


def dry() -> DryRun:
    return dry_run(Request(paths=("migrations",)), wanted=Wanted(pg=18))


def wanted(message: str, code: str, path: str = "1.sql", text: str = "") -> Provision | None:
    script = whole(path, text.encode())
    failed = Ran(0, Sent(0, 1), "in the transaction", Observed(complete=False, failure=Failure(message, code)))
    return Beforehand([script], lambda: THERE).wanted(ScriptRun(script, True, True, [failed], applied=False))


@pytest.mark.parametrize(
    ("message", "code", "sql"),
    [
        ('type "hstore" does not exist', "42704", b'CREATE EXTENSION IF NOT EXISTS hstore SCHEMA public CASCADE'),
        ('operator class "gin_trgm_ops" does not exist for access method "gin"', "42704",
         b'CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public CASCADE'),
        ("function extensions.similarity(text, text) does not exist", "42883",
         b'CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA extensions CASCADE'),
        ('collation "en_US" for encoding "UTF8" does not exist', "42704",
         b"CREATE COLLATION IF NOT EXISTS pg_catalog.\"en_US\" (locale = 'C')"),
    ],
)  # fmt: skip
def test_provided(message: str, code: str, sql: bytes) -> None:
    found = wanted(message, code)
    assert found is not None
    assert found.sql == sql


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ('type "mood" does not exist', "42704"),
        ('type "hstore" does not exist', "22000"),
        ('type "geometry" does not exist', "42704"),
        ('collation "mine" for encoding "UTF8" does not exist', "42704"),
        ('relation "orders" does not exist', "42P01"),
        ('relation "auth_user" does not exist', "42P01"),
    ],
)
def test_left_to_fail(message: str, code: str) -> None:
    assert wanted(message, code) is None


def test_what_a_migration_makes_is_not_provided() -> None:
    assert wanted('type "hstore" does not exist', "42704", text="CREATE EXTENSION hstore") is None
    missing = 'relation "auth_group" does not exist'
    assert wanted(missing, "42P01", "app/migrations/0001_a.py") is not None
    assert wanted(missing, "42P01", "app/migrations/0001_a.py", "CREATE TABLE auth_group (id int)") is None


def test_every_table_of_a_framework_can_be_made() -> None:
    with servers.started(servers.choose(18)) as server:
        for table, maker in MAKERS.items():
            with server.database() as name, server.connect(name) as connection:
                for file in maker.files:
                    connection.execute((PLATFORMS / f"{file}.sql").read_bytes())
                kind = "to_regnamespace" if table == "hdb_catalog" else "to_regclass"
                assert connection.execute(f"SELECT {kind}(%s) IS NOT NULL", (table,)).fetchone() == (True,)


def test_the_run_begins_again_and_says_so(project: Path) -> None:
    (project / "1_orders.sql").write_text("CREATE TABLE orders (id int, note text, tags hstore);\n")
    (project / "2_note.sql").write_text("CREATE INDEX n ON orders USING gin (note gin_trgm_ops);\n")
    outcome = dry()
    assert outcome.applied == 2
    assert outcome.report.notes == [
        "no migration makes the extension hstore, which hstore belongs to; it was made before the first",
        "no migration makes the extension pg_trgm, which gin_trgm_ops belongs to; it was made before the first",
    ]
    assert [agreement.differing for agreement in outcome.agreements] == [[]]


def test_an_extension_that_comes_too_late_is_still_missing(project: Path) -> None:
    (project / "1_orders.sql").write_text("CREATE TABLE orders (id int, tags hstore);\n")
    (project / "2_late.sql").write_text("CREATE EXTENSION hstore;\n")
    assert [run.applied for run in dry().runs] == [False, True]


def test_a_stub_stands_in_for_what_the_server_lacks(project: Path) -> None:
    (project / "1_orders.sql").write_text("CREATE TABLE orders (id uuid DEFAULT uuid_generate_v4());\n")
    outcome = dry()
    assert outcome.applied == 1
    assert outcome.report.notes[0].endswith("as a stub: it is not on this server")


def test_a_collation_of_icu_on_a_server_without(project: Path) -> None:
    (project / "1_names.sql").write_text(
        "CREATE COLLATION IF NOT EXISTS names (provider = icu, locale = 'und-u-ks-level2', deterministic = false);\n"
        "CREATE TABLE people (name text COLLATE names);\n"
    )
    assert dry().applied == 1
