"""Schemas, extensions, roles, publications; DROP of what has no operation of its own; what could not be read."""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from db_sage_lint.catalog.changes.privileges import grant_defaults
from db_sage_lint.catalog.changes.registry import changes
from db_sage_lint.catalog.nodes import kind_of
from db_sage_lint.catalog.parts import alter, bury, note_gone
from db_sage_lint.catalog.records import Domain, Extension, Publication, Role, Schema, Table, View
from db_sage_lint.catalog.removal import cascade, remove_relation, remove_type
from db_sage_lint.operations import (
    AlterPublication,
    AlterRole,
    CreateExtension,
    CreatePublication,
    CreateRole,
    CreateSchema,
    DropObject,
    DropTable,
    GrantRole,
    Name,
    Operation,
    SetObjectOwner,
    Unread,
)
from db_sage_lint.script import Origin

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog


@changes
def create_schema(op: CreateSchema, db: "Catalog", origin: Origin) -> None:
    db.put(db.schemas, op.schema, Schema(name=op.schema, made=origin))
    grant_defaults(db, "schema", Name(op.schema), origin)


@changes
def create_extension(op: CreateExtension, db: "Catalog", origin: Origin) -> None:
    db.put(db.extensions, op.extension, Extension(name=op.extension, schema=op.schema, made=origin))


# --- roles ---------------------------------------------------------------------------------------------------------


@changes
def create_role(op: CreateRole, db: "Catalog", origin: Origin) -> None:
    db.put(db.roles, op.role, Role(name=op.role, options=dict(op.options), made=origin))


@changes
def alter_role(op: AlterRole, db: "Catalog", origin: Origin) -> None:
    role = db.roles.get(op.role, Role(name=op.role))
    db.put(db.roles, op.role, replace(role, options={**role.options, **dict(op.options)}))


@changes
def grant_role(op: GrantRole, db: "Catalog", origin: Origin) -> None:
    granted = frozenset(op.roles)
    for grantee in op.grantees:
        role = db.roles.get(grantee, Role(name=grantee))
        members = role.member_of | granted if op.grant else role.member_of - granted
        db.put(db.roles, grantee, replace(role, member_of=members))


# --- publications --------------------------------------------------------------------------------------------------


@changes
def create_publication(op: CreatePublication, db: "Catalog", origin: Origin) -> None:
    publication = Publication(
        name=op.publication,
        tables=frozenset(map(db.resolve, op.tables)),
        schemas=frozenset(op.schemas),
        all_tables=op.all_tables,
        made=origin,
    )
    db.put(db.publications, op.publication, publication)


@changes
def alter_publication(op: AlterPublication, db: "Catalog", origin: Origin) -> None:
    publication = db.publications.get(op.publication)
    if publication is None or op.change == "options":
        return
    tables, schemas = frozenset(map(db.resolve, op.tables)), frozenset(op.schemas)
    if op.change == "add":
        tables, schemas = publication.tables | tables, publication.schemas | schemas
    elif op.change == "drop":
        tables, schemas = publication.tables - tables, publication.schemas - schemas
    db.put(db.publications, op.publication, replace(publication, tables=tables, schemas=schemas))


# --- DROP ----------------------------------------------------------------------------------------------------------


@changes
def object_dropped(op: DropObject, db: "Catalog", origin: Origin) -> None:
    if op.kind in ("view", "materialized view", "sequence"):
        _drop_relation(op, db, origin)
    elif op.kind in ("type", "domain"):
        _drop_type(op, db, origin)
    elif op.kind == "schema":
        cascade(db, op, origin)
        note_gone(db, ("schema", op.name, ""), op, origin, record=db.schemas.get(op.name.name))
        db.remove(db.schemas, op.name.name)
        db.remove(db.privileges, ("schema", op.name))
    elif op.kind == "extension":
        cascade(db, op, origin)
        note_gone(db, ("extension", op.name, ""), op, origin, record=db.extensions.get(op.name.name))
        db.remove(db.extensions, op.name.name)
    elif op.kind == "role":
        note_gone(db, ("role", op.name, ""), op, origin, record=db.roles.get(op.name.name))
        db.remove(db.roles, op.name.name)
    elif op.kind == "owned":
        _drop_owned(op, db, origin)
    elif op.kind == "publication":
        note_gone(db, ("publication", op.name, ""), op, origin, record=db.publications.get(op.name.name))
        db.remove(db.publications, op.name.name)


def _drop_owned(op: DropObject, db: "Catalog", origin: Origin) -> None:
    """DROP OWNED BY: the role's rights, and what it is known to own; what else it owns is not known."""
    role = op.name.name
    for key, granted in list(db.privileges.items()):
        rest = {privilege: by for privilege, by in granted.items() if privilege.grantee != role}
        if len(rest) < len(granted):
            db.put(db.privileges, key, rest)
    for owned in [r for r in db.relations.values() if isinstance(r, Table | View) and r.owner == role]:
        if owned.name in db.relations:
            cascade(db, _drop_of(owned), origin)
            remove_relation(db, owned.name, op, origin)
    db.open(frozenset(), origin)


def _drop_of(owned: Table | View) -> Operation:
    if isinstance(owned, Table):
        return DropTable(table=owned.name)
    return DropObject(kind="materialized view" if owned.materialized else "view", name=owned.name)


def _drop_relation(op: DropObject, db: "Catalog", origin: Origin) -> None:
    name = db.resolve(op.name)
    relation = db.relations.get(name)
    if relation is None:
        bury(db, name, op, origin)
    elif kind_of(relation) == op.kind or (isinstance(relation, Table) and relation.made is None):
        cascade(db, op, origin)
        remove_relation(db, name, op, origin)


def _drop_type(op: DropObject, db: "Catalog", origin: Origin) -> None:
    name = db.resolve_type(op.name)
    known = db.types.get(name)
    if known is None:
        note_gone(db, ("type", name, ""), op, origin)
    elif op.kind == "type" or isinstance(known, Domain):
        cascade(db, op, origin)
        remove_type(db, name, op, origin)


@changes
def set_object_owner(op: SetObjectOwner, db: "Catalog", origin: Origin) -> None:
    """Views and tables keep their owner; REASSIGN OWNED gives one role's to another."""
    if op.kind == "owned":
        for owned in [r for r in db.relations.values() if isinstance(r, Table | View) and r.owner == op.name.name]:
            alter(db, owned, origin, owner=op.owner)
        return
    relation = db.relations.get(db.resolve(op.name))
    if op.kind in ("view", "materialized view") and isinstance(relation, View):
        alter(db, relation, origin, owner=op.owner)


@changes
def unread(op: Unread, db: "Catalog", origin: Origin) -> None:
    db.open(op.names, origin)
