"""Expressions from SQL text, and a catalog of a few records to ask questions with."""

import re
from collections.abc import Iterable

from db_sage_lint.catalog.records import Column, Function, Table, View
from db_sage_lint.grammar import parse_sql_json
from db_sage_lint.operations import Argument, Name, Type


def statement(sql: str) -> bytes:
    """The only statement of a text."""
    tree = parse_sql_json(sql).encode()
    return tree[tree.index(b'"stmt":') + len(b'"stmt":') : -len(b"}]}")]


def expression(sql: str) -> bytes:
    """An expression, with locations that count from its first byte."""
    before = len(b"SELECT ")
    tree = statement(f"SELECT {sql}")
    start = tree.index(b'{"ResTarget":{"val":') + len(b'{"ResTarget":{"val":')
    inner = tree[start : tree.rindex(b',"location":%d}}],"limitOption"' % before)]
    return re.sub(rb'"location":(\d+)', lambda m: b'"location":%d' % (int(m[1]) - before), inner)


def table(name: str, *columns: str, closed: bool = True, **types: str) -> Table:
    """A table; columns are of type text, those given with `=` of the type named."""
    schema, _, last = name.rpartition(".")
    made = dict.fromkeys(columns, "text") | types
    return Table(
        name=Name(last, schema or "public"),
        columns={c: Column(name=c, type=Type(t)) for c, t in made.items()},
        closed=closed,
    )


def function(
    name: str, body: str = "", arguments: Iterable[Argument] = (), returns: str = "int4", **facts: object
) -> Function:
    schema, _, last = name.rpartition(".")
    return Function(
        name=Name(last, schema or "public"), arguments=tuple(arguments), returns=Type(returns), body=body, **facts
    )


class Records:
    """What a catalog knows, without replaying statements. Names without a schema are looked for in public."""

    def __init__(self, *records: Table | View | Function) -> None:
        self.relations = {r.name: r for r in records if isinstance(r, Table | View)}
        self.functions = [r for r in records if isinstance(r, Function)]
        self.answers: dict[object, object] = {}

    def resolve(self, name: Name) -> Name:
        return name if name.schema else Name(name.name, "public")

    def table(self, name: Name) -> Table | None:
        found = self.relations.get(self.resolve(name))
        return found if isinstance(found, Table) else None

    def view(self, name: Name) -> View | None:
        found = self.relations.get(self.resolve(name))
        return found if isinstance(found, View) else None

    def resolved_type(self, written: Type) -> Type:
        return written

    def function_overloads(self, name: Name) -> tuple[Function, ...]:
        return tuple(f for f in self.functions if f.name == self.resolve(name))
