"""GRANT, REVOKE and default privileges, in simple form: who may do what by which statement; grantors are not kept."""

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING

from db_sage_lint.catalog.changes.registry import changes
from db_sage_lint.catalog.records import DefaultPrivilege, Privilege, Sequence, Table, View
from db_sage_lint.operations import AlterDefaultPrivileges, Grant, Name
from db_sage_lint.script import Origin

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog

# What ALL means. Source: manual, 5.8 Privileges.
ALL_PRIVILEGES: dict[str, tuple[str, ...]] = {
    "table": ("select", "insert", "update", "delete", "truncate", "references", "trigger"),
    "sequence": ("usage", "select", "update"),
    "schema": ("usage", "create"),
    "function": ("execute",),
    "type": ("usage",),
    "database": ("create", "connect", "temporary"),
}

_SAME_KIND = {
    "procedure": "function", "routine": "function", "aggregate": "function", "domain": "type", "view": "table",
    "materialized view": "table", "foreign table": "table",
}  # fmt: skip


def privilege_kind(kind: str) -> str:
    """The kind under which rights are kept: views' under "table", procedures' under "function"."""
    return _SAME_KIND.get(kind, kind)


@changes
def grant(op: Grant, db: "Catalog", origin: Origin) -> None:
    kind = privilege_kind(op.kind)
    privileges = op.privileges or ALL_PRIVILEGES.get(kind, ("all",))
    for name in _objects(op, kind, db):
        granted = dict(db.privileges.get((kind, name), {}))
        for privilege in _each(kind, name, privileges, op):
            if op.grant:
                granted.setdefault(privilege, origin)
            else:
                _revoke(granted, privilege)
        db.put(db.privileges, (kind, name), granted)


def _each(kind: str, name: Name, privileges: tuple[str, ...], op: Grant) -> Iterator[Privilege]:
    for grantee in op.grantees:
        for privilege in privileges:
            for column in op.columns or ("",):
                yield Privilege(kind, name, privilege, grantee, column)


def _revoke(granted: dict[Privilege, Origin], privilege: Privilege) -> None:
    """Revoking a right on a table takes it from every column too: manual, REVOKE."""
    granted.pop(privilege, None)
    if not privilege.column:
        for other in [p for p in granted if (p.privilege, p.grantee) == (privilege.privilege, privilege.grantee)]:
            del granted[other]


def _objects(op: Grant, kind: str, db: "Catalog") -> list[Name]:
    if op.all_in_schema:
        schemas = {name.name for name in op.names}
        return [name for name in _all_of(kind, db) if name.schema in schemas]
    if kind in ("table", "sequence"):
        return [db.resolve(name) for name in op.names]
    if kind == "function":
        return [db.resolve_function(name) for name in op.names]
    return [db.resolve_type(name) for name in op.names] if kind == "type" else list(op.names)


def _all_of(kind: str, db: "Catalog") -> list[Name]:
    if kind == "function":
        return list(db.functions)
    wanted = (Sequence,) if kind == "sequence" else (Table, View)
    return [name for name, relation in db.relations.items() if isinstance(relation, wanted)]


@changes
def alter_default_privileges(op: AlterDefaultPrivileges, db: "Catalog", origin: Origin) -> None:
    kind = privilege_kind(op.kind)
    for privilege in op.privileges or ALL_PRIVILEGES.get(kind, ("all",)):
        for grantee, schema, role in product(op.grantees, op.schemas or ("",), op.roles or ("",)):
            default = DefaultPrivilege(kind, privilege, grantee, schema, role)
            _alter_default(db, default, origin, grants=op.grant)


def _alter_default(db: "Catalog", default: DefaultPrivilege, origin: Origin, *, grants: bool) -> None:
    """A revoke takes back what was granted; else it takes away what the server grants by itself, which is kept."""
    opposite = DefaultPrivilege(
        default.kind, default.privilege, default.grantee, default.schema, default.role, grant=False
    )
    if grants:
        db.remove(db.default_privileges, opposite)
        db.put(db.default_privileges, default, origin)
    elif default in db.default_privileges:
        db.remove(db.default_privileges, default)
    else:
        db.put(db.default_privileges, opposite, origin)


def grant_defaults(db: "Catalog", kind: str, name: Name, origin: Origin) -> None:
    """The rights that a new object has: everybody may execute a function; and what default privileges say.

    Whoever makes the object is not known, so default privileges of any role count.
    """
    granted: dict[Privilege, Origin] = {}
    if kind == "function":
        granted[Privilege(kind, name, "execute", "public")] = origin
    for default, by in db.default_privileges.items():
        if default.kind == kind and default.schema in ("", name.schema):
            privilege = Privilege(kind, name, default.privilege, default.grantee)
            if default.grant:
                granted[privilege] = by
            elif not default.schema:  # a schema's default privileges only add: manual, ALTER DEFAULT PRIVILEGES
                granted.pop(privilege, None)
    if granted:
        db.put(db.privileges, (kind, name), granted)
