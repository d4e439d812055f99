"""What hangs on functions, types, schemas, extensions and roles."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from db_sage_lint.catalog import reading
from db_sage_lint.catalog.datatypes import signature_types, type_name
from db_sage_lint.catalog.extensions import PROVIDES
from db_sage_lint.catalog.nodes import Found, constraint_node, part_node, relation_node
from db_sage_lint.catalog.records import CompositeType, Dependent, Domain, Index, Sequence, Table, View
from db_sage_lint.operations import Expression, Name

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog


def of_function(db: "Catalog", target: Dependent) -> Found:
    """What calls a function; nothing can be told while another overload remains that could be meant."""
    name = target.name
    rest = [f for f in db.functions.get(name, ()) if target.origin is None or f.made is not target.origin]
    if rest and target.origin is not None:
        return

    def calls(expression: Expression | None) -> bool:
        return reading.calls(db, expression, name)

    for owner in db.noted(name.name):
        relation = db.relations.get(owner)
        if isinstance(relation, Table | View):
            yield from _triggers_running(relation, name)
        if isinstance(relation, View) and name in relation.functions:
            yield relation_node(relation)
    for owner in db.mentioned(name.name):
        yield from _with_expression(db, owner, calls)


def _triggers_running(relation: Table | View, function: Name) -> Found:
    for trigger in relation.triggers.values():
        if trigger.function == function:
            yield part_node("trigger", trigger.name, relation.name, trigger.made)


Test = Callable[[Expression | None], bool]


def _with_expression(db: "Catalog", owner: Name, test: Test) -> Found:
    """What has an expression that passes the test, of all that goes by the name of `owner`. Queries of views aside."""
    relation = db.relations.get(owner)
    if isinstance(relation, Table | View):
        for trigger in relation.triggers.values():
            if test(trigger.when):
                yield part_node("trigger", trigger.name, owner, trigger.made)
        for rule in relation.rules.values():
            if any(map(test, (rule.condition, *rule.actions))):
                yield part_node("rule", rule.name, owner, rule.made)
        for index in db.indexes_of(owner):
            if any(map(test, (index.predicate, *(key.expression for key in index.keys)))):
                yield relation_node(index)
    if isinstance(relation, Table):
        yield from _parts_of_table(relation, test)
    yield from _of_type_or_function(db, owner, test)


def _parts_of_table(table: Table, test: Test) -> Found:
    """Of its columns the defaults go alone, and what is generated goes as a whole."""
    for column in table.columns.values():
        if test(column.default):
            yield part_node("default", column.name, table.name, column.made)
        if test(column.generation):
            yield part_node("column", column.name, table.name, column.made)
    for policy in table.policies.values():
        if any(map(test, reading.policy_expressions(policy))):
            yield part_node("policy", policy.name, table.name, policy.made)
    for constraint in table.constraints.values():
        if test(constraint.expression):
            yield constraint_node(table, constraint)
    if table.partition_by and any(map(test, table.partition_by.expressions)):
        yield relation_node(table)


def _of_type_or_function(db: "Catalog", owner: Name, test: Test) -> Found:
    domain = db.types.get(owner)
    if isinstance(domain, Domain):
        if test(domain.default):
            yield Dependent("domain", owner, None, domain.made)
        for check in domain.checks:
            if test(check.expression):
                yield part_node("domain constraint", check.name, owner, check.made)
    for function in db.functions.get(owner, ()):
        if any(map(test, (function.sql_body, *(argument.default for argument in function.arguments)))):
            yield Dependent("function", owner, None, function.made)


def of_type(db: "Catalog", target: Dependent) -> Found:
    name = target.name
    yield from of_row_type(db, name)
    for owner in db.noted(name.name):
        relation = db.relations.get(owner)
        if isinstance(relation, Table) and relation.of_type == name:
            yield relation_node(relation)

    def is_named(expression: Expression | None) -> bool:
        return reading.types_named(expression, name, db)

    for owner in db.mentioned(name.name):
        relation = db.relations.get(owner)
        if isinstance(relation, View) and is_named(relation.query):
            yield relation_node(relation)
        yield from _with_expression(db, owner, is_named)


def of_row_type(db: "Catalog", name: Name) -> Found:
    """The columns, domains, composite types and functions that are made of a type."""
    for owner in db.noted(name.name):
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


def of_schema(db: "Catalog", target: Dependent) -> Found:
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


def of_extension(db: "Catalog", target: Dependent) -> Found:
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


def of_role(db: "Catalog", target: Dependent) -> Found:
    """Policies for a role, rights granted to it and relations it owns: DROP ROLE has no CASCADE to drop them."""
    role = target.name.name
    for relation in list(db.relations.values()):
        if isinstance(relation, Table | View) and relation.owner == role:
            yield relation_node(relation)
        if isinstance(relation, Table):
            for policy in relation.policies.values():
                if role in policy.roles:
                    yield part_node("policy", policy.name, relation.name, policy.made)
    for (kind, name), granted in db.privileges.items():
        if kind not in ("table", "sequence", "function", "schema"):
            continue
        made = next((origin for privilege, origin in granted.items() if privilege.grantee == role), None)
        if made:
            yield Dependent("privilege", name, None, made)
