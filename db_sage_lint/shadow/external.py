"""A server that the user's URL names: looked at before anything is done to it, and left as it was."""

import contextlib
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from db_sage_lint.errors import UserError
from db_sage_lint.shadow.programs import NEWEST, OLDEST
from db_sage_lint.shadow.servers import Server, need_driver, shown

if TYPE_CHECKING:
    import psycopg

LOOKS_LIVE = re.compile(r"\b(prod|production|live|primary|master)\b|[._-]prod|prod[._-]", re.IGNORECASE)
MAINTENANCE = ("postgres", "template0", "template1", "rdsadmin", "cloudsqladmin", "azure_maintenance")
FORCE = "--force runs there all the same, in a database of the run's own"
USERS_RELATIONS = """
SELECT n.nspname || '.' || c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^(pg_|information_schema)'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1 LIMIT 1
"""


@contextlib.contextmanager
def database(url: str, pg: int | None = None, *, force: bool = False) -> Iterator[tuple[Server, str]]:
    """The server of the URL, and a new database in it, dropped at the end. Raises UserError where that isn't safe."""
    need_driver()
    server = Server(url, 0, "")
    with server.connect() as connection:
        number = connection.info.server_version // 10000
        if not OLDEST <= number <= NEWEST:
            raise UserError(f"{shown(url)}: the server is PostgreSQL {number}; it has to be {OLDEST} to {NEWEST}")
        if pg is not None and number != pg:
            raise UserError(f"{shown(url)}: the server is PostgreSQL {number}, not {pg} as --pg says")
        reason = "" if force else looks_used(connection)
        if reason:
            raise UserError(f"{shown(url)}: {reason}, so that it may be in use; name an empty server, or {FORCE}")
        version = connection.execute("SHOW server_version").fetchone()
    server.major, server.version = number, str(version[0]).split()[0] if version else str(number)
    with server.database() as name:
        yield server, name


def looks_used(connection: "psycopg.Connection") -> str:
    """Why the server seems to be somebody's, nothing if it doesn't."""
    info = connection.info
    for what, name in (("host", info.host), ("database", info.dbname)):
        if name and LOOKS_LIVE.search(name):
            return f"the {what} is called {name}"
    row = connection.execute(USERS_RELATIONS).fetchone()
    if row:
        return f"its database {info.dbname} has relations ({row[0]})"
    row = connection.execute(
        "SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_replication",
    ).fetchone()
    if row and row[0]:
        return "it has standby servers"
    others = connection.execute(
        "SELECT datname FROM pg_catalog.pg_stat_activity WHERE pid <> pg_catalog.pg_backend_pid()"
        " AND backend_type = 'client backend' AND datname <> ALL(%s) LIMIT 1",
        (list(MAINTENANCE),),
    ).fetchone()
    return f"others are connected to its database {others[0]}" if others else ""
