"""pytest's part: `--servers` starts the servers before the tests and stops them after; figures are printed at the end.

The servers' URLs stand in DB_SAGE_LINT_SERVERS, with blanks between, for workers and for tests elsewhere. Whoever has
servers of their own, empty ones that may be changed, names them there and leaves the option out.
"""

import os
from collections import Counter
from collections.abc import Generator
from contextlib import ExitStack

import pytest

from tests.truth.bound import bound, process_bound
from tests.truth.servers import EMBEDDED, RELEASES, UnavailableError, running

VARIABLE = "DB_SAGE_LINT_SERVERS"
REASON = "DB_SAGE_LINT_NO_SERVER"
STACK = pytest.StashKey[ExitStack]()
FIGURE = "truth"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--servers",
        metavar="WHICH",
        help=f"PostgreSQL servers to start for the tests: {EMBEDDED}, all, or majors with commas between (13,18)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Starts the servers in the process that hands out the tests. Without the embedded one its tests are skipped."""
    which = config.getoption("--servers")
    if not which or hasattr(config, "workerinput"):
        return
    stack = config.stash[STACK] = ExitStack()
    try:
        urls = stack.enter_context(running(list(map(str, RELEASES)) if which == "all" else which.split(",")))
        os.environ[VARIABLE] = " ".join(urls)
    except UnavailableError as reason:
        if which != EMBEDDED:
            raise pytest.UsageError(str(reason)) from None
        os.environ[REASON] = str(reason)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    """No test takes for ever."""
    with process_bound():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    """No statement on a server does."""
    with bound(urls()):
        return (yield)


def pytest_unconfigure(config: pytest.Config) -> None:
    if STACK in config.stash:
        config.stash[STACK].close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was compared, by kind and version."""
    figures: Counter[tuple[str, int]] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, value in getattr(report, "user_properties", ()) if getattr(report, "when", "") == "call" else ():
                if name == FIGURE:
                    kind, major, count = value
                    figures[kind, major] += count
    for kind in sorted({kind for kind, _ in figures}):
        counts = ", ".join(f"{major}: {count}" for (of, major), count in sorted(figures.items()) if of == kind)
        terminalreporter.write_line(f"{kind}: {counts}")


def urls() -> list[str]:
    return os.environ.get(VARIABLE, "").split()


def why_none() -> str:
    return os.environ.get(REASON) or f"no server: --servers starts some, or {VARIABLE} names them"
