"""Where the columns of CREATE TABLE come from besides its own list: LIKE, INHERITS, PARTITION OF, OF and AS."""

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from db_sage_lint.catalog.datatypes import resolved_type
from db_sage_lint.catalog.parts import new_column, new_sequence
from db_sage_lint.catalog.records import UNKNOWN_TYPE, Column, CompositeType, Constraint, Index, Table, View
from db_sage_lint.operations import ColumnSpec, CreateTable, Like, Name
from db_sage_lint.script import Origin

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog


class Build(Struct):
    """A table in the making. `closed` turns false once something is used whose columns are not all known."""

    name: Name
    op: CreateTable
    origin: Origin
    columns: dict[str, Column] = {}
    constraints: dict[str, Constraint] = {}
    cloned: list[Index] = []
    closed: bool = True


def columns_of(db: "Catalog", build: Build, parents: tuple[Name, ...]) -> None:
    """Fills the columns in the order in which the server lays them out: inherited, copied, then the table's own."""
    op = build.op
    for parent in parents:
        _inherited(db, build, parent)
    if op.of_type:
        _of_type(db, build, op.of_type)
    for like in op.likes:
        _like(db, build, like)
    if op.query is not None:
        _from_query(db, build)
    else:
        for spec in op.columns:
            _own(db, build, spec)


def _own(db: "Catalog", build: Build, spec: ColumnSpec) -> None:
    """A column of the statement's list; merged with the inherited or typed one of the same name."""
    other = build.columns.get(spec.name)
    if other is None:
        build.columns[spec.name] = new_column(db, build.name, spec, build.origin, build.op.persistence)
        return
    own = new_column(db, build.name, _typed(spec, other), build.origin, build.op.persistence)
    build.columns[spec.name] = replace(
        own,
        not_null=own.not_null or other.not_null,
        not_null_made=own.not_null_made or other.not_null_made,
        default=own.default if own.default is not None or own.identity else other.default,
        generated=own.generated or other.generated,
        generation=own.generation or other.generation,
        inherited=other.inherited,
    )


def _typed(spec: ColumnSpec, other: Column) -> ColumnSpec:
    return spec if spec.type.name else replace(spec, type=other.type)


def _inherited(db: "Catalog", build: Build, parent: Name) -> None:
    table = db.relations.get(parent)
    if not isinstance(table, Table):
        build.closed = False
        return
    build.closed &= table.closed
    for name, column in table.columns.items():
        if column.type.schema:
            db.note(build.name, column.type.name)
        build.columns[name] = inherited_column(column, build.origin, partition=bool(build.op.partition_of))
    for constraint in table.constraints.values():
        if constraint.kind in ("check", "not null") and not constraint.no_inherit:
            build.constraints[constraint.name] = replace(constraint, at=-1, inherited=True, local=False)


def inherited_column(column: Column, origin: Origin, *, partition: bool) -> Column:
    """The column as a child gets it: identity comes with partitions only (17+), and its sequence stays the parent's."""
    return replace(
        column,
        inherited=True,
        local=False,
        made=origin,
        changed=None,
        identity=column.identity if partition else "",
        sequence=None,
    )


def _of_type(db: "Catalog", build: Build, type_name: Name) -> None:
    composite = db.types.get(db.resolve_type(type_name))
    if not isinstance(composite, CompositeType):
        build.closed = False
        return
    for attribute in composite.attributes:
        spec = ColumnSpec(name=attribute.name, type=attribute.type)
        build.columns[attribute.name] = new_column(db, build.name, spec, build.origin, build.op.persistence)


def _like(db: "Catalog", build: Build, like: Like) -> None:
    source = db.relations.get(db.resolve(like.table))
    if isinstance(source, Table):
        build.closed &= source.closed
        for column in source.columns.values():
            build.columns[column.name] = _copied(db, build, column, like)
        _copy_parts(db, build, source, like)
    elif isinstance(source, CompositeType):
        for attribute in source.attributes:
            spec = ColumnSpec(name=attribute.name, type=attribute.type)
            build.columns[attribute.name] = new_column(db, build.name, spec, build.origin, build.op.persistence)
    else:
        names = source.columns if isinstance(source, View) else ()
        build.closed &= bool(names)
        for name in names:
            build.columns[name] = Column(name=name, type=UNKNOWN_TYPE, made=build.origin)


def _includes(like: Like, what: str) -> bool:
    return what in like.options or "all" in like.options


def _copied(db: "Catalog", build: Build, column: Column, like: Like) -> Column:
    """LIKE copies name, type and NOT NULL; the rest only by INCLUDING."""
    generated = bool(column.generated) and _includes(like, "generated")
    identity = column.identity if _includes(like, "identity") else ""
    default = _includes(like, "defaults") and not column.identity
    if column.type.schema:
        db.note(build.name, column.type.name)
    if default:
        db.note_expression(build.name, column.default)
    sequence = None
    if identity:
        integer = column.type.name
        sequence = new_sequence(db, build.name, column.name, integer, build.origin, build.op.persistence, identity=True)
    return Column(
        name=column.name,
        type=column.type,
        not_null=column.not_null,
        default=column.default if default else None,
        generated=column.generated if generated else "",
        generation=column.generation if generated else None,
        identity=identity,
        collation=column.collation,
        sequence=sequence,
        made=build.origin,
        not_null_made=build.origin if column.not_null else None,
    )


def _copy_parts(db: "Catalog", build: Build, source: Table, like: Like) -> None:
    if _includes(like, "constraints"):
        for constraint in source.constraints.values():
            if constraint.kind == "check":
                db.note_expression(build.name, constraint.expression)
                build.constraints[constraint.name] = replace(
                    constraint, made=build.origin, at=-1, inherited=False, local=True
                )
    if _includes(like, "indexes"):
        build.cloned += db.indexes_of(source.name)


def _from_query(db: "Catalog", build: Build) -> None:
    """The columns of CREATE TABLE AS: names in parentheses replace those of the query, in order."""
    from db_sage_lint.expressions import output_types

    op = build.op
    outputs = output_types(op.query, db) if op.query is not None else None
    aliases = op.column_names
    if outputs is None:
        build.closed = False
        for alias in aliases:
            build.columns[alias] = Column(name=alias, type=UNKNOWN_TYPE, made=build.origin)
        return
    for number, output in enumerate(outputs):
        name = aliases[number] if number < len(aliases) else output.name
        output_type = resolved_type(db, output.type) if output.type else UNKNOWN_TYPE
        if output_type.schema:
            db.note(build.name, output_type.name)
        build.columns[name] = Column(name=name, type=output_type, made=build.origin)
