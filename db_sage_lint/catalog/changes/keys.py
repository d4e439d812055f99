"""Constraints that an index enforces: UNIQUE, PRIMARY KEY and EXCLUDE."""

from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from db_sage_lint.catalog.changes.columns import change_columns, made_not_null
from db_sage_lint.catalog.changes.inherit import join_partitions
from db_sage_lint.catalog.changes.registry import changes, table_of
from db_sage_lint.catalog.names import free_key_name, joined, key_index_name, make_object_name
from db_sage_lint.catalog.parts import bury, drop_index, put_constraint, put_index
from db_sage_lint.catalog.records import Constraint, Index, Table
from db_sage_lint.catalog.removal import make_room
from db_sage_lint.operations import (
    AddConstraint,
    AddExclusion,
    AddKey,
    AddPrimaryKey,
    AddUnique,
    IndexKey,
    Name,
)
from db_sage_lint.script import Origin

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog

Kind = Literal["unique", "primary key", "exclude"]


@changes
def add_key(op: AddKey, db: "Catalog", origin: Origin) -> None:
    table = table_of(op, db)
    if table is None:
        return
    primary = isinstance(op, AddPrimaryKey)
    twin = _twin(table, op, origin)
    if op.index:
        _adopt_index(db, table, op, origin, primary=primary)
    elif twin:
        _merge(db, table, twin, op, origin, primary=primary)
    else:
        index = Index(
            name=Name(op.name or _name(db, table, (*op.columns, *op.include), primary=primary), table.name.schema),
            table=table.name,
            keys=tuple(IndexKey(column=column) for column in op.columns),
            method="gist" if op.without_overlaps else "btree",
            unique=True,
            include=op.include,
            nulls_not_distinct=isinstance(op, AddUnique) and op.nulls_not_distinct,
            valid=not (op.only and table.children),
            made=origin,
        )
        _put_key(db, table, index, op, origin, kind="primary key" if primary else "unique")
    if primary:
        _columns_not_null(db, op, origin)


def _name(db: "Catalog", table: Table, columns: tuple[str, ...], *, primary: bool) -> str:
    if primary:
        return free_key_name(db, table.name.schema, table.name.name, "", "pkey")
    return key_index_name(db, table.name, columns, "key")


def _twin(table: Table, op: AddKey, origin: Origin) -> Constraint | None:
    """The same key, which the same CREATE TABLE or ADD COLUMN has written before."""
    if not op.within:
        return None
    keys = (key for key in table.constraints.values() if key.kind in ("unique", "primary key") and key.made is origin)
    return next((key for key in keys if key.columns == op.columns and key.deferrable == op.deferrable), None)


def _merge(db: "Catalog", table: Table, twin: Constraint, op: AddKey, origin: Origin, *, primary: bool) -> None:
    """Makes one key of two: primary if either is, and under a name that was written if there is one.

    Source: transformIndexConstraints in src/backend/parser/parse_utilcmd.c.
    """
    made_up = twin.name == make_object_name(
        table.name.name, *(("", "pkey") if twin.kind == "primary key" else (joined(twin.columns), "key"))
    )
    both_primary = primary or twin.kind == "primary key"
    wanted = op.name if made_up or (primary and op.name) else twin.name
    index = db.relations.get(twin.index) if twin.index else None
    if isinstance(index, Index) and (wanted != twin.name or both_primary != (twin.kind == "primary key")):
        drop_index(db, index.name, op, origin)
        db.remove(db.gone, index.name)  # it never was a key of its own
        db.remove(db.gone_parts, ("constraint", table.name, twin.name))
        name = Name(wanted or _name(db, table, op.columns, primary=both_primary), table.name.schema)
        kind: Kind = "primary key" if both_primary else "unique"
        _put_key(db, table, replace(index, name=name, constraint=""), op, origin, kind=kind)


def _columns_not_null(db: "Catalog", op: AddKey, origin: Origin) -> None:
    """Makes the primary key's columns NOT NULL, here and in the heirs."""
    table = db.table(op.table)
    key = next((c for c in table.constraints.values() if c.kind == "primary key"), None) if table else None
    if table is None or key is None:
        return
    if table.children or not all(name in table.columns for name in key.columns):
        for name in key.columns:
            change_columns(db, op, name, origin, lambda _, column: made_not_null(column, origin))
        return
    changed = {name: made_not_null(table.columns[name], origin) for name in key.columns}
    db.put_relation(replace(table, columns={**table.columns, **changed}))


def _adopt_index(db: "Catalog", table: Table, op: AddKey, origin: Origin, *, primary: bool) -> None:
    """USING INDEX: the index becomes the constraint's, and takes its name."""
    old = Name(op.index, table.name.schema)
    found = db.relations.get(old)
    index = found if isinstance(found, Index) and found.table == table.name else Index(name=old, table=table.name)
    name = Name(op.name or op.index, table.name.schema)
    if index is found:
        drop_index(db, old, op, origin)
        if name != old:
            bury(db, old, op, origin, record=index, now=name)
    _put_key(db, table, replace(index, name=name), op, origin, kind="primary key" if primary else "unique")


def _put_key(db: "Catalog", table: Table, index: Index, op: AddConstraint, origin: Origin, *, kind: Kind) -> None:
    if not make_room(db, index.name, op, origin, beside=table.name):
        return
    put_index(db, replace(index, constraint=index.name.name), origin)
    columns = tuple(key.column for key in index.keys)
    constraint = Constraint(
        name=index.name.name,
        kind=kind,
        columns=columns,
        deferrable=op.deferrable,
        initially_deferred=op.initially_deferred,
        index=index.name,
        made=origin,
        at=op.at,
    )
    put_constraint(db, table.name, constraint, origin)
    if table.children and not op.only:
        join_partitions(db, replace(index, constraint=index.name.name), origin)


@changes
def add_exclusion(op: AddExclusion, db: "Catalog", origin: Origin) -> None:
    table = table_of(op, db)
    if table is None:
        return
    index = Index(
        name=Name(op.name or key_index_name(db, table.name, op.columns, "excl"), table.name.schema),
        table=table.name,
        keys=tuple(IndexKey(column=column) for column in op.columns),
        method=op.method,
        predicate=op.predicate,
        made=origin,
    )
    _put_key(db, table, index, op, origin, kind="exclude")
