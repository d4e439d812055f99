"""Servers by their major version, each opened once in a worker."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.truth.plugin import FIGURE, urls, why_none
from tests.truth.server import Server

OPENED: dict[str, Server] = {}


def major(url: str) -> int:
    with psycopg.connect(url) as connection:
        return connection.info.server_version // 10000


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each server; without one, a test that is skipped and says why."""
    if "server" in metafunc.fixturenames:
        # One worker for each server: REINDEX DATABASE locks catalogs that all databases share.
        names = {url: f"pg{major(url)}" for url in urls()}
        given = [pytest.param(url, id=name, marks=pytest.mark.xdist_group(name)) for url, name in names.items()]
        metafunc.parametrize("server", given or [pytest.param("", id="none")], indirect=True, scope="session")


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    if not request.param:
        pytest.skip(why_none())
    server = Server(request.param)
    yield server
    server.close()


@pytest.fixture
def figure(request: pytest.FixtureRequest, server: Server):  # type: ignore[no-untyped-def]
    """Adds to the figures that are printed after the tests: kind and count."""
    return lambda kind, count: request.node.user_properties.append((FIGURE, (kind, server.major, count)))
