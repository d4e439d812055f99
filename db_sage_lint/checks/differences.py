"""Files of the family ordering that compare what a statement says, or leads to, with what there is."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from db_sage_lint.catalog.datatypes import resolved_type
from db_sage_lint.catalog.records import Column, Enum, Index
from db_sage_lint.checks.registry import check
from db_sage_lint.context import Context, Verdict
from db_sage_lint.lexer import line_end, skip_blank
from db_sage_lint.operations import (
    SERIAL,
    AddColumn,
    Begin,
    ColumnSpec,
    Commit,
    CreateIndex,
    CreateTable,
    Name,
    Nothing,
    Query,
    ScriptEnd,
    Skipped,
    quoted,
)
from db_sage_lint.script import Origin

if TYPE_CHECKING:
    from db_sage_lint.catalog.difference import Difference, State

# A way back of nothing but these is none, and says so: missing-down-migration is about that.
WITHOUT_EFFECT = (Begin, Commit, Nothing, Query)
MOST_LISTED = 3
# What belongs to a table without a name of its own.
PARTS = frozenset({"row security"})
HOW = {"missing": "is not made again", "left": "stays", "emptied": "comes back empty"}


@check
def down_does_not_restore(_: ScriptEnd, now: Context) -> Verdict | bool:
    if now.undone is None or now.unread:
        return False
    if all(isinstance(op, WITHOUT_EFFECT) for op in now.earlier_in_script()):
        return False
    from db_sage_lint.catalog.difference import State, differences

    after = State(now.db.relations, now.db.types, now.db.functions)
    every = (one for one in differences(now.undone, after) if not goes_without_saying(one, now.undone))
    found = sorted(without_parts(every), key=lambda one: one.how == "emptied")
    if not found:
        return False
    words = [in_words(one, now) for one in found[:MOST_LISTED]]
    more = len(found) - len(words)
    listed = "; ".join(words) + (f"; and {more} more" if more else "")
    lossy = all(one.how == "emptied" for one in found)
    origin = next((one.after or one.before for one in found if one.after or one.before), None)
    return Verdict(
        where=first_statement(now.origin),
        facts={"what": listed},
        severity="info" if lossy else None,
        related=((origin, "made here"),) if origin and origin.script is not now.script else (),
    )


def first_statement(end: Origin) -> Origin:
    """Where the script that ends there begins: its first statement's first line."""
    own = [part for part in end.script.fragments if part.script is None]
    part = next((part for part in own if skip_blank(part.text, 0) < len(part.text)), own[0])
    start = skip_blank(part.text, 0)
    return Origin(end.script, part.start + start, part.start + line_end(part.text, start), end.change_set)


def goes_without_saying(one: "Difference", before: "State") -> bool:
    """What a way back can't restore, or need not: values of enums stay, PostgreSQL makes up other names."""
    return one.how == "renamed" or (one.how == "changed" and isinstance(before.types.get(one.name), Enum))


def without_parts(found: "Iterable[Difference]") -> "list[Difference]":
    """Without what goes or stays along with a table or schema that is listed itself."""
    every = list(found)
    whole = {one.name for one in every if not one.part and one.how in {"missing", "left", "emptied"}}
    return [
        one
        for one in every
        if (Name(one.name.schema) not in whole) and (not (one.part or one.kind in PARTS) or one.name not in whole)
    ]


def in_words(one: "Difference", now: Context) -> str:
    how = f"{one.now}, was {one.was}" if one.was else one.now or HOW[one.how]
    return f"{described(one, now)} {how}"


def described(one: "Difference", now: Context) -> str:
    """Kind and name of what differs, with its table where it is a part of one."""
    name = now.shown(one.name) if one.name.schema else str(one.name)
    return f"{one.kind} {quoted(one.part)} of {name}" if one.part else f"{one.kind} {name}"


@check
def if_not_exists_hides_difference(op: Skipped, now: Context) -> Verdict | bool:
    skipped = op.skipped
    if isinstance(skipped, CreateTable):
        return in_table(skipped, now)
    if isinstance(skipped, AddColumn):
        return in_column(skipped, now)
    return in_index(skipped, now) if isinstance(skipped, CreateIndex) else False


def in_table(op: CreateTable, now: Context) -> Verdict | bool:
    """Columns that the statement has and the table hasn't, or has with another type."""
    table = now.table(op.table)
    if table is None or table.made is None or not table.closed or op.kind != "table":
        return False
    told = [difference(table.columns.get(column.name), column, now) for column in op.columns]
    words = [f"column {quoted(c.name)} {word}" for c, word in zip(op.columns, told, strict=True) if word]
    if not words:
        return False
    facts = {"what": f"table {now.shown(table.name)}", "how": "; ".join(words)}
    return Verdict(facts=facts, related=((table.made, "made here"),))


def in_column(op: AddColumn, now: Context) -> Verdict | bool:
    table = now.table(op.table)
    column = table.columns.get(op.column.name) if table else None
    if table is None or column is None or column.made is None:
        return False
    word = difference(column, op.column, now)
    if not word:
        return False
    what = f"column {quoted(column.name)} of {now.shown(table.name)}"
    return Verdict(facts={"what": what, "how": f"it {word}"}, related=((column.changed or column.made, "made here"),))


def difference(column: Column | None, spec: ColumnSpec, now: Context) -> str:
    """What differs between a column that is there and what the statement says of it."""
    if column is None:
        return "is missing"
    if not column.type.name or not spec.type.name or spec.type.name in SERIAL:
        return ""
    wanted = resolved_type(now.db, spec.type)
    if wanted != column.type:
        return f"is {column.type}, not {wanted}"
    if spec.not_null and not column.not_null:
        return "allows null"
    return ""


def in_index(op: CreateIndex, now: Context) -> Verdict | bool:
    index = now.db.relation(Name(op.name, now.db.resolve(op.table).schema)) if op.name else None
    if not isinstance(index, Index) or index.made is None:
        return False
    how = index_difference(index, op, now)
    if not how:
        return False
    return Verdict(facts={"what": f"index {now.shown(index.name)}", "how": how}, related=((index.made, "made here"),))


def index_difference(index: Index, op: CreateIndex, now: Context) -> str:
    if index.table != now.db.resolve(op.table):
        return f"it is on {now.shown(index.table)}"
    if index.unique != op.unique:
        return "it is unique" if index.unique else "it is not unique"
    if (index.predicate is None) != (op.predicate is None):
        return "it has a WHERE" if index.predicate else "it has no WHERE"
    columns = tuple(key.column for key in index.keys)
    if columns != tuple(key.column for key in op.keys) and all(columns):
        return f"it is on ({', '.join(columns)})"
    return ""
