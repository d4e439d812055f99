"""Files in order, and statements that the replayed catalog shows will fail.

What is wrong with a file itself is declared in the documents.
"""

from collections.abc import Callable

from db_sage_lint.catalog.records import (
    Column,
    CompositeType,
    Constraint,
    Domain,
    DomainConstraint,
    Enum,
    EnumValue,
    Extension,
    Function,
    Index,
    Missing,
    OtherType,
    Policy,
    Publication,
    Record,
    Role,
    Schema,
    Sequence,
    Table,
    Trigger,
    View,
)
from db_sage_lint.checks.registry import check
from db_sage_lint.context import Context, Verdict
from db_sage_lint.expand import statements_of
from db_sage_lint.later import CREATIONS, creation_key
from db_sage_lint.lexer import words
from db_sage_lint.operations import (
    CreateFunction,
    CreateView,
    DropFunction,
    DropIndex,
    DropObject,
    DropTable,
    Name,
    OnTable,
    Operation,
    RenameIndex,
    RenameObject,
    RenameTable,
    SetSchema,
)
from db_sage_lint.placeholders import names_in_holes
from db_sage_lint.script import Origin
from db_sage_lint.uses import Use, needed


@check
def unknown_object(op: Operation, now: Context) -> Verdict | bool:
    if now.missing is not None:
        return is_certain(now.missing, now) and unknown(now.missing, now, refused="the statement")
    return isinstance(op, CreateFunction) and not op.possible and unknown_in_body(op, now)


def unknown_in_body(op: CreateFunction, now: Context) -> Verdict | bool:
    """What the body of a function names and doesn't exist: the server looks at SQL when it creates the function, at
    PL/pgSQL when it runs it.
    """
    later = op.language != "sql"
    if is_unchecked(op, now) or (later and not mentions_gone(op, now)):
        return False
    names = {argument.name for argument in op.arguments}
    for inner, at in statements_of(op, now.script.source):
        missing = now.db.missing(inner)
        if missing is None or missing.part in names or (later and (missing.part or missing.gone is None)):
            continue
        if is_certain(missing, now):
            return unknown(missing, now, refused="to run it" if later else "the function", at=at, doubted=later)
    return False


def mentions_gone(op: CreateFunction, now: Context) -> bool:
    """Whether a word of the body is the name of a relation that a file dropped or renamed."""
    if not now.db.gone:
        return False
    body = op.body.encode()
    mentioned = words(body, 0, len(body))
    return any(name.name in mentioned for name in now.db.gone)


def is_unchecked(op: CreateFunction, now: Context) -> bool:
    """Whether nothing can be said of the names in the body: they are not looked up, or by a search_path of its own."""
    settings = dict(op.settings)
    off = settings.get("check_function_bodies", now.setting("check_function_bodies") or "on").lower()
    return off in {"off", "false", "no", "0"} or settings.get("search_path", "") not in {"", '""'}


def is_certain(missing: Missing, now: Context) -> bool:
    known = not (now.is_external(missing.name) or is_filled_in(missing, now))
    return known and not comes_later(missing, now)


def is_filled_in(missing: Missing, now: Context) -> bool:
    """Whether a template's text, of unknown value, stands in the name."""
    made = [part.text for part in now.script.fragments if part.end >= 0 and part.start == now.origin.start]
    filled = names_in_holes(b"\n".join(made) or now.script.source[now.origin.start : now.origin.end])
    return any(hole in word for hole in filled for word in (missing.name.name, missing.name.schema, missing.part))


def unknown(missing: Missing, now: Context, *, refused: str, at: int = -1, doubted: bool = False) -> Verdict:
    gone = missing.gone
    why, word = "", ""
    if missing.other:
        why = f": {called(missing.other, None, now)} has that name"
    elif gone and gone.renamed_to:
        why, word = f" any more: it is {now.shown(gone.renamed_to)} now", "renamed here"
    elif gone:
        why, word = " any more", "dropped here"
    return Verdict(
        facts={"what": described(missing, now), "why": why, "refused": refused},
        related=((gone.dropped, word),) if gone else (),
        severity="info" if doubted or (gone and gone.possible) else None,
        at=at,
    )


def described(missing: Missing, now: Context) -> str:
    if missing.part:
        return f"{missing.kind} {missing.part} of {now.shown(missing.name)}"
    return f"{missing.kind} {now.shown(missing.name)}"


def comes_later(missing: Missing, now: Context) -> bool:
    """Whether it is what used-before-created speaks of."""
    if missing.kind == "column" and now.column_added_later(missing.name.name, missing.part):
        return True
    return now.op is not None and used_too_early(now.op, now) is not None


@check
def used_before_created(op: Operation, now: Context) -> Verdict | bool:
    if op.possible:
        return False
    early = used_too_early(op, now) or column_too_early(now)
    if early is None:
        return False
    kind, name, creation = early
    return Verdict(facts={"kind": kind, "name": now.shown(name)}, related=((creation, "created here"),))


def used_too_early(op: Operation, now: Context) -> tuple[str, Name, Origin] | None:
    """The first object that the operation needs, that does not exist and that is created later, with its kind."""
    if not now.may_be_early():
        return None
    for kind, name in needed(op, now.db):
        later = now.created_later(kind, name.name)
        creation = first_creation((kind, name), now) if later and not exists(kind, name, now) else None
        if later and creation:
            return CREATIONS[type(creation)][1], name, later
    return None


def column_too_early(now: Context) -> tuple[str, Name, Origin] | None:
    """The column that the operation needs and that a later statement adds."""
    missing = now.missing
    if missing is None or missing.kind != "column":
        return None
    later = now.column_added_later(missing.name.name, missing.part)
    return ("column", Name(missing.part), later) if later else None


EXISTS: dict[str, Callable[[Name, Context], bool]] = {
    "relation": lambda name, now: now.db.relation(name) is not None,
    "type": lambda name, now: now.db.resolve_type(name) in now.db.types or now.db.relation(name) is not None,
    "function": lambda name, now: bool(now.db.function_overloads(name)),
    "schema": lambda name, now: name.name in now.db.schemas,
    "role": lambda name, now: name.name in now.db.roles,
    "extension": lambda name, now: name.name in now.db.extensions,
}


def exists(kind: str, name: Name, now: Context) -> bool:
    return EXISTS[kind](name, now)


def first_creation(use: Use, now: Context) -> Operation | None:
    """The operation that creates the object later, if it is the first to do so: nothing before it takes an older one
    away, and it does not itself say (IF NOT EXISTS, OR REPLACE) that there may be one.
    """
    kind, name = use
    for op in now.later_in_change_set():
        if creation_key(op) == (kind, name.name):
            return op if now.db.complete or not allows_older(op) else None
        if name.name in taken_away(op):
            return None
    return None


def allows_older(op: Operation) -> bool:
    return bool(getattr(op, "if_not_exists", False) or (isinstance(op, CreateFunction | CreateView) and op.replace))


def taken_away(op: Operation) -> tuple[str, ...]:
    """The bare name that the operation makes free."""
    match op:
        case DropTable() | RenameTable():
            return (op.table.name,)
        case DropObject() | RenameObject() | SetSchema():
            return (op.name.name,)
        case DropFunction():
            return (op.function.name,)
        case DropIndex() | RenameIndex():
            return (op.index.name,)
    return ()


# --- taken names -----------------------------------------------------------------------------------------------------

KINDS: dict[type, str] = {
    Table: "table",
    View: "view",
    Index: "index",
    Sequence: "sequence",
    CompositeType: "type",
    Enum: "type",
    Domain: "domain",
    OtherType: "type",
    Function: "function",
    Schema: "schema",
    Extension: "extension",
    Role: "role",
    Publication: "publication",
    Column: "column",
    Constraint: "constraint",
    Trigger: "trigger",
    Policy: "policy",
    EnumValue: "value",
    DomainConstraint: "constraint",
}


@check
def object_already_exists(op: Operation, now: Context) -> Verdict | bool:
    taken = now.db.conflict(op)
    if taken is None or taken.made is None:
        return False
    return Verdict(facts={"what": called(taken, op, now)}, related=((taken.made, "made here"),))


def called(record: Record, op: Operation | None, now: Context) -> str:
    """Kind and name of what is there, with its table where it is a part of one."""
    kind = KINDS[type(record)]
    if isinstance(record, EnumValue):
        return f"value '{record.value}'"
    name = now.shown(record.name) if isinstance(record.name, Name) else record.name
    if isinstance(record, Column | Constraint | Trigger | Policy) and isinstance(op, OnTable):
        return f"{kind} {name} of {now.shown(now.db.resolve(op.table))}"
    return f"{kind} {name}"
