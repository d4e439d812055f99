"""Files that marker lines cut into parts: what runs up, what runs down, each at its own bytes of the file."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from msgspec import Struct

from db_sage_lint.regex import lazy
from db_sage_lint.script import Direction, Fragment, Script

BEGIN = lazy(rb"(?i)(?:BEGIN|START\s+TRANSACTION)(?!\w)")


class Section(Struct, frozen=True):
    """The part of a file behind a marker line, up to the next one: bytes `start` to `end`. `marker` is that line's
    match, None for what stands before the first; the line itself begins at byte `at`.
    """

    at: int
    start: int
    end: int
    marker: re.Match[bytes] | None = None


def sections(source: bytes, marker: re.Pattern[bytes]) -> list[Section]:
    """The file cut at the lines that `marker` matches; it begins with `(?m)^`. What is before the first comes first,
    empty where nothing is.
    """
    found = list(marker.finditer(source))
    starts = [line_behind(source, match.end()) for match in found]
    ends = [match.start() for match in found] + [len(source)]
    cut = [Section(0, 0, ends[0])]
    cut += [Section(m.start(), s, e, m) for m, s, e in zip(found, starts, ends[1:], strict=True)]
    return cut


def line_behind(source: bytes, at: int) -> int:
    """The byte where the line begins that follows the one that `at` is in, or whose line break ends at `at`."""
    if at and source[at - 1 : at] == b"\n":
        return at
    end = source.find(b"\n", at)
    return end + 1 if end >= 0 else len(source)


def fragment(source: bytes, start: int, end: int) -> Fragment:
    return Fragment(start, source[start:end])


def script(
    path: str,
    source: bytes,
    parts: Iterable[Section],
    direction: Direction = "up",
    *,
    transaction: bool | None = None,
) -> Script:
    """The script that runs the given parts of a file."""
    fragments = tuple(fragment(source, part.start, part.end) for part in parts if source[part.start : part.end].strip())
    return Script(path, source, fragments, direction, transaction)


def both_ways(up: Script, down: Script | None) -> tuple[Script, ...]:
    """The scripts of a file with both directions: the down one only where it does something."""
    return (up, down) if down is not None and has_statements(down) else (up,)


def has_statements(script: Script) -> bool:
    """Whether there is more in it than comments and blanks."""
    from db_sage_lint.lexer import skip_blank

    return any(skip_blank(part.text, 0) < len(part.text) for part in script.fragments)


def first_statement(source: bytes) -> int:
    """The byte where the first statement of a text begins, its length where it has none."""
    from db_sage_lint.lexer import skip_blank

    return skip_blank(source, 0)


def lines(source: bytes) -> Iterator[tuple[int, bytes]]:
    """Each line with the byte where it begins; its line break is left out."""
    at = 0
    while at < len(source):
        end = source.find(b"\n", at)
        end = len(source) if end < 0 else end
        yield at, source[at:end].rstrip(b"\r")
        at = end + 1


def statements(source: bytes) -> Iterator[bytes]:
    """The statements of a text, roughly: what the lexer cuts it into, without comments before them."""
    from db_sage_lint.lexer import skip_blank, split

    for piece in split(source):
        if piece.kind == "statement":
            yield source[skip_blank(source, piece.start) : piece.end]


def several_statements(source: bytes) -> bool:
    """Whether a text has more than one statement."""
    return next(islice(statements(source), 1, None), None) is not None


def is_one_transaction(message: bytes) -> bool:
    """Whether PostgreSQL runs a text that is sent in one message as one transaction: it does with several statements,
    unless they begin transactions themselves (manual, "Multiple Statements in a Simple Query").
    """
    if not several_statements(message):
        return False
    return not BEGIN.search(message) or not any(BEGIN.match(statement) for statement in statements(message))


def in_one_message(script: Script) -> Script:
    """The script as it runs where its runner opens no transaction and sends it in one message."""
    together = is_one_transaction(b"".join(part.text for part in script.fragments))
    return Script(script.path, script.source, script.fragments, script.direction, together, together)
