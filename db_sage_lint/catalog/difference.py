"""How one state of the catalog differs from another, object by object: whether a way back leads back."""

from collections.abc import Iterator, Mapping
from typing import Literal, TypeVar

from msgspec import Struct

from db_sage_lint.catalog.records import (
    Column,
    Constraint,
    DataType,
    Function,
    Index,
    Relation,
    Sequence,
    Table,
    View,
)
from db_sage_lint.expressions import equal
from db_sage_lint.expressions.questions import same
from db_sage_lint.expressions.tree import Json, node, qualified_name, tree
from db_sage_lint.operations import Expression, Name
from db_sage_lint.script import Origin

Value = TypeVar("Value")

KINDS: dict[type, str] = {Table: "table", Index: "index", Sequence: "sequence"}


class State(Struct, frozen=True, eq=False):
    """The objects that there are at one moment."""

    relations: Mapping[Name, Relation]
    types: Mapping[Name, DataType]
    functions: Mapping[Name, tuple[Function, ...]]


class Difference(Struct, frozen=True, eq=False):
    """One object that is not as it was.

    `how`: "missing" now, "left" though it was not there before, "changed" in its definition, or "emptied": there as
    before, but made anew, so that its data is gone. For part of a relation `table` is that. `origin` is the statement
    that made what is there, or was. `detail` says of a changed column what is different about it now.
    """

    kind: str
    name: str
    how: Literal["missing", "left", "changed", "emptied"]
    table: Name | None = None
    origin: Origin | None = None
    detail: str = ""


def differences(before: State, after: State) -> Iterator[Difference]:
    """What differs, as far as it is known: relations that may have been changed by what could not be read are not
    looked into.
    """
    yield from of_relations(before.relations, after.relations)
    yield from of_names("type", before.types, after.types)
    for name, old, new in changed(before.functions, after.functions):
        yield from of_functions(name, old or (), new or ())


def changed(
    before: Mapping[Name, Value], after: Mapping[Name, Value]
) -> Iterator[tuple[Name, Value | None, Value | None]]:
    """What is another record now than before or none, then what is new; most stays the same."""
    for name, old in before.items():
        new = after.get(name)
        if new is not old:
            yield name, old, new
    for name, new in after.items():
        if name not in before:
            yield name, None, new


def of_relations(before: Mapping[Name, Relation], after: Mapping[Name, Relation]) -> Iterator[Difference]:
    for name, old, new in changed(before, after):
        if belongs_to_another(old) or belongs_to_another(new):
            continue
        if old is None or new is None:
            yield from of_one(kind_of(old or new), str(name), old, new)
        elif isinstance(old, Table) and isinstance(new, Table):
            yield from of_tables(old, new)
        elif not alike(old, new):
            yield Difference(kind_of(old), str(name), "changed", origin=new.made)


def belongs_to_another(relation: Relation | None) -> bool:
    """Whether it comes and goes with what it belongs to: the index of a constraint, the sequence of a column."""
    if isinstance(relation, Index):
        return bool(relation.constraint)
    return isinstance(relation, Sequence) and relation.owned_by is not None


def kind_of(relation: Relation | None) -> str:
    if isinstance(relation, View):
        return "materialized view" if relation.materialized else "view"
    return KINDS.get(type(relation), "type")


def of_one(kind: str, name: str, old: object, new: object, table: Name | None = None) -> Iterator[Difference]:
    """The difference where one of the two is not there; what no file made is not known well enough."""
    there = old if new is None else new
    made = getattr(there, "made", None)
    if (old is None) != (new is None) and made is not None:
        yield Difference(kind, name, "missing" if new is None else "left", table, made)


def of_tables(old: Table, new: Table) -> Iterator[Difference]:
    if not (old.closed and new.closed):
        return
    if old.made is not new.made and old.filled is not None:
        yield Difference("table", str(old.name), "emptied", origin=new.made)
    yield from of_parts("column", old.columns, new.columns, new)
    for name, column in old.columns.items():
        if name in new.columns:
            yield from of_columns(column, new.columns[name], old, new)
    yield from of_parts("constraint", keyed(old), keyed(new), new)
    yield from of_parts("policy", old.policies, new.policies, new)
    yield from of_parts("trigger", old.triggers, new.triggers, new)
    if old.row_security != new.row_security:
        yield Difference("row security", str(old.name), "changed", origin=new.row_security_changed)


def of_parts(kind: str, old: Mapping[str, object], new: Mapping[str, object], table: Table) -> Iterator[Difference]:
    for key in {**old, **new}:
        there = new.get(key) or old.get(key)
        yield from of_one(kind, getattr(there, "name", key), old.get(key), new.get(key), table.name)


def of_columns(old: Column, new: Column, before: Table, after: Table) -> Iterator[Difference]:
    detail = column_detail(old, new)
    if detail:
        yield Difference("column", new.name, "changed", after.name, new.changed or new.made, detail)
    elif old.made is not new.made and before.made is after.made:
        yield Difference("column", new.name, "emptied", after.name, new.made)


def column_detail(old: Column, new: Column) -> str:
    """What is different about a column, in words that follow its name; empty where it is the same."""
    if old.type != new.type:
        return f"is {new.type}, was {old.type}"
    if old.not_null != new.not_null:
        return "is NOT NULL, was nullable" if new.not_null else "is nullable, was NOT NULL"
    counted = old.sequence is not None and old.sequence == new.sequence
    if not counted and not same_default(old.default, new.default):
        if new.default is None:
            return "has no default"
        return "has another default" if old.default else "has a default"
    if (old.generated, old.identity, old.collation) != (new.generated, new.identity, new.collation):
        return "is generated, or sorted, in another way"
    return ""


def same_expression(old: Expression | None, new: Expression | None) -> bool:
    return old is new or (old is not None and new is not None and equal(old, new))


def same_default(old: Expression | None, new: Expression | None) -> bool:
    """Whether two defaults of one column give it the same: a literal may be cast to the column's type or not."""
    if old is None or new is None or same_expression(old, new):
        return same_expression(old, new)
    return same(plain(tree(old)), plain(tree(new)))


def plain(default: Json) -> Json:
    """A default without the cast of a literal; now() under each of its names as one."""
    kind, fields = node(default)
    while kind == "TypeCast" and node(fields.get("arg"))[0] in ("TypeCast", "A_Const"):
        default = fields.get("arg")
        kind, fields = node(default)
    called = qualified_name(fields.get("funcname")).name if kind == "FuncCall" else ""
    if called in ("now", "transaction_timestamp") or fields.get("op") == "SVFOP_CURRENT_TIMESTAMP":
        return "now"
    return default


def keyed(table: Table) -> dict[str, Constraint]:
    """The constraints that are no NOT NULL, by what they say: PostgreSQL may have made up another name."""
    return {
        " ".join((c.kind, *c.columns, str(c.referenced or ""), c.name if c.kind in {"check", "exclude"} else "")): c
        for c in table.constraints.values()
        if c.kind != "not null"
    }


def alike(old: Relation, new: Relation) -> bool:
    """Whether two relations are of one kind and, as indexes, of one definition."""
    if not isinstance(old, Index) or not isinstance(new, Index):
        return kind_of(old) == kind_of(new)
    return (old.table, old.unique, old.method, len(old.keys)) == (new.table, new.unique, new.method, len(new.keys))


def of_names(kind: str, old: Mapping[Name, object], new: Mapping[Name, object]) -> Iterator[Difference]:
    for name in {**old, **new}:
        yield from of_one(kind, str(name), old.get(name), new.get(name))


def of_functions(name: Name, old: tuple[Function, ...], new: tuple[Function, ...]) -> Iterator[Difference]:
    before, after = ({tuple(str(a.type) for a in f.arguments): f for f in functions} for functions in (old, new))
    for key in {**before, **after}:
        was, now = before.get(key), after.get(key)
        yield from of_one("function", str(name), was, now)
        if was is not None and now is not None and was.body.split() != now.body.split():
            yield Difference("function", str(name), "changed", origin=now.changed or now.made)
