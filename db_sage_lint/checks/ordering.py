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
from db_sage_lint.later import creation_key
from db_sage_lint.operations import (
    AddColumn,
    AddConstraint,
    CreateFunction,
    CreatePolicy,
    CreateView,
    DropColumn,
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
    SetNotNull,
    SetRowSecurity,
    SetSchema,
    SetType,
)
from db_sage_lint.script import Origin
from db_sage_lint.uses import Use, needed

NO_VIEW = (AddColumn, AddConstraint, CreatePolicy, DropColumn, SetNotNull, SetRowSecurity, SetType)


@check
def unknown_object(op: Operation, now: Context) -> Verdict | bool:
    if isinstance(op, NO_VIEW) and isinstance(view := now.db.relation(op.table), View):
        return not op.possible and view.made is not None and not_a_table(view, now)
    missing = now.missing
    if missing is None or now.is_external(missing.name) or comes_later(missing, op, now):
        return False
    gone = missing.gone
    why, word = "", ""
    if gone and gone.renamed_to:
        why, word = f", it is called {now.shown(gone.renamed_to)} now", "is where it was renamed"
    elif gone:
        why, word = ", it was dropped", "is where it was dropped"
    return Verdict(
        facts={"what": described(missing, now), "why": why},
        related=((gone.dropped, word),) if gone else (),
        severity="info" if gone and gone.possible else None,
    )


def not_a_table(view: View, now: Context) -> Verdict:
    facts = {"what": f"a table {now.shown(view.name)}", "why": f", {now.shown(view.name)} is a view"}
    return Verdict(facts=facts, related=((view.made, "made it"),) if view.made else ())


def described(missing: Missing, now: Context) -> str:
    if missing.part:
        return f"{missing.kind} {missing.part} of {now.shown(missing.name)}"
    return f"{missing.kind} {now.shown(missing.name)}"


def comes_later(missing: Missing, op: Operation, now: Context) -> bool:
    """Whether it is what used-before-created speaks of."""
    if missing.kind == "column" and now.column_added_later(missing.name.name, missing.part):
        return True
    return used_too_early(op, now) is not None


@check
def used_before_created(op: Operation, now: Context) -> Verdict | bool:
    if op.possible:
        return False
    early = used_too_early(op, now) or column_too_early(now)
    if early is None:
        return False
    kind, name, creation = early
    return Verdict(facts={"kind": kind, "name": now.shown(name)}, related=((creation, "creates it"),))


def used_too_early(op: Operation, now: Context) -> tuple[str, Name, Origin] | None:
    """The first object that the operation needs, that does not exist and that is created later."""
    for kind, name in needed(op, now.db):
        later = None if exists(kind, name, now) else now.created_later(kind, name.name)
        if later is not None and is_first_creation((kind, name), now):
            return ("table or view" if kind == "relation" else kind), name, later
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
}


def exists(kind: str, name: Name, now: Context) -> bool:
    return EXISTS[kind](name, now)


def is_first_creation(use: Use, now: Context) -> bool:
    """Whether the later creation is the first of that object: nothing before it takes an older one away, and it does
    not itself say (IF NOT EXISTS, OR REPLACE) that there may be one.
    """
    kind, name = use
    for op in now.later_in_change_set():
        if creation_key(op) == (kind, name.name):
            return now.db.complete or not allows_older(op)
        if name.name in taken_away(op):
            return False
    return False


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
    return Verdict(facts={"what": called(taken, op, now)}, related=((taken.made, "made it"),))


def called(record: Record, op: Operation, now: Context) -> str:
    """Kind and name of what is there, with its table where it is a part of one."""
    kind = KINDS[type(record)]
    if isinstance(record, EnumValue):
        return f"value '{record.value}'"
    name = now.shown(record.name) if isinstance(record.name, Name) else record.name
    if isinstance(record, Column | Constraint | Trigger | Policy) and isinstance(op, OnTable):
        return f"{kind} {name} of {now.shown(now.db.resolve(op.table))}"
    return f"{kind} {name}"
