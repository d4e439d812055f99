"""What is locked when a relation, type or function is dropped, with all that goes along."""

from collections.abc import Iterator

from db_sage_lint.catalog.records import Index, Sequence, Table, View
from db_sage_lint.effects.locks import Effect, Lock
from db_sage_lint.effects.predict import Server
from db_sage_lint.effects.reach import Effects, own_foreign_keys
from db_sage_lint.operations import Name, OnTable, Operation


def dropped_relation(server: Server, name: Name, *, own_sequences: bool = False) -> Iterator[Effect]:
    """A relation goes: what it references, its partitioned table and the default partition beside it are locked too.

    The foreign keys of the dropped table have triggers on the referenced ones, which is why those are locked. Owned
    sequences and the table's own indexes are left out, unless `own_sequences`.
    """
    db = server.db
    relation = db.relations.get(name)
    if isinstance(relation, Index):
        yield Effect(relation.table, Lock.ACCESS_EXCLUSIVE)
    if not isinstance(relation, Sequence) or own_sequences or relation.owned_by is None:
        yield Effect(name, Lock.ACCESS_EXCLUSIVE)
    if not isinstance(relation, Table):
        return
    for key in own_foreign_keys(relation):
        if key.referenced is not None and key.referenced != name:
            yield from lost_target(server, key.referenced)
    for heir in db.heirs(name):
        yield Effect(heir, Lock.ACCESS_EXCLUSIVE)
    if relation.bound is not None and relation.parents:
        yield from partition_gone(server, relation.parents[0], name)


def lost_target(server: Server, name: Name) -> Iterator[Effect]:
    """The table that a dropped foreign key pointed at: its triggers go. Up to 14 a partitioned table itself isn't
    locked when the referencing table or column is dropped, only its partitions are.
    """
    table = server.db.table(name)
    if table is None or table.partition_by is None or server.pg >= 15:
        yield Effect(name, Lock.ACCESS_EXCLUSIVE)
    if table is not None and table.partition_by is not None:
        for partition in server.db.partitions(name):
            yield Effect(partition, Lock.ACCESS_EXCLUSIVE)


def partition_gone(server: Server, parent: Name, partition: Name) -> Iterator[Effect]:
    """The partitioned table that a partition leaves, and its default partition, whose constraint changes."""
    yield Effect(parent, Lock.ACCESS_EXCLUSIVE)
    default = server.db.default_partition(parent)
    if default is not None and default != partition:
        yield Effect(default, Lock.ACCESS_EXCLUSIVE)


def keys_lost_with_partition(server: Server, partition: Name) -> Iterator[Effect]:
    """A foreign key that points at a partitioned table goes when CASCADE drops one of its partitions."""
    db = server.db
    for ancestor in db.partition_parents(partition):
        for table, _ in db.referencing(ancestor):
            for name in (table.name, *db.heirs(table.name), *db.partitions(ancestor)):
                yield Effect(name, Lock.ACCESS_EXCLUSIVE)


def dropped_with(op: Operation, server: Server, *, cascade: bool, heirs: bool = True) -> Iterator[Effect]:
    """What goes along with the object that `op` drops: all its dependents with `cascade`, else the automatic ones.

    Without `heirs` (ONLY) the same part of heirs stays. What goes without CASCADE belongs to the table or to its heirs.
    """
    db = server.db
    if not (cascade or (isinstance(op, OnTable) and db.heirs(op.table, deep=False))):
        return
    for dependent in db.dependents(op):
        if not (cascade or dependent.automatic) or (dependent.automatic and dependent.table is not None and not heirs):
            continue
        if dependent.table is not None:
            yield from _part_gone(server, dependent.table, dependent.kind, dependent.name.name)
        elif isinstance(db.relations.get(dependent.name), Table | View | Sequence | Index):
            yield from dropped_relation(server, dependent.name)


def _part_gone(server: Server, owner: Name, kind: str, part: str) -> Effects:
    table = server.db.relations.get(owner)
    if not isinstance(table, Table | View):
        return ()
    locked = Effect(owner, Lock.ACCESS_EXCLUSIVE)
    if kind == "foreign key" and isinstance(table, Table):
        key = table.constraints.get(part)
        if key is not None and key.referenced is not None and not key.inherited:
            return (locked, *lost_target(server, key.referenced))
    return (locked,)
