"""JSON of a dry run: that of `check`, with what the server saw of every statement that is judged."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec
from msgspec import Struct

from db_sage_lint.report import Report
from db_sage_lint.reporters.json import Document, EffectEntry, document, effect
from db_sage_lint.reporters.places import lines, printable
from db_sage_lint.reporters.timeline import Clock, clocks, follow, place
from db_sage_lint.script import Direction
from db_sage_lint.shadow.agreement import Agreement
from db_sage_lint.shadow.observe import Observed
from db_sage_lint.shadow.runs import How, Ran, ScriptRun


class PlaceEntry(Struct):
    """A line of a file, 1-based."""

    path: str
    line: int


class HeldEntry(Struct):
    """A lock that the transaction held before the statement, and the statement that took it, where that is known."""

    relation: str
    lock: str
    since: PlaceEntry | None


class FailureEntry(Struct):
    """PostgreSQL's complaint, with its SQLSTATE in `code`; line and column are those that it points at, in the file."""

    message: str
    code: str
    detail: str
    hint: str
    line: int
    column: int


class StatementEntry(Struct):
    """One statement. `effects` are the locks that it newly took, with what it scanned and rewrote; they are not known
    where `complete` is false. `created`, `changed` and `dropped` are objects as kind and name, `invalid` the indexes
    that it left so.
    """

    path: str
    line: int
    sql: str
    how: How
    milliseconds: float
    complete: bool
    effects: list[EffectEntry]
    held: list[HeldEntry]
    created: list[str]
    changed: list[str]
    dropped: list[str]
    invalid: list[str]
    notices: list[str]
    failure: FailureEntry | None


class ScriptEntry(Struct):
    """One migration's run. `joins` says that it goes on in the transaction of the one before; `undone_by` is the file
    whose failure undid it or kept it from running; `not_restored`, of a way back, what it left otherwise than it was;
    `run_again` what a second run fails at, after one that stopped half-way.
    """

    path: str
    direction: Direction
    in_transaction: bool
    joins: bool
    applied: bool
    undone_by: str
    not_restored: list[str]
    run_again: FailureEntry | None
    statements: list[StatementEntry]


class AgreementEntry(Struct):
    """How many objects of a history are the same in the linter's catalog and in the server's, and what differs."""

    same: int
    differing: list[str]


class DryRunEntry(Struct):
    """`server` is its version and where it comes from; `migrations` counts history too, `applied` those that ran to
    their end. `scripts` are those that are judged, in the order in which they ran.
    """

    server: str
    migrations: int
    applied: int
    scripts: list[ScriptEntry]
    catalogs: list[AgreementEntry]


class DryRunDocument(Document):
    """What `dry-run --format json` prints; `check` prints the same without `dry_run`."""

    dry_run: DryRunEntry


def render(report: Report, runs: Sequence[ScriptRun], server: str, agreements: Iterable[Agreement]) -> str:
    """The whole report as one indented JSON document."""
    plain = document(report)
    whole = DryRunDocument(
        version=plain.version,
        summary=plain.summary,
        findings=plain.findings,
        dry_run=DryRunEntry(
            server=server,
            migrations=len(runs),
            applied=sum(run.applied for run in runs),
            scripts=[script(run, clock) for run, clock, _ in clocks(runs) if run.reported],
            catalogs=[AgreementEntry(one.same, one.differing) for one in agreements],
        ),
    )
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode() + "\n"


def script(run: ScriptRun, clock: Clock) -> ScriptEntry:
    return ScriptEntry(
        path=printable(run.script.path),
        direction=run.script.direction,
        in_transaction=run.in_transaction,
        joins=run.joins,
        applied=run.applied,
        undone_by=printable(run.undone_by),
        not_restored=list(run.not_restored),
        run_again=failure(run, run.again) if run.again else None,
        statements=list(statements(run, clock)),
    )


def statements(run: ScriptRun, clock: Clock) -> Iterator[StatementEntry]:
    for ran in run.statements:
        told = ran.observed
        script, line = place(run, ran)
        yield StatementEntry(
            path=printable(script.path),
            line=line,
            sql=ran.sent.sql.decode("utf-8", "replace"),
            how=ran.how,
            milliseconds=round(told.milliseconds, 3),
            complete=told.complete,
            effects=[effect(one) for one in told.effects],
            held=list(held(told, clock)),
            created=list(told.changes.created),
            changed=list(told.changes.changed),
            dropped=list(told.changes.dropped),
            invalid=list(told.invalid),
            notices=[notice for notice in told.notices if notice],
            failure=failure(run, ran),
        )
        follow(run, ran, clock)


def held(told: Observed, clock: Clock) -> Iterator[HeldEntry]:
    for name, lock in sorted(told.held.items(), key=lambda pair: (-pair[1], pair[0])):
        since = clock.since.get(name)
        yield HeldEntry(str(name), lock.sql, PlaceEntry(printable(since.script.path), since.line) if since else None)


def failure(run: ScriptRun, ran: Ran) -> FailureEntry | None:
    told = ran.observed.failure
    if told is None:
        return None
    at = max(ran.sent.place(told.at), ran.sent.start)
    counted = lines((ran.sent.script or run.script).source)
    return FailureEntry(told.message, told.code, told.detail, told.hint, counted.number(at), counted.column(at))
