"""What adding, validating, changing and dropping constraints does."""

from collections.abc import Iterator

from db_sage_lint.catalog.records import Constraint
from db_sage_lint.effects.columns import becomes_not_null, may_have_null
from db_sage_lint.effects.drops import dropped_with
from db_sage_lint.effects.locks import Effect, Lock
from db_sage_lint.effects.predict import Server, effects
from db_sage_lint.effects.reach import Effects, is_partitioned, on, over, referenced
from db_sage_lint.effects.userdefined import has_default
from db_sage_lint.operations import (
    AddCheck,
    AddExclusion,
    AddForeignKey,
    AddKey,
    AddNotNull,
    AddPrimaryKey,
    AlterConstraint,
    DropConstraint,
    Name,
    RenameConstraint,
    ValidateConstraint,
)


@effects
def add_check(op: AddCheck, server: Server) -> Effects:
    """A column that is added with the CHECK is scanned as well, though every value is the same."""
    if op.within == "table":
        return ()
    scans = op.valid and op.enforced
    found = over(server, op.table, Lock.ACCESS_EXCLUSIVE, only=op.only, scans=scans)
    return _heirs_of_constraint(found, server) if op.no_inherit else found


def _heirs_of_constraint(found: list[Effect], server: Server) -> list[Effect]:
    """Heirs that a constraint doesn't reach: from 18 on ADD CONSTRAINT locks them all the same."""
    if server.pg < 18:
        return found[:1]
    return [found[0], *(Effect(e.relation, e.lock) for e in found[1:])]


@effects
def add_not_null(op: AddNotNull, server: Server) -> Effects:
    if op.within == "table":
        return ()
    if not op.valid:
        return over(server, op.table, Lock.ACCESS_EXCLUSIVE, only=op.only)
    found = becomes_not_null(server, op.table, op.column, only=op.only)
    return _heirs_of_constraint(found, server) if op.no_inherit else found


# --- foreign keys ---------------------------------------------------------------------------------------------------


@effects
def add_foreign_key(op: AddForeignKey, server: Server) -> Iterator[Effect]:
    """Both tables get triggers, so both are locked; heirs of INHERITS too from 18 on, though the key isn't theirs."""
    db = server.db
    table, target = db.resolve(op.table), db.resolve(op.referenced)
    scans = op.valid and op.enforced and op.within != "table"
    if op.within == "column":
        scans, target_scans = _added_with_values(op, server)
    else:
        target_scans = scans
    if op.within != "table":
        heirs_too = is_partitioned(server, table) or server.pg >= 18
        found = over(server, table, Lock.SHARE_ROW_EXCLUSIVE, only=op.only or not heirs_too, scans=scans)
        yield from found if is_partitioned(server, table) else _heirs_of_constraint(found, server)
    if target != table:
        yield from referenced(server, target, Lock.SHARE_ROW_EXCLUSIVE, scans=target_scans)


def _added_with_values(op: AddForeignKey, server: Server) -> tuple[bool, bool]:
    """Whether a key on a column that is just added is validated, and whether that reads the referenced table.

    It is where the column has a default in any form, which an identity is not; with DEFAULT NULL, for which the
    catalog has none, no row leads to the other table. Source: transformAlterTableStmt in parse_utilcmd.c.
    """
    table = server.db.table(op.table)
    columns = [] if table is None else [table.columns[c] for c in op.columns if c in table.columns]
    has_values = any(has_default(c) or c.generated or c.identity for c in columns)
    return op.beside_default, op.beside_default and has_values


@effects
def alter_constraint(op: AlterConstraint, server: Server) -> Iterator[Effect]:
    """Making a key enforced again validates it; making it not enforced drops its triggers on both sides."""
    constraint = _constraint(server, op.table, op.name)
    validates = op.enforced is True
    if op.no_inherit is None:
        yield from over(server, op.table, Lock.ACCESS_EXCLUSIVE, only=op.only, scans=validates)
    else:
        for name in (op.table, *server.db.heirs(op.table, deep=False)):
            yield on(server, name, Lock.ACCESS_EXCLUSIVE)
    if constraint is None or constraint.referenced is None or op.enforced is None:
        return
    lock = Lock.SHARE_ROW_EXCLUSIVE if validates else Lock.ACCESS_EXCLUSIVE
    if constraint.referenced != server.db.resolve(op.table):
        yield from referenced(server, constraint.referenced, lock, scans=validates)


def _constraint(server: Server, name: Name, constraint: str) -> Constraint | None:
    table = server.db.table(name)
    return None if table is None else table.constraints.get(constraint)


@effects
def validate_constraint(op: ValidateConstraint, server: Server) -> Iterator[Effect]:
    """What is valid already is not looked at again. The partitions of a referenced table are only read."""
    constraint = _constraint(server, op.table, op.name)
    if constraint is not None and constraint.valid and not _may_be_invalid(constraint):
        yield on(server, op.table, Lock.SHARE_UPDATE_EXCLUSIVE)
        return
    yield from over(server, op.table, Lock.SHARE_UPDATE_EXCLUSIVE, only=op.only, scans=True)
    if constraint is not None and constraint.referenced is not None and constraint.referenced != op.table:
        target, *partitions = referenced(server, constraint.referenced, Lock.ROW_SHARE, scans=True)
        yield target
        for effect in partitions:
            yield Effect(effect.relation, Lock.ACCESS_SHARE, effect.scans)


def _may_be_invalid(constraint: Constraint) -> bool:
    return constraint.made is None


@effects
def drop_constraint(op: DropConstraint, server: Server) -> Iterator[Effect]:
    """ONLY leaves the constraint to direct heirs, which are locked to be told so."""
    db = server.db
    yield on(server, op.table, Lock.ACCESS_EXCLUSIVE)
    constraint = _constraint(server, op.table, op.name)
    if constraint is None or constraint.kind in ("check", "not null") or is_partitioned(server, op.table):
        for heir in db.heirs(op.table, deep=not op.only):
            yield Effect(heir, Lock.ACCESS_EXCLUSIVE)
    if constraint is None:
        return
    if constraint.referenced is not None:
        yield from referenced(server, constraint.referenced, Lock.ACCESS_EXCLUSIVE)
    yield from dropped_with(op, server, cascade=op.cascade, heirs=not op.only)


@effects
def rename_constraint(op: RenameConstraint, server: Server) -> Effects:
    constraint = _constraint(server, op.table, op.name)
    inherited = constraint is not None and constraint.kind in ("check", "not null") and not constraint.no_inherit
    return over(server, op.table, Lock.ACCESS_EXCLUSIVE, only=op.only or not inherited)


# --- keys and exclusion ---------------------------------------------------------------------------------------------


@effects
def add_key(op: AddKey, server: Server) -> Effects:
    """The index is built under the lock, on every partition too, which up to 17 is then only locked against writes."""
    if op.within == "table":
        return ()
    if op.index:
        return (on(server, op.table, Lock.ACCESS_EXCLUSIVE),)
    return _built_with_index(server, op.table, only=op.only)


def _built_with_index(server: Server, name: Name, *, only: bool) -> list[Effect]:
    found = over(server, name, Lock.ACCESS_EXCLUSIVE, only=only, scans=True)
    if not is_partitioned(server, name):
        return _heirs_of_constraint(found, server)
    if server.pg >= 18:
        return found
    return [found[0], *(Effect(e.relation, Lock.SHARE, e.scans) for e in found[1:])]


@effects
def add_primary_key(op: AddPrimaryKey, server: Server) -> Iterator[Effect]:
    """Its columns become NOT NULL, those of heirs too, with a scan where nothing proves it already."""
    yield from add_key(op, server)
    if op.within == "table":
        return
    columns = _key_columns(op, server)
    if columns is None:
        yield on(server, op.table, Lock.ACCESS_EXCLUSIVE, scans=True)
    for column in columns or ():
        if may_have_null(server, op.table, column):
            yield from becomes_not_null(server, op.table, column, only=op.only)


def _key_columns(op: AddKey, server: Server) -> tuple[str, ...] | None:
    """None where the index of USING INDEX is not known."""
    if not op.index:
        return op.columns
    index = server.db.index(Name(op.index, server.db.resolve(op.table).schema))
    return None if index is None else tuple(key.column for key in index.keys)


@effects
def add_exclusion(op: AddExclusion, server: Server) -> Effects:
    return () if op.within == "table" else _built_with_index(server, op.table, only=op.only)
