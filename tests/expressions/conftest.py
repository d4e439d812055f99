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


@pytest.fixture(scope="session")
def server_urls() -> list[str]:
    if not URLS:
        pytest.skip("DB_SAGE_LINT_SERVERS names no server")
    return URLS
