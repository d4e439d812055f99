"""What hangs on an object: the dependencies that DROP follows, to closure.

Sources: manual, 5.15 Dependency Tracking; the callers of recordDependencyOn in src/backend/catalog; the reference pages
of the DROP commands. `automatic` are DEPENDENCY_AUTO, DEPENDENCY_INTERNAL and the partition dependencies.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from db_sage_lint.catalog import reading
from db_sage_lint.catalog.datatypes import signature_types, type_name
from db_sage_lint.catalog.extensions import PROVIDES
from db_sage_lint.catalog.lineage import is_partition
from db_sage_lint.catalog.records import (
    CompositeType,
    Constraint,
    Dependent,
    Domain,
    Index,
    Relation,
    Sequence,
    Table,
    View,
)
from db_sage_lint.operations import Name
from db_sage_lint.script import Origin

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog

Found = Iterator[Dependent]


def closure(db: "Catalog", targets: Iterable[Dependent]) -> list[Dependent]:
    """Everything that hangs on the targets, the targets themselves left out, each once, the nearest first."""
    waiting = list(targets)
    seen = {_key(target) for target in waiting}
    found: list[Dependent] = []
    for here in waiting:
        for dependent in direct(db, here):
            key = _key(dependent)
            if key not in seen:
                seen.add(key)
                found.append(dependent)
                waiting.append(dependent)
    return found


def _key(dependent: Dependent) -> tuple[str, Name, Name | None, int]:
    """What makes a dependent one of its own; overloads of a function differ by the statement that made them."""
    kind = "relation" if dependent.table is None and dependent.kind in RELATION_KINDS else dependent.kind
    return kind, dependent.name, dependent.table, id(dependent.origin) if kind == "function" else 0


RELATION_KINDS = frozenset(
    {"table", "foreign table", "view", "materialized view", "sequence", "index", "composite type"}
)


def direct(db: "Catalog", target: Dependent) -> Found:
    """What hangs on one object immediately."""
    finder = _FINDERS.get(target.kind)
    return finder(db, target) if finder else iter(())


def relation_node(relation: Relation, *, automatic: bool = False) -> Dependent:
    return Dependent(kind_of(relation), relation.name, None, relation.made, automatic)


def kind_of(relation: Relation) -> str:
    """The kind of a relation in SQL's words."""
    if isinstance(relation, Table):
        return relation.kind
    if isinstance(relation, View):
        return "materialized view" if relation.materialized else "view"
    return {Index: "index", Sequence: "sequence", CompositeType: "composite type"}[type(relation)]


def part_node(kind: str, part: str, table: Name, made: Origin | None = None, *, automatic: bool = False) -> Dependent:
    return Dependent(kind, Name(part, table.schema), table, made, automatic)


# --- relations -----------------------------------------------------------------------------------------------------


def _of_table(db: "Catalog", target: Dependent) -> Found:
    name = target.name
    for child in db.heirs(name, deep=False):
        yield relation_node(db.relations[child], automatic=is_partition(db, child))
    yield from _of_relation(db, target)
    yield from _of_row_type(db, name)


def _of_relation(db: "Catalog", target: Dependent) -> Found:
    """What reads a table or view, or points at it."""
    name = target.name
    for owner in db.users(name.name):
        relation = db.relations.get(owner)
        if isinstance(relation, View):
            if owner != name and reading.view_reads(relation, name):
                yield relation_node(relation)
        elif isinstance(relation, Sequence):
            if relation.owned_by and relation.owned_by[0] == name:
                yield relation_node(relation, automatic=True)
        elif isinstance(relation, Table) and owner != name:
            yield from _parts_reading(db, relation, name)
        yield from _bodies_reading(db, owner, name)


def _parts_reading(db: "Catalog", table: Table, name: Name) -> Found:
    """The foreign keys and policies of one table that need another."""
    for constraint in table.constraints.values():
        if constraint.referenced == name:
            yield constraint_node(table, constraint)
    for policy in table.policies.values():
        if any(reading.reads_relation(db, e, name) for e in reading.policy_expressions(policy)):
            yield part_node("policy", policy.name, table.name, policy.made)


def _bodies_reading(db: "Catalog", owner: Name, relation: Name) -> Found:
    for function in db.functions.get(owner, ()):
        if function.sql_body is not None and reading.body_reads(db, function, relation):
            yield Dependent("function", owner, None, function.made)


def constraint_node(table: Table, constraint: Constraint, *, automatic: bool = False) -> Dependent:
    return part_node(constraint.kind, constraint.name, table.name, constraint.made, automatic=automatic)


def _of_index(db: "Catalog", target: Dependent) -> Found:
    """Foreign keys that rest on a unique index, and the indexes of partitions that are attached to it."""
    index = db.relations.get(target.name)
    if isinstance(index, Index):
        yield from _foreign_keys_on(db, index)
        for child in db.heirs(index.table, deep=False):
            for other in db.indexes_of(child):
                if other.parent == index.name:
                    yield relation_node(other, automatic=True)


def _foreign_keys_on(db: "Catalog", index: Index) -> Found:
    """The foreign keys that use this index: the first unique one on their columns, as transformFkeyCheckAttrs does."""
    if not index.unique:
        return
    columns = {key.column for key in index.keys}
    rivals = [other for other in db.indexes_of(index.table) if other.unique and other.predicate is None]
    first = next((other.name for other in rivals if {key.column for key in other.keys} == columns), None)
    if first != index.name:
        return
    for table, constraint in db.referencing(index.table):
        if set(constraint.referenced_columns) == columns:
            yield constraint_node(table, constraint)


def _of_constraint(db: "Catalog", target: Dependent) -> Found:
    table = db.relations.get(target.table) if target.table else None
    if not isinstance(table, Table):
        return
    constraint = table.constraints.get(target.name.name)
    if constraint and constraint.index:
        index = db.relations.get(constraint.index)
        if isinstance(index, Index):
            yield from _foreign_keys_on(db, index)
    for child in db.heirs(table.name, deep=False):
        heir = db.relations[child]
        own = heir.constraints.get(target.name.name) if isinstance(heir, Table) else None
        if isinstance(heir, Table) and own and own.inherited:
            yield constraint_node(heir, own, automatic=True)


def _of_sequence(db: "Catalog", target: Dependent) -> Found:
    for owner in db.users(target.name.name):
        table = db.relations.get(owner)
        if isinstance(table, Table):
            for column in table.columns.values():
                if reading.uses_sequence(db, column.default, target.name):
                    yield part_node("default", column.name, owner, column.made)


# --- columns -------------------------------------------------------------------------------------------------------


def _of_column(db: "Catalog", target: Dependent) -> Found:
    table = db.relations.get(target.table) if target.table else None
    column = target.name.name
    if not isinstance(table, Table):
        return
    yield from _own_parts(db, table, column)
    for child in db.heirs(table.name, deep=False):
        heir = db.relations[child]
        if isinstance(heir, Table) and column in heir.columns and heir.columns[column].inherited:
            yield part_node("column", column, child, heir.columns[column].made, automatic=True)
    for owner in db.users(table.name.name):
        yield from _readers_of_column(db, owner, table.name, column)


def _own_parts(db: "Catalog", table: Table, column: str) -> Found:
    """The parts of a table that a column takes with it, or that forbid to drop it."""
    for index in db.indexes_of(table.name):
        if column in reading.index_columns(index):
            yield relation_node(index, automatic=True)
    for constraint in table.constraints.values():
        if column in constraint.columns:
            yield constraint_node(table, constraint, automatic=True)
    for other in table.columns.values():
        if other.name != column and column in reading.own_columns(other.generation):
            yield part_node("column", other.name, table.name, other.made)
    for trigger in table.triggers.values():
        if reading.trigger_reads(trigger, column):
            yield part_node("trigger", trigger.name, table.name, trigger.made)
    yield from _policies_reading(db, table, table.name, column)


def _policies_reading(db: "Catalog", table: Table, relation: Name, column: str) -> Found:
    for policy in table.policies.values():
        if any(reading.reads_column(db, table, e, relation, column) for e in reading.policy_expressions(policy)):
            yield part_node("policy", policy.name, table.name, policy.made)


def _readers_of_column(db: "Catalog", owner: Name, relation: Name, column: str) -> Found:
    reader = db.relations.get(owner)
    if isinstance(reader, View):
        if reading.view_reads(reader, relation, column):
            yield relation_node(reader)
    elif isinstance(reader, Sequence):
        if reader.owned_by == (relation, column):
            yield relation_node(reader, automatic=True)
    elif isinstance(reader, Table) and owner != relation:
        yield from _policies_reading(db, reader, relation, column)
        for constraint in reader.constraints.values():
            if constraint.referenced == relation and column in constraint.referenced_columns:
                yield constraint_node(reader, constraint)


# --- functions and types -------------------------------------------------------------------------------------------


def _of_function(db: "Catalog", target: Dependent) -> Found:
    """What calls a function; nothing can be told while another overload remains that could be meant."""
    name = target.name
    rest = [f for f in db.functions.get(name, ()) if target.origin is None or f.made is not target.origin]
    if rest and target.origin is not None:
        return
    for owner in db.users(name.name):
        relation = db.relations.get(owner)
        if isinstance(relation, Table):
            yield from _callers_in_table(db, relation, name)
        elif isinstance(relation, View):
            yield from _triggers_calling(relation, name)
            if name in relation.functions:
                yield relation_node(relation)
        yield from _callers_elsewhere(db, owner, name)


def _callers_elsewhere(db: "Catalog", owner: Name, name: Name) -> Found:
    """Domains and functions that call a function."""
    domain = db.types.get(owner)
    if isinstance(domain, Domain):
        for check in domain.checks:
            if reading.calls(db, check.expression, name):
                yield part_node("domain constraint", check.name, owner, check.made)
    for function in db.functions.get(owner, ()):
        if owner != name and reading.calls(db, function.sql_body, name):
            yield Dependent("function", owner, None, function.made)


def _triggers_calling(relation: Table | View, function: Name) -> Found:
    for trigger in relation.triggers.values():
        if trigger.function == function:
            yield part_node("trigger", trigger.name, relation.name, trigger.made)


def _callers_in_table(db: "Catalog", table: Table, function: Name) -> Found:
    yield from _triggers_calling(table, function)
    for policy in table.policies.values():
        if any(reading.calls(db, e, function) for e in reading.policy_expressions(policy)):
            yield part_node("policy", policy.name, table.name, policy.made)
    for column in table.columns.values():
        if reading.calls(db, column.default, function):
            yield part_node("default", column.name, table.name, column.made)
        if reading.calls(db, column.generation, function):
            yield part_node("column", column.name, table.name, column.made)
    for constraint in table.constraints.values():
        if reading.calls(db, constraint.expression, function):
            yield constraint_node(table, constraint)
    for index in db.indexes_of(table.name):
        if any(reading.calls(db, e, function) for e in (index.predicate, *(key.expression for key in index.keys))):
            yield relation_node(index)


def _of_type(db: "Catalog", target: Dependent) -> Found:
    name = target.name
    yield from _of_row_type(db, name)
    for owner in db.users(name.name):
        relation = db.relations.get(owner)
        if isinstance(relation, View) and reading.types_named(relation.query, name, db):
            yield relation_node(relation)
        elif isinstance(relation, Table):
            for constraint in relation.constraints.values():
                if reading.types_named(constraint.expression, name, db):
                    yield constraint_node(relation, constraint)


def _of_row_type(db: "Catalog", name: Name) -> Found:
    """The columns, domains, composite types and functions that are made of a type."""
    for owner in sorted(db.noted(name.name)):
        relation = db.relations.get(owner)
        if isinstance(relation, Table) and owner != name:
            for column in relation.columns.values():
                if type_name(column.type) == name:
                    yield part_node("column", column.name, owner, column.made)
        yield from _types_made_of(db, owner, name)
        for function in db.functions.get(owner, ()):
            if any(type_name(used) == name for used in signature_types(function)):
                yield Dependent("function", owner, None, function.made)


def _types_made_of(db: "Catalog", owner: Name, name: Name) -> Found:
    built = db.types.get(owner)
    if isinstance(built, Domain) and type_name(built.base) == name:
        yield Dependent("domain", owner, None, built.made)
    elif isinstance(built, CompositeType):
        for attribute in built.attributes:
            if type_name(attribute.type) == name:
                yield part_node("column", attribute.name, owner, built.made)


# --- schemas, extensions and roles -----------------------------------------------------------------------------------


def _of_schema(db: "Catalog", target: Dependent) -> Found:
    """What stands on its own in a schema: indexes and owned sequences go with their tables."""
    schema = target.name.name
    for relation in list(db.relations.values()):
        owned = isinstance(relation, Index) or (isinstance(relation, Sequence) and relation.owned_by is not None)
        if relation.name.schema == schema and not owned:
            yield relation_node(relation)
    for data_type in list(db.types.values()):
        if data_type.name.schema == schema and not isinstance(data_type, CompositeType):
            kind = "domain" if isinstance(data_type, Domain) else "type"
            yield Dependent(kind, data_type.name, None, data_type.made)
    for name, overloads in list(db.functions.items()):
        if name.schema == schema:
            for function in overloads:
                yield Dependent("function", name, None, function.made)


def _of_extension(db: "Catalog", target: Dependent) -> Found:
    """The columns of the types, and the defaults with functions, of the extensions that are used most."""
    for provided in PROVIDES.get(target.name.name, ()):
        for owner in db.users(provided):
            table = db.relations.get(owner)
            if isinstance(table, Table):
                yield from _uses_provided(db, table, provided)


def _uses_provided(db: "Catalog", table: Table, provided: str) -> Found:
    from db_sage_lint.expressions import functions_called

    for column in table.columns.values():
        if column.type.name == provided and type_name(column.type) not in db.types:
            yield part_node("column", column.name, table.name, column.made)
        default = column.default
        if default is not None and reading.mentions(default, provided):
            called = [f for f in functions_called(default) if f.name == provided]
            if called and db.resolve_function(called[0]) not in db.functions:
                yield part_node("default", column.name, table.name, column.made)


def _of_role(db: "Catalog", target: Dependent) -> Found:
    """Policies for a role, rights granted to it and relations it owns: DROP ROLE has no CASCADE to drop them."""
    role = target.name.name
    for relation in list(db.relations.values()):
        if isinstance(relation, Table | View) and relation.owner == role:
            yield relation_node(relation)
        if isinstance(relation, Table):
            for policy in relation.policies.values():
                if role in policy.roles:
                    yield part_node("policy", policy.name, relation.name, policy.made)
    for (_, name), granted in db.privileges.items():
        made = next((origin for privilege, origin in granted.items() if privilege.grantee == role), None)
        if made:
            yield Dependent("privilege", name, None, made)


_FINDERS: dict[str, Callable[["Catalog", Dependent], Found]] = {
    "table": _of_table,
    "foreign table": _of_table,
    "view": _of_table,
    "materialized view": _of_table,
    "composite type": _of_type,
    "index": _of_index,
    "sequence": _of_sequence,
    "column": _of_column,
    "unique": _of_constraint,
    "primary key": _of_constraint,
    "exclude": _of_constraint,
    "check": _of_constraint,
    "foreign key": _of_constraint,
    "not null": _of_constraint,
    "function": _of_function,
    "type": _of_type,
    "domain": _of_type,
    "schema": _of_schema,
    "extension": _of_extension,
    "role": _of_role,
}
