"""What stands before and after in a change set: what makes up for a statement, or creates what it already uses."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice

from db_sage_lint.operations import (
    AddColumn,
    Commit,
    CreateCompositeType,
    CreateDomain,
    CreateEnum,
    CreateExtension,
    CreateFunction,
    CreateMaterializedView,
    CreateRole,
    CreateSchema,
    CreateSequence,
    CreateTable,
    CreateType,
    CreateView,
    Name,
    Operation,
    RenameObject,
    RenameTable,
    Rollback,
)
from db_sage_lint.read import Read
from db_sage_lint.rerun import Key, Once, every_once
from db_sage_lint.script import Script

# The script, and the first and last byte of the statement in it.
Place = tuple[Script, int, int]

# What parts words becomes a blank, and letters of ASCII become small, as in names that aren't quoted.
SMALL_WORDS = bytes(
    c if c in b"_$" or c > 127 else 32 if not chr(c).isalnum() else ord(chr(c).lower()) for c in range(256)
)

# Which field of which operation is the name of what it creates, and of which kind that is.
CREATIONS: dict[type[Operation], tuple[str, str]] = {
    CreateTable: ("relation", "table"),
    CreateView: ("relation", "view"),
    CreateMaterializedView: ("relation", "view"),
    CreateSequence: ("relation", "sequence"),
    CreateEnum: ("type", "type"),
    CreateDomain: ("type", "domain"),
    CreateCompositeType: ("type", "type"),
    CreateType: ("type", "type"),
    CreateFunction: ("function", "function"),
    CreateSchema: ("schema", "schema"),
    CreateRole: ("role", "role"),
    CreateExtension: ("extension", "extension"),
}


class Later:
    """The scripts of a change set with their statements, and where the replay stands: `here` is the number of the
    statement that runs, from 0 on, in the current script.
    """

    def __init__(self, scripts: Sequence[tuple[Script, Sequence[Read]]]) -> None:
        self._scripts = scripts
        self._number = 0
        self.here = -1
        self._created: dict[tuple[str, str], list[tuple[int, int]]] | None = None
        self._last_use_before = (-1, -1)
        self._named: dict[str, list[tuple[int, Operation]]] | None = None
        self._ends: list[int] = []
        self._onces: dict[Key, list[tuple[int, Once]]] | None = None

    def turn_to(self, number: int) -> None:
        """The replay goes on to script `number` of the change set, counted from 0."""
        self._number = number
        self.here = -1
        self._named = None
        self._onces = None

    def may_create_what_is_used(self) -> bool:
        """Whether any later statement of the current script, or one in a later one, creates something whose name is
        written before.
        """
        if self._created is None:
            self._created = self._index()
        return (self._number, self.here) < self._last_use_before

    def creation(self, kind: str, name: str) -> Place | None:
        """The first later statement of the current script, or of a later one, that creates a `kind` (relation, type,
        function, schema, role, extension) of that unqualified name.
        """
        if self._created is None:
            self._created = self._index()
        for number, place in self._created.get((kind, name), ()):
            if (number, place) > (self._number, self.here):
                script, statements = self._scripts[number]
                statement = statements[place]
                return statement.script or script, statement.start, statement.end
        return None

    def column(self, table: str, column: str) -> Place | None:
        """The first later ADD COLUMN of that column."""
        return self.creation("column", f"{table}.{column}")

    def before(self) -> Iterator[Operation]:
        """The operations of the statements of the current script before the one that runs."""
        for statement in self._scripts[self._number][1][: max(self.here, 0)]:
            yield from statement.operations

    def after(self) -> Iterator[Operation]:
        """The operations of the statements of the current script after the one that runs."""
        for statement in islice(self._scripts[self._number][1], self.here + 1, None):
            yield from statement.operations

    def afterwards(self) -> Iterator[Operation]:
        """As `after`, and those of the scripts of the change set that follow and are not the way back."""
        yield from self.after()
        for script, statements in self._scripts[self._number + 1 :]:
            if script.direction == "up":
                for statement in statements:
                    yield from statement.operations

    def naming(self, name: str) -> Sequence[tuple[int, Operation]]:
        """The operations of the current script that give a relation this bare name, by CREATE or RENAME, in order, each
        with the number of its statement.
        """
        return self._names().get(name, ())

    def block_end(self) -> int:
        """The number of the next COMMIT or ROLLBACK of the current script, or that behind its last statement."""
        self._names()
        following = bisect_right(self._ends, self.here)
        return self._ends[following] if following < len(self._ends) else len(self._scripts[self._number][1])

    def is_undone(self) -> bool:
        """Whether a ROLLBACK of the current script is next of those and the COMMITs."""
        ending = self._scripts[self._number][1][self.block_end() :][:1]
        return any(isinstance(op, Rollback) for statement in ending for op in statement.operations)

    def last(self) -> int:
        """The number of the last statement of the current script, -1 where it has none."""
        return len(self._scripts[self._number][1]) - 1

    def about(self, key: Key) -> Sequence[tuple[int, Once]]:
        """What the current script can do only once to the thing of this key, in order, each with the number of its
        statement.
        """
        if self._onces is None:
            self._onces = {}
            for place, statement in enumerate(self._scripts[self._number][1]):
                for each in chain.from_iterable(map(every_once, statement.operations)):
                    self._onces.setdefault(each.key, []).append((place, each))
        return self._onces.get(key, ())

    def _names(self) -> dict[str, list[tuple[int, Operation]]]:
        if self._named is None:
            self._named, self._ends = {}, []
            for place, statement in enumerate(self._scripts[self._number][1]):
                for op in statement.operations:
                    if isinstance(op, Commit | Rollback):
                        self._ends.append(place)
                    elif name := relation_named(op):
                        self._named.setdefault(name, []).append((place, op))
        return self._named

    def _index(self) -> dict[tuple[str, str], list[tuple[int, int]]]:
        """What is created, and by which statements: the number of the script, and theirs in it."""
        created: dict[tuple[str, str], list[tuple[int, int]]] = {}
        for number, (_, statements) in enumerate(self._scripts):
            for place, statement in enumerate(statements):
                for op in statement.operations:
                    key = creation_key(op)
                    if key:
                        created.setdefault(key, []).append((number, place))
        self._last_use_before = max(self._written_before(created), default=(-1, -1))
        return created

    def _written_before(self, created: Mapping[tuple[str, str], list[tuple[int, int]]]) -> Iterator[tuple[int, int]]:
        """The places of the last creations of what may be named before it is created: of every name that an earlier
        statement holds as a word, or that isn't written as one word where it is created.
        """
        places: dict[bytes, list[tuple[int, int]]] = {}
        for (kind, name), found in created.items():
            if kind != "column":
                places.setdefault(name.encode().lower(), []).extend(found)
        names = places.keys()
        for number, (script, statements) in enumerate(self._scripts):
            for place, statement in enumerate(statements if names else ()):
                text = (statement.script or script).source[statement.start : statement.end]
                for word in names & text.translate(SMALL_WORDS).split():
                    found = places.pop(word)
                    if len(found) > 1 or found[0] != (number, place):
                        yield max(found)
        for found in places.values():
            yield max(found)


def creation_key(op: Operation) -> tuple[str, str] | None:
    """Kind and unqualified name of what the operation creates."""
    if isinstance(op, AddColumn):
        return "column", f"{op.table.name}.{op.column.name}"
    if type(op) not in CREATIONS:
        return None
    kind, field = CREATIONS[type(op)]
    name: Name | str = getattr(op, field)
    return kind, name if isinstance(name, str) else name.name


def relation_named(op: Operation) -> str:
    """The bare name that the operation gives to a relation, by CREATE or RENAME; empty for others."""
    if isinstance(op, RenameTable | RenameObject):
        return op.new_name
    if isinstance(op, CreateTable):
        return op.table.name
    return op.view.name if isinstance(op, CreateView | CreateMaterializedView) else ""
