"""The runs of scripts as text for people: each statement with its locks, on the time line of its transaction."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from db_sage_lint.effects.locks import Lock
from db_sage_lint.operations import Name
from db_sage_lint.reporters import words
from db_sage_lint.reporters.excerpt import harmless
from db_sage_lint.reporters.places import lines
from db_sage_lint.script import Script
from db_sage_lint.shadow.runs import Ran, ScriptRun

USUAL_WIDTH = 80
SHORTEST_SQL = 30
MARGIN = " " * 10


class Since(Struct, frozen=True):
    """The statement that first locked a relation, and after how many milliseconds of its transaction."""

    script: Script
    line: int
    milliseconds: float


class Clock(Struct):
    """What a transaction has done so far: since when it locks relations, the strongest lock on each, the relations that
    it made, which nobody else sees, and the milliseconds that it took.
    """

    since: dict[Name, Since] = {}
    strongest: dict[Name, Lock] = {}
    own: set[str] = set()
    milliseconds: float = 0.0


def render(runs: Sequence[ScriptRun], width: int = USUAL_WIDTH) -> str:
    """The reported scripts of the runs, in order, in lines of so many columns."""
    blocks = []
    for run, clock, following in clocks(runs):
        lines = list(script(run, clock, following, width))
        if run.reported:
            blocks.append("\n".join(row for line in lines for row in wrapped(line, width)) + "\n")
    return "\n".join(blocks)


def clocks(runs: Sequence[ScriptRun]) -> Iterator[tuple[ScriptRun, Clock, ScriptRun | None]]:
    """Every run with its transaction's clock, and the run that goes on in the same transaction."""
    clock = Clock()
    for number, run in enumerate(runs):
        clock = clock if run.joins else Clock()
        following = runs[number + 1] if number + 1 < len(runs) and runs[number + 1].joins else None
        yield run, clock, following


def script(run: ScriptRun, clock: Clock, following: ScriptRun | None, width: int) -> Iterator[str]:
    ran = [one for one in run.statements if one.how != "not run"]
    total = sum(one.observed.milliseconds for one in ran)
    yield f"{harmless(run.script.path)}: {way(run)}, {words.count(len(ran), 'statement')}, {duration(total)}"
    for one in run.statements:
        yield from statement(run, one, clock, width)
        follow(run, one, clock)
    yield from ending(run, clock, following)


def way(run: ScriptRun) -> str:
    """In which transaction the script runs."""
    if run.joins:
        return "in the same transaction"
    return "in one transaction" if run.in_transaction else "statement by statement"


def follow(run: ScriptRun, one: Ran, clock: Clock) -> None:
    """Lets the clock go on by one statement."""
    told = one.observed
    clock.own.update(told.changes.relations() if run.in_transaction else ())
    if one.how == "in the transaction":
        for effect in told.effects:
            if str(effect.relation) not in clock.own:
                clock.since.setdefault(effect.relation, Since(*place(run, one), clock.milliseconds))
        clock.milliseconds += told.milliseconds
    if not told.held and not told.effects and told.complete is False:
        clock.since.clear()
    for effect in told.effects:
        clock.strongest[effect.relation] = max(effect.lock, clock.strongest.get(effect.relation, Lock.NONE))


def statement(run: ScriptRun, ran: Ran, clock: Clock, width: int) -> Iterator[str]:
    """One statement: where, how long, what it took, and what was held meanwhile. Locks on what the transaction made
    are not told: nobody else sees it.
    """
    told = ran.observed
    took = "not run" if ran.how == "not run" else duration(told.milliseconds)
    apart = f", {ran.how}" if ran.how == "outside a transaction" else ""
    room = width - len(f"  {0:>5}    ({took}{apart})")
    yield f"  {line_of(run, ran):>5}  {in_short(ran.sent.sql, max(room, SHORTEST_SQL))}  ({took}{apart})"
    if told.failure:
        yield f"{MARGIN}failed: {harmless(told.failure.message)}"
    for notice in told.notices:
        yield f"{MARGIN}{harmless(notice)}"
    for effect in told.effects:
        if str(effect.relation) not in clock.own and (effect.lock > Lock.ACCESS_SHARE or effect.grows):
            yield f"{MARGIN}{words.effect(effect)}"
    for name, lock in held(ran, clock.own):
        shown = str(name).removeprefix("public.")
        yield f"{MARGIN}still {lock.sql} on {shown}{since(name, run, clock)}: {lock.blocks} wait"
    made = told.changes
    for label, names in (
        ("makes", made.created), ("changes", made.changed), ("drops", made.dropped), ("leaves invalid", told.invalid)
    ):  # fmt: skip
        if names:
            yield f"{MARGIN}{label} {harmless(', '.join(names)).replace(' public.', ' ')}"


def since(name: Name, run: ScriptRun, clock: Clock) -> str:
    """Which statement has locked a relation."""
    if name not in clock.since:
        return ""
    first = clock.since[name]
    if first.script is run.script:
        return f" since line {first.line}"
    return f" since {harmless(first.script.path)}:{first.line}"


def held(ran: Ran, own: set[str]) -> list[tuple[Name, Lock]]:
    """Locks from earlier statements that make others wait for reads or writes."""
    locks = ran.observed.held.items()
    found = ((name, lock) for name, lock in locks if lock.blocks_writes and str(name) not in own)
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))


def ending(run: ScriptRun, clock: Clock, following: ScriptRun | None) -> Iterator[str]:
    """How the script ends, and how long others had to wait for what its transaction locked."""
    for difference in run.not_restored:
        yield f"{MARGIN}not as before: {harmless(difference)}"
    yield f"    end  {outcome(run, following)}"
    yield from run_again(run)
    if not run.applied or following is not None:
        return
    for name, first in clock.since.items():
        lock = clock.strongest.get(name, Lock.NONE)
        if lock.blocks_writes:
            shown = str(name).removeprefix("public.")
            waited = duration(clock.milliseconds - first.milliseconds)
            yield f"{MARGIN}{lock.blocks} of {shown} waited up to {waited}; under a shorter lock_timeout they fail"


def outcome(run: ScriptRun, following: ScriptRun | None) -> str:
    """What is left of the script's work."""
    if run.undone_by:
        what = "undone" if run.statements else "not run"
        return f"{what}: {harmless(run.undone_by)} failed, and its runner sends both in one transaction"
    if run.applied:
        if following is not None:
            return "the transaction goes on in the next file"
        return "committed" if run.in_transaction else "done"
    if run.joins:
        return "failed; all of it is undone, with the files before it in the transaction"
    return "failed; all of it is undone" if run.in_transaction else "failed; what stands before it stays done"


def run_again(run: ScriptRun) -> Iterator[str]:
    """Whether a script that stopped half-way can be run again."""
    if run.again is not None and run.again.observed.failure:
        message = harmless(run.again.observed.failure.message)
        yield f"{MARGIN}run again after stopping half-way, it fails at line {line_of(run, run.again)}: {message}"


def line_of(run: ScriptRun, ran: Ran) -> str:
    """The line of a statement, with the path of a file that the script puts in."""
    script, line = place(run, ran)
    return str(line) if script is run.script else f"{harmless(script.path)}:{line}"


def place(run: ScriptRun, ran: Ran) -> tuple[Script, int]:
    """The file in which a statement stands, the script's own or one that it puts in, and the line there."""
    script = ran.sent.script or run.script
    return script, lines(script.source).number(ran.sent.start)


def in_short(sql: bytes, room: int) -> str:
    text = harmless(" ".join(sql.decode("utf-8", "replace").split()))
    return text if len(text) <= room else text[: room - 1] + "…"


def wrapped(line: str, width: int) -> list[str]:
    """A line in as many as it needs; those after the first stand further right. What has no blanks stays whole."""
    if len(line) <= width:
        return [line]
    margin = " " * (len(line) - len(line.lstrip()))
    first, *more = line.split()
    rows = [margin + first]
    for word in more:
        if len(rows[-1]) + 1 + len(word) > width and rows[-1].strip():
            rows.append(f"{margin}  {word}")
        else:
            rows[-1] += f" {word}"
    return rows


def duration(milliseconds: float) -> str:
    if milliseconds >= 1000:
        return f"{milliseconds / 1000:.1f} s"
    return f"{milliseconds:.1f} ms"
