"""CREATE TABLE, DROP TABLE, and what changes a table as a whole."""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from db_sage_lint.catalog.changes.inherit import copy_index, join_partition
from db_sage_lint.catalog.changes.privileges import grant_defaults
from db_sage_lint.catalog.changes.registry import changes, new_name, stub, table_of
from db_sage_lint.catalog.changes.sources import Build, columns_of
from db_sage_lint.catalog.parts import alter, bury
from db_sage_lint.catalog.records import Table, View
from db_sage_lint.catalog.removal import cascade, remove_relation
from db_sage_lint.operations import (
    Bound,
    Comment,
    CreateTable,
    DropTable,
    Name,
    SetAccessMethod,
    SetLogged,
    SetOfType,
    SetOwner,
    SetReplicaIdentity,
    SetTablespace,
)
from db_sage_lint.script import Origin

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog


@changes
def create_table(op: CreateTable, db: "Catalog", origin: Origin) -> None:
    name = new_name(db, op.table, op.persistence)
    known = _make_room(db, name, op, origin)
    parents = _parents(db, op, name, known)
    build = Build(name, op, origin)
    columns_of(db, build, parents)
    for parent in parents:
        _adopt(db, parent, name)
    db.put_relation(
        Table(
            name=name,
            kind="foreign table" if op.kind == "foreign table" else "table",
            columns=build.columns,
            constraints={**known.constraints, **build.constraints} if known else build.constraints,
            indexes=known.indexes if known else (),
            triggers=known.triggers if known else {},
            policies=known.policies if known else {},
            children=known.children if known else (),
            persistence=op.persistence,
            partition_by=op.partition_by,
            bound=(op.bound or Bound()) if op.partition_of else known.bound if known else None,
            parents=tuple(dict.fromkeys((*(known.parents if known else ()), *parents))),
            access_method=op.access_method or "heap",
            tablespace=op.tablespace,
            of_type=db.resolve_type(op.of_type) if op.of_type else None,
            owner=known.owner if known else db.user,
            closed=build.closed and not (known and op.if_not_exists),
            made=None if known and op.if_not_exists else origin,
            changed=origin if known else None,
            filled=origin if op.fills else None,
        )
    )
    grant_defaults(db, "table", name, origin)
    for constraint in build.constraints:
        db.note(name, constraint)
    for expression in op.partition_by.expressions if op.partition_by else ():
        db.note_expression(name, expression)
    if op.of_type:
        db.note(name, op.of_type.name)
    for index in build.cloned:
        copy_index(db, index, name, origin)
    if op.partition_of and parents:
        join_partition(db, parents[0], name, origin)


def _parents(db: "Catalog", op: CreateTable, name: Name, known: Table | None) -> tuple[Name, ...]:
    """The tables that the new one is a child of; one that no file made is noted, one of another kind passed over."""
    written = (op.partition_of,) if op.partition_of else op.inherits
    below = {name, *(db.heirs(name) if known else ())}
    resolved = dict.fromkeys(parent for parent in map(db.resolve, written) if parent not in below)
    return tuple(parent for parent in resolved if stub(db, parent) is not None)


def _make_room(db: "Catalog", name: Name, op: CreateTable, origin: Origin) -> Table | None:
    """Takes away what has the name, which the server would have refused.

    A table that was only known by its use is given back: what hangs on it stays.
    """
    there = db.relations.get(name)
    if isinstance(there, Table) and there.made is None:
        return there
    if there is not None:
        remove_relation(db, name, op, origin)
    return None


def _adopt(db: "Catalog", parent: Name, child: Name) -> None:
    table = db.relations.get(parent)
    if isinstance(table, Table) and child not in table.children:
        db.put_relation(replace(table, children=(*table.children, child)))


@changes
def drop_table(op: DropTable, db: "Catalog", origin: Origin) -> None:
    name = db.resolve(op.table)
    if isinstance(db.relations.get(name), Table):
        cascade(db, op, origin)
        remove_relation(db, name, op, origin)
    elif name not in db.relations:
        bury(db, name, op, origin)


@changes
def set_logged(op: SetLogged, db: "Catalog", origin: Origin) -> None:
    table = table_of(op, db)
    if table:
        alter(db, table, origin, persistence="permanent" if op.logged else "unlogged")


@changes
def set_access_method(op: SetAccessMethod, db: "Catalog", origin: Origin) -> None:
    table = table_of(op, db)
    if table:
        alter(db, table, origin, access_method=op.method or "heap")


@changes
def set_tablespace(op: SetTablespace, db: "Catalog", origin: Origin) -> None:
    table = table_of(op, db)
    if table:
        alter(db, table, origin, tablespace=op.tablespace)


@changes
def set_replica_identity(op: SetReplicaIdentity, db: "Catalog", origin: Origin) -> None:
    table = table_of(op, db)
    if table:
        alter(db, table, origin, replica_identity=op.identity)


@changes
def set_owner(op: SetOwner, db: "Catalog", origin: Origin) -> None:
    relation = db.relations.get(db.resolve(op.table)) or table_of(op, db)
    if isinstance(relation, Table | View):
        alter(db, relation, origin, owner=op.owner)


@changes
def set_of_type(op: SetOfType, db: "Catalog", origin: Origin) -> None:
    table = table_of(op, db)
    if table:
        alter(db, table, origin, of_type=db.resolve_type(op.type) if op.type else None)


@changes
def comment(op: Comment, db: "Catalog", origin: Origin) -> None:
    """Keeps the comments of tables and views; those of their parts are not modelled."""
    relation = db.relations.get(db.resolve(op.target)) if op.target and not op.part else None
    if isinstance(relation, Table | View):
        alter(db, relation, origin, comment=op.text)
