"""What hangs on tables, views, indexes, sequences, constraints and columns."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from db_sage_lint.catalog import reading
from db_sage_lint.catalog.dependents_of_code import of_row_type
from db_sage_lint.catalog.lineage import is_partition
from db_sage_lint.catalog.nodes import Found, constraint_node, part_node, relation_node
from db_sage_lint.catalog.records import Dependent, Index, Sequence, Table, View
from db_sage_lint.operations import Name

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog


def of_table(db: "Catalog", target: Dependent) -> Found:
    name = target.name
    for child in db.heirs(name, deep=False):
        yield relation_node(db.relations[child], automatic=is_partition(db, child))
    yield from of_relation(db, target)
    yield from of_row_type(db, name)
    for above in db.partition_parents(name):  # a foreign key that points above points at every partition
        for table, constraint in db.referencing(above):
            yield constraint_node(table, constraint)


def of_relation(db: "Catalog", target: Dependent) -> Found:
    """What reads a table or view, or points at it."""
    name = target.name
    for owner in db.noted(name.name):
        relation = db.relations.get(owner)
        if isinstance(relation, View) and owner != name and reading.view_reads(relation, name):
            yield relation_node(relation)
        elif isinstance(relation, Sequence) and relation.owned_by and relation.owned_by[0] == name:
            yield relation_node(relation, automatic=True)
        elif isinstance(relation, Table) and owner != name:
            pointing = (c for c in relation.constraints.values() if c.referenced == name)
            yield from (constraint_node(relation, constraint) for constraint in pointing)
    for owner in db.mentioned(name.name):
        relation = db.relations.get(owner)
        if isinstance(relation, Table) and owner != name:
            yield from _policies_reading_relation(db, relation, name)
        if isinstance(relation, Table | View) and owner != name:
            yield from _rules_reading_relation(db, relation, name)
        yield from _bodies_reading(db, owner, name)


def _policies_reading_relation(db: "Catalog", table: Table, name: Name) -> Found:
    for policy in table.policies.values():
        if any(reading.reads_relation(db, e, name) for e in reading.policy_expressions(policy)):
            yield part_node("policy", policy.name, table.name, policy.made)


def _rules_reading_relation(db: "Catalog", relation: Table | View, name: Name) -> Found:
    for rule in relation.rules.values():
        if any(reading.statement_uses(db, e, name) for e in (rule.condition, *rule.actions)):
            yield part_node("rule", rule.name, relation.name, rule.made)


def _bodies_reading(db: "Catalog", owner: Name, relation: Name, column: str = "") -> Found:
    for function in db.functions.get(owner, ()):
        if function.sql_body is not None and reading.body_uses(db, function, relation, column):
            yield Dependent("function", owner, None, function.made)


def of_index(db: "Catalog", target: Dependent) -> Found:
    """The constraint that it enforces, foreign keys that rest on it, and the indexes of partitions attached to it."""
    index = db.relations.get(target.name)
    if isinstance(index, Index):
        table = db.relations.get(index.table)
        if isinstance(table, Table) and index.constraint in table.constraints:
            yield constraint_node(table, table.constraints[index.constraint])
        yield from _foreign_keys_on(db, index)
        for child in db.heirs(index.table, deep=False):
            for other in db.indexes_of(child):
                if other.parent == index.name:
                    yield relation_node(other, automatic=True)


def _foreign_keys_on(db: "Catalog", index: Index) -> Found:
    """The foreign keys that use this index: that of the primary key where they name no columns, else the first unique
    one on their columns, as transformFkeyGetPrimaryKey and transformFkeyCheckAttrs do.
    """
    referenced = db.relations.get(index.table)
    if not index.unique or not isinstance(referenced, Table):
        return
    columns = {key.column for key in index.keys}
    rivals = [other for other in db.indexes_of(index.table) if _can_be_referenced(other, referenced)]
    first = next((other.name for other in rivals if {key.column for key in other.keys} == columns), None)
    own = referenced.constraints.get(index.constraint)
    is_key = own is not None and own.kind == "primary key"
    for table, constraint in db.referencing(index.table):
        if set(constraint.referenced_columns) == columns and (is_key if constraint.to_key else first == index.name):
            yield constraint_node(table, constraint)


def _can_be_referenced(index: Index, table: Table) -> bool:
    """Whether a foreign key may rest on it: it is unique for all rows, and at once."""
    constraint = table.constraints.get(index.constraint)
    return index.unique and index.predicate is None and not (constraint and constraint.deferrable)


def of_constraint(db: "Catalog", target: Dependent) -> Found:
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
        if isinstance(heir, Table) and own and own.inherited and not own.local:
            yield constraint_node(heir, own, automatic=True)


def of_sequence(db: "Catalog", target: Dependent) -> Found:
    yield from of_relation(db, target)
    for owner in db.users(target.name.name):
        user = db.relations.get(owner)
        if isinstance(user, Table):
            for column in user.columns.values():
                if reading.uses_sequence(db, column.default, target.name):
                    yield part_node("default", column.name, owner, column.made)
        elif isinstance(user, View) and reading.uses_sequence(db, user.query, target.name):
            yield relation_node(user)


# --- columns -------------------------------------------------------------------------------------------------------


def of_column(db: "Catalog", target: Dependent) -> Found:
    table = db.relations.get(target.table) if target.table else None
    column = target.name.name
    if not isinstance(table, Table):
        return
    if _in_partition_key(table, column):
        yield relation_node(table)
    yield from _own_parts(db, table, column)
    for heir in falling_heirs(db, table, column):
        yield part_node("column", column, heir.name, heir.columns[column].made, automatic=True)
    for owner in db.noted(table.name.name):
        yield from _readers_of_column(db, owner, table.name, column)
    for owner in db.mentioned(table.name.name):
        reader = db.relations.get(owner)
        if isinstance(reader, Table) and owner != table.name:
            yield from _policies_reading(db, reader, table.name, column)
        if isinstance(reader, Table | View):
            yield from _rules_using(db, reader, table.name, column)
        yield from _bodies_reading(db, owner, table.name, column)


def _rules_using(db: "Catalog", relation: Table | View, table: Name, column: str) -> Found:
    for rule in relation.rules.values():
        if any(reading.statement_uses(db, action, table, column) for action in rule.actions):
            yield part_node("rule", rule.name, relation.name, rule.made)


def _in_partition_key(table: Table, column: str) -> bool:
    """Whether the server would rather drop the table than the column, and only by the CASCADE of something else."""
    by = table.partition_by
    return by is not None and (column in by.keys or any(column in reading.own_columns(e) for e in by.expressions))


def falling_heirs(db: "Catalog", table: Table, column: str) -> Iterator[Table]:
    """The children that lose an inherited column with their parent: it is neither their own nor another parent's."""
    for child in db.heirs(table.name, deep=False):
        heir = db.relations[child]
        known = heir.columns.get(column) if isinstance(heir, Table) else None
        if not isinstance(heir, Table) or known is None or not known.inherited or known.local:
            continue
        others = [db.relations.get(parent) for parent in heir.parents if parent != table.name]
        if not any(isinstance(other, Table) and column in other.columns for other in others):
            yield heir


def _own_parts(db: "Catalog", table: Table, column: str) -> Found:
    """The parts of a table that a column takes with it, or that forbid to drop it."""
    for index in db.indexes_of(table.name):
        if reading.index_reads(index, column):
            yield relation_node(index, automatic=True)
    for constraint in table.constraints.values():
        if column in constraint.columns:
            yield constraint_node(table, constraint, automatic=True)
    for other in table.columns.values():
        if other.generation is not None and other.name != column and column in reading.own_columns(other.generation):
            yield part_node("column", other.name, table.name, other.made)
    yield from _watchers(table, column)
    yield from _policies_reading(db, table, table.name, column)


def _watchers(table: Table, column: str) -> Found:
    """The triggers and rules that name the column of the row at hand."""
    for trigger in table.triggers.values():
        if reading.trigger_reads(trigger, column):
            yield part_node("trigger", trigger.name, table.name, trigger.made)
    for rule in table.rules.values():
        if any(reading.row_has(e, column) for e in (rule.condition, *rule.actions)):
            yield part_node("rule", rule.name, table.name, rule.made)


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
        for constraint in reader.constraints.values():
            if constraint.referenced == relation and column in constraint.referenced_columns:
                yield constraint_node(reader, constraint)
