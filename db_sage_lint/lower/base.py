"""What every family of lowering functions shares: the registry, and the statement being lowered."""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Raw, Struct

from db_sage_lint import lexer
from db_sage_lint.filed import Filed
from db_sage_lint.lower.nothing import NOTHING
from db_sage_lint.operations import Expression, Nothing, Operation, Unread
from db_sage_lint.tree import RECORDS


class Source(Struct, gc=False):
    """One statement as it is lowered: bytes `start` to `end` of `text`, the whole file.

    A location in its tree is the byte `base` + location of the file. `kind` and `fields` are the node's; a statement
    inside of another (a CTE, EXPLAIN) has its own and the same `text` and `base`.
    """

    text: bytes
    start: int
    end: int
    base: int
    kind: str
    fields: Raw

    def at(self, location: int) -> int:
        """The byte of the file where the tree's location is, -1 where it has none."""
        return self.base + location if location >= 0 else -1

    def tree(self) -> Expression:
        """The whole statement as an expression: its node, wrapped in its type."""
        return wrapped(self.kind, self.fields)

    def words(self) -> frozenset[str]:
        """Whatever may be an identifier in the statement's text."""
        return lexer.words(self.text, self.start, self.end)

    def inner(self, node: dict[str, Raw]) -> "Source":
        """A statement inside of this one, given as its wrapped node."""
        ((kind, fields),) = node.items()
        return Source(self.text, self.start, self.end, self.base, kind, fields)


Lowering = Callable[[Any, Source], list[Operation]]

# `@lowers` files a function under the record of the statement that it turns into operations.
lowers: Filed[Lowering] = Filed()

_known: dict[str, tuple[Callable[[Raw], Any], Lowering]] = {}


def lower_node(source: Source) -> list[Operation]:
    """The operations of one statement, in the order in which the server runs them."""
    known = _known.get(source.kind)
    if known is None:
        functions = lowers[RECORDS[source.kind]] if source.kind in RECORDS else ()
        if not functions:
            return without_function(source)
        known = _known[source.kind] = msgspec.json.Decoder(RECORDS[source.kind]).decode, functions[0]
    decode, function = known
    try:
        return function(decode(source.fields), source)
    except RecursionError:
        return [Unread(why="nested too deeply to be read", names=source.words())]


def without_function(source: Source) -> list[Operation]:
    """What stands for a kind of statement that no function lowers."""
    if source.kind in NOTHING:
        return [Nothing(statement=source.kind)]
    return [Unread(why=f"a kind of statement that is not known: {source.kind}", names=source.words())]


def wrapped(kind: str, fields: Raw) -> Expression:
    """A bare node's JSON wrapped in its type."""
    return b'{"%b":%b}' % (kind.encode(), bytes(fields))


def optional(raw: Raw) -> Expression | None:
    """An expression, None where the statement has none there."""
    return bytes(raw) if raw else None


def expressions(raws: tuple[Raw, ...]) -> tuple[Expression, ...]:
    return tuple(bytes(raw) for raw in raws)
