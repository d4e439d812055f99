"""What could not be analysed or was left out, and what a shadow server refused. The rest is declared in documents."""

from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase

from msgspec import Struct

from db_sage_lint.checks.registry import check
from db_sage_lint.checks.words import listed
from db_sage_lint.context import Context, Verdict
from db_sage_lint.expressions import functions_called
from db_sage_lint.kinds import kinds
from db_sage_lint.operations import (
    Copy,
    CreateExtension,
    CreateFunction,
    CreateIndex,
    CreateTrigger,
    DoBlock,
    Name,
    Operation,
    PsqlCommand,
    ScriptEnd,
    ShadowFailed,
    SyntaxProblem,
)
from db_sage_lint.rerun import Once, once
from db_sage_lint.script import Client
from db_sage_lint.session import IDENTITY, Left, milliseconds, search_path

LONGEST_VALUE = 40
TIMEOUTS = (
    "lock_timeout",
    "statement_timeout",
    "transaction_timeout",
    "idle_session_timeout",
    "idle_in_transaction_session_timeout",
)


@check
def statement_not_analysed(_: ScriptEnd, now: Context) -> Verdict | bool:
    told = {op.message for op in now.earlier_in_script() if isinstance(op, SyntaxProblem)} if now.unread else set()
    unread = [one for one in now.unread if one.why not in told]
    if not unread:
        return False
    count = len({(one.origin.script, one.origin.start) for one in unread})
    what = "the effect of this statement is unknown"
    if count > 1:
        what = f"the effect of {count} statements is unknown, of this one first"
    return Verdict(where=unread[0].origin, facts={"what": what, "why": unread[0].why})


@check
def not_rerunnable(op: Operation, now: Context) -> Verdict | bool:
    whole = now.in_transaction and not now.session.own_block
    always = bool(now.option("always"))
    if (whole and not always) or op.possible:
        return False
    each = once(op)
    if each is None or each.guarded or is_prepared(each, now):
        return False
    when = "" if always else what_may_fail(op, now)
    if not (when or always):
        return False
    state = "exists already" if each.makes else "is gone"
    return Verdict(facts={"when": when or "", "what": f"{each} {state}"}, effects=())


def is_prepared(each: Once, now: Context) -> bool:
    """Whether the file makes before what it takes away here, or the other way round."""
    return any(place < now.later.here and other.makes != each.makes for place, other in now.later.about(each.key))


def what_may_fail(op: Operation, now: Context) -> str:
    """What can go wrong once this has been committed, in words; empty where it is the last that is."""
    end = now.later.block_end() if now.in_transaction else now.later.here
    if now.later.last() > end:
        return "" if now.in_transaction and now.later.is_undone() else "if a later statement fails, "
    builds = isinstance(op, CreateIndex) and op.concurrently and not now.in_transaction
    return "if the build fails, " if builds else ""


@check
def psql_command_in_migration(op: PsqlCommand | Copy, now: Context) -> Verdict | bool:
    client = now.script.client
    if client.psql is not False or op.possible:
        return False
    if isinstance(op, PsqlCommand):
        return Verdict(facts={"what": op.command, "runner": client.runner})
    rows = op.is_from and not op.place and not client.copies
    return rows and Verdict(
        facts={"what": "COPY … FROM stdin, with rows behind it,", "runner": client.runner}, effects=()
    )


# Settings that change what later statements mean or may do, with their value where nobody has set them.
TELLING = {
    "role": "none",
    "session_authorization": "default",
    "search_path": "public",
    "row_security": "on",
    "session_replication_role": "origin",
    "check_function_bodies": "on",
    **dict.fromkeys(TIMEOUTS, "0"),
}
CLAIMS = "request.jwt.claim"


@check
def session_setting_left_changed(_: ScriptEnd, now: Context) -> Verdict | bool:
    client = now.script.client
    left = [one for one in now.session.left() if matters(one, client)] if client.one_session else []
    if not left:
        return False
    first, *others = left
    return Verdict(
        where=first.origin,
        effects=(),
        severity="info" if all(map(only_limits, left)) else None,
        facts={
            "settings": listed(f"{one.name} = {in_short(one.value)}" for one in left),
            "stays": "stays" if len(left) == 1 else "stay",
            "runner": client.runner,
        },
        related=tuple((one.origin, f"{one.name} set here") for one in others),
    )


def matters(left: Left, client: Client) -> bool:
    """Whether a setting that a script leaves changed reaches the next script, and means something there."""
    if left.name in client.restores or ("all" in client.restores and left.name not in IDENTITY):
        return False
    if left.name.startswith(CLAIMS):
        return left.value != ""
    return left.name in TELLING and not is_same(left.name, left.value, left.before or TELLING[left.name])


def is_same(name: str, value: str, other: str) -> bool:
    if name == "search_path":
        return searched(value) == searched(other)
    if name in TIMEOUTS:
        return milliseconds(value) == milliseconds(other)
    return value.lower() == other.lower()


def searched(path: str) -> list[str]:
    """The schemas of a search_path but that of the system, which is always looked into."""
    return [schema for schema in search_path(path) if schema != "pg_catalog"]


def only_limits(left: Left) -> bool:
    """Whether it is a timeout where there was none: what follows is more careful than it would be."""
    return left.name in TIMEOUTS and bool(milliseconds(left.value)) and not milliseconds(left.before or "0")


def in_short(value: str) -> str:
    return f"{value[:LONGEST_VALUE]}…" if len(value) > LONGEST_VALUE else value or "''"


@check
def dry_run_failed(op: ShadowFailed, _: Context) -> Verdict:
    return Verdict(facts={"hint": f" ({op.hint})" if op.hint else ""}, effects=())


# --- what a project doesn't want --------------------------------------------------------------------------------------


@check
def denied_statement(op: Operation, now: Context) -> Iterator[Verdict] | bool:
    return now.is_configured() and denials(op, now)


def denials(op: Operation, now: Context) -> Iterator[Verdict]:
    for option, found in DENIED.items():
        denied = now.option(option)
        for name, why in denied.items() if isinstance(denied, Mapping) else ():
            what = found(op, str(name), now)
            if what:
                yield Verdict(facts={"what": what, "why": f": {why}" if why else ""}, effects=())


def denied_kind(op: Operation, name: str, now: Context) -> str:
    text = now.origin.script.source[now.origin.start : now.origin.end]
    return name.upper() if kinds()[name](op, text) else ""


def denied_extension(op: Operation, pattern: str, _: Context) -> str:
    found = isinstance(op, CreateExtension) and fnmatchcase(op.extension, pattern)
    return f"extension {op.extension}" if found and isinstance(op, CreateExtension) else ""


def denied_language(op: Operation, pattern: str, _: Context) -> str:
    found = isinstance(op, CreateFunction | DoBlock) and fnmatchcase(op.language, pattern)
    return f"language {op.language}" if found and isinstance(op, CreateFunction | DoBlock) else ""


def denied_function(op: Operation, pattern: str, _: Context) -> str:
    """A function that the statement calls, or that a trigger is to run, with or without its schema."""
    called = functions_of(op)
    found = (name for name in called if any(fnmatchcase(each, pattern) for each in (name.name, str(name))))
    return next((f"function {name}" for name in found), "")


def functions_of(op: Operation) -> Iterator[Name]:
    if isinstance(op, CreateTrigger):
        yield op.function
    for expression in expressions_in(op):
        yield from sorted(functions_called(expression))


def expressions_in(value: object) -> Iterator[bytes]:
    """Every expression of an operation."""
    if isinstance(value, bytes):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from expressions_in(item)
    elif isinstance(value, Struct):
        for field in value.__struct_fields__:
            yield from expressions_in(getattr(value, field))


DENIED: dict[str, Callable[[Operation, str, Context], str]] = {
    "statements": denied_kind,
    "extensions": denied_extension,
    "languages": denied_language,
    "functions": denied_function,
}
