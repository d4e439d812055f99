"""What making, attaching and detaching partitions does to the partitioned table, its siblings and foreign keys."""

from collections.abc import Iterator

from db_sage_lint.catalog.lineage import equivalent
from db_sage_lint.catalog.records import Constraint, Index, Table
from db_sage_lint.effects.locks import Effect, Lock
from db_sage_lint.effects.predict import Server, effects
from db_sage_lint.effects.reach import foreign_keys, on, over, referenced
from db_sage_lint.operations import AttachPartition, Bound, CreateTable, DetachPartition, Expression, Name, Type


def new_partition(op: CreateTable, parent: Name, server: Server) -> Iterator[Effect]:
    """CREATE TABLE … PARTITION OF: the parent and its default partition are locked fully, and that one is scanned
    for rows that belong to the new one. The foreign keys of the parent become the partition's.
    """
    yield on(server, parent, Lock.ACCESS_EXCLUSIVE)
    yield from _beside(server, parent, op.bound)
    table = server.db.table(parent)
    if table is None:
        return
    for key in foreign_keys(table):
        if key.referenced is not None:
            yield from referenced(server, key.referenced, Lock.SHARE_ROW_EXCLUSIVE)
    yield from _keys_followed(server, table)


def _keys_followed(server: Server, parent: Table) -> Iterator[Effect]:
    """The tables whose keys point at the parent: from 15 on their triggers on the new partition are made under lock."""
    lock = Lock.SHARE_ROW_EXCLUSIVE if server.pg >= 15 else Lock.ACCESS_SHARE
    for other in _pointing_at(server, parent):
        yield Effect(other, lock)


def _pointing_at(server: Server, table: Table) -> tuple[Name, ...]:
    """The tables whose foreign keys point at a table, itself left out, partitions of each included."""
    found: dict[Name, None] = {}
    for other, _ in server.db.referencing(table.name):
        if other.name != table.name:
            found.update(dict.fromkeys((other.name, *server.db.partitions(other.name))))
    return tuple(found)


def _beside(server: Server, parent: Name, bound: Bound | None) -> Iterator[Effect]:
    """The default partition gets a smaller bound: it is locked, and scanned unless a CHECK rules out the new bound."""
    default = server.db.default_partition(parent)
    if default is None or (bound is not None and bound.is_default):
        return
    yield from over(server, default, Lock.ACCESS_EXCLUSIVE, scans=not _excludes(server, default, parent, bound))


@effects
def attach_partition(op: AttachPartition, server: Server) -> Iterator[Effect]:
    """The partition is locked fully, and scanned for whatever isn't proven: that its rows are in the bound, that they
    have what the parent's foreign keys and NOT NULLs ask for; and for the indexes that it lacks.
    """
    db = server.db
    if op.kind == "index":
        yield on(server, op.partition, Lock.ACCESS_EXCLUSIVE)
        yield on(server, op.table, Lock.SHARE_UPDATE_EXCLUSIVE)
        return
    yield on(server, op.table, Lock.SHARE_UPDATE_EXCLUSIVE)
    yield from _beside(server, db.resolve(op.table), op.bound)
    parent, partition = db.table(op.table), db.table(op.partition)
    if parent is None or partition is None:
        yield from over(server, op.partition, Lock.ACCESS_EXCLUSIVE, scans=True)
        return
    lacking = [key for key in foreign_keys(parent) if not any(_same_key(key, own) for own in foreign_keys(partition))]
    scans = bool(lacking) or _needs_scan(op, server, parent, partition)
    yield from over(server, op.partition, Lock.ACCESS_EXCLUSIVE, scans=scans)
    for key in foreign_keys(parent):
        if key.referenced is not None:
            lock = Lock.SHARE_ROW_EXCLUSIVE if key in lacking else Lock.ACCESS_EXCLUSIVE
            yield from referenced(server, key.referenced, lock, scans=key in lacking and key.valid)
    yield from _keys_followed(server, parent)


def _same_key(one: Constraint, other: Constraint) -> bool:
    """Whether a partition's own key becomes the parent's: tryAttachPartitionForeignKey in tablecmds.c."""
    return other.valid and _shape(one) == _shape(other)


def _shape(key: Constraint) -> tuple[object, ...]:
    return key.referenced, key.columns, key.referenced_columns, key.on_delete, key.on_update, key.deferrable


def _needs_scan(op: AttachPartition, server: Server, parent: Table, partition: Table) -> bool:
    db = server.db
    if not _implies(server, partition, parent, op.bound):
        return True
    own = [index for index in db.indexes_of(partition.name) if index.valid]
    return any(not any(_serves(index, other) for other in own) for index in db.indexes_of(parent.name))


def _serves(wanted: Index, index: Index) -> bool:
    """Whether an index of the partition can be attached; a constraint's index only serves a constraint."""
    return equivalent(wanted, index) and bool(wanted.constraint) == bool(index.constraint)


def _valid_checks(table: Table) -> list[Expression]:
    return [
        c.expression
        for c in table.constraints.values()
        if c.kind == "check" and c.valid and c.enforced and c.expression is not None
    ]


def _key_types(table: Table) -> dict[str, Type]:
    return {column.name: column.type for column in table.columns.values()}


def _not_null(table: Table) -> frozenset[str]:
    unsure = {c.columns for c in table.constraints.values() if c.kind == "not null" and not c.valid}
    return frozenset(c.name for c in table.columns.values() if c.not_null and (c.name,) not in unsure)


def _implies(server: Server, partition: Table, parent: Table, bound: Bound | None) -> bool:
    """Whether CHECKs and NOT NULLs of the partition prove that its rows are in the bound, and in those above."""
    from db_sage_lint.expressions import bound_implied

    level: Table | None = parent
    while level is not None:
        if level.partition_by is None or bound is None:
            return False
        checks, not_null = _valid_checks(partition), _not_null(partition)
        if not bound_implied(checks, level.partition_by, bound, not_null, _key_types(level)):
            return False
        if level.bound is None:
            return True
        bound = level.bound
        level = server.db.table(level.parents[0]) if level.parents else None
    return False


def _excludes(server: Server, default: Name, parent: Name, bound: Bound | None) -> bool:
    """Whether a CHECK of the default partition proves that none of its rows belongs to the new bound."""
    from db_sage_lint.expressions.bounds import bound_excluded

    table, above = server.db.table(default), server.db.table(parent)
    if table is None or above is None or above.partition_by is None or bound is None:
        return False
    return bound_excluded(_valid_checks(table), above.partition_by, bound, _not_null(table), _key_types(above))


@effects
def detach_partition(op: DetachPartition, server: Server) -> Iterator[Effect]:
    """CONCURRENTLY asks for the full lock of the partition only at its end, in a transaction of its own.

    Up to 13 a plain DETACH locks the partition less, unless a row trigger of the parent goes; its own partitions and
    default siblings alike. Keys of the parent become the partition's own; tables that point at the parent are scanned
    for rows that point at the partition.
    """
    db = server.db
    name = db.resolve(op.table)
    if op.concurrently or op.finalize:
        yield on(server, name, Lock.SHARE_UPDATE_EXCLUSIVE)
        yield on(server, op.partition, Lock.ACCESS_EXCLUSIVE)
        return
    parent, partition = db.table(name), db.table(op.partition)
    yield on(server, name, Lock.ACCESS_EXCLUSIVE)
    pointing = () if parent is None else _pointing_at(server, parent)
    default = db.default_partition(name)
    triggers = () if parent is None else parent.triggers.values()
    followed = bool(pointing) or any(trigger.for_each_row for trigger in triggers)
    mild = server.pg < 14 and not followed and default != db.resolve(op.partition)
    yield on(server, op.partition, Lock.SHARE_UPDATE_EXCLUSIVE if mild else Lock.ACCESS_EXCLUSIVE, scans=bool(pointing))
    for heir in db.heirs(op.partition):
        yield Effect(heir, Lock.ACCESS_EXCLUSIVE)
    for index in db.indexes_of(op.partition) if mild else ():
        if index.parent is not None:
            yield Effect(index.name, Lock.ACCESS_EXCLUSIVE)
    if default is not None and default != db.resolve(op.partition):
        yield Effect(default, Lock.ACCESS_EXCLUSIVE)
    for key in () if partition is None else foreign_keys(partition):
        if key.inherited and key.referenced is not None:
            yield from referenced(server, key.referenced, Lock.SHARE_ROW_EXCLUSIVE)
    for other in pointing:
        yield Effect(other, Lock.ACCESS_EXCLUSIVE, scans=True)
