"""What `locks` shows: for each statement what it is predicted to do to relations, without a server."""

from msgspec import Struct

from db_sage_lint.config import Config
from db_sage_lint.effects import Effect
from db_sage_lint.engine import NOTHING_SEEN, Engine, Step
from db_sage_lint.judge import Judge
from db_sage_lint.report import Request
from db_sage_lint.run import ConfigFor, Run, line_of
from db_sage_lint.seen import SeenStatements


class Statement(Struct):
    """One statement: `line` is 1-based, `sql` its text, `effects` the strongest lock first."""

    path: str
    line: int
    sql: str
    effects: tuple[Effect, ...]


class Predicted(Struct):
    """The statements of the files asked for in the order in which they run; `problems` say what couldn't be read."""

    statements: list[Statement]
    notes: list[str]
    problems: list[str]


def predicted(request: Request, config_for: ConfigFor | None = None) -> Predicted:
    """The predicted effects of the statements that the request names; parameters and errors are those of `check`."""
    run = Prediction(request, config_for)
    report = run.report()
    return Predicted(run.statements, report.notes, [*report.problems, *report.bugs])


class Prediction(Run):
    """A run of `check` that asks no rules and keeps what was predicted."""

    def __init__(self, request: Request, config_for: ConfigFor | None) -> None:
        super().__init__(request, config_for)
        self.statements: list[Statement] = []

    def judge(self, steps: list[Step], config: Config, seen: SeenStatements = NOTHING_SEEN) -> None:
        engine = Engine(Judge({}), config, seen)
        engine.predictions = []
        self.count(engine.run(steps))
        for one in engine.predictions:
            origin = one.origin
            path, _, line = line_of(origin).rpartition(":")
            sql = origin.script.source[origin.start : origin.end].decode("utf-8", "replace")
            self.statements.append(Statement(path, int(line), sql, one.effects))
