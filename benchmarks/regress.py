"""How much of what PostgreSQL's own regression SQL leaves in a server's catalog the replayed catalog has as well.

    python benchmarks/regress.py FOLDER [--major 18] [--list 50] [--minimum 97] [FILE...]

FOLDER holds the files (src/test/regress/sql of PostgreSQL; test/sql/postgres_regress of pganalyze/libpg_query), which
are not part of this project. Each file runs on a database on which test_setup.sql has run, statement by statement, and
the replay takes what the server accepts: what it refuses, it refuses on purpose. Compared are, of what the file made or
changed, tables, columns with types and nullability, constraints with validity, indexes, views and policies.
"""

import argparse
import sys
import traceback
from collections import Counter
from contextlib import suppress
from pathlib import Path

import psycopg
from msgspec import Struct
from psycopg.pq import TransactionStatus

from db_sage_lint.config import Config
from db_sage_lint.context import Context
from db_sage_lint.engine import Engine, Run, Step
from db_sage_lint.judge import Judge
from db_sage_lint.later import Later
from db_sage_lint.operations import Commit, Copy, Rollback
from db_sage_lint.read import Read
from db_sage_lint.script import whole
from db_sage_lint.session import Session
from db_sage_lint.shadow import agreement, servers
from db_sage_lint.shadow.agreement import Agreement
from db_sage_lint.shadow.servers import Server
from db_sage_lint.shadow.statements import Sent, sent

SETUP = "test_setup.sql"
# As pg_regress sets them, and so that nothing runs for ever.
SETTINGS = {
    "timezone": "America/Los_Angeles",
    "datestyle": "Postgres, MDY",
    "intervalstyle": "postgres_verbose",
    "statement_timeout": "15s",
}
ABORTED = {TransactionStatus.INERROR}


class Replayed(Struct):
    """One file's figures; `crashes` are our own faults."""

    agreement: Agreement
    statements: int = 0
    refused: int = 0
    crashes: list[str] = []


class Replay:
    """A file's statements on a server, and in a catalog that takes what the server accepts."""

    def __init__(self, engine: Engine, path: Path, connection: psycopg.Connection) -> None:
        self.engine = engine
        self.connection = connection
        self.script = whole(path.name, path.read_bytes(), transaction=False)
        self.figures = Replayed(Agreement(0, []))
        self.freshen()

    def freshen(self) -> None:
        """A session as it begins."""
        session = Session(self.script, in_transaction=False, settings={}, db=self.engine.db)
        now = Context(self.engine.db, session, Later([]), self.engine.config, {}, set())
        self.run = Run(self.engine, Step(self.script, 1, reported=False), session, now)
        self.session = session

    def replay(self) -> Replayed:
        for one in sent(self.script):
            if one.psql:
                self.reconnect(one)
            elif not one.why_not:
                self.statement(one)
        self.session.close(self.engine.db)
        self.engine.db.commit()
        bugs = self.engine.outcome.bugs
        self.figures.crashes = [f"{self.script.path}: {bug.operation}\n{shown(bug.error)}" for bug in bugs]
        return self.figures

    def reconnect(self, one: Sent) -> None:
        """psql's \\c ends the session, and what it left open."""
        if self.script.source[one.start : one.end].split()[:1] in ([b"\\c"], [b"\\connect"]):
            with suppress(psycopg.Error):
                self.connection.execute("ROLLBACK")
            self.connection.execute("RESET SESSION AUTHORIZATION")
            self.connection.execute("DISCARD ALL")
            self.session.close(self.engine.db)
            self.freshen()

    def statement(self, one: Sent) -> None:
        self.figures.statements += 1
        aborted = self.connection.info.transaction_status in ABORTED
        operations = one.operations
        if not self.accepted(one):
            self.figures.refused += 1
            if not any(isinstance(op, Commit) for op in operations):
                return
            aborted = True  # a deferred constraint was violated
        operations = tuple(Rollback() if aborted and isinstance(op, Commit) else op for op in operations)
        self.run.statement(Read(one.start, one.end, operations))

    def accepted(self, one: Sent) -> bool:
        """Whether the server takes the statement; COPY is given its rows, or read to its end."""
        try:
            copies = [op for op in one.operations if isinstance(op, Copy) and not op.place]
            if copies:
                with self.connection.cursor() as cursor, cursor.copy(one.sql) as copy:
                    if copies[0].is_from:
                        copy.write(one.rows or b"")
                    else:
                        list(copy)
            else:
                self.connection.execute(one.sql)
        except psycopg.Error:
            return False
        return True


def shown(error: Exception) -> str:
    return "".join(traceback.format_exception(error)[-3:])


def one_file(server: Server, folder: Path, name: str) -> Replayed:
    """The figures of a file, which begins where the setup has ended."""
    engine = Engine(Judge({}), Config(pg=server.major, complete_history=True))
    with server.database() as database:
        with server.connect() as connection:
            for setting, value in SETTINGS.items():
                connection.execute(f"ALTER DATABASE {database} SET {setting} = '{value}'".encode())
        connection = server.connect(database)
        if name != SETUP and (folder / SETUP).exists():
            Replay(engine, folder / SETUP, connection).replay()
        before = agreement.of_server(connection)
        figures = Replay(engine, folder / name, connection).replay()
        with suppress(psycopg.Error):
            connection.execute("ROLLBACK")
        connection.execute("RESET SESSION AUTHORIZATION")
        real = agreement.of_server(connection)
        untouched = {key: fact for key, fact in before.items() if real.get(key) == fact}
        figures.agreement = agreement.compare(engine.db, real, untouched)
        connection.close()
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("files", nargs="*", help="names of files; all of the folder if there are none")
    parser.add_argument("--major", type=int, default=18)
    parser.add_argument("--list", type=int, default=50, help="how many differences to print")
    parser.add_argument("--minimum", type=float, default=97, help="the share of equal objects, in percent, to ask for")
    given = parser.parse_args()
    names = given.files or sorted(path.name for path in given.folder.glob("*.sql"))
    total = Replayed(Agreement(0, []))
    kinds: Counter[str] = Counter()
    with servers.started(servers.choose(given.major)) as server:
        for name in names:
            figures = one_file(server, given.folder, name)
            total.agreement.same += figures.agreement.same
            total.agreement.differing += [f"{name}: {line}" for line in figures.agreement.differing]
            total.statements += figures.statements
            total.refused += figures.refused
            total.crashes += figures.crashes
            kinds.update(line.split()[0] for line in figures.agreement.differing)
    return report(total, kinds, given.list, given.minimum)


def report(total: Replayed, kinds: Counter[str], listed: int, minimum: float) -> int:
    """Prints the figures; 1 where they are not good enough."""
    print("\n".join([*total.crashes, *total.agreement.differing[:listed]]))
    share = 100 * total.agreement.same / max(total.agreement.all, 1)
    print(f"{total.statements} statements, of which the server refused {total.refused}; {len(total.crashes)} crashes")
    print(f"{total.agreement.same} of {total.agreement.all} objects are the same: {share:.1f} %; others: {dict(kinds)}")
    return int(bool(total.crashes) or share < minimum)


if __name__ == "__main__":
    sys.exit(main())
