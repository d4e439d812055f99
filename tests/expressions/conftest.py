"""Fixtures of running servers."""

from collections.abc import Iterator

import pytest
from asking import URLS, Server


@pytest.fixture(scope="module")
def servers() -> Iterator[list[Server]]:
    if not URLS:
        pytest.skip("DB_SAGE_LINT_SERVERS names no server")
    opened = [Server(url) for url in URLS]
    yield opened
    for server in opened:
        server.connection.rollback()
        server.connection.close()


@pytest.fixture
def servers_with_extensions(servers: list[Server]) -> list[Server]:
    """Those servers that have the extensions whose functions are asked for."""
    wanted = "SELECT count(*) FROM pg_available_extensions WHERE name IN ('uuid-ossp', 'pgcrypto')"
    able = [server for server in servers if server.run(wanted) == [(2,)]]
    return able or pytest.skip("no server has uuid-ossp and pgcrypto")


@pytest.fixture
def urls_of_every_version(servers: list[Server]) -> list[str]:
    if {server.major for server in servers} != set(range(13, 19)):
        pytest.skip("DB_SAGE_LINT_SERVERS doesn't name a server of each version from 13 to 18")
    return URLS
