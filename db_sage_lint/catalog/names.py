"""The names that the server makes up for indexes, constraints and sequences that a statement leaves unnamed.

Source: makeObjectName, ChooseRelationName, ChooseIndexName, ChooseIndexNameAddition and ChooseIndexColumnNames in
src/backend/commands/indexcmds.c, ChooseConstraintName in src/backend/catalog/pg_constraint.c.
"""

from collections.abc import Container, Iterable, Iterator
from itertools import count

from msgspec.structs import replace

from db_sage_lint.catalog.records import Column, Domain, Table
from db_sage_lint.catalog.state import State
from db_sage_lint.operations import Expression, IndexKey, Name

NAME_BYTES = 63  # NAMEDATALEN - 1, src/include/pg_config_manual.h


def truncated(identifier: str, size: int = NAME_BYTES) -> str:
    """The first `size` bytes of an identifier, cut between characters."""
    if len(identifier) * 4 <= size:
        return identifier
    encoded = identifier.encode()
    return identifier if len(encoded) <= size else encoded[:size].decode(errors="ignore")


def make_object_name(first: str, second: str = "", label: str = "") -> str:
    """`first_second_label` in at most 63 bytes; the longer of the first two is cut, never the label."""
    text = f"{first}_{second}_{label}" if second else f"{first}_{label}"
    if label and len(text) <= NAME_BYTES and text.isascii():
        return text
    available = NAME_BYTES - (1 if second else 0) - (len(label.encode()) + 1 if label else 0)
    sizes = [len(first.encode()), len(second.encode())]
    while sum(sizes) > available:
        sizes[0 if sizes[0] > sizes[1] else 1] -= 1
    parts = (truncated(first, sizes[0]), truncated(second, sizes[1]) if second else "", label)
    return "_".join(part for part in parts if part)


def joined(columns: Iterable[str]) -> str:
    """The columns' part of a made-up name: joined until 63 bytes are reached."""
    names = list(columns)
    if len(names) == 1:
        return names[0]
    text = ""
    for column in names:
        text = f"{text}_{column}" if text else column
        if len(text.encode()) > NAME_BYTES:
            break
    return text


def free_relation_name(db: State, schema: str, first: str, second: str = "", label: str = "") -> str:
    """A made-up name that no relation of the schema has: for sequences and indexes."""
    for name in candidates(first, second, label):
        if Name(name, schema) not in db.relations:
            return name
    raise AssertionError("candidates are endless")


def free_key_name(db: State, schema: str, first: str, second: str, label: str) -> str:
    """A made-up name that no relation and no constraint of the schema has: for the index of a constraint."""
    for name in candidates(first, second, label):
        if Name(name, schema) not in db.relations and not constraint_exists(db, schema, name):
            return name
    raise AssertionError("candidates are endless")


def free_constraint_name(
    db: State, schema: str, first: str, second: str, label: str, others: Container[str] = ()
) -> str:
    """A made-up name that no constraint of the schema has, nor `others`."""
    for name in candidates(first, second, label):
        if name not in others and not constraint_exists(db, schema, name):
            return name
    raise AssertionError("candidates are endless")


def candidates(first: str, second: str, label: str) -> Iterator[str]:
    """The names that the server tries: label, label1, label2, …"""
    yield make_object_name(first, second, label)
    for number in count(1):
        yield make_object_name(first, second, f"{label}{number}")


def free_domain_constraint_name(db: State, domain: Domain, label: str) -> str:
    """A made-up name for a constraint of a domain that is not in the catalog yet, or not with all of them."""
    others = {check.name for check in domain.checks}
    return free_constraint_name(db, domain.name.schema, domain.name.name, "", label, others)


def not_null_name(table: Table, column: Column) -> str:
    """The name that a column's NOT NULL constraint has from 18 on, where nobody named it."""
    return column.not_null_name or make_object_name(table.name.name, column.name, "not_null")


def with_kept_names(table: Table, renamed: str = "") -> dict[str, Column]:
    """The table's columns before it is renamed, or one of them is: their NOT NULL constraints keep their names."""
    return {
        name: replace(column, not_null_name=not_null_name(table, column))
        if column.not_null and renamed in ("", name)
        else column
        for name, column in table.columns.items()
    }


def constraint_exists(db: State, schema: str, name: str) -> bool:
    """Whether a table or domain of the schema has a constraint of this name."""
    for owner in db.noted(name):
        if owner.schema != schema:
            continue
        table = db.relations.get(owner)
        if isinstance(table, Table) and name in table.constraints:
            return True
        domain = db.types.get(owner)
        if isinstance(domain, Domain) and any(check.name == name for check in domain.checks):
            return True
    return False


def index_name(db: State, table: Name, keys: tuple[IndexKey, ...], include: tuple[str, ...]) -> str:
    """The name of an index that CREATE INDEX does not name."""
    columns = joined(column_names((*map(key_name, keys), *include)))
    return free_relation_name(db, table.schema, table.name, columns, "idx")


def key_index_name(db: State, table: Name, columns: tuple[str, ...], label: str) -> str:
    """The name of the index of an unnamed UNIQUE ("key") or EXCLUDE ("excl") constraint; its INCLUDE columns count."""
    names = joined(column_names(column or "expr" for column in columns))
    return free_key_name(db, table.schema, table.name, names, label)


def column_names(names: Iterable[str]) -> list[str]:
    """The index's own column names: a name that comes again gets a number."""
    wanted = list(names)
    if len(set(wanted)) == len(wanted):
        return wanted
    chosen: list[str] = []
    for name in wanted:
        choice = name
        for number in count(1):
            if choice not in chosen:
                break
            choice = truncated(name, NAME_BYTES - len(str(number))) + str(number)
        chosen.append(choice)
    return chosen


def key_name(key: IndexKey) -> str:
    return key.column or (expression_name(key.expression) if key.expression else "expr")


def expression_name(expression: Expression) -> str:
    """What an expression is called as an index column or output column: FigureIndexColname in parse_target.c."""
    from db_sage_lint.expressions.figure import figure

    return figure(expression) or "expr"
