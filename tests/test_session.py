"""Transactions, savepoints, settings and held locks, statement by statement."""

from collections.abc import Mapping

import pytest

from db_sage_lint.catalog import Catalog
from db_sage_lint.catalog.records import Table, View
from db_sage_lint.effects import Effect, Lock, predict
from db_sage_lint.operations import AlterSetting, Name
from db_sage_lint.read import read
from db_sage_lint.script import Origin, whole
from db_sage_lint.session import Session, apply_defaults, milliseconds, search_path

USERS = Name("users", "public")
ORDERS = Name("orders", "public")


class Runner:
    """Runs text through a catalog and a session as the engine does."""

    def __init__(self, *, in_transaction: bool = False, settings: Mapping[str, str] | None = None) -> None:
        self.db = Catalog()
        for table in ("users", "orders"):
            self._apply(f"CREATE TABLE {table} (id int);")
        self.session = Session(whole("x.sql", b""), in_transaction=in_transaction, settings=settings or {}, db=self.db)

    def _apply(self, sql: str) -> None:
        script = whole("before.sql", sql.encode())
        for statement in read(script):
            for op in statement.operations:
                self.db.apply(op, Origin(script, statement.start, statement.end, 0))

    def run(self, sql: str) -> "Runner":
        script = whole("x.sql", sql.encode())
        for statement in read(script):
            origin = Origin(script, statement.start, statement.end, 1)
            for op in statement.operations:
                effects = predict(op, self.db, 16, self.session.settings)
                if not self.db.skips(op):
                    self.db.apply(op, origin)
                self.session.apply(op, effects, origin, self.db)
        return self

    @property
    def held(self) -> dict[str, Lock]:
        return {name.name: held.lock for name, held in self.session.held.items()}

    def columns(self, table: str = "users") -> list[str]:
        found = self.db.table(Name(table))
        assert found is not None
        return list(found.columns)


# --- transactions ----------------------------------------------------------------------------------------------------


def test_the_runners_transaction() -> None:
    runner = Runner(in_transaction=True)
    assert runner.session.in_transaction
    assert not runner.session.own_block
    runner.run("BEGIN;")  # a warning
    assert (runner.session.own_block, runner.session.began) == (False, None)
    runner.run("COMMIT;")  # ends the runner's
    assert not runner.session.in_transaction


def test_the_files_own_block() -> None:
    session = Runner().run("SELECT 1; BEGIN;").session
    assert session.in_transaction
    assert session.own_block
    assert session.began is not None
    assert session.began.start == 10


def test_commit_outside_does_nothing() -> None:
    assert not Runner().run("COMMIT; ROLLBACK; PREPARE TRANSACTION 'x';").session.in_transaction


@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK"])
def test_and_chain_opens_the_next(end: str) -> None:
    session = Runner().run(f"BEGIN; LOCK TABLE users; {end} AND CHAIN;").session
    assert session.in_transaction
    assert session.own_block
    assert session.held == {}


def test_and_chain_of_the_runners_stays_the_runners() -> None:
    session = Runner(in_transaction=True).run("COMMIT AND CHAIN;").session
    assert (session.in_transaction, session.own_block) == (True, False)


def test_rollback_undoes_the_catalog() -> None:
    runner = Runner().run("ALTER TABLE users ADD a int; BEGIN; ALTER TABLE users ADD b int; ROLLBACK;")
    assert runner.columns() == ["id", "a"]


def test_rollback_of_the_runners_transaction() -> None:
    runner = Runner(in_transaction=True).run("ALTER TABLE users ADD a int; ROLLBACK; ALTER TABLE users ADD b int;")
    assert runner.columns() == ["id", "b"]


def test_savepoints() -> None:
    runner = Runner().run(
        "BEGIN; SAVEPOINT a; ALTER TABLE users ADD a int; SAVEPOINT b; ALTER TABLE users ADD b int;"
        "ROLLBACK TO a; ALTER TABLE users ADD c int;"
    )
    assert runner.columns() == ["id", "c"]
    runner.run("ROLLBACK TO a;")  # it is still there
    assert runner.columns() == ["id"]
    runner.run("ALTER TABLE users ADD d int; ROLLBACK TO b;")  # this one is not
    assert runner.columns() == ["id", "d"]
    assert runner.run("ROLLBACK;").columns() == ["id"]


def test_released_savepoints_are_gone() -> None:
    runner = Runner().run("BEGIN; SAVEPOINT a; SAVEPOINT b; ALTER TABLE users ADD a int; RELEASE a; ROLLBACK TO b;")
    assert runner.columns() == ["id", "a"]


def test_the_latest_savepoint_of_a_name_counts() -> None:
    runner = Runner().run("BEGIN; SAVEPOINT a; ALTER TABLE users ADD a int; SAVEPOINT a; ROLLBACK TO a;")
    assert runner.columns() == ["id", "a"]


def test_a_whole_script_can_be_undone() -> None:
    runner = Runner()
    mark = runner.db.mark()
    runner.run("BEGIN; ALTER TABLE users ADD a int; COMMIT; BEGIN; ROLLBACK; ALTER TABLE users ADD b int;")
    runner.db.rollback(mark)
    assert runner.columns() == ["id"]


# --- locks -----------------------------------------------------------------------------------------------------------


def test_locks_are_held_until_the_transaction_ends() -> None:
    runner = Runner().run("LOCK TABLE users; BEGIN;")
    assert runner.held == {}
    runner.run("LOCK TABLE orders IN SHARE MODE; ALTER TABLE users ADD a int;")
    assert runner.held == {"orders": Lock.SHARE, "users": Lock.ACCESS_EXCLUSIVE}
    assert runner.run("COMMIT;").held == {}


def test_the_first_statement_that_asked_for_the_strongest_lock() -> None:
    runner = Runner().run("BEGIN; LOCK TABLE users IN SHARE MODE; LOCK TABLE users; ALTER TABLE users ADD a int;")
    assert runner.session.held[USERS].origin.start == 39


def test_rollback_to_a_savepoint_releases_locks() -> None:
    runner = Runner().run("BEGIN; LOCK TABLE users IN SHARE MODE; SAVEPOINT a; LOCK TABLE users; LOCK TABLE orders;")
    assert runner.run("ROLLBACK TO a;").held == {"users": Lock.SHARE}


def test_a_renamed_table_stays_locked() -> None:
    runner = Runner().run("BEGIN; ALTER TABLE users RENAME TO people; CREATE TABLE users (id int);")
    assert runner.held == {"people": Lock.ACCESS_EXCLUSIVE}
    runner.run("CREATE SCHEMA shop; ALTER TABLE people SET SCHEMA shop;")
    assert list(runner.session.held) == [Name("people", "shop")]


def test_no_lock_is_no_lock() -> None:
    runner = Runner(in_transaction=True)
    op = next(iter(read(whole("x.sql", b"SELECT 1")))).operations[0]
    origin = Origin(runner.session.script, 0, 0, 0)
    runner.session.apply(op, (Effect(USERS, Lock.NONE),), origin, runner.db)
    assert runner.held == {}


# --- settings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("SET lock_timeout = '5s';", "5s"),
        ("SET LOCK_TIMEOUT TO 5000;", "5000"),
        ("SELECT set_config('lock_timeout', '5s', false);", "5s"),
        ("SET LOCAL lock_timeout = '5s';", None),  # outside a transaction: no effect
        ("BEGIN; SET LOCAL lock_timeout = '5s';", "5s"),
        ("BEGIN; SELECT set_config('lock_timeout', '5s', true);", "5s"),
        ("BEGIN; SET LOCAL lock_timeout = '5s'; COMMIT;", None),
        ("BEGIN; SET LOCAL lock_timeout = '5s'; ROLLBACK;", None),
        ("BEGIN; SET lock_timeout = '5s'; COMMIT;", "5s"),
        ("BEGIN; SET lock_timeout = '5s'; ROLLBACK;", None),
        ("SET lock_timeout = '1s'; BEGIN; SET lock_timeout = '5s'; ROLLBACK;", "1s"),
        ("BEGIN; SET lock_timeout = '1s'; SET LOCAL lock_timeout = '5s'; COMMIT;", "1s"),
        ("BEGIN; SET LOCAL lock_timeout = '1s'; SET lock_timeout = '5s'; COMMIT;", "5s"),
        ("BEGIN; SET lock_timeout = '1s'; SAVEPOINT a; SET lock_timeout = '5s'; ROLLBACK TO a; COMMIT;", "1s"),
        ("BEGIN; SAVEPOINT a; SET LOCAL lock_timeout = '5s'; RELEASE a;", "5s"),
        ("SET lock_timeout = '5s'; RESET lock_timeout;", None),
        ("SET lock_timeout = '5s'; SET lock_timeout TO DEFAULT;", None),
        ("SET lock_timeout = '5s'; RESET ALL;", None),
        ("SET lock_timeout = '5s'; DISCARD ALL;", None),
        ("SET lock_timeout = '5s'; SET lock_timeout FROM CURRENT;", "5s"),
        ("SET lock_timeout = '5s'; BEGIN; RESET lock_timeout; ROLLBACK;", "5s"),
    ],
)
def test_settings(sql: str, value: str | None) -> None:
    assert Runner().run(sql).session.settings.get("lock_timeout") == value


def test_reset_comes_back_to_what_the_session_started_with() -> None:
    session = Runner(settings={"lock_timeout": "2s"}).run("SET lock_timeout = '5s'; RESET lock_timeout;").session
    assert session.settings == {"lock_timeout": "2s"}
    assert session.ever_set == {"lock_timeout"}


def test_switching_a_timeout_off_is_no_habit() -> None:
    assert Runner().run("SET lock_timeout = 0;").session.ever_set == set()


def test_search_path_is_the_catalogs() -> None:
    runner = Runner().run("SET search_path = shop, public;")
    assert runner.db.search_path == ("shop", "public")
    runner.run("BEGIN; SET LOCAL search_path = a; COMMIT;")
    assert runner.db.search_path == ("shop", "public")
    runner.run("BEGIN; SET search_path = a; ROLLBACK;")
    assert runner.db.search_path == ("shop", "public")
    runner.session.close(runner.db)
    assert runner.db.search_path == ("public",)


def test_search_path_from_the_start() -> None:
    assert Runner(settings={"search_path": "shop"}).db.search_path == ("shop",)


def test_the_end_of_a_script_ends_its_transaction() -> None:
    runner = Runner().run("BEGIN; ALTER TABLE users ADD a int;")
    runner.session.close(runner.db)
    assert not runner.session.in_transaction
    assert runner.held == {}
    assert runner.columns() == ["id", "a"]


@pytest.mark.parametrize(
    ("ops", "defaults"),
    [
        ([AlterSetting(name="lock_timeout", value="5s", database="app")], {"lock_timeout": "5s"}),
        ([AlterSetting(name="lock_timeout", value="5s")], {"lock_timeout": "5s"}),
        ([AlterSetting(name="lock_timeout", value="5s", role="postgres")], {"lock_timeout": "5s"}),
        ([AlterSetting(name="lock_timeout", value="5s", role="web")], {}),
        ([AlterSetting(name="Lock_Timeout", value="5s"), AlterSetting(name="lock_timeout", value=None)], {}),
        ([AlterSetting(name="lock_timeout", value="5s"), AlterSetting(name="all", value=None)], {}),
        ([AlterSetting(name="lock_timeout", value="from current")], {}),
    ],
)
def test_defaults_of_later_sessions(ops: list[AlterSetting], defaults: dict[str, str]) -> None:
    found: dict[str, str] = {}
    for op in ops:
        apply_defaults(op, found)
    assert found == defaults


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("5s", 5000), ("2min", 120_000), ("5000", 5000), ("0", 0), ("1.5 s", 1500), (" 1h ", 3_600_000),
        ("1d", 86_400_000), ("250ms", 250), ("900us", 1), ("100us", 0), (".5s", 500), ("+3s", 3000), ("", None),
        ("soon", None), ("-1", None), ("5S", None), ("5 seconds", None),
    ],
)  # fmt: skip
def test_milliseconds(value: str, expected: int | None) -> None:
    assert milliseconds(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("public", ("public",)), ("a, b", ("a", "b")), ('"$user", public', ("public",)), ("$user,public", ("public",)),
        ('"Shop", Other', ("Shop", "other")), ('"a,b", "c""d"', ("a,b", 'c"d')),
        ("", ()), ('""', ()), (" a ,b ", ("a", "b")),
    ],
)  # fmt: skip
def test_search_path(value: str, expected: tuple[str, ...]) -> None:
    assert search_path(value) == expected


# --- roles -----------------------------------------------------------------------------------------------------------


def owner(runner: Runner, table: str) -> str:
    found = runner.db.relation(Name(table, "public"))
    assert isinstance(found, Table | View)
    return found.owner


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("", ""),
        ("SET ROLE clerk;", "clerk"),
        ("SET ROLE clerk; RESET ROLE;", ""),
        ("SET ROLE clerk; SET ROLE NONE;", ""),
        ("SET SESSION AUTHORIZATION clerk;", "clerk"),
        ("SET SESSION AUTHORIZATION boss; SET ROLE clerk; RESET ROLE;", "boss"),
        ("SET ROLE clerk; SET SESSION AUTHORIZATION boss;", "boss"),
        ("SET SESSION AUTHORIZATION boss; RESET SESSION AUTHORIZATION;", ""),
        ("BEGIN; SET LOCAL ROLE clerk; COMMIT;", ""),
        ("BEGIN; SET ROLE clerk; ROLLBACK;", ""),
    ],
)
def test_who_owns_what_is_made(before: str, expected: str) -> None:
    runner = Runner().run(f"{before} CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t;")
    assert owner(runner, "t") == owner(runner, "v") == expected


def test_drop_owned_takes_what_a_role_made() -> None:
    runner = Runner().run("SET ROLE clerk; CREATE TABLE t (a int); RESET ROLE; CREATE VIEW v AS SELECT a FROM t;")
    runner.run("DROP OWNED BY clerk CASCADE;")
    assert not runner.db.relations.keys() & {Name("t", "public"), Name("v", "public")}
    assert Name("orders", "public") in runner.db.relations
