"""What is different about an object that two states of the catalog have under one name.

Only what is known to differ is told: where one state has PostgreSQL's own rendering of an expression, equal ones are
written in different words.
"""

from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from db_sage_lint.catalog.datatypes import input_types
from db_sage_lint.catalog.records import (
    Column,
    CompositeType,
    Constraint,
    Domain,
    Enum,
    Function,
    Index,
    Policy,
    Sequence,
    Table,
    Trigger,
    View,
)
from db_sage_lint.expressions.likeness import surely_differ, texts_surely_differ
from db_sage_lint.filed import Filed
from db_sage_lint.operations import Expression, IndexKey, Name, Type, quoted


class Words(Struct, frozen=True):
    """How an object differs: `now` says what it is, with its verb, `was` what it was before, empty where `now` says
    all.
    """

    now: str
    was: str = ""


Told = Iterator[Words]
details: Filed[Callable[..., Told]] = Filed()


def difference(old: Any, new: Any) -> Words | None:
    """The first thing that differs between two records of one kind."""
    for function in details[type(new)]:
        return next(function(old, new), None)
    return None


def between(old: object, new: object) -> Told:
    """That one fact is another; each is shown as it reads."""
    if old != new:
        yield Words(f"is {new}", str(old))


def switch(old: bool, new: bool, word: str) -> Told:
    if old is not new:
        yield Words(f"is {word}" if new else f"is not {word}")


def of_expressions(old: Expression | None, new: Expression | None, what: str) -> Told:
    """That an expression was added, taken away or is another."""
    if (old is None) != (new is None):
        yield Words(f"has no {what}" if new is None else f"has a {what}")
    elif old is not None and new is not None and surely_differ(old, new):
        yield Words(f"has another {what}")


def without(some: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in some if name not in others)


def listed(names: tuple[str, ...]) -> str:
    return f"({', '.join(map(quoted, names))})"


# --- tables ----------------------------------------------------------------------------------------------------------


@details
def of_table(old: Table, new: Table) -> Told:
    """What is different about the table itself; its parts are compared one by one."""
    yield from between(old.kind, new.kind)
    yield from between(old.persistence, new.persistence)
    yield from partitioned(old, new)
    if old.parents != new.parents:
        yield Words(f"is a child of {', '.join(map(str, new.parents))}" if new.parents else "has no parent")
    if old.closed and new.closed and old.replica_identity != new.replica_identity:
        yield Words(f"has the replica identity {new.replica_identity}")


def partitioned(old: Table, new: Table) -> Told:
    before, after = old.partition_by, new.partition_by
    if (before is None) != (after is None):
        yield Words("is not partitioned" if after is None else "is partitioned")
    elif before is not None and after is not None and (before.strategy, before.keys) != (after.strategy, after.keys):
        yield Words(f"is partitioned by {after.strategy} {listed(after.keys)}")


@details
def of_column(old: Column, new: Column) -> Told:
    yield from of_types(old.type, new.type, "is")
    yield from between("NOT NULL" if old.not_null else "nullable", "NOT NULL" if new.not_null else "nullable")
    yield from between(old.generated or "not generated", new.generated or "not generated")
    yield from of_expressions(old.generation, new.generation, "generation expression")
    yield from between(identity(old), identity(new))
    counted = old.sequence is not None and old.sequence == new.sequence
    if not counted and not new.generated:
        yield from of_expressions(old.default, new.default, "default")
    if name_of(old.collation) != name_of(new.collation):
        yield Words(f"has the collation {new.collation or 'of the database'}")


def of_types(old: Type, new: Type, verb: str) -> Told:
    """That a type is another; that of an extension has a schema only where it is written."""
    if not old.name or not new.name or "%TYPE" in (old.name, new.name):
        return
    before, after = whole(old), whole(new)
    if not (old.schema and new.schema):
        before, after = replace(before, schema=""), replace(after, schema="")
    if before != after:
        yield Words(f"{verb} {whole(new)}", str(whole(old)))


def whole(one: Type) -> Type:
    """A type with what PostgreSQL adds to it by itself, and without what it forgets."""
    modifiers = one.modifiers
    if one.name == "numeric" and len(modifiers) == 1:
        modifiers = (*modifiers, 0)
    if one.name in {"bpchar", "bit"} and not modifiers:
        modifiers = (1,)
    return Type(one.name, one.schema, modifiers, min(one.dimensions, 1), words=one.words)


def identity(column: Column) -> str:
    return f"GENERATED {column.identity.upper()} AS IDENTITY" if column.identity else "no identity column"


def name_of(collation: Name | None) -> str:
    return collation.name if collation and collation.name != "default" else ""


@details
def of_constraint(old: Constraint, new: Constraint) -> Told:
    yield from between(old.kind, new.kind)
    if old.kind != "check" and old.columns != new.columns:
        yield Words(f"is on {listed(new.columns)}", listed(old.columns))
    if old.referenced != new.referenced:
        yield Words(f"refers to {new.referenced}")
    if old.referenced_columns and new.referenced_columns and old.referenced_columns != new.referenced_columns:
        yield Words(f"refers to {listed(new.referenced_columns)}")
    yield from between(f"ON DELETE {old.on_delete.upper()}", f"ON DELETE {new.on_delete.upper()}")
    yield from between(f"ON UPDATE {old.on_update.upper()}", f"ON UPDATE {new.on_update.upper()}")
    yield from between(f"MATCH {old.match.upper()}", f"MATCH {new.match.upper()}")
    yield from switch(old.deferrable, new.deferrable, "DEFERRABLE")
    yield from switch(old.initially_deferred, new.initially_deferred, "INITIALLY DEFERRED")
    yield from switch(old.valid, new.valid, "valid")
    yield from switch(old.enforced, new.enforced, "enforced")
    if old.kind == "check":
        yield from of_expressions(old.expression, new.expression, "condition")


@details
def of_policy(old: Policy, new: Policy) -> Told:
    yield from between(f"for {old.command.upper()}", f"for {new.command.upper()}")
    yield from switch(old.permissive, new.permissive, "permissive")
    if set(old.roles) != set(new.roles):
        yield Words(f"is for {', '.join(sorted(new.roles))}", ", ".join(sorted(old.roles)))
    yield from of_expressions(old.using, new.using, "USING")
    yield from of_expressions(old.check, new.check, "WITH CHECK")


@details
def of_trigger(old: Trigger, new: Trigger) -> Told:
    if old.function != new.function:
        yield Words(f"calls {new.function}", str(old.function))
    yield from between(old.timing.upper(), new.timing.upper())
    if old.events != new.events or set(old.columns) != set(new.columns):
        yield Words(f"fires on {fires(new)}", fires(old))
    yield from switch(old.for_each_row, new.for_each_row, "FOR EACH ROW")
    yield from switch(old.enabled, new.enabled, "enabled")
    yield from switch(old.initially_deferred, new.initially_deferred, "INITIALLY DEFERRED")
    yield from of_expressions(old.when, new.when, "WHEN")


def fires(trigger: Trigger) -> str:
    columns = f" of {', '.join(trigger.columns)}" if trigger.columns else ""
    return " or ".join(sorted(event.upper() for event in trigger.events)) + columns


# --- other relations -------------------------------------------------------------------------------------------------


@details
def of_index(old: Index, new: Index) -> Told:
    if old.table != new.table:
        yield Words(f"is on {new.table}", str(old.table))
    yield from switch(old.unique, new.unique, "UNIQUE")
    yield from between(old.method, new.method)
    if keys_differ(old.keys, new.keys):
        yield Words(f"is on {keys(new)}", keys(old) if keys(old) != keys(new) else "")
    if old.include != new.include:
        yield Words(f"includes {listed(new.include)}")
    yield from switch(old.nulls_not_distinct, new.nulls_not_distinct, "NULLS NOT DISTINCT")
    yield from of_expressions(old.predicate, new.predicate, "WHERE")


def keys_differ(old: tuple[IndexKey, ...], new: tuple[IndexKey, ...]) -> bool:
    return len(old) != len(new) or any(map(key_differs, old, new))


def key_differs(old: IndexKey, new: IndexKey) -> bool:
    if old.column or new.column:
        if old.column != new.column:
            return True
    elif old.expression and new.expression and surely_differ(old.expression, new.expression):
        return True
    return order(old) != order(new)


def order(key: IndexKey) -> tuple[bool, bool]:
    """Whether the key descends, and whether nulls come first: by default they do in descending order."""
    return key.descending, key.nulls_first if key.nulls_first is not None else key.descending


def keys(index: Index) -> str:
    return listed(tuple(key.column or "expression" for key in index.keys))


@details
def of_view(old: View, new: View) -> Told:
    yield from switch(old.materialized, new.materialized, "materialized")
    if old.columns and new.columns and set(old.columns) != set(new.columns):
        lost, added = without(old.columns, new.columns), without(new.columns, old.columns)
        yield Words(f"lacks the columns {listed(lost)}" if lost else f"has more columns: {listed(added)}")
    if old.query and new.query and texts_surely_differ(old.query, new.query):
        yield Words("has another query")
    elif old.reads and new.reads and relations(old) != relations(new):
        yield Words(f"reads {', '.join(sorted(map(str, relations(new))))}")
    if old.options != new.options:
        yield Words("has other options")


def relations(view: View) -> set[Name]:
    return {name for name, _ in view.reads}


@details
def of_sequence(old: Sequence, new: Sequence) -> Told:
    yield from between(Type(old.type), Type(new.type))


# --- types and functions ---------------------------------------------------------------------------------------------


@details
def of_composite(old: CompositeType, new: CompositeType) -> Told:
    before, after = ({attribute.name: attribute.type for attribute in one.attributes} for one in (old, new))
    if tuple(before) != tuple(after):
        yield Words(f"has the attributes {listed(tuple(after))}", listed(tuple(before)))
    for name, kind in after.items():
        if name in before:
            yield from of_types(before[name], kind, f"has the attribute {quoted(name)} of type")


@details
def of_enum(old: Enum, new: Enum) -> Told:
    before, after = (tuple(value.value for value in one.values) for one in (old, new))
    if sorted(before) != sorted(after):
        lost, added = without(before, after), without(after, before)
        yield Words(f"lacks the values {values(lost)}" if lost else f"has more values: {values(added)}")
    elif before != after:
        yield Words("has its values in another order")


def values(some: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in some)


@details
def of_domain(old: Domain, new: Domain) -> Told:
    yield from of_types(old.base, new.base, "is")
    yield from switch(old.not_null, new.not_null, "NOT NULL")
    yield from of_expressions(old.default, new.default, "default")
    before, after = ({check.name: check.expression for check in one.checks} for one in (old, new))
    if before.keys() != after.keys():
        yield Words(f"has the constraints {', '.join(map(quoted, after)) or 'none'}")
    for name, expression in after.items():
        yield from of_expressions(before.get(name), expression, f"condition in {quoted(name)}")


@details
def of_function(old: Function, new: Function) -> Told:
    yield from between(old.language, new.language)
    if old.returns and new.returns:
        yield from of_types(unmodified(old.returns), unmodified(new.returns), "returns")
    if [a.name for a in old.arguments] != [a.name for a in new.arguments]:
        yield Words("has other argument names")
    if old.body.split() != new.body.split():
        yield Words("has another body")
    yield from between(old.volatility.upper(), new.volatility.upper())
    yield from switch(old.strict, new.strict, "STRICT")
    yield from switch(old.security_definer, new.security_definer, "SECURITY DEFINER")
    yield from switch(old.leakproof, new.leakproof, "LEAKPROOF")
    if old.settings.keys() != new.settings.keys():
        yield Words(f"sets {', '.join(sorted(new.settings)) or 'nothing'}")


def unmodified(one: Type) -> Type:
    """A type as functions have it. Source: manual, CREATE FUNCTION: modifiers are discarded."""
    return replace(one, modifiers=(), words="")


def signature(function: Function) -> tuple[tuple[str, bool], ...]:
    """The types that tell the function from others of its name."""
    return tuple((one.name, one.dimensions > 0) for one in input_types(function.arguments))
