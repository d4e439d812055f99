"""What operations on types, functions, schemas and privileges need."""

from typing import TYPE_CHECKING

from db_sage_lint.catalog.missing import (
    Lacks,
    constraint_missing,
    function_missing,
    lack,
    lacks,
    object_missing,
    of_columns,
    part_missing,
    relation_missing,
    schema_missing,
    type_missing,
    type_name_missing,
)
from db_sage_lint.operations import (
    AddEnumValue,
    AlterDomain,
    AlterFunction,
    Comment,
    CreateDomain,
    CreateFunction,
    DropFunction,
    DropObject,
    Grant,
    Name,
    RenameEnumValue,
    RenameObject,
    SetSchema,
)

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog


@lacks
def create_domain(op: CreateDomain, db: "Catalog") -> Lacks:
    yield from lack(type_missing(db, op.base))


@lacks
def enum_value(op: AddEnumValue | RenameEnumValue, db: "Catalog") -> Lacks:
    yield from lack(type_name_missing(db, op.type))
    enum = db.enum(op.type)
    named = op.neighbour if isinstance(op, AddEnumValue) else op.value
    if enum and named and all(known.value != named for known in enum.values):
        yield from lack(part_missing(db, "enum value", enum, named))


@lacks
def alter_domain(op: AlterDomain, db: "Catalog") -> Lacks:
    yield from lack(type_name_missing(db, op.domain))
    domain = db.domain(op.domain)
    if domain and op.change in ("drop constraint", "validate constraint"):
        not_null = domain.not_null and op.constraint.endswith("_not_null")
        if not not_null and all(check.name != op.constraint for check in domain.checks):
            missing = part_missing(db, "domain constraint", domain, op.constraint)
            yield from lack(missing, forgiven=op.missing_ok)


@lacks
def create_function(op: CreateFunction, db: "Catalog") -> Lacks:
    if op.function.schema:
        yield from lack(schema_missing(db, op.function.schema))
    for argument in op.arguments:
        yield from lack(type_missing(db, argument.type))
    if op.returns:
        yield from lack(type_missing(db, op.returns))


@lacks
def alter_function(op: AlterFunction, db: "Catalog") -> Lacks:
    yield from lack(function_missing(db, op.function, op.arguments))


@lacks
def drop_function(op: DropFunction, db: "Catalog") -> Lacks:
    if op.kind != "aggregate":
        yield from lack(function_missing(db, op.function, op.arguments), forgiven=op.missing_ok)


# --- DROP, RENAME and SET SCHEMA of the rest -----------------------------------------------------------------------


@lacks
def drop_object(op: DropObject, db: "Catalog") -> Lacks:
    if op.kind in ("view", "materialized view", "sequence"):
        yield from lack(relation_missing(db, op.name, op.kind), forgiven=op.missing_ok)
    elif op.kind in ("type", "domain"):
        yield from lack(type_name_missing(db, op.name), forgiven=op.missing_ok)
    elif op.kind == "schema":
        yield from lack(schema_missing(db, op.name.name), forgiven=op.missing_ok)
    elif (op.kind == "extension" and op.name.name not in db.extensions) or (
        op.kind == "publication" and op.name.name not in db.publications
    ):
        yield from lack(object_missing(db, op.kind, op.name, elsewhere=False), forgiven=op.missing_ok)


@lacks
def rename_object(op: RenameObject, db: "Catalog") -> Lacks:
    yield from _named(db, op.kind, op.name, forgiven=op.if_exists)


@lacks
def set_schema(op: SetSchema, db: "Catalog") -> Lacks:
    yield from _named(db, op.kind, op.name, forgiven=op.if_exists)
    if not op.if_exists:
        yield from lack(schema_missing(db, op.new_schema))


def _named(db: "Catalog", kind: str, name: Name, *, forgiven: bool) -> Lacks:
    if kind in ("table", "foreign table", "view", "materialized view", "sequence"):
        yield from lack(relation_missing(db, name, kind), forgiven=forgiven)
    elif kind in ("type", "domain"):
        yield from lack(type_name_missing(db, name), forgiven=forgiven)
    elif kind == "schema":
        yield from lack(schema_missing(db, name.name), forgiven=forgiven)


@lacks
def grant(op: Grant, db: "Catalog") -> Lacks:
    if op.kind in ("table", "sequence") and not op.all_in_schema:
        for name in op.names:
            yield from lack(relation_missing(db, name, op.kind))
            yield from of_columns(db, name, op.columns)


@lacks
def comment(op: Comment, db: "Catalog") -> Lacks:
    """The relation, the column or the constraint that is commented on."""
    if op.target is None or op.kind not in ("table", "column", "constraint", "view", "materialized view", "index"):
        return
    kind = "table" if op.part else op.kind
    yield from lack(relation_missing(db, op.target, kind))
    if op.kind == "column":
        yield from of_columns(db, op.target, (op.part,))
    elif op.kind == "constraint":
        yield from lack(constraint_missing(db, op.target, op.part))
