"""Constraints on existing tables, and keys that will hurt later."""

from collections.abc import Iterator

from db_sage_lint.catalog.records import Constraint, Index, Table
from db_sage_lint.checks.registry import check
from db_sage_lint.checks.words import listed
from db_sage_lint.context import Context, Verdict
from db_sage_lint.effects.versions import not_valid_key_refused
from db_sage_lint.findings import Severity
from db_sage_lint.operations import (
    AddCheck,
    AddConstraint,
    AddExclusion,
    AddForeignKey,
    AddPrimaryKey,
    AddUnique,
    ChangeSetEnd,
    ValidateConstraint,
    quoted,
)


@check
def foreign_key_without_not_valid(op: AddForeignKey, now: Context) -> bool | Verdict:
    if not op.valid or not now.may_have_rows(op.table) or not now.scans:
        return False
    table = now.table(op.table)
    refused = table is not None and not_valid_key_refused(now.pg, table)
    plan = "; a partitioned table can't have it NOT VALID, so first give each partition the key, and validate it there"
    return Verdict(facts={"plan": plan if refused else ""})


@check
def check_without_not_valid(op: AddCheck, now: Context) -> bool | Verdict:
    column = now.column_beside(op)
    is_virtual = column is not None and column.generated == "virtual"  # of which generated-column-rewrite speaks
    return op.valid and now.scans and not is_virtual and Verdict(facts={"name": named(op)})


def named(op: AddConstraint) -> str:
    """The constraint's name after a blank, if it has one."""
    return f" {quoted(op.name)}" if op.name else ""


@check
def constraint_validated_in_same_transaction(op: ValidateConstraint, now: Context) -> bool | Verdict:
    table = now.table(op.table)
    constraint = table.constraints.get(op.name) if table else None
    if not now.contended(op.table) or (constraint is not None and constraint.valid):
        return False
    held = now.locks_held.get(now.db.resolve(op.table))
    if held and held.lock.blocks_writes:
        facts = {"holder": f"this transaction still holds {held.lock.sql} on it", "waiting": held.lock.blocks}
        return Verdict(facts=facts, related=((held.origin, "takes the lock, held until the transaction ends"),))
    facts = {"holder": "the lock that adding it took is still held", "waiting": "writes"}
    just_added = constraint is not None and constraint.made is now.origin
    return just_added and Verdict(facts=facts)


@check
def constraint_builds_index(op: AddUnique | AddPrimaryKey | AddExclusion, now: Context) -> bool | Verdict:
    if not now.scans or (isinstance(op, AddUnique | AddPrimaryKey) and op.index):
        return False
    kind = {AddUnique: "unique", AddPrimaryKey: "primary key", AddExclusion: "exclusion"}[type(op)]
    way = "; an exclusion constraint can't take over an index that was built before" if kind == "exclusion" else ""
    return Verdict(facts={"kind": kind, "name": named(op), "way": way})


# --- foreign keys at the end of the change set -----------------------------------------------------------------------


@check
def foreign_key_without_index(_: ChangeSetEnd, now: Context) -> Iterator[Verdict]:
    for table in now.tables_touched():
        for constraint in table.constraints.values():
            if is_new_key(constraint, now) and not is_served(constraint, table, now):
                yield unserved(constraint, table, now)


def is_new_key(constraint: Constraint, now: Context) -> bool:
    return constraint.kind == "foreign key" and not constraint.inherited and now.in_change_set(constraint.made)


def is_served(constraint: Constraint, table: Table, now: Context) -> bool:
    return any(serves(index, constraint.columns) for index in now.db.indexes_of(table.name))


# Access methods that find rows by equality of their leading columns.
BY_EQUALITY = frozenset({"btree", "hash", "gist", "spgist"})


def serves(index: Index, columns: tuple[str, ...]) -> bool:
    """Whether rows with given values of the columns, in whatever order, are found through the index."""
    leading = {key.column for key in index.keys[: len(columns)]}
    return index.valid and index.predicate is None and index.method in BY_EQUALITY and leading == set(columns)


def unserved(constraint: Constraint, table: Table, now: Context) -> Verdict:
    severity, work = work_without(constraint, table, now)
    return Verdict(
        where=constraint.made,
        at=constraint.at,
        severity=severity,
        effects=(),
        facts={
            "columns": listed(constraint.columns),
            "name": constraint.name,
            "table": now.shown(table.name),
            "referenced": now.shown(constraint.referenced) if constraint.referenced else "the other table",
            "work": work,
        },
    )


def work_without(constraint: Constraint, table: Table, now: Context) -> tuple[Severity | None, str]:
    """How bad it is, and what each change of the referenced table does for want of the index."""
    name = now.shown(table.name)
    firsts = ((column,) for column in constraint.columns)
    halves = [index for first in firsts for index in now.db.indexes_of(table.name) if serves(index, first)]
    if halves:
        return "info", f"looks through more of {name} than it needs, by {halves[0].name.name}"
    if table.closed or any(is_new_column(column, table, now) for column in constraint.columns):
        return None, f"reads all of {name}"
    return "info", f"reads all of {name}, unless there is an index that these files don't tell of"


def is_new_column(column: str, table: Table, now: Context) -> bool:
    found = table.columns.get(column)
    return found is not None and now.in_change_set(found.made)
