"""What is recorded of statements that are run twice is what servers do."""

from collections.abc import Callable

import psycopg

from tests.effects.twice import TWICE, Twice
from tests.truth.server import Server


def test_run_twice(server: Server, figure: Callable[[str, int], None]) -> None:
    cases = [case for case in TWICE if case.since <= server.major]
    figure("statements run twice", len(cases))
    with server.exclusive(()):
        differing = [line for case in cases for line in difference(case, server)]
    assert not differing, "\n".join(differing)


def difference(case: Twice, server: Server) -> list[str]:
    with server.temporary(case.setup.encode()) as name, server.connect(name) as connection:
        connection.execute(case.sql.encode())
        try:
            connection.execute(case.sql.encode())
            failure = ""
        except psycopg.Error as error:
            failure = str(error).splitlines()[0]
    return [] if bool(failure) == case.fails else [f"{case.sql}: {failure or 'it went through'}"]
