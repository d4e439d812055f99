"""Every example of every rule, run as its runner would: what is predicted of its statements is what servers do.

What an example takes for granted is made before it, and every table has rows where a change set begins. A statement
that the server refuses shows nothing; after it server and catalog have parted, so nothing more of the example counts.
"""

import re
from collections.abc import Callable, Iterator
from itertools import takewhile

import psycopg
import pytest
from msgspec import Struct

from db_sage_lint.catalog.records import Relation, Table
from db_sage_lint.config import Config
from db_sage_lint.dry_run import seen
from db_sage_lint.effects import Effect
from db_sage_lint.engine import Engine, Prediction, Step
from db_sage_lint.examples import steps
from db_sage_lint.judge import Judge
from db_sage_lint.operations import CreateTable, Name
from db_sage_lint.read import read
from db_sage_lint.rules import Example, load
from db_sage_lint.seen import UNPREDICTABLE, misjudged
from db_sage_lint.shadow.replay import Replay
from db_sage_lint.shadow.runs import Options, Ran
from tests.effects.cases import CASES
from tests.truth.explained import EXPLAINED
from tests.truth.rows import fill
from tests.truth.server import TABLES_ONLY, Server
from tests.truth.stock import PLATFORM, ROLES, Refused, remedy

RULES = load()
OPTIONS = Options(timeout=10)
MOST_REMEDIES = 12
UTC = {"timezone": "UTC"}
# What was missing on one server will be missing on the next.
REMEDIES: dict[str, list[str]] = {}


class Predicted(Struct):
    """A prediction, and the relations that the catalog had before the statement."""

    effects: tuple[Effect, ...]
    relations: dict[Name, Relation]


class Run(Struct):
    """One statement's run: the script's place among the steps, and the tables that had rows when its script began."""

    step: int
    ran: Ran
    filled: frozenset[str]


@pytest.mark.parametrize("rule", RULES)
def test_examples(rule: str, server: Server, figure: Callable[[str, int], None]) -> None:
    differing = []
    for name, example in examples(rule):
        replayed = [step for step in steps(example) if step.script.direction == "up"]
        expected = predictions(example, replayed, server.major)
        with server.exclusive(ROLES):
            runs = run(replayed, server, REMEDIES.setdefault(name, []))
        agreeing = list(takewhile(lambda one: one.ran.observed.failure is None, runs))
        compared = [one for one in agreeing if one.ran.observed.complete]
        figure("statements of examples, compared", len(compared))
        figure("statements of examples, refused or after one that was", len(runs) - len(agreeing))
        found = [line for one in compared for line in differences(one, expected.get((one.step, one.ran.sent.start)))]
        if name in EXPLAINED:
            figure("examples explained", 1)
        differing += [f"{name}: {line}" for line in found if name not in EXPLAINED]
    assert not differing, "\n".join(differing)


def examples(rule: str) -> Iterator[tuple[str, Example]]:
    for which in ("bad", "good"):
        for number, example in enumerate(RULES[rule].examples(which), 1):  # type: ignore[arg-type]
            yield f"{rule}-{which}-{number}", example


# --- predicted --------------------------------------------------------------------------------------------------------


class Recorder(list[Prediction]):
    """Takes the engine's predictions, and remembers what the catalog had before each."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self.engine = engine
        self.before = dict(engine.db.relations)
        self.relations: list[dict[Name, Relation]] = []

    def append(self, prediction: Prediction) -> None:
        super().append(prediction)
        self.relations.append(self.before)
        self.before = dict(self.engine.db.relations)


def predictions(example: Example, replayed: list[Step], pg: int) -> dict[tuple[int, int], Predicted]:
    """By the place of the step and the byte where the statement begins."""
    config = Config(profiles=example.profile, complete_history=False, external_objects=example.external, pg=pg)
    engine = Engine(Judge({}), config)
    engine.defaults.update(UTC)
    engine.predictions = recorder = Recorder(engine)
    engine.run(Step(step.script, step.change_set, undoes=step.undoes) for step in replayed)
    places = {step.script: number for number, step in enumerate(replayed)}
    return {
        (places[one.origin.script], one.origin.start): Predicted(one.effects, relations)
        for one, relations in zip(recorder, recorder.relations, strict=True)
    }


# --- seen -------------------------------------------------------------------------------------------------------------


def run(replayed: list[Step], server: Server, made: list[str]) -> list[Run]:
    """Runs the scripts, again and again as long as what was missing can be `made` before them."""
    own = {
        op.table.name
        for step in replayed
        for one in read(step.script)
        for op in one.operations
        if isinstance(op, CreateTable)
    }
    while True:
        runs: list[Run] = []
        with server.temporary(PLATFORM) as name:
            server.configure(name, dict.fromkeys(TABLES_ONLY, "off"))
            refused = make(made, server, name)
            if not refused:
                runs = run_once(replayed, server, name)
        wanted = [remedy(each, own) for each in refused or filter(None, map(refusal, runs))]
        new = next((statement for statement in wanted if statement and statement not in made), "")
        if len(made) == MOST_REMEDIES or not (new or refused):
            return runs
        made.insert(0 if refused else len(made), new)


def make(statements: list[str], server: Server, database: str) -> list[Refused]:
    """Makes what was missing; what the server still misses before that."""
    with server.connect(database) as connection:
        for statement in filter(None, statements):
            try:
                connection.execute(statement.encode())
            except psycopg.Error as error:
                return [Refused(str(error), statement, frozenset(re.findall(r" ON (\w+)", statement)))]
    return []


def run_once(replayed: list[Step], server: Server, database: str) -> list[Run]:
    runs = []
    with server.connect(database) as connection, Replay(server, database, OPTIONS) as replay:
        change_set = None
        filled: frozenset[str] = frozenset()
        for number, step in enumerate(replayed):
            if step.change_set != change_set:
                change_set, filled = step.change_set, fill(connection).tables
            runs += [Run(number, ran, filled) for ran in replay.script(step.script, watched=True).statements]
    return runs


def refusal(one: Run) -> Refused | None:
    failure, sent = one.ran.observed.failure, one.ran.sent
    tables = frozenset(op.table.name for op in sent.operations if isinstance(getattr(op, "table", None), Name))
    return Refused(failure.message, sent.sql.decode(), tables) if failure else None


# --- both ------------------------------------------------------------------------------------------------------------


def differences(one: Run, predicted: Predicted | None) -> Iterator[str]:
    operations = one.ran.sent.operations
    if any(isinstance(op, UNPREDICTABLE) or op.possible for op in operations):
        return
    text = " ".join(one.ran.sent.sql.decode().split())
    effects = predicted.effects if predicted else ()
    relations = predicted.relations if predicted else {}
    did = {effect.relation: effect for effect in one.ran.observed.effects}
    sure = [as_far_as_known(effect, did.get(effect.relation), relations) for effect in effects]
    for each in misjudged(sure, seen(one.ran), rows=True):
        yield f"{text}: {each.relation}: predicted {each.predicted}, observed {each.observed}"
    if not all(is_known(effect.relation, relations) and effect.relation.name in one.filled for effect in effects):
        return
    for effect in effects:
        if effect.scans:
            found = did.get(effect.relation)
            if found is None or not found.grows:
                yield f"{text}: {effect.relation}: predicted a scan, observed none"


def as_far_as_known(effect: Effect, observed: Effect | None, relations: dict[Name, Relation]) -> Effect:
    """The prediction; a rewrite of a table that isn't wholly known is said to be possible, not certain."""
    if effect.rewrites and not is_known(effect.relation, relations) and not (observed and observed.rewrites):
        return Effect(effect.relation, effect.lock, scans=True)
    return effect


def is_known(name: Name, relations: dict[Name, Relation]) -> bool:
    """Whether everything is known of the table, which has rows of its own."""
    relation = relations.get(name)
    return isinstance(relation, Table) and relation.closed and relation.partition_by is None


def test_explanations_are_few_and_of_something() -> None:
    named = {name for rule in RULES for name, _ in examples(rule)}
    assert named >= EXPLAINED.keys()
    assert len(EXPLAINED) + sum(bool(case.differs) for case in CASES) <= 15
