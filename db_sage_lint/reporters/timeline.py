"""The runs of scripts as text for people: each statement with its locks, on the time line of its transaction."""

from collections.abc import Iterator, Sequence

from db_sage_lint.effects.locks import Effect, Lock
from db_sage_lint.operations import Name
from db_sage_lint.reporters import words
from db_sage_lint.reporters.excerpt import harmless
from db_sage_lint.reporters.places import lines
from db_sage_lint.shadow.runs import Ran, ScriptRun

WIDEST_SQL = 68
MARGIN = " " * 10


def render(runs: Sequence[ScriptRun]) -> str:
    """The reported scripts of the runs, in order."""
    blocks = ["\n".join(script(run)) + "\n" for run in runs if run.reported]
    return "\n".join(blocks)


def script(run: ScriptRun) -> Iterator[str]:
    ran = [one for one in run.statements if one.how != "not run"]
    total = sum(one.observed.milliseconds for one in ran)
    way = "in one transaction" if run.in_transaction else "statement by statement"
    yield f"{harmless(run.script.path)}: {way}, {words.count(len(ran), 'statement')}, {duration(total)}"
    since: dict[Name, tuple[int, float]] = {}
    own: set[str] = set()
    clock = 0.0
    for one in run.statements:
        line = line_of(run, one)
        yield from statement(line, one, since, own)
        own.update(made.partition(" ")[2] for made in one.observed.created if run.in_transaction)
        if one.how == "in the transaction":
            for effect in one.observed.effects:
                if str(effect.relation) not in own:
                    since.setdefault(effect.relation, (line, clock))
            clock += one.observed.milliseconds
        if not one.observed.held and not one.observed.effects and one.observed.complete is False:
            since = {}
    yield from ending(run, since, clock)


def statement(line: int, ran: Ran, since: dict[Name, tuple[int, float]], own: set[str]) -> Iterator[str]:
    """One statement: where, how long, what it took, and what was held meanwhile. Nobody else sees the relations that
    are the script's `own`, made in its transaction: their locks are not told.
    """
    told = ran.observed
    took = "not run" if ran.how == "not run" else duration(told.milliseconds)
    apart = f", {ran.how}" if ran.how == "outside a transaction" else ""
    yield f"  {line:>5}  {in_short(ran.sent.sql)}  ({took}{apart})"
    if told.failure:
        yield f"{MARGIN}failed: {harmless(told.failure.message)}"
    for notice in told.notices:
        yield f"{MARGIN}{harmless(notice)}"
    for effect in told.effects:
        if str(effect.relation) not in own and (effect.lock > Lock.ACCESS_SHARE or effect.grows):
            yield f"{MARGIN}{words.effect(effect)}"
    for name, lock in held(ran, own):
        where = f", since line {since[name][0]}" if name in since else ""
        yield f"{MARGIN}meanwhile {words.effect(Effect(name, lock))}{where}"
    for label, names in (("makes", told.created), ("drops", told.dropped), ("leaves invalid", told.invalid)):
        if names:
            yield f"{MARGIN}{label} {', '.join(names)}"


def held(ran: Ran, own: set[str]) -> list[tuple[Name, Lock]]:
    """Locks from earlier statements that make others wait for reads or writes."""
    locks = ran.observed.held.items()
    found = ((name, lock) for name, lock in locks if lock.blocks_writes and str(name) not in own)
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))


def ending(run: ScriptRun, since: dict[Name, tuple[int, float]], clock: float) -> Iterator[str]:
    """How the script ends, and how long others had to wait for what it locked."""
    for difference in run.not_restored:
        yield f"{MARGIN}not as before: {harmless(difference)}"
    if not run.applied:
        undone = "all of it is undone" if run.in_transaction else "what stands before it stays done"
        yield f"    end  failed; {undone}"
        yield from run_again(run)
        return
    yield "    end  " + ("committed" if run.in_transaction else "done")
    yield from run_again(run)
    strongest: dict[Name, Lock] = {}
    for one in run.statements:
        for effect in one.observed.effects:
            strongest[effect.relation] = max(effect.lock, strongest.get(effect.relation, Lock.NONE))
    for name, (_, begun) in since.items():
        lock = strongest.get(name, Lock.NONE)
        if lock.blocks_writes:
            shown = str(name).removeprefix("public.")
            waited = duration(clock - begun)
            yield f"{MARGIN}{lock.blocks} of {shown} waited up to {waited}; under a shorter lock_timeout they fail"


def run_again(run: ScriptRun) -> Iterator[str]:
    """Whether a script that stopped half-way can be run again."""
    if run.again is not None and run.again.observed.failure:
        message = harmless(run.again.observed.failure.message)
        yield f"{MARGIN}run again after stopping half-way, it fails at line {line_of(run, run.again)}: {message}"


def line_of(run: ScriptRun, ran: Ran) -> int:
    return lines(run.script.source).number(ran.sent.start)


def in_short(sql: bytes) -> str:
    text = harmless(" ".join(sql.decode("utf-8", "replace").split()))
    return text if len(text) <= WIDEST_SQL else text[: WIDEST_SQL - 1] + "…"


def duration(milliseconds: float) -> str:
    if milliseconds >= 1000:
        return f"{milliseconds / 1000:.1f} s"
    return f"{milliseconds:.1f} ms"
