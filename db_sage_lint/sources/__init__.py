"""Where migrations come from: which files are a runner's, in which order they run, and in which transaction.

Every runner is a module with the attributes of `history.Runner`, named here with the sign that a folder must have for
it to be asked. Those in MARKED have files or comments that no other runner has, those in NAMED are known by the layout
of their folders; each list has the most particular first.
"""

from typing import cast

from db_sage_lint.errors import UserError, nearest
from db_sage_lint.script import UNKNOWN_CLIENT, Client
from db_sage_lint.sources.history import Runner
from db_sage_lint.sources.late import Late

PAIRS = (".up.sql", ".down.sql")
FOLDERS = ("/up.sql", "/down.sql")

LATE_MARKED = (
    Late("sqitch", "sqitch.plan"),
    Late("prisma", "migration.sql"),
    Late("drizzle", "_journal.json", "snapshot.json"),
    Late("liquibase", "changelog", "master.xml", texts=(b"liquibase",)),
    Late("atlas", "atlas.sum"),
    Late("alembic", ".py"),
    Late("django", ".py"),
    Late("javascript", ".js", ".ts", ".mjs", ".cjs", ".mts", ".cts"),
    Late("goose", texts=(b"+goose",)),
    Late("dbmate", texts=(b"migrate:",)),
    Late("sql_migrate", texts=(b"+migrate",)),
    Late("tern", "tern.conf", texts=(b"create above / drop below",)),
    Late("graphile_migrate", "committed/", "current"),
    Late("node_pg_migrate", texts=(b"migration",)),
    Late("temporal", "manifest.json"),
)
LATE_NAMED = (
    Late("supabase", "supabase/migrations"),
    Late("synapse", "/delta\n", "/full_schemas\n"),
    Late("diesel", *FOLDERS),
    Late("refinery", "__"),
    Late("flyway", "__"),
    Late("pop", *PAIRS),
    Late("sqlx", "_"),
    Late("hasura", *FOLDERS),
    Late("golang_migrate", *PAIRS),
    Late("postgres_migrations"),
    Late("psql", texts=(b"\\",)),
    Late("numbered"),
)

MARKED = cast("tuple[Runner, ...]", LATE_MARKED)
NAMED = cast("tuple[Runner, ...]", LATE_NAMED)
RUNNERS: tuple[Runner, ...] = MARKED + NAMED


def modules() -> tuple[Runner, ...]:
    """The modules of all runners, imported."""
    return cast("tuple[Runner, ...]", tuple(runner.module() for runner in LATE_MARKED + LATE_NAMED))


def client_of(name: str) -> Client:
    """What sends the scripts of the runner of that name. Raises UserError where there is none."""
    for runner in RUNNERS:
        if name == runner.NAME:
            return cast("Client", getattr(runner, "CLIENT", UNKNOWN_CLIENT))
    raise UserError(f"there is no runner `{name}`{nearest(name, (runner.NAME for runner in RUNNERS))}")
