"""How one state of the catalog differs from another, object by object: after a way back, in a dump."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, TypeVar

from msgspec import Struct

from db_sage_lint.catalog.definitions import difference, signature
from db_sage_lint.catalog.records import (
    Column,
    CompositeType,
    Constraint,
    DataType,
    Domain,
    Enum,
    Extension,
    Function,
    Index,
    Relation,
    Schema,
    Sequence,
    Table,
    View,
)
from db_sage_lint.operations import Name
from db_sage_lint.script import Origin

Value = TypeVar("Value")

KINDS: dict[type, str] = {Table: "table", Index: "index", Sequence: "sequence", CompositeType: "type"}
NAMELESS = frozenset({"foreign key", "primary key", "unique"})


class State(Struct, frozen=True, eq=False):
    """The objects that there are at one moment."""

    relations: Mapping[Name, Relation]
    types: Mapping[Name, DataType]
    functions: Mapping[Name, tuple[Function, ...]]
    schemas: Mapping[str, Schema] = {}
    extensions: Mapping[str, Extension] = {}


class Difference(Struct, frozen=True, eq=False, kw_only=True):
    """One object that is not as it was.

    `how`: "missing" now, "left" though it was not there before, "changed" in its definition, "renamed" where a
    constraint has another name, or "emptied": there as before, but made anew, so that its data is gone. For part of a
    relation `table` is that, and `part` its own name; otherwise `name` is the object's. `before` and `after` are the
    statements that made what was there, or what is. `now` says, with its verb, what is different about it, and `was`
    what it was before, empty where that goes without saying.
    """

    kind: str
    name: Name
    how: Literal["missing", "left", "changed", "renamed", "emptied"]
    part: str = ""
    before: Origin | None = None
    after: Origin | None = None
    now: str = ""
    was: str = ""


def differences(before: State, after: State) -> Iterator[Difference]:
    """What differs, as far as it is known: relations that may have been changed by what could not be read are not
    looked into.
    """
    yield from of_names("schema", named(before.schemas), named(after.schemas))
    yield from of_names("extension", named(before.extensions), named(after.extensions))
    for name, was, now in changed(before.types, after.types):
        yield from of_one(kind_of(was or now), name, was, now)
    for name, old, new in changed(before.relations, after.relations):
        if not (belongs_elsewhere(old) or belongs_elsewhere(new)):
            yield from of_one(kind_of(old or new), name, old, new)
            if isinstance(old, Table) and isinstance(new, Table):
                yield from of_tables(old, new)
    for name, former, present in changed(before.functions, after.functions):
        yield from of_functions(name, former or (), present or ())


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


def named(objects: Mapping[str, Value]) -> dict[Name, Value]:
    return {Name(name): value for name, value in objects.items()}


def of_names(kind: str, before: Mapping[Name, object], after: Mapping[Name, object]) -> Iterator[Difference]:
    for name, old, new in changed(before, after):
        if old is None or new is None:
            yield from of_one(kind, name, old, new)


def belongs_elsewhere(relation: Relation | None) -> bool:
    """Whether it comes and goes with what it belongs to: the index of a constraint, the sequence of a column; a
    composite type is compared as a type.
    """
    if isinstance(relation, Index):
        return bool(relation.constraint)
    return isinstance(relation, CompositeType) or (isinstance(relation, Sequence) and relation.owned_by is not None)


def kind_of(record: Relation | DataType | None) -> str:
    if isinstance(record, View):
        return "materialized view" if record.materialized else "view"
    if isinstance(record, Domain | Enum):
        return type(record).__name__.lower() if isinstance(record, Domain) else "type"
    return KINDS.get(type(record), "type")


def of_one(kind: str, name: Name, old: Any, new: Any, part: str = "") -> Iterator[Difference]:
    """The difference of one object; one that no file made is not known well enough."""
    before, after = made(old), made(new)
    if old is None or new is None:
        if before or after:
            how: Literal["missing", "left"] = "missing" if new is None else "left"
            yield Difference(kind=kind, name=name, how=how, part=part, before=before, after=after)
        return
    if before is None or after is None:
        return
    before, after = last_changed(old), last_changed(new)
    if type(old) is not type(new):
        yield Difference(kind=kind, name=name, how="changed", part=part, before=before, after=after, now="is no such")
        return
    words = difference(old, new)
    if words:
        told = {"now": words.now, "was": words.was}
        yield Difference(kind=kind, name=name, how="changed", part=part, before=before, after=after, **told)


def made(record: Any) -> Origin | None:
    origin: Origin | None = getattr(record, "made", None)
    return origin


def last_changed(record: Any) -> Origin | None:
    """The statement that made the object as it is: of a table the one that made it, its parts have their own."""
    changed_by: Origin | None = None if isinstance(record, Table) else getattr(record, "changed", None)
    return changed_by or made(record)


def of_tables(old: Table, new: Table) -> Iterator[Difference]:
    """The differences of a table's parts; nothing of one of which not all is known."""
    if not (old.closed and new.closed):
        return
    if old.made is not new.made and old.filled is not None:
        yield Difference(kind="table", name=old.name, how="emptied", before=old.made, after=new.made)
    for name, before, after in changed_parts(old.columns, new.columns):
        yield from of_columns(name, before, after, old, new)
    yield from of_constraints(old, new)
    for name, was, now in changed_parts(old.policies, new.policies):
        yield from of_one("policy", new.name, was, now, name)
    for name, fired, fires in changed_parts(old.triggers, new.triggers):
        yield from of_one("trigger", new.name, fired, fires, name)
    if (old.row_security, old.forced) != (new.row_security, new.forced):
        yield Difference(
            kind="row security", name=old.name, how="changed", now=f"is {switched(new)}", was=switched(old),
            before=old.row_security_changed or old.made, after=new.row_security_changed or new.made,
        )  # fmt: skip


def switched(table: Table) -> str:
    return ("forced" if table.forced else "on") if table.row_security else "off"


def changed_parts(
    before: Mapping[str, Value], after: Mapping[str, Value]
) -> Iterator[tuple[str, Value | None, Value | None]]:
    """The parts of a table of which the record is another, by name."""
    for name in {**before, **after}:
        old, new = before.get(name), after.get(name)
        if old is not new:
            yield name, old, new


def of_columns(name: str, old: Column | None, new: Column | None, before: Table, after: Table) -> Iterator[Difference]:
    found = list(of_one("column", after.name, old, new, name))
    yield from found
    made_anew = old is not None and new is not None and old.made is not new.made and before.made is after.made
    if made_anew and not found:
        made = (old.made if old else None, new.made if new else None)
        yield Difference(kind="column", name=after.name, how="emptied", part=name, before=made[0], after=made[1])


def of_constraints(old: Table, new: Table) -> Iterator[Difference]:
    """Constraints of one name are compared, then those that say the same under another name."""
    before, after = constraints(old), constraints(new)
    left = {says(c): c for name, c in after.items() if name not in before and c.kind in NAMELESS}
    for name, constraint in before.items():
        other = after.get(name) or left.pop(says(constraint), None)
        if name in after or other is None:
            yield from of_one("constraint", new.name, constraint, other, name)
        elif constraint.made and other.made:
            yield Difference(
                kind="constraint", name=new.name, how="renamed", part=name, before=constraint.made, after=other.made,
                now=f"is called {other.name}",
            )  # fmt: skip
    for name, constraint in after.items():
        if name not in before and (constraint.kind not in NAMELESS or left.get(says(constraint)) is constraint):
            yield from of_one("constraint", new.name, None, constraint, name)


def constraints(table: Table) -> dict[str, Constraint]:
    """Those that are no NOT NULL, which is a property of the column."""
    return {name: c for name, c in table.constraints.items() if c.kind != "not null"}


def says(constraint: Constraint) -> tuple[str, tuple[str, ...], Name | None]:
    """What a constraint is about, by which two can be the same though PostgreSQL made up other names for them."""
    return constraint.kind, constraint.columns, constraint.referenced


def of_functions(name: Name, old: tuple[Function, ...], new: tuple[Function, ...]) -> Iterator[Difference]:
    before, after = ({signature(f): f for f in functions} for functions in (old, new))
    for key in {**before, **after}:
        yield from of_one("function", name, before.get(key), after.get(key))
