"""A server under test: its major version, and databases made from templates, which are gone when the tests are."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
from psycopg import sql

from tests.truth.observing import Observer

# Roles that examples of rules grant to, as platforms and projects have them.
ROLES = ("app", "anon", "authenticated", "service_role")


class Server:
    """One server by its URL. Databases have the process's number in their names: workers share servers."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.connection = psycopg.connect(url, autocommit=True)
        self.major = self.connection.info.server_version // 10000
        self.made = 0
        self.copied = "" if self.major < 15 else " STRATEGY file_copy"  # what is to be thrown away needs no WAL
        self.templates: dict[str, str] = {}
        self.sessions: dict[str, Observer] = {}

    def execute(self, text: str, *names: str) -> None:
        self.connection.execute(sql.SQL(text).format(*map(sql.Identifier, names)))  # type: ignore[arg-type]

    def new_name(self) -> str:
        self.made += 1
        return f"truth_{os.getpid()}_{self.made}"

    def template(self, script: bytes) -> str:
        """The name of a database on which the script was run, once."""
        key = script.decode()
        if key not in self.templates:
            name = self.new_name()
            self.execute("CREATE DATABASE {} TEMPLATE template0", name)
            with psycopg.connect(self.url, dbname=name, autocommit=True) as connection:
                connection.execute(script)
            self.templates[key] = name
        return self.templates[key]

    @contextmanager
    def database(self, script: bytes) -> Iterator[str]:
        """The name of a database on which the script was run, for the time of the block."""
        name = self.new_name()
        self.execute(f"CREATE DATABASE {{}} TEMPLATE {{}}{self.copied}", name, self.template(script))
        try:
            yield name
        finally:
            self.execute("DROP DATABASE {} WITH (FORCE)", name)

    @contextmanager
    def observer(self, name: str) -> Iterator[Observer]:
        """A session of that database whose statements are watched."""
        observer = Observer(self.url, dbname=name)
        try:
            observer.set("client_min_messages", "debug1")
            yield observer
        finally:
            observer.close()

    def shared(self, script: bytes) -> Observer:
        """A session of a database on which the script was run, for those who leave nothing behind."""
        key = script.decode()
        if key not in self.sessions:
            name = self.new_name()
            self.execute(f"CREATE DATABASE {{}} TEMPLATE {{}}{self.copied}", name, self.template(script))
            self.sessions[key] = Observer(self.url, dbname=name)
            self.sessions[key].set("client_min_messages", "debug1")
        return self.sessions[key]

    def make_tablespace(self, name: str) -> None:
        """Inside the data directory; it stays."""
        with suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
            self.execute("SET allow_in_place_tablespaces = on")
            self.execute("CREATE TABLESPACE {} LOCATION ''", name)

    def close(self) -> None:
        for observer in self.sessions.values():
            name = observer.connection.info.dbname
            observer.close()
            self.execute("DROP DATABASE {} WITH (FORCE)", name)
        for name in self.templates.values():
            self.execute("DROP DATABASE {} WITH (FORCE)", name)
        self.connection.close()
