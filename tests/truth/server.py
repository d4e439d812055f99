"""A server under test: databases made from templates, gone when the tests are, and sessions that are watched."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress

import psycopg
from psycopg import sql

from db_sage_lint.shadow import servers
from db_sage_lint.shadow.extensions import available
from db_sage_lint.shadow.observe import Observer
from tests.truth.bound import MARK

# Switched off, every row read is seen: a plan by index reads rows of the index, a bitmap none at all.
TABLES_ONLY = ("enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan")


class Server(servers.Server):
    """One server by its URL. Databases have the process's number in their names: workers share servers."""

    def __init__(self, url: str) -> None:
        self.mark = MARK.format(pid=os.getpid())
        self.admin = psycopg.connect(url, autocommit=True, application_name=self.mark)
        number = self.admin.info.server_version
        super().__init__(url, number // 10000, f"{number // 10000}.{number % 10000}")
        self.copying = "" if self.major < 15 else " STRATEGY file_copy"  # what is to be thrown away needs no WAL
        self.templates: dict[bytes, str] = {}
        self.sessions: dict[bytes, Observer] = {}

    def execute(self, text: str, *names: str) -> None:
        self.admin.execute(sql.SQL(text).format(*map(sql.Identifier, names)))  # type: ignore[arg-type]

    def copy(self, template: str) -> str:
        """The name of a new database like that one."""
        self._made += 1
        name = f"{self.mark}_{self._made}"
        self.execute(f"CREATE DATABASE {{}} TEMPLATE {{}}{self.copying}", name, template)
        return name

    def template(self, script: bytes) -> str:
        """The name of a database on which the script was run, once."""
        if script not in self.templates:
            name = self.templates[script] = self.copy("template0")
            with self.connect(name) as connection:
                connection.execute(script)
        return self.templates[script]

    @contextmanager
    def observer(self, script: bytes, then: str = "") -> Iterator[Observer]:
        """A session of a database of its own, on which the script was run, and `then`."""
        with self.temporary(script) as name, self.connect(name) as connection:
            if then:
                connection.execute(then.encode())
            yield Observer(connection)

    @contextmanager
    def temporary(self, script: bytes) -> Iterator[str]:
        """The name of a database of its own, on which the script was run."""
        name = self.copy(self.template(script))
        try:
            yield name
        finally:
            self.drop(name)

    def configure(self, database: str, settings: Mapping[str, str]) -> None:
        """What sessions of the database begin with."""
        for name, value in settings.items():
            self.admin.execute(f"ALTER DATABASE {database} SET {name} = '{value}'".encode())

    @contextmanager
    def exclusive(self, roles: Iterable[str]) -> Iterator[None]:
        """The whole server, for what is the same in every database: those roles and no others, and no settings."""
        self.admin.execute("SELECT pg_catalog.pg_advisory_lock(1)")
        try:
            before = self.roles()
            for role in before - {*roles, self.admin.info.user}:
                self.execute("DROP ROLE {}", role)
            for role in set(roles) - before:
                self.execute("CREATE ROLE {}", role)
            yield
        finally:
            self.admin.execute("ALTER ROLE ALL RESET ALL; SELECT pg_catalog.pg_advisory_unlock(1)")

    def roles(self) -> set[str]:
        rows = self.admin.execute("SELECT rolname::text FROM pg_catalog.pg_roles WHERE oid >= 16384").fetchall()
        return {name for (name,) in rows}

    def extensions(self) -> frozenset[str]:
        """Those that it can make."""
        return available(self.admin)

    def shared(self, script: bytes) -> Observer:
        """A session of a database on which the script was run, for those who leave nothing behind."""
        if script not in self.sessions or self.sessions[script].connection.closed:
            self.sessions[script] = Observer(self.connect(self.copy(self.template(script))))
        return self.sessions[script]

    def make_tablespace(self, name: str) -> None:
        """Inside the data directory; it stays."""
        with suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
            self.execute("SET allow_in_place_tablespaces = on")
            self.execute("CREATE TABLESPACE {} LOCATION ''", name)

    def close(self) -> None:
        for observer in self.sessions.values():
            name = observer.connection.info.dbname
            observer.connection.close()
            self.drop(name)
        for name in self.templates.values():
            self.drop(name)
        self.admin.close()
