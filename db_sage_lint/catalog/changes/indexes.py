"""Indexes made by CREATE INDEX, attached and dropped."""

from typing import TYPE_CHECKING

from db_sage_lint.catalog.changes.inherit import attach_to_index, join_partitions
from db_sage_lint.catalog.changes.registry import changes, stub
from db_sage_lint.catalog.names import index_name
from db_sage_lint.catalog.parts import bury, drop_index, put_index
from db_sage_lint.catalog.records import Index, Table, View
from db_sage_lint.catalog.removal import cascade, make_room
from db_sage_lint.operations import AttachIndex, CreateIndex, DropIndex, Name
from db_sage_lint.script import Origin

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog


@changes
def create_index(op: CreateIndex, db: "Catalog", origin: Origin) -> None:
    table = db.resolve(op.table)
    owner = db.relations.get(table) or stub(db, table)
    if not isinstance(owner, Table | View):
        return
    name = Name(op.name or index_name(db, table, op.keys, op.include), table.schema)
    if not make_room(db, name, op, origin, beside=table):
        return
    children = db.partitions(table, deep=False) if isinstance(owner, Table) and owner.children else ()
    index = Index(
        name=name,
        table=table,
        keys=op.keys,
        method=op.method,
        unique=op.unique,
        include=op.include,
        predicate=op.predicate,
        nulls_not_distinct=op.nulls_not_distinct,
        valid=not (op.only and children),
        concurrently=op.concurrently,
        made=origin,
    )
    put_index(db, index, origin)
    if children and not op.only:
        join_partitions(db, index, origin)


@changes
def index_dropped(op: DropIndex, db: "Catalog", origin: Origin) -> None:
    name = db.resolve(op.index)
    index = db.relations.get(name)
    if isinstance(index, Index):
        if index.unique or index.constraint or db.heirs(index.table, deep=False):
            cascade(db, op, origin)
        drop_index(db, name, op, origin)
    elif name not in db.relations:
        bury(db, name, op, origin)


@changes
def attach_index(op: AttachIndex, db: "Catalog", origin: Origin) -> None:
    attach_to_index(db, op.index, op.partition)
