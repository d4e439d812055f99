"""Parents and children: partitions and INHERITS, and what a child gets from above.

Sources: manual, 5.11 Inheritance and 5.12 Table Partitioning; ATExecAttachPartition, CloneForeignKeyConstraints and
CloneRowTriggersToPartition in src/backend/commands/tablecmds.c.
"""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from db_sage_lint.catalog.changes.registry import changes, stub, table_of
from db_sage_lint.catalog.lineage import equivalent
from db_sage_lint.catalog.names import free_constraint_name, index_name, joined, key_index_name
from db_sage_lint.catalog.parts import alter, put_constraint, put_index
from db_sage_lint.catalog.records import Column, Constraint, Index, Table
from db_sage_lint.operations import AttachPartition, Bound, DetachPartition, Name, PartitionBy, SetInherit
from db_sage_lint.script import Origin

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog

_LABELS = {"primary key": "pkey", "unique": "key", "exclude": "excl"}


def copy_index(db: "Catalog", index: Index, table: Name, origin: Origin, *, parent: Name | None = None) -> Index:
    """An index like another one, on another table, under a name that the server makes up; its constraint comes too."""
    source = db.relations.get(index.table)
    constraint = source.constraints.get(index.constraint) if isinstance(source, Table) else None
    if constraint is None:
        name = index_name(db, table, index.keys, index.include)
    else:
        label = _LABELS.get(constraint.kind, "key")
        columns = () if label == "pkey" else (*(key.column for key in index.keys), *index.include)
        name = key_index_name(db, table, columns, label)
    copied = replace(
        index,
        name=Name(name, table.schema),
        table=table,
        constraint=name if constraint else "",
        parent=parent,
        valid=True,
        concurrently=False,
        made=origin,
    )
    put_index(db, copied, origin)
    if constraint:
        inherited = parent is not None
        copy = replace(constraint, name=name, index=copied.name, made=origin, at=-1, validated=None)
        put_constraint(db, table, replace(copy, inherited=inherited, local=not inherited), origin)
    return copied


def join_index(db: "Catalog", index: Index, child: Name, origin: Origin) -> bool:
    """Gives a partition its part of a partitioned index: an equal one that it has already, else a new one.

    Says whether that part is valid: one that was there may be incomplete itself.
    """
    if not isinstance(db.relations.get(child), Table):
        return True
    own = next((own for own in db.indexes_of(child) if own.parent is None and _fits(own, index)), None)
    if own is not None:
        db.put_relation(replace(own, parent=index.name))
        return own.valid
    own = copy_index(db, index, child, origin, parent=index.name)
    return join_partitions(db, own, origin)


def join_partitions(db: "Catalog", index: Index, origin: Origin) -> bool:
    """Gives every partition its part of a new partitioned index, which is valid if they all are."""
    parts = [join_index(db, index, partition, origin) for partition in db.partitions(index.table, deep=False)]
    if not all(parts):
        db.put_relation(replace(index, valid=False))
    return all(parts)


def _fits(own: Index, index: Index) -> bool:
    return bool(own.constraint) >= bool(index.constraint) and equivalent(own, index)


def join_partition(db: "Catalog", parent: Name, child: Name, origin: Origin) -> None:
    """Gives a partition what its partitioned table has: indexes, keys, foreign keys and row triggers."""
    above = db.relations.get(parent)
    if not isinstance(above, Table):
        return
    for index in db.indexes_of(parent):
        join_index(db, index, child, origin)
    for constraint in above.constraints.values():
        if constraint.kind == "foreign key":
            join_foreign_key(db, constraint, child, origin)
    table = db.relations[child]
    if isinstance(table, Table):
        cloned = {
            name: replace(trigger, inherited=True) for name, trigger in above.triggers.items() if trigger.for_each_row
        }
        if cloned:
            db.put_relation(replace(table, triggers={**table.triggers, **cloned}))
        _may_bring_rows(db, above, table, origin)


def join_foreign_key(db: "Catalog", constraint: Constraint, child: Name, origin: Origin) -> None:
    """Gives a partition a foreign key of its parent, under the same name if that is free."""
    table = db.relations.get(child)
    if not isinstance(table, Table):
        return
    same = next((own for own in table.constraints.values() if _same_foreign_key(own, constraint)), None)
    if same:
        put_constraint(db, child, replace(same, inherited=True), origin)
    else:
        name = constraint.name
        if name in table.constraints:
            name = free_constraint_name(db, child.schema, child.name, joined(constraint.columns), "fkey")
        copy = replace(constraint, name=name, made=origin, at=-1, inherited=True, local=False)
        put_constraint(db, child, copy, origin)
        for grandchild in db.partitions(child, deep=False):
            join_foreign_key(db, copy, grandchild, origin)


def _same_foreign_key(own: Constraint, other: Constraint) -> bool:
    """Whether the partition's own foreign key can be the part of its parent's: tryAttachPartitionForeignKey."""
    as_other = replace(other, name=own.name, made=own.made, at=own.at, validated=own.validated, to_key=own.to_key)
    return not own.inherited and replace(own, local=other.local, inherited=other.inherited) == as_other


def _may_bring_rows(db: "Catalog", above: Table, child: Table, origin: Origin) -> None:
    """A partition or heir that may have rows makes its parents have them."""
    new = child.made is not None and child.made.change_set == origin.change_set
    if new and child.filled is None:
        return
    for name in (above.name, *db.ancestors(above.name)):
        table = db.relations.get(name)
        if isinstance(table, Table) and table.filled is None:
            db.put_relation(replace(table, filled=origin))


@changes
def attach_partition(op: AttachPartition, db: "Catalog", origin: Origin) -> None:
    if op.kind == "index":
        attach_to_index(db, op.table, op.partition)
        return
    parent = table_of(op, db)
    child = stub(db, db.resolve(op.partition)) if parent else None
    if parent and child and parent.name not in (child.name, *db.heirs(child.name)):
        link(db, parent, child, origin, op.bound or Bound())
        join_partition(db, parent.name, child.name, origin)


@changes
def set_inherit(op: SetInherit, db: "Catalog", origin: Origin) -> None:
    child = table_of(op, db)
    parent = stub(db, db.resolve(op.parent)) if child else None
    if not child or not parent:
        return
    if child.bound is not None:  # the server refuses it for a partition
        return
    if not op.attached:
        unlink(db, parent, child, origin)
    elif child.name not in (parent.name, *db.ancestors(parent.name)):
        link(db, parent, child, origin, None)
        _may_bring_rows(db, parent, child, origin)


@changes
def detach_partition(op: DetachPartition, db: "Catalog", origin: Origin) -> None:
    parent = table_of(op, db)
    child = db.relations.get(db.resolve(op.partition))
    if parent and isinstance(child, Table) and parent.name in child.parents:
        unlink(db, parent, child, origin)
        if op.concurrently:
            _keep_bound(db, parent, child, origin)


def _keep_bound(db: "Catalog", parent: Table, child: Table, origin: Origin) -> None:
    """DETACH … CONCURRENTLY leaves the bound behind as a CHECK: DetachAddConstraintIfNeeded in tablecmds.c."""
    if parent.partition_by is None or child.bound is None or _bound_is_checked(child, parent.partition_by, child.bound):
        return
    keys = tuple(key for key in parent.partition_by.keys if key)
    if keys and not child.bound.is_default:
        column = keys[0] if len(keys) == 1 else ""
        name = free_constraint_name(db, child.name.schema, child.name.name, column, "check", child.constraints)
        put_constraint(db, child.name, Constraint(name=name, kind="check", columns=keys, made=origin), origin)


def _bound_is_checked(child: Table, key: PartitionBy, bound: Bound) -> bool:
    from db_sage_lint.expressions import bound_implied

    checks = [c.expression for c in child.constraints.values() if c.kind == "check" and c.valid and c.enforced]
    not_null = {column.name for column in child.columns.values() if column.not_null}
    types = {column.name: column.type for column in child.columns.values()}
    return bound_implied([check for check in checks if check is not None], key, bound, not_null, types)


def link(db: "Catalog", parent: Table, child: Table, origin: Origin, bound: Bound | None) -> None:
    """Makes one table the child of another; columns and checks of the same name count as inherited from here on."""
    if child.name not in parent.children:
        alter(db, parent, origin, children=(*parent.children, child.name))
    local = bound is None
    alter(
        db,
        child,
        origin,
        bound=bound,
        parents=child.parents if parent.name in child.parents else (*child.parents, parent.name),
        columns={n: _from_above(c, parent.columns.get(n), local=local) for n, c in child.columns.items()},
        constraints={n: _check_from_above(c, parent, local=local) for n, c in child.constraints.items()},
    )


def _from_above(column: Column, above: Column | None, *, local: bool) -> Column:
    """A partition's columns are no longer its own, and have identity where the parent's do: MergeAttributesIntoExisting
    in src/backend/commands/tablecmds.c.
    """
    if above is None:
        return column
    identity = column.identity if local else above.identity
    return replace(column, inherited=True, local=local and column.local, identity=identity)


def _check_from_above(constraint: Constraint, parent: Table, *, local: bool) -> Constraint:
    above = parent.constraints.get(constraint.name)
    same = above is not None and above.kind == constraint.kind == "check"
    return replace(constraint, inherited=True, local=local and constraint.local) if same else constraint


def own_column(column: Column, *, of_partition: bool = False) -> Column:
    """The column of a former child; a partition leaves its parent's identity behind: DetachPartitionFinalize in
    src/backend/commands/tablecmds.c.
    """
    if not column.inherited:
        return column
    return replace(column, inherited=False, local=True, identity="" if of_partition else column.identity)


def own_constraint(constraint: Constraint) -> Constraint:
    return replace(constraint, inherited=False, local=True) if constraint.inherited else constraint


def unlink(db: "Catalog", parent: Table, child: Table, origin: Origin) -> None:
    """Makes one table no longer the child of another; what it has stays with it, but for cloned triggers."""
    for index in db.indexes_of(child.name):
        if index.parent is not None:
            db.put_relation(replace(index, parent=None))
    alter(db, parent, origin, children=tuple(n for n in parent.children if n != child.name))
    rest = tuple(n for n in child.parents if n != parent.name)
    partition = child.bound is not None
    alter(
        db,
        child,
        origin,
        bound=None,
        parents=rest,
        columns=child.columns if rest else {n: own_column(c, of_partition=partition) for n, c in child.columns.items()},
        constraints=child.constraints if rest else {n: own_constraint(c) for n, c in child.constraints.items()},
        triggers={n: t for n, t in child.triggers.items() if not t.inherited},
    )


def attach_to_index(db: "Catalog", parent: Name, partition: Name) -> None:
    """Attaches an index; the parent is valid once every partition of its table has one that is.

    Source: validatePartitionedIndex in src/backend/commands/tablecmds.c.
    """
    above = db.index(parent)
    below = db.index(partition)
    if above is None or below is None or above.table not in db.partition_parents(below.table)[:1]:
        return
    db.put_relation(replace(below, parent=above.name))
    while above is not None and not above.valid and _complete(db, above):
        db.put_relation(replace(above, valid=True))
        above = db.index(above.parent) if above.parent else None


def _complete(db: "Catalog", index: Index) -> bool:
    partitions = db.partitions(index.table, deep=False)
    return all(any(i.parent == index.name and i.valid for i in db.indexes_of(p)) for p in partitions)
