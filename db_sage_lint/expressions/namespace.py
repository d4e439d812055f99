"""The names that can be seen from a place in a query, as PostgreSQL's parser keeps them.

Source: colNameToVar, refnameNamespaceItem and scanNSItemForColumn in parser/parse_relation.c.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from msgspec import Struct

from db_sage_lint.operations import Name, Type

SYSTEM_COLUMNS = frozenset({"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"})


class Output(Struct, frozen=True):
    """A column that a query, function or WITH query returns; `type` is None where it can't be told."""

    name: str
    type: Type | None = None


Outputs: TypeAlias = "tuple[Output, ...] | None"  # None where they can't all be told


class Source(Struct, frozen=True):
    """A place in FROM that rows come from: `number` tells two of one table apart; `relation` is None for a sub-select,
    a function or a WITH query.
    """

    number: int
    alias: str
    relation: Name | None = None


class Seen(Struct, frozen=True):
    """A column that can be seen by `name`: `column` of its source."""

    name: str
    source: Source
    column: str
    type: Type | None = None


class Item(Struct):
    """A name for rows: what `alias.column` and, where `plain`, a bare column look into.

    `columns` are those that are known, in order. `open` are the sources that may have others. `schema` is that of a
    relation without alias. `named` is false for a JOIN without alias, whose rows have no name.
    """

    alias: str
    columns: list[Seen]
    open: tuple[Source, ...] = ()
    source: Source | None = None
    schema: str = ""
    named: bool = True
    plain: bool = True
    lateral_only: bool = False

    def find(self, name: str) -> list[Seen]:
        found = [seen for seen in self.columns if seen.name == name]
        if not found and name in SYSTEM_COLUMNS and self.source and self.source.relation:
            return [Seen(name, self.source, name)]
        return found

    def sources(self) -> tuple[Source, ...]:
        return (self.source,) if self.source else ()


class Found(Struct, frozen=True):
    """What a name was found to be, at `depth`.

    `columns` holds the column, or several where the server would call the name ambiguous. It is empty where the column
    can't be told; `candidates` are then the sources that may have it. `whole` are the rows that a bare name means.
    `certain` says that every relation that could have taken the name is closed.
    """

    columns: tuple[Seen, ...] = ()
    depth: int = -1
    certain: bool = False
    candidates: tuple[Source, ...] = ()
    whole: Item | None = None


class Scope:
    """One level of names: those of a query's FROM, inside those of the queries around it.

    `queries` are the WITH queries that can be seen: their columns, None where they can't all be told. `lateral` says
    that the part being resolved may look at earlier items of the same FROM.
    """

    def __init__(self, parent: Scope | None, depth: int, items: Iterable[Item] = ()) -> None:
        self.parent = parent
        self.depth = depth
        self.items = list(items)
        self.queries: dict[str, Outputs] = dict(parent.queries) if parent else {}
        self.lateral = False

    def levels(self) -> Iterator[Scope]:
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    def visible(self) -> list[Item]:
        return [i for i in self.items if self.lateral or not i.lateral_only]

    def column(self, name: str) -> Found:
        """What a bare name means: a column of the nearest level that has it, else the rows of that name."""
        nearer: list[Source] = []
        for level in self.levels():
            plain = [i for i in level.items if i.plain and (level.lateral or not i.lateral_only)]
            found = tuple([seen for item in plain for seen in item.find(name)])
            doubtful = [source for item in plain for source in item.open]
            if found and nearer:
                return Found(candidates=(*nearer, *(s.source for s in found)))
            if found:
                return Found(columns=found, depth=level.depth, certain=not doubtful)
            nearer += doubtful
        return self._in_open(name, nearer) if nearer else self.rows(name)

    def _in_open(self, name: str, sources: list[Source]) -> Found:
        """A name that no known column bears: that of the only source that may have others, if the query is valid."""
        if len(sources) > 1:
            return Found(candidates=tuple(sources))
        depth = next(s.depth for s in self.levels() if any(sources[0] in i.open for i in s.visible()))
        return Found(columns=(Seen(name, sources[0], name),), depth=depth)

    def rows(self, alias: str, schema: str = "") -> Found:
        """The rows of that name."""
        level_item = self.item(alias, schema)
        return Found(depth=level_item[0].depth, certain=True, whole=level_item[1]) if level_item else Found()

    def item(self, alias: str, schema: str = "") -> tuple[Scope, Item] | None:
        for level in self.levels():
            for item in level.visible():
                if item.named and item.alias == alias and (not schema or item.schema == schema):
                    return level, item
        return None

    def qualified(self, alias: str, name: str, schema: str = "") -> Found:
        """What alias.name means."""
        level_item = self.item(alias, schema)
        if level_item is None:
            return Found()
        level, item = level_item
        found = tuple(item.find(name))
        if not found and len(item.open) == 1:
            found = (Seen(name, item.open[0], name),)
        candidates = () if found else item.open or item.sources()
        return Found(columns=found, depth=level.depth, certain=bool(found), candidates=candidates)


def renamed(columns: Iterable[Seen], names: list[str]) -> list[Seen]:
    """The columns with the names that an alias gives the first of them."""
    found = list(columns)
    return [
        Seen(names[i], seen.source, seen.column, seen.type) if i < len(names) else seen for i, seen in enumerate(found)
    ]


def outputs_renamed(columns: Outputs, names: list[str]) -> Outputs:
    """The same of a query's columns."""
    if columns is None:
        return None
    return tuple(Output(names[i], o.type) if i < len(names) else o for i, o in enumerate(columns))
