"""What is predicted where the catalog can't tell, and how predictions are handed out."""

from collections.abc import Iterator

import pytest

import db_sage_lint.operations as operations
from db_sage_lint.catalog import Catalog
from db_sage_lint.effects import Effect, Lock, default_volatility, predict
from db_sage_lint.effects.predict import Server, effects, strongest_first
from db_sage_lint.effects.tables import emptied_by_cascade
from db_sage_lint.operations import AddColumn, Name, Operation
from db_sage_lint.read import read
from db_sage_lint.script import Origin, whole

USERS = Name("users", "public")
ORDERS = Name("orders", "public")

# What takes no lock on a table, view, index or sequence that was there before, on any version.
NO_EFFECT = {
    "what the shadow or an expansion has to show": {
        "Nothing", "Unread", "DoBlock", "Query", "SyntaxProblem", "ShadowDiffered", "ShadowFailed", "ShadowNotRestored",
    },
    "a place in the history": {
        "ScriptEnd", "ChangeSetEnd", "FileEdited", "FileOutOfOrder", "FileDuplicated", "MarkMisplaced",
        "FileWithoutDown", "FileUnrecognised", "ChainBroken", "Skipped", "SchemaDump",
    },
    "a comment in the file": {"InvalidIgnore", "UnusedIgnore"},
    "types and functions are not locked": {
        "CreateEnum", "AddEnumValue", "RenameEnumValue", "CreateDomain", "CreateCompositeType", "CreateType",
        "CreateFunction", "AlterFunction", "CreateAggregate",
    },
    "the server's own objects": {
        "CreateSchema", "CreateExtension", "CreateSubscription", "AlterSubscription", "GrantRole",
        "AlterDefaultPrivileges", "CreateRole", "AlterRole", "AlterSetting", "ServerOptions", "ServerWide",
    },
    "the session": {
        "Begin", "Commit", "Rollback", "Savepoint", "ReleaseSavepoint", "RollbackToSavepoint", "PrepareTransaction",
        "SetConstraints", "SetVariable", "ResetVariable", "PsqlCommand",
    },
}  # fmt: skip


def concrete(kind: type[Operation]) -> Iterator[type[Operation]]:
    """The operations that statements are lowered to: those that are no base of others, or are both."""
    for sub in kind.__subclasses__():
        if sub.__module__.startswith(operations.__name__):
            if not sub.__subclasses__():
                yield sub
            yield from concrete(sub)


def test_every_operation_has_effects_or_a_reason_for_none() -> None:
    without = {kind.__name__ for kind in concrete(Operation) if not effects[kind]}
    assert without == set().union(*NO_EFFECT.values())


def replayed(sql: str, *, complete: bool = False) -> Catalog:
    db = Catalog(complete=complete)
    script = whole("history.sql", sql.encode())
    for statement in read(script):
        for op in statement.operations:
            if not db.skips(op):
                db.apply(op, Origin(script, statement.start, statement.end, 0))
    return db


def operation(sql: str) -> Operation:
    (statement,) = read(whole("new.sql", sql.encode()))
    return statement.operations[0]


def predicted(sql: str, db: Catalog, pg: int = 16) -> tuple[Effect, ...]:
    return predict(operation(sql), db, pg)


@pytest.mark.parametrize(
    ("sql", "effect"),
    [
        ("ALTER TABLE users ALTER a SET NOT NULL", Effect(USERS, Lock.ACCESS_EXCLUSIVE, scans=True)),
        ("ALTER TABLE users ADD COLUMN a int DEFAULT f()", Effect(USERS, Lock.ACCESS_EXCLUSIVE)),
        ("ALTER TABLE users ALTER a TYPE text", Effect(USERS, Lock.ACCESS_EXCLUSIVE, scans=True, rewrites=True)),
        ("ALTER TABLE users VALIDATE CONSTRAINT c", Effect(USERS, Lock.SHARE_UPDATE_EXCLUSIVE, scans=True)),
        ("ALTER TABLE users DROP CONSTRAINT c", Effect(USERS, Lock.ACCESS_EXCLUSIVE)),
        ("ALTER TABLE users SET UNLOGGED", Effect(USERS, Lock.ACCESS_EXCLUSIVE, scans=True, rewrites=True)),
        ("ALTER TABLE users ADD PRIMARY KEY USING INDEX i", Effect(USERS, Lock.ACCESS_EXCLUSIVE, scans=True)),
        ("CREATE INDEX CONCURRENTLY i ON users (a)", Effect(USERS, Lock.SHARE_UPDATE_EXCLUSIVE, scans=True)),
        ("REINDEX TABLE users", Effect(USERS, Lock.SHARE, scans=True)),
        ("DELETE FROM users", Effect(USERS, Lock.ROW_EXCLUSIVE, scans=True)),
        ("UPDATE users SET a = 1 WHERE id = 5", Effect(USERS, Lock.ROW_EXCLUSIVE)),
        ("DROP TABLE users CASCADE", Effect(USERS, Lock.ACCESS_EXCLUSIVE)),
        ("ALTER TABLE p ATTACH PARTITION users DEFAULT", Effect(USERS, Lock.ACCESS_EXCLUSIVE, scans=True)),
    ],
)
def test_unknown_relations(sql: str, effect: Effect) -> None:
    assert next(e for e in predicted(sql, Catalog()) if e.relation == USERS) == effect


def test_strongest_lock_first_and_one_effect_a_relation() -> None:
    db = replayed("CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE orders (u int REFERENCES users);")
    assert [(e.relation, e.lock) for e in predicted("ALTER TABLE orders DROP COLUMN u", db)] == [
        (ORDERS, Lock.ACCESS_EXCLUSIVE),
        (USERS, Lock.ACCESS_EXCLUSIVE),
    ]
    weak, strong = Effect(USERS, Lock.SHARE, scans=True), Effect(USERS, Lock.ACCESS_EXCLUSIVE, rewrites=True)
    other = Effect(ORDERS, Lock.EXCLUSIVE)
    assert strongest_first([other, weak, strong]) == (
        Effect(USERS, Lock.ACCESS_EXCLUSIVE, scans=True, rewrites=True),
        other,
    )


def test_names_are_resolved_by_search_path() -> None:
    db = replayed("CREATE SCHEMA shop; CREATE TABLE shop.users (id int); SET search_path = shop;")
    db.search_path = ("shop", "public")
    assert predicted("ALTER TABLE users ADD COLUMN a int", db)[0].relation == Name("users", "shop")


def test_nothing_is_locked_that_is_known_not_to_exist() -> None:
    db = replayed("CREATE TABLE orders (id int);", complete=True)
    assert predicted("DROP TABLE IF EXISTS users", db) == ()
    assert predicted("ALTER TABLE IF EXISTS users ADD COLUMN IF NOT EXISTS a int", db) == ()
    assert predicted("ALTER TABLE IF EXISTS orders ADD COLUMN IF NOT EXISTS id int", db) == (
        Effect(ORDERS, Lock.ACCESS_EXCLUSIVE),
    )


@pytest.mark.parametrize(
    ("column", "volatility"),
    [
        ("int", "immutable"),
        ("int DEFAULT 1", "immutable"),
        ("timestamptz DEFAULT now()", "stable"),
        ("uuid DEFAULT gen_random_uuid()", "volatile"),
        ("int DEFAULT nobody_knows()", "unknown"),
        ("stamp", "volatile"),
        ("stamp DEFAULT now()", "stable"),
    ],
)
def test_default_volatility(column: str, volatility: str) -> None:
    db = replayed("CREATE DOMAIN stamp AS timestamptz DEFAULT clock_timestamp();")
    op = operation(f"ALTER TABLE users ADD COLUMN a {column}")
    assert isinstance(op, AddColumn)
    assert default_volatility(op.column, db) == volatility


def test_truncate_cascade_follows_keys_and_partitions() -> None:
    db = replayed(
        "CREATE TABLE users (id int PRIMARY KEY);"
        "CREATE TABLE orders (id int PRIMARY KEY, u int REFERENCES users);"
        "CREATE TABLE lines (id int, o int REFERENCES orders) PARTITION BY RANGE (id);"
        "CREATE TABLE lines_1 PARTITION OF lines FOR VALUES FROM (0) TO (9);"
        "CREATE TABLE loop (id int PRIMARY KEY, up int REFERENCES loop);"
    )
    server = Server(db, 16)
    emptied = [name.name for name in emptied_by_cascade(server, Name("users"))]
    assert emptied == ["orders", "lines", "lines_1"]
    assert emptied_by_cascade(server, Name("loop")) == ()
