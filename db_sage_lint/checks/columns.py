"""Adding, changing and dropping columns of existing tables."""

from collections.abc import Iterator

from msgspec.structs import replace

from db_sage_lint.catalog.records import Column
from db_sage_lint.checks.registry import check
from db_sage_lint.checks.words import described, listed
from db_sage_lint.context import Context, Verdict
from db_sage_lint.effects.types import TypeChange, type_change
from db_sage_lint.effects.userdefined import underlying_default
from db_sage_lint.expressions import implies_not_null, is_null_constant, sql, volatility
from db_sage_lint.operations import (
    SERIAL,
    AddCheck,
    AddColumn,
    AddNotNull,
    AddPrimaryKey,
    ColumnSpec,
    DropColumn,
    Name,
    SetExpression,
    SetNotNull,
    SetType,
    Type,
)
from db_sage_lint.script import Origin


@check
def column_dropped(op: DropColumn, now: Context) -> bool | Verdict:
    if not (now.contended(op.table) and now.column_existed(op.table, op.column)) or was_replaced(op, now):
        return False
    users = [described(user, now.shown) for user in now.db.dependents(op) if not user.automatic]
    locked = [now.shown(name) for name in other_tables(op.table, now)]
    return Verdict(
        facts={
            "users": f"; it is used by {listed(users)}" if users else "",
            "locks": f"; {listed(locked)} {'is' if len(locked) == 1 else 'are'} locked as well" if locked else "",
        }
    )


def was_replaced(op: DropColumn, now: Context) -> bool:
    """Whether an earlier release has copied the values into another column."""
    table = now.table(op.table)
    column = table.columns.get(op.column) if table else None
    return column is not None and column.copied is not None and now.existed(column.copied)


def other_tables(table: Name, now: Context) -> Iterator[Name]:
    """The tables whose reads or writes have to wait although the statement doesn't name them or their parent."""
    named = now.db.resolve(table)
    own = {named, *now.db.heirs(named)}
    for effect in now.contended_effects:
        if effect.lock.blocks_writes and effect.relation not in own and now.table(effect.relation):
            yield effect.relation


@check
def volatile_default(op: AddColumn, now: Context) -> bool | Verdict:
    default = op.column.default or underlying_default(op.column.type, now.db)
    if default is None or not now.contended(op.table):
        return False
    kind = volatility(default, now.db)
    if kind == "unknown":
        why = "calls what no file defines; if that is volatile,"
    elif kind == "volatile" and now.rewrites:
        why = "is computed for each row:"
    else:
        return False
    text = f"{sql(default)}, the default of {op.column.name}, {why}"
    return Verdict(facts={"default": text}, severity="info" if kind == "unknown" else None)


@check
def serial_or_identity_column_added(op: AddColumn, now: Context) -> bool:
    return (bool(op.column.identity) or op.column.type.name in SERIAL) and now.rewrites


@check
def generated_column_rewrite(op: AddColumn | AddCheck | SetExpression, now: Context) -> bool | Verdict:
    reason = computed(op, now)
    return bool(reason) and Verdict(facts={"reason": reason})


def computed(op: AddColumn | AddCheck | SetExpression, now: Context) -> str:
    """What is computed for each row, in words; empty where nothing is."""
    if isinstance(op, SetExpression):
        return f"the new expression of {op.column} is computed" if now.rewrites else ""
    if isinstance(op, AddCheck):
        column = now.column_beside(op)
        is_virtual = column is not None and column.generated == "virtual"
        return f"the CHECK on the virtual column {column.name} is tried" if column and is_virtual and now.scans else ""
    if op.column.generated == "stored":
        return f"the value of {op.column.name} is computed and stored" if now.rewrites else ""
    not_null = op.column.generated == "virtual" and op.column.not_null
    return f"NOT NULL on the virtual column {op.column.name} is tried" if not_null and now.scans else ""


@check
def required_column_without_default(op: AddColumn | AddPrimaryKey, now: Context) -> bool | Verdict:
    column = required_column(op, now)
    if column is None or has_value(column, now) or is_foreign(op.table, now):
        return False
    if not is_empty(op.table, now):
        return Verdict(facts={"column": column.name, "fails": "the statement fails if the table has a row, and "})
    return now.contended(op.table) and Verdict(facts={"column": column.name, "fails": ""}, severity="warning")


def is_empty(name: Name, now: Context) -> bool:
    """Whether the table has no row that the statement could meet."""
    table = now.table(name)
    return not now.may_have_rows(name) or (table is not None and now.in_this_transaction(table.emptied))


def required_column(op: AddColumn | AddPrimaryKey, now: Context) -> ColumnSpec | Column | None:
    """The column that the statement adds as NOT NULL or as primary key."""
    if isinstance(op, AddColumn):
        return op.column if op.column.not_null else None
    return now.column_beside(op)


def has_value(column: ColumnSpec | Column, now: Context) -> bool:
    """Whether existing rows get a value in the new column."""
    default = column.default or underlying_default(column.type, now.db)
    if default is not None:
        return not is_null_constant(default)
    return bool(column.identity or column.generated or column.type.name in SERIAL)


def is_foreign(name: Name, now: Context) -> bool:
    table = now.table(name)
    return table is not None and table.kind == "foreign table"


@check
def not_null_without_proof(op: SetNotNull | AddNotNull, now: Context) -> bool | Verdict:
    if now.scans:
        return Verdict(related=tuple(almost_proofs(op, now)))
    proof = now.db.not_null_proof(op.table, op.column) if now.contended(op.table) else None
    if proof:
        now.note_proof(proof)
    return False


def almost_proofs(op: SetNotNull | AddNotNull, now: Context) -> Iterator[tuple[Origin, str]]:
    """The CHECKs that would prove it, had they been validated."""
    table = now.table(op.table)
    for constraint in table.constraints.values() if table else ():
        if constraint.valid or not constraint.made or not constraint.expression:
            continue
        if constraint.kind == "check" and implies_not_null(constraint.expression, op.column):
            yield constraint.made, f"{constraint.name} would prove it, but is not validated"


@check
def column_type_rewrite(op: SetType, now: Context) -> bool | Verdict:
    if not now.rewrites:
        return False
    change = type_change(op, now.db, now.session.settings)
    was = f" from {shown_type(change.old, now)}" if change.old else ""
    return Verdict(
        facts={
            "change": f"{was} to {shown_type(op.type, now)}",
            "writes": "may write" if change.rewrites is None else "writes",
            "reason": change.reason,
            "more": more_work(op, change, now),
        },
        severity="warning" if change.rewrites is None else None,
    )


def shown_type(written: Type, now: Context) -> str:
    """The type as messages write it: without the schema where it is found without."""
    found = now.db.resolve_type(Name(written.name)) == Name(written.name, written.schema)
    return str(replace(written, schema="") if found else written)


def more_work(op: SetType, change: TypeChange, now: Context) -> str:
    """The indexes that are built again and the other tables that wait, to be said after the sentence."""
    indexes = [name.name for name in change.rebuilds]
    locked = [now.shown(name) for name in other_tables(op.table, now)]
    return "".join(
        (
            f"; {listed(indexes)} built again" if indexes else "",
            f"; {listed(locked)} locked as well" if locked else "",
        )
    )
