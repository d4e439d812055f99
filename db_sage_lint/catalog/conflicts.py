"""What exists already under the name that an operation wants: one function for each operation that makes something."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from db_sage_lint.catalog.changes.functions import find_overload, overload
from db_sage_lint.catalog.changes.registry import new_name
from db_sage_lint.catalog.datatypes import input_types, resolved_type
from db_sage_lint.catalog.records import Index, OtherType, Record, Relation, Table, View
from db_sage_lint.filed import Filed
from db_sage_lint.operations import (
    AddCheck,
    AddColumn,
    AddConstraint,
    AddEnumValue,
    AddExclusion,
    AddKey,
    AddPrimaryKey,
    AlterDomain,
    CreateCompositeType,
    CreateDomain,
    CreateEnum,
    CreateExtension,
    CreateFunction,
    CreateIndex,
    CreateMaterializedView,
    CreatePolicy,
    CreatePublication,
    CreateRole,
    CreateSchema,
    CreateSequence,
    CreateTable,
    CreateTrigger,
    CreateType,
    CreateView,
    Name,
    RenameColumn,
    RenameConstraint,
    RenameEnumValue,
    RenameIndex,
    RenameObject,
    RenamePolicy,
    RenameTable,
    RenameTrigger,
    SetSchema,
    Type,
)

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog

# What has the name, whether or not IF NOT EXISTS or OR REPLACE makes that harmless.
holders: Filed[Callable[..., Record | None]] = Filed()


def relation_named(db: "Catalog", name: Name) -> Relation | None:
    """The relation of a resolved name that a file made."""
    relation = db.relations.get(name)
    return relation if relation is not None and relation.made is not None else None


def type_named(db: "Catalog", name: Name) -> Record | None:
    """The type of a resolved name: also the row type that comes with a table or view."""
    found = db.types.get(name)
    if found is not None:
        return found
    relation = relation_named(db, name)
    return relation if isinstance(relation, Table | View) else None


# --- relations -----------------------------------------------------------------------------------------------------


@holders
def table(op: CreateTable, db: "Catalog") -> Record | None:
    name = new_name(db, op.table, op.persistence)
    return relation_named(db, name) or (None if op.if_not_exists else db.types.get(name))


@holders
def view(op: CreateView, db: "Catalog") -> Record | None:
    name = new_name(db, op.view, op.persistence)
    found = relation_named(db, name)
    if op.replace and isinstance(found, View) and not found.materialized:
        return None
    return found or db.types.get(name)


@holders
def materialized_view(op: CreateMaterializedView, db: "Catalog") -> Record | None:
    return relation_named(db, db.place(op.view))


@holders
def sequence(op: CreateSequence, db: "Catalog") -> Record | None:
    return relation_named(db, new_name(db, op.sequence, op.persistence))


@holders
def index(op: CreateIndex, db: "Catalog") -> Record | None:
    return relation_named(db, Name(op.name, db.resolve(op.table).schema)) if op.name else None


@holders
def renamed_relation(op: RenameTable, db: "Catalog") -> Record | None:
    return relation_named(db, Name(op.new_name, db.resolve(op.table).schema))


@holders
def renamed_index(op: RenameIndex, db: "Catalog") -> Record | None:
    return relation_named(db, Name(op.new_name, db.resolve(op.index).schema))


# --- parts of tables -----------------------------------------------------------------------------------------------


@holders
def column(op: AddColumn, db: "Catalog") -> Record | None:
    return _column(db, op.table, op.column.name)


@holders
def renamed_column(op: RenameColumn, db: "Catalog") -> Record | None:
    return _column(db, op.table, op.new_name)


def _column(db: "Catalog", table_name: Name, name: str) -> Record | None:
    known = db.table(table_name)
    found = known.columns.get(name) if known else None
    return found if found and found.made else None


@holders
def constraint(op: AddConstraint, db: "Catalog") -> Record | None:
    """One of that name; a CHECK is merged with one that the table has inherited."""
    known = db.table(op.table)
    found = known.constraints.get(op.name) if known else None
    return None if found and found.inherited and isinstance(op, AddCheck) else found


@holders
def exclusion(op: AddExclusion, db: "Catalog") -> Record | None:
    known = db.table(op.table)
    if known is None or not op.name:
        return None
    return known.constraints.get(op.name) or relation_named(db, Name(op.name, known.name.schema))


@holders
def key(op: AddKey, db: "Catalog") -> Record | None:
    """A constraint of that name, another primary key, or any relation where the index would go."""
    known = db.table(op.table)
    if known is None:
        return None
    if isinstance(op, AddPrimaryKey):
        primary = next((c for c in known.constraints.values() if c.kind == "primary key"), None)
        if primary:
            return primary
    if not op.name:
        return None
    relation = relation_named(db, Name(op.name, known.name.schema))
    if op.name == op.index and isinstance(relation, Index) and not relation.constraint:
        relation = None
    return known.constraints.get(op.name) or relation


@holders
def renamed_constraint(op: RenameConstraint, db: "Catalog") -> Record | None:
    known = db.table(op.table)
    return known.constraints.get(op.new_name) if known else None


@holders
def trigger(op: CreateTrigger, db: "Catalog") -> Record | None:
    relation = db.relation(op.table)
    return relation.triggers.get(op.name) if isinstance(relation, Table | View) and not op.replace else None


@holders
def renamed_trigger(op: RenameTrigger, db: "Catalog") -> Record | None:
    relation = db.relation(op.table)
    return relation.triggers.get(op.new_name) if isinstance(relation, Table | View) else None


@holders
def policy(op: CreatePolicy, db: "Catalog") -> Record | None:
    known = db.table(op.table)
    return known.policies.get(op.name) if known else None


@holders
def renamed_policy(op: RenamePolicy, db: "Catalog") -> Record | None:
    known = db.table(op.table)
    return known.policies.get(op.new_name) if known else None


# --- types and functions -------------------------------------------------------------------------------------------


@holders
def enum(op: CreateEnum, db: "Catalog") -> Record | None:
    return type_named(db, db.place(op.type))


@holders
def domain(op: CreateDomain, db: "Catalog") -> Record | None:
    return type_named(db, db.place(op.domain))


@holders
def composite_type(op: CreateCompositeType, db: "Catalog") -> Record | None:
    name = db.place(op.type)
    return type_named(db, name) or relation_named(db, name)


@holders
def other_type(op: CreateType, db: "Catalog") -> Record | None:
    found = type_named(db, db.place(op.type))
    return None if isinstance(found, OtherType) and found.kind == "shell" else found


@holders
def enum_value(op: AddEnumValue, db: "Catalog") -> Record | None:
    return _enum_value(db, op.type, op.value)


@holders
def renamed_enum_value(op: RenameEnumValue, db: "Catalog") -> Record | None:
    return _enum_value(db, op.type, op.new_value)


def _enum_value(db: "Catalog", name: Name, value: str) -> Record | None:
    known = db.enum(name)
    return next((found for found in known.values if found.value == value), None) if known else None


@holders
def domain_constraint(op: AlterDomain, db: "Catalog") -> Record | None:
    known = db.domain(op.domain)
    if known is None or op.change != "add constraint" or op.check is None or not op.check.name:
        return None
    return next((check for check in known.checks if check.name == op.check.name), None)


@holders
def function(op: CreateFunction, db: "Catalog") -> Record | None:
    """One with the same input types; OR REPLACE may not make a procedure of a function."""
    types = tuple(resolved_type(db, written) for written in input_types(op.arguments))
    found = overload(db.functions.get(db.place(op.function), ()), types)
    if found and op.replace and found.procedure == op.procedure and not found.aggregate:
        return None
    return found


# --- what stands in no schema --------------------------------------------------------------------------------------


@holders
def schema(op: CreateSchema, db: "Catalog") -> Record | None:
    return db.schemas.get(op.schema)


@holders
def extension(op: CreateExtension, db: "Catalog") -> Record | None:
    return db.extensions.get(op.extension)


@holders
def role(op: CreateRole, db: "Catalog") -> Record | None:
    known = db.roles.get(op.role)
    return known if known and known.made else None


@holders
def publication(op: CreatePublication, db: "Catalog") -> Record | None:
    return db.publications.get(op.publication)


# --- other names ---------------------------------------------------------------------------------------------------


@holders
def renamed_object(op: RenameObject, db: "Catalog") -> Record | None:
    if op.kind in ("view", "materialized view", "sequence"):
        return relation_named(db, Name(op.new_name, db.resolve(op.name).schema))
    if op.kind in ("type", "domain"):
        return type_named(db, Name(op.new_name, db.resolve_type(op.name).schema))
    if op.kind == "schema":
        return db.schemas.get(op.new_name)
    if op.kind == "function":
        return _function_at(db, op.name, op.arguments, lambda found: Name(op.new_name, found.schema))
    return db.roles.get(op.new_name) if op.kind == "role" else None


def _function_at(
    db: "Catalog", name: Name, arguments: tuple[Type, ...] | None, new: Callable[[Name], Name]
) -> Record | None:
    """The function with the same input types where one is renamed or moved to."""
    found = find_overload(db, name, arguments)
    place = new(found.name) if found else None
    if found is None or place is None or place == found.name:
        return None
    return overload(db.functions.get(place, ()), input_types(found.arguments))


@holders
def moved(op: SetSchema, db: "Catalog") -> Record | None:
    if op.kind in ("type", "domain"):
        name = db.resolve_type(op.name)
        return type_named(db, Name(name.name, op.new_schema)) if name.schema != op.new_schema else None
    if op.kind == "function":
        return _function_at(db, op.name, op.arguments, lambda found: Name(found.name, op.new_schema))
    if op.kind in ("extension", "other"):
        return None
    name = db.resolve(op.name)
    return relation_named(db, Name(name.name, op.new_schema)) if name.schema != op.new_schema else None
