"""Every prediction against what the servers did."""

from collections.abc import Iterator

import pytest

from db_sage_lint.catalog import Catalog
from db_sage_lint.catalog.records import Index, Relation, Sequence, Table
from db_sage_lint.effects import Effect, Lock, predict
from db_sage_lint.effects.predict import strongest_first
from db_sage_lint.read import read
from db_sage_lint.script import Origin, Script, whole
from tests.effects.cases import CASES, FIXTURE, VERSIONS, Case, Effects

UTC = {"timezone": "UTC"}


def replay(db: Catalog, script: Script, pg: int, settings: dict[str, str]) -> Iterator[Effect]:
    """Applies a script's statements, and yields what they are predicted to do."""
    for statement in read(script):
        for op in statement.operations:
            yield from predict(op, db, pg, settings)
            if not db.skips(op):
                db.apply(op, Origin(script, statement.start, statement.end, 0))


def build(db: Catalog, text: bytes) -> None:
    for _ in replay(db, whole("setup.sql", text), 18, UTC):
        pass


@pytest.fixture(scope="module")
def fixture() -> Catalog:
    db = Catalog(complete=True)
    build(db, FIXTURE)
    db.commit()
    return db


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_prediction(case: Case, fixture: Catalog) -> None:
    found = sorted({line for pg, observed in case.observed() for line in differences(case, fixture, pg, observed)})
    assert bool(found) == bool(case.differs), found


def differences(case: Case, db: Catalog, pg: int, observed: Effects) -> list[str]:
    mark = db.mark()
    try:
        build(db, case.setup.encode())
        relations = dict(db.relations)
        effects = strongest_first(replay(db, whole("case.sql", case.sql.encode()), pg, UTC | case.session))
    finally:
        db.rollback(mark)
    predicted = {effect.relation: effect for effect in effects}
    names = sorted(predicted.keys() | observed.keys())
    if case.outside:
        names = [name for name in names if name.name in case.outside]
    return [
        f"{pg}: {name}: predicted {predicted.get(name)}, observed {observed.get(name)}"
        for name in names
        if not agree(predicted.get(name), observed.get(name), relations.get(name), predicted)
        and not (name not in predicted and is_side_lock(case, relations.get(name), observed[name]))
    ]


def agree(predicted: Effect | None, observed: Effect | None, relation: Relation | None, all_predicted: Effects) -> bool:
    if predicted is None:
        return observed is not None and observed.lock is Lock.ACCESS_SHARE
    if observed is None:  # of indexes only what their table doesn't tell was written down
        table = all_predicted.get(relation.table) if isinstance(relation, Index) else None
        return table is not None and table.lock >= predicted.lock
    if predicted.lock is not observed.lock:
        return False
    if (isinstance(relation, Table) and relation.partition_by) or observed.lock is Lock.ACCESS_SHARE:
        return True  # no rows of its own; how much a plain read reads is the planner's affair
    return predicted.rewrites == observed.rewrites and (predicted.rewrites or predicted.scans == observed.scans)


def is_side_lock(case: Case, relation: Relation | None, observed: Effect) -> bool:
    """What is not predicted on purpose: locks of a column's own sequence, nextval, SELECT … FOR UPDATE."""
    if isinstance(relation, Sequence):
        return relation.owned_by is not None or observed.lock is Lock.ROW_EXCLUSIVE
    return observed.lock is Lock.ROW_SHARE and case.sql.startswith("SELECT")


def test_cases_are_many_and_distinct() -> None:
    assert len(CASES) == len({case.id for case in CASES}) > 900
    assert all(pg in VERSIONS for case in CASES for pg, _ in case.observed())
