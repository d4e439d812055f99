"""Every record of tests/effects/cases is what the server does; what is predicted of them is tested there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from msgspec.structs import replace

from db_sage_lint.effects import Effect, Lock
from db_sage_lint.operations import Name
from tests.effects.cases import FAMILIES, FIXTURE, Case, line_of
from tests.truth.observing import Observer, Seen, wait_for
from tests.truth.server import Server

# So that every row read is seen: a plan by index reads rows of the index, a bitmap none at all.
TABLES_ONLY = ("enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan")
INDEXES_FIRST = ("enable_seqscan",)


@pytest.mark.parametrize("family", FAMILIES)
def test_cases(family: str, server: Server, figure: Callable[[str, int], None]) -> None:
    planner = INDEXES_FIRST if family == "rows" else TABLES_ONLY
    wanted = [(case, lines) for case in FAMILIES[family] for lines in case.recorded(server.major)]
    found = [(case, lines, told(case, server, planner)) for case, lines in wanted]
    figure("cases", len(found))
    assert [(case.id, lines, seen) for case, lines, seen in found if lines != seen] == []


def told(case: Case, server: Server, planner: tuple[str, ...]) -> list[str] | str:
    """What was observed, as the records write it."""
    if case.needs == "tablespace":
        server.make_tablespace("ts_case")
    seen = outside(case, server, planner) if case.outside else inside(case, server, planner)
    return f"error {seen.error}" if seen.error else sorted(map(line_of, seen.effects.values()))


def inside(case: Case, server: Server, planner: tuple[str, ...]) -> Seen:
    """In a transaction that is rolled back; on a database of its own where the case has a setup to be committed."""
    if case.setup:
        with server.database(FIXTURE) as name, server.observer(name) as observer:
            observer.connection.execute(case.setup.encode())
            return rolled_back(case, observer, planner)
    return rolled_back(case, server.shared(FIXTURE), planner)


def rolled_back(case: Case, observer: Observer, planner: tuple[str, ...]) -> Seen:
    observer.connection.execute("BEGIN")
    try:
        prepare(case, observer, planner, local=True)
        return observer.watch(case.sql)
    finally:
        observer.connection.execute("ROLLBACK")


def prepare(case: Case, observer: Observer, planner: tuple[str, ...], *, local: bool = False) -> None:
    for name, value in {"timezone": "UTC", **dict.fromkeys(planner, "off"), **case.session}.items():
        observer.set(name, value, local=local)


def outside(case: Case, server: Server, planner: tuple[str, ...]) -> Seen:
    """Without a transaction: its work from one run to the end, its locks from one run for each that is tried."""
    with fresh(case, server, planner) as observer:
        seen = observer.watch(sql_of(case, observer))
    locks = {Name(table, "public"): strongest(case, table, server, planner) for table in case.outside}
    work = {name: seen.effects.get(name, Effect(name, Lock.NONE)) for name in locks}
    return Seen({n: replace(work[n], lock=lock) for n, lock in locks.items() if lock}, seen.error, seen.message)


def strongest(case: Case, table: str, server: Server, planner: tuple[str, ...]) -> Lock:
    """What the statement asks for on the table: it waits for the weakest lock that is in its way."""
    for held in list(Lock)[1:]:
        with fresh(case, server, planner) as observer, server.observer(observer.connection.info.dbname) as holder:
            lock = wait_for(observer, sql_of(case, observer), table, holder, held, server.connection)
        if lock:
            return lock
    return Lock.NONE


@contextmanager
def fresh(case: Case, server: Server, planner: tuple[str, ...]) -> Iterator[Observer]:
    with server.database(FIXTURE) as name, server.observer(name) as observer:
        if case.setup:
            observer.connection.execute(case.setup.encode())
        prepare(case, observer, planner)
        yield observer


def sql_of(case: Case, observer: Observer) -> str:
    return case.sql.replace("CURRENTDB", observer.connection.info.dbname)
