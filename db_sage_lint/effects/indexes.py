"""What operations on indexes do to the index and to its table."""

from collections.abc import Iterator

from db_sage_lint.catalog.records import Table, View
from db_sage_lint.effects.drops import dropped_with
from db_sage_lint.effects.locks import Effect, Lock
from db_sage_lint.effects.predict import Server, effects
from db_sage_lint.effects.reach import Effects, is_partitioned, on, over_partitions
from db_sage_lint.operations import (
    AlterIndex,
    AttachIndex,
    CreateIndex,
    CreateStatistics,
    DropIndex,
    Name,
    Reindex,
    RenameIndex,
)


@effects
def create_index(op: CreateIndex, server: Server) -> Effects:
    """An index on a partitioned table is built on every partition; with ONLY nothing is built."""
    lock = Lock.SHARE_UPDATE_EXCLUSIVE if op.concurrently else Lock.SHARE
    return over_partitions(server, op.table, lock, only=op.only, scans=True)


@effects
def drop_index(op: DropIndex, server: Server) -> Iterator[Effect]:
    """CONCURRENTLY waits for every transaction that has used the table, but holds nothing that readers wait for."""
    db = server.db
    index = db.index(op.index)
    lock = Lock.SHARE_UPDATE_EXCLUSIVE if op.concurrently else Lock.ACCESS_EXCLUSIVE
    yield on(server, op.index, lock)
    if index is None:
        return
    yield from over_partitions(server, index.table, lock)
    yield from dropped_with(op, server, cascade=op.cascade)


@effects
def rename_index(op: RenameIndex, server: Server) -> Effects:
    return (on(server, op.index, Lock.SHARE_UPDATE_EXCLUSIVE),)


# AlterTableGetLockLevel in tablecmds.c; what is not listed takes ACCESS EXCLUSIVE.
_MILD_CHANGES = frozenset({"parameters", "statistics"})


@effects
def alter_index(op: AlterIndex, server: Server) -> Effects:
    """SET TABLESPACE copies the index. The table isn't locked, but a query can't be planned without its indexes."""
    moves = op.change == "tablespace"
    lock = Lock.SHARE_UPDATE_EXCLUSIVE if op.change in _MILD_CHANGES else Lock.ACCESS_EXCLUSIVE
    return (on(server, op.index, lock, scans=moves, rewrites=moves),)


@effects
def attach_index(op: AttachIndex, server: Server) -> Effects:
    return (
        on(server, op.partition, Lock.ACCESS_EXCLUSIVE),
        on(server, op.index, Lock.SHARE_UPDATE_EXCLUSIVE),
    )


@effects
def reindex(op: Reindex, server: Server) -> Iterator[Effect]:
    """The index is locked fully, so that no query on its table can be planned; the table itself against writes.

    Tables of a schema or database come one after the other, each in a transaction of its own. Up to 13 a partitioned
    table is passed over with a warning.
    """
    if op.kind == "index" and op.name is not None:
        index = server.db.index(op.name)
        if not op.concurrently:
            yield on(server, op.name, Lock.ACCESS_EXCLUSIVE)
        if index is not None:
            yield _reindexed(index.table, op)
        return
    for name in _tables(op, server):
        indexes = server.db.indexes_of(name)
        yield _reindexed(name, op, scans=bool(indexes) or not _is_closed(server, name))
        if not (op.concurrently or is_partitioned(server, name)):
            for index in indexes:
                yield Effect(index.name, Lock.ACCESS_EXCLUSIVE)


def _reindexed(table: Name, op: Reindex, *, scans: bool = True) -> Effect:
    return Effect(table, Lock.SHARE_UPDATE_EXCLUSIVE if op.concurrently else Lock.SHARE, scans)


def _is_closed(server: Server, name: Name) -> bool:
    relation = server.db.relations.get(name)
    return isinstance(relation, Table) and relation.closed


def _tables(op: Reindex, server: Server) -> Iterator[Name]:
    db = server.db
    if op.kind == "table" and op.name is not None:
        name = db.resolve(op.name)
        yield name
        if server.pg >= 14:
            yield from db.partitions(name)
        return
    for name, relation in db.relations.items():
        in_schema = op.kind != "schema" or op.name is None or name.schema == op.name.name
        if in_schema and _has_storage(relation):
            yield name


def _has_storage(relation: object) -> bool:
    if isinstance(relation, Table):
        return relation.kind == "table" and relation.partition_by is None
    return isinstance(relation, View) and relation.materialized


@effects
def create_statistics(op: CreateStatistics, server: Server) -> Effects:
    return (on(server, op.table, Lock.SHARE_UPDATE_EXCLUSIVE),)
