"""Single parts put on relations and taken off: constraints, indexes, columns, sequences; what changes are made of."""

from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import json
from msgspec.structs import replace

from db_sage_lint.catalog.datatypes import BUILT_IN, SERIAL, resolved_type, type_name
from db_sage_lint.catalog.names import free_relation_name
from db_sage_lint.catalog.records import (
    Column,
    CompositeType,
    Constraint,
    Domain,
    Gone,
    Index,
    Record,
    Relation,
    Sequence,
    Table,
    View,
)
from db_sage_lint.catalog.state import GoneKey
from db_sage_lint.operations import ColumnSpec, Expression, Name, Operation, Persistence, Type
from db_sage_lint.script import Origin

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog

Value = TypeVar("Value")

_NEXTVAL = (
    b'{"FuncCall":{"funcname":[{"String":{"sval":"nextval"}}],"args":[{"TypeCast":{"arg":{"A_Const":{"sval":{"sval":%s}}},'
    b'"typeName":{"names":[{"String":{"sval":"regclass"}}],"typemod":-1}}}],"funcformat":"COERCE_EXPLICIT_CALL"}}'
)


def alter(db: "Catalog", relation: Table | View, origin: Origin, **fields: Any) -> None:
    """Puts the relation with some fields changed, and `origin` as the last statement that changed it."""
    db.put_relation(replace(relation, changed=origin, **fields))


def bury(
    db: "Catalog", name: Name, op: Operation, origin: Origin, *, record: Relation | None = None, now: Name | None = None
) -> None:
    """Takes a relation out of the catalog and keeps its last record; `now` is what it is called from here on.

    What the same statement has taken along already keeps its record.
    """
    before = db.gone.get(name)
    if record is None and before is not None and before.dropped is origin:
        return
    db.put(db.gone, name, Gone(origin, record, now, record, op.possible))
    db.remove_relation(name)


def note_gone(
    db: "Catalog", key: GoneKey, op: Operation, origin: Origin, *, record: Record | None = None, now: Name | None = None
) -> None:
    """Keeps what is known of something dropped or renamed that is no relation: kind, name, and part if it is one."""
    db.put(db.gone_parts, key, Gone(origin, None, now, record, op.possible))


def without(parts: dict[str, Value], name: str) -> dict[str, Value]:
    """The parts of a table but for one."""
    return {key: value for key, value in parts.items() if key != name}


def new_column(db: "Catalog", table: Name, spec: ColumnSpec, origin: Origin, persistence: Persistence) -> Column:
    """The column that a statement defines; the sequence of a serial or identity column is made along with it."""
    written = spec.type
    if (written.name in SERIAL and not written.schema) or spec.identity:
        return _numbered_column(db, table, spec, origin, persistence)
    written = resolved_type(db, written)
    if written.schema or written.name not in BUILT_IN:
        db.note(table, written.name)
    default = spec.default
    if default is not None:
        default = kept_default(db, default, written)
        db.note_expression(table, default)
    if spec.generation is not None:
        db.note_expression(table, spec.generation)
    return Column(
        name=spec.name,
        type=written,
        not_null=spec.not_null,
        default=default,
        generated=spec.generated,
        generation=spec.generation,
        collation=spec.collation,
        made=origin,
        not_null_made=origin if spec.not_null else None,
    )


def _numbered_column(db: "Catalog", table: Name, spec: ColumnSpec, origin: Origin, persistence: Persistence) -> Column:
    """A serial or identity column: an integer, not null, with its own sequence."""
    serial = SERIAL.get(spec.type.name)
    integer = Type(serial) if serial else resolved_type(db, spec.type)
    identity = bool(spec.identity)
    sequence = new_sequence(db, table, spec.name, integer.name, origin, persistence, identity=identity)
    db.note(table, sequence.name)
    return Column(
        name=spec.name,
        type=integer,
        not_null=True,
        default=None if identity else nextval(sequence),
        identity=spec.identity,
        sequence=sequence,
        made=origin,
        not_null_made=origin,
    )


def kept_default(db: "Catalog", default: Expression | None, kind: Type) -> Expression | None:
    """The default as the server keeps it: DEFAULT NULL is the same as none, unless the type is a domain or
    has a length, which make a call of it. Source: AddRelationNewConstraints in heap.c, coerce_type in parse_coerce.c.
    """
    if default is None or b'"isnull"' not in default or (kind.modifiers and kind.name != "interval"):
        return default
    from db_sage_lint.expressions import is_null_constant

    is_domain = isinstance(db.types.get(type_name(kind)), Domain) and not kind.dimensions
    return None if is_null_constant(default) and not is_domain else default


def new_sequence(
    db: "Catalog", table: Name, column: str, type_name: str, origin: Origin, persistence: Persistence, *, identity: bool
) -> Name:
    """The sequence that the server makes for a serial or identity column, named after it."""
    name = Name(free_relation_name(db, table.schema, table.name, column, "seq"), table.schema)
    put_sequence(
        db,
        Sequence(
            name=name, type=type_name, owned_by=(table, column), identity=identity, persistence=persistence, made=origin
        ),
    )
    return name


def put_sequence(db: "Catalog", sequence: Sequence) -> None:
    db.put_relation(sequence)
    if sequence.owned_by:
        db.note(sequence.name, sequence.owned_by[0].name)


def nextval(sequence: Name) -> Expression:
    """The default of a serial column, as the parser would print it."""
    return _NEXTVAL % json.encode(str(sequence))


def put_constraint(db: "Catalog", table: Name, constraint: Constraint, origin: Origin) -> None:
    """Adds a constraint to a table that the catalog has, in the place of one of the same name."""
    record = db.relations.get(table)
    if isinstance(record, Table):
        old = record.constraints.get(constraint.name)
        if old and old.index and old.index != constraint.index:
            db.remove_relation(old.index)
            record = replace(record, indexes=tuple(name for name in record.indexes if name != old.index))
        alter(db, record, origin, constraints={**record.constraints, constraint.name: constraint})
        db.note(table, constraint.name)
        if constraint.referenced:
            db.note(table, constraint.referenced.name)
        if constraint.expression is not None:
            db.note_expression(table, constraint.expression)


def drop_constraint(db: "Catalog", table: Name, name: str, op: Operation, origin: Origin) -> None:
    """Takes a constraint off its table, with the index that enforces it."""
    record = db.relations.get(table)
    if not isinstance(record, Table) or name not in record.constraints:
        return
    constraint = record.constraints[name]
    note_gone(db, ("constraint", table, name), op, origin, record=constraint)
    alter(db, record, origin, constraints=without(record.constraints, name))
    if constraint.index:
        drop_index(db, constraint.index, op, origin)


def put_index(db: "Catalog", index: Index, origin: Origin) -> None:
    """Adds an index to the catalog and to its table or materialized view."""
    db.put_relation(index)
    owner = db.relations.get(index.table)
    if isinstance(owner, Table | View) and index.name not in owner.indexes:
        alter(db, owner, origin, indexes=(*owner.indexes, index.name))
    for key in index.keys:
        if key.expression is not None:
            db.note_expression(index.table, key.expression)
    if index.predicate is not None:
        db.note_expression(index.table, index.predicate)


def drop_index(db: "Catalog", name: Name, op: Operation, origin: Origin) -> None:
    """Takes an index out of the catalog and off its table, with the constraint that it enforces."""
    index = db.relations.get(name)
    if not isinstance(index, Index):
        return
    bury(db, name, op, origin, record=index)
    release_partitions(db, index)
    owner = db.relations.get(index.table)
    if isinstance(owner, Table | View):
        alter(db, owner, origin, indexes=tuple(n for n in owner.indexes if n != name))
    if index.constraint:
        drop_constraint(db, index.table, index.constraint, op, origin)


def release_partitions(db: "Catalog", index: Index) -> None:
    """Takes the indexes of partitions that are attached to this one, and are still there, off it."""
    for partition in db.partitions(index.table, deep=False):
        for own in db.indexes_of(partition):
            if own.parent == index.name:
                db.put_relation(replace(own, parent=None))


def drop_sequence(db: "Catalog", name: Name, op: Operation, origin: Origin) -> None:
    """Takes a sequence out of the catalog and out of the column that owns it."""
    sequence = db.relations.get(name)
    if not isinstance(sequence, Sequence):
        return
    bury(db, name, op, origin, record=sequence)
    if sequence.owned_by:
        table, column = sequence.owned_by
        change_column(db, table, column, origin, sequence=None)


def change_column(db: "Catalog", table: Name, column: str, origin: Origin, **fields: object) -> None:
    """Replaces fields of one column, if the catalog has it."""
    record = db.relations.get(table)
    if isinstance(record, Table) and column in record.columns:
        changed = replace(record.columns[column], changed=origin, **fields)
        alter(db, record, origin, columns={**record.columns, column: changed})


def drop_column(db: "Catalog", table: Name, column: str, op: Operation, origin: Origin) -> None:
    """Takes a column off its table; what hangs on it is for the caller to drop."""
    record = db.relations.get(table)
    if isinstance(record, Table):
        note_gone(db, ("column", table, column), op, origin, record=record.columns.get(column))
        alter(db, record, origin, columns=without(record.columns, column))
    granted = db.privileges.get(("table", table), {})
    if any(privilege.column == column for privilege in granted):
        rest = {privilege: by for privilege, by in granted.items() if privilege.column != column}
        db.put(db.privileges, ("table", table), rest)


def put_composite(db: "Catalog", composite: CompositeType) -> None:
    """A composite type is a type and, in pg_class, a relation: it stands in both dictionaries."""
    db.put_type(composite)
    db.put_relation(composite)
    for attribute in composite.attributes:
        if attribute.type.schema:
            db.note(composite.name, attribute.type.name)
