"""Every record of tests/effects/cases is what the server does; what is predicted of them is tested there."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from db_sage_lint.operations import Name
from db_sage_lint.shadow.apart import run_apart
from db_sage_lint.shadow.observe import Observed, Observer
from tests.effects.cases import FAMILIES, FIXTURE, Case, line_of
from tests.truth.server import TABLES_ONLY, Server

INDEXES_FIRST = ("enable_seqscan",)


@pytest.mark.parametrize("family", FAMILIES)
def test_cases(family: str, server: Server, figure: Callable[[str, int], None]) -> None:
    planner = INDEXES_FIRST if family == "rows" else TABLES_ONLY
    wanted = [(case, lines) for case in FAMILIES[family] for lines in case.recorded(server.major)]
    found = [(case, lines, told(case, server, planner)) for case, lines in wanted]
    figure("cases", len(found))
    differing = [f"{case.id}: recorded {lines}, seen {seen}" for case, lines, seen in found if lines != seen]
    assert not differing, "\n".join(differing)


def told(case: Case, server: Server, planner: tuple[str, ...]) -> list[str] | str:
    """What was observed, as the records write it."""
    if case.needs == "tablespace":
        server.make_tablespace("ts_case")
    if case.outside:
        seen = outside(case, server, planner)
    elif case.setup:
        with server.observer(FIXTURE, case.setup) as observer:
            seen = rolled_back(case, observer, planner)
    else:
        seen = rolled_back(case, server.shared(FIXTURE), planner)
    return f"error {seen.failure.code}" if seen.failure else sorted(map(line_of, seen.effects))


def rolled_back(case: Case, observer: Observer, planner: tuple[str, ...]) -> Observed:
    observer.connection.execute("BEGIN")
    try:
        prepare(case, observer, planner, local=True)
        observer.forget()
        return observer.run(case.sql.encode())
    finally:
        observer.connection.execute("ROLLBACK")


def outside(case: Case, server: Server, planner: tuple[str, ...]) -> Observed:
    """Without a transaction: of the relations that the case lists."""
    listed = {Name(name, "public") for name in case.outside}
    with server.observer(FIXTURE, case.setup) as observer:
        prepare(case, observer, planner)
        database = observer.connection.info.dbname
        sql = case.sql.replace("CURRENTDB", database).encode()
        seen = run_apart(observer, sql, listed, lambda: server.connect(database))
    assert seen.complete or seen.failure, f"{case.id}: {seen.notices}"
    return replace(seen, effects=tuple(effect for effect in seen.effects if effect.relation in listed))


def prepare(case: Case, observer: Observer, planner: tuple[str, ...], *, local: bool = False) -> None:
    for name, value in {"timezone": "UTC", **dict.fromkeys(planner, "off"), **case.session}.items():
        observer.connection.execute("SELECT pg_catalog.set_config(%s, %s, %s)", (name, value, local))
