"""One server for the tests of a process, and fresh databases in it."""

from collections.abc import Iterator

import psycopg
import pytest

from db_sage_lint.shadow.servers import Server, choose, started
from tests.effects.cases import FIXTURE


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with started(choose(18)) as running:
        yield running


@pytest.fixture(scope="session")
def template(server: Server) -> Iterator[str]:
    """A database with the relations and rows of the effects' fixture."""
    with server.database() as name:
        with server.connect(name) as connection:
            connection.execute(FIXTURE)
        yield name


@pytest.fixture
def database(server: Server, template: str) -> Iterator[str]:
    with server.database(template) as name:
        yield name


@pytest.fixture
def connection(server: Server, database: str) -> Iterator[psycopg.Connection]:
    with server.connect(database) as opened:
        yield opened
