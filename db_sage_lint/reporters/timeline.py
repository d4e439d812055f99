"""The runs of scripts as text for people: each statement with its locks, on the time line of its transaction."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from db_sage_lint.effects.locks import Effect, Lock
from db_sage_lint.operations import Name
from db_sage_lint.reporters import words
from db_sage_lint.reporters.excerpt import harmless
from db_sage_lint.reporters.places import lines
from db_sage_lint.shadow.runs import Ran, ScriptRun

WIDEST_SQL = 68
MARGIN = " " * 10


class Clock(Struct):
    """What a transaction has done so far: the place where it first locked a relation, and after how many milliseconds;
    the strongest lock on each; the relations that it made, which nobody else sees; the milliseconds that it took.
    """

    since: dict[Name, tuple[ScriptRun, str, float]] = {}
    strongest: dict[Name, Lock] = {}
    own: set[str] = set()
    milliseconds: float = 0.0


def render(runs: Sequence[ScriptRun]) -> str:
    """The reported scripts of the runs, in order."""
    blocks = []
    clock = Clock()
    for number, run in enumerate(runs):
        clock = clock if run.joins else Clock()
        following = runs[number + 1] if number + 1 < len(runs) and runs[number + 1].joins else None
        lines = list(script(run, clock, following))
        if run.reported:
            blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def script(run: ScriptRun, clock: Clock, following: ScriptRun | None) -> Iterator[str]:
    ran = [one for one in run.statements if one.how != "not run"]
    total = sum(one.observed.milliseconds for one in ran)
    yield f"{harmless(run.script.path)}: {way(run)}, {words.count(len(ran), 'statement')}, {duration(total)}"
    for one in run.statements:
        yield from statement(run, one, clock)
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
    clock.own.update(made.partition(" ")[2] for made in told.created if run.in_transaction)
    if one.how == "in the transaction":
        for effect in told.effects:
            if str(effect.relation) not in clock.own:
                clock.since.setdefault(effect.relation, (run, line_of(run, one), clock.milliseconds))
        clock.milliseconds += told.milliseconds
    if not told.held and not told.effects and told.complete is False:
        clock.since.clear()
    for effect in told.effects:
        clock.strongest[effect.relation] = max(effect.lock, clock.strongest.get(effect.relation, Lock.NONE))


def statement(run: ScriptRun, ran: Ran, clock: Clock) -> Iterator[str]:
    """One statement: where, how long, what it took, and what was held meanwhile. Locks on what the transaction made
    are not told: nobody else sees it.
    """
    told = ran.observed
    took = "not run" if ran.how == "not run" else duration(told.milliseconds)
    apart = f", {ran.how}" if ran.how == "outside a transaction" else ""
    yield f"  {line_of(run, ran):>5}  {in_short(ran.sent.sql)}  ({took}{apart})"
    if told.failure:
        yield f"{MARGIN}failed: {harmless(told.failure.message)}"
    for notice in told.notices:
        yield f"{MARGIN}{harmless(notice)}"
    for effect in told.effects:
        if str(effect.relation) not in clock.own and (effect.lock > Lock.ACCESS_SHARE or effect.grows):
            yield f"{MARGIN}{words.effect(effect)}"
    for name, lock in held(ran, clock.own):
        yield f"{MARGIN}meanwhile {words.effect(Effect(name, lock))}{since(name, run, clock)}"
    for label, names in (("makes", told.created), ("drops", told.dropped), ("leaves invalid", told.invalid)):
        if names:
            yield f"{MARGIN}{label} {', '.join(names)}"


def since(name: Name, run: ScriptRun, clock: Clock) -> str:
    """Which statement has locked a relation."""
    if name not in clock.since:
        return ""
    where, line, _ = clock.since[name]
    if ":" in line:
        return f", since {line}"
    return f", since line {line}" if where is run else f", since {harmless(where.script.path)}:{line}"


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
    for name, (_, _, begun) in clock.since.items():
        lock = clock.strongest.get(name, Lock.NONE)
        if lock.blocks_writes:
            shown = str(name).removeprefix("public.")
            waited = duration(clock.milliseconds - begun)
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
    other = ran.sent.script
    line = lines((other or run.script).source).number(ran.sent.start)
    return f"{harmless(other.path)}:{line}" if other else str(line)


def in_short(sql: bytes) -> str:
    text = harmless(" ".join(sql.decode("utf-8", "replace").split()))
    return text if len(text) <= WIDEST_SQL else text[: WIDEST_SQL - 1] + "…"


def duration(milliseconds: float) -> str:
    if milliseconds >= 1000:
        return f"{milliseconds / 1000:.1f} s"
    return f"{milliseconds:.1f} ms"
