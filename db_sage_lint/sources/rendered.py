"""SQL that a framework printed, put at the places of the file that it comes from, as far as what was read tells."""

import ast
import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from db_sage_lint.lexer import skip_blank, split
from db_sage_lint.script import Fragment
from db_sage_lint.sources.python_code import Code

WORD = re.compile(rb"\w+|'(?:[^']|'')*'|[^\w\s\"]")
# So many words must two statements begin with in common to be taken for the same: ALTER TABLE orders.
ALIKE = 3

Place = tuple[int, int]


class Group(Struct):
    """Statements in order, and the bytes of the file at which those stand that nothing more is known of."""

    statements: list[bytes]
    place: Place


class Known(Struct, eq=False):
    """A statement that was read off the file, at its bytes there. `standing` are these bytes where it stands there as
    it is, and else empty; one without words is a call of which could not be read what it does.
    """

    words: list[bytes]
    place: Place
    standing: bytes = b""


def aligned(fragments: Sequence[Fragment], groups: Iterable[Group]) -> Iterator[Fragment]:
    """The groups' statements in order, each at the place of the statement that was read and is the same, or else begins
    as it does; then of a call that could not be read and stands between its neighbours'; then of its group.
    """
    known = list(statements_read(fragments))
    todo = [(statement, words(statement), group.place) for group in groups for statement in group.statements]
    same = same_in_order([found for _, found, _ in todo], known)
    taken = {number for number in same if number is not None}
    last = -1
    for at, (statement, own, place) in enumerate(todo):
        number = same[at]
        if number is not None:
            last = number
            start, end = known[number].place
            standing = known[number].standing
            yield Fragment(start, standing) if standing else Fragment(start, statement, end)
            continue
        following = next((n for n in same[at:] if n is not None), len(known))
        number = nearest(own, known, taken, last)
        if number is None:
            number = next((n for n in range(last + 1, following) if not known[n].words), None)
        else:
            last = max(last, number)
        start, end = place if number is None else known[number].place
        yield Fragment(start, statement, end)


def statements_read(fragments: Sequence[Fragment]) -> Iterator[Known]:
    """The statements of what was read off the file."""
    for part in fragments:
        if part.unread:
            yield Known([], (part.start, part.end))
            continue
        for piece in split(part.text):
            if piece.kind != "statement":
                continue
            start = skip_blank(part.text, piece.start)
            text = part.text[start : piece.end]
            if part.end < 0:
                yield Known(words(text), (part.start + start, part.start + piece.end), text)
            else:
                yield Known(words(text), (part.start, part.end))


def words(statement: bytes) -> list[bytes]:
    """What two statements that are the same have in common, however they are set."""
    found = [word if word.startswith(b"'") else word.lower() for word in WORD.findall(statement)]
    return found[:-1] if found[-1:] == [b";"] else found


def same_in_order(statements: list[list[bytes]], known: list[Known]) -> list[int | None]:
    """For each statement the number of the known one that is the same, the next of several if there is one."""
    same: list[int | None] = []
    places: dict[bytes, list[int]] = {}
    for number, one in enumerate(known):
        if one.words:
            places.setdefault(b" ".join(one.words), []).append(number)
    for own in statements:
        numbers = places.get(b" ".join(own))
        same.append(None if not numbers else numbers.pop(0) if len(numbers) > 1 else numbers[0])
    return same


def nearest(own: list[bytes], known: list[Known], taken: set[int], last: int) -> int | None:
    """The known statement, of those that are no other's, that begins most as this one does; the next one of several."""
    found = [
        (in_common(own, one.words), number >= last, -number)
        for number, one in enumerate(known)
        if number not in taken and one.words
    ]
    common, _, number = max(found, default=(0, False, 0))
    return -number if common >= ALIKE else None


def in_common(own: list[bytes], other: list[bytes]) -> int:
    """How many words two statements begin with in common."""
    count = 0
    for one, two in zip(own, other, strict=False):
        if one != two:
            break
        count += 1
    return count


# --- places ----------------------------------------------------------------------------------------------------------


def alembic_place(source: bytes, function: str) -> Place:
    """The line that defines upgrade() or downgrade(), the first one where none does."""
    code = Code(source)
    for node in code.tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            return code.start(node), line_end(source, code.start(node))
    return 0, line_end(source, 0)


def django_places(source: bytes, count: int) -> list[Place]:
    """The places of a migration's operations; of the list of them where they are not `count`."""
    code = Code(source)
    for node in code.tree.body:
        for inner in node.body if isinstance(node, ast.ClassDef) and node.name == "Migration" else ():
            if isinstance(inner, ast.Assign) and ast.unparse(inner.targets[0]) == "operations":
                items = inner.value.elts if isinstance(inner.value, ast.List) else []
                if len(items) == count:
                    return [(code.start(item), code.end(item)) for item in items]
                return [(code.start(inner), line_end(source, code.start(inner)))] * count
    return [(0, line_end(source, 0))] * count


def line_end(source: bytes, at: int) -> int:
    """The end of the line in which the byte is."""
    end = source.find(b"\n", at)
    return len(source) if end < 0 else end
