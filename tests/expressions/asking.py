"""Running servers to ask what PostgreSQL itself does.

Their URLs stand in DB_SAGE_LINT_SERVERS, with blanks between; without it, tests that ask them are skipped.
"""

import os

import psycopg

URLS = os.environ.get("DB_SAGE_LINT_SERVERS", "").split()


class Server:
    """A connection whose work is all rolled back; `messages` are those of the last statement, DEBUG1 and up."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(
            url,
            application_name=f"truth_{os.getpid()}",
            options="-c client_min_messages=debug1 -c lock_timeout=10s -c statement_timeout=60s",
        )
        self.messages: list[str] = []
        self.connection.add_notice_handler(lambda d: self.messages.append(d.message_primary or ""))
        self.schema = f"asked_{os.getpid()}"
        self.connection.execute(f"CREATE SCHEMA {self.schema}; SET search_path = {self.schema}")
        self.major = self.connection.info.server_version // 10000

    def run(self, *statements: str) -> list[tuple[object, ...]] | None:
        """The rows of the last statement; all is undone. None where the server refuses one."""
        rows: list[tuple[object, ...]] = []
        try:
            with self.connection.transaction(force_rollback=True):
                for statement in statements:
                    self.messages.clear()
                    cursor = self.connection.execute(statement)
                    rows = cursor.fetchall() if cursor.description else []
        except psycopg.Error:
            return None
        return rows

    def said(self, text: str) -> bool:
        return any(text in message for message in self.messages)
