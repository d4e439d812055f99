"""Where quotes, comments and names begin and end, on bytes: for suppressions, positions and recovery.

The rules are those of the server's scanner, src/backend/parser/scan.l, with one difference, so that a mistake costs
one statement only: a quote that nothing closes is taken for an ordinary character.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from db_sage_lint.regex import lazy

if TYPE_CHECKING:
    from db_sage_lint.pieces import Piece

BLANKS = b" \t\n\r\f\v"
NAME = rb"[A-Za-z_\x80-\xff][A-Za-z0-9_$\x80-\xff]*"
INSIDE_NAME = rb"[A-Za-z0-9_$\x80-\xff]"

QUOTES = rb"['\"$]|--|/\*"
QUOTE = re.compile(QUOTES)
COMMA_STOP = lazy(rb"[,()\[\]]|" + QUOTES)

SOLID = re.compile(rb"[^ \t\n\r\f\v]")
LINE_BREAK = re.compile(rb"[\n\r]")
COMMENT_EDGE = lazy(rb"/\*|\*/")
ESCAPED_REST = lazy(rb"(?s)(?:[^'\\]++|\\.|'')*'")
DOLLAR_TAG = lazy(rb"\$(?:[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*)?\$")
OPENS_ESCAPED = lazy(rb"(?<!" + INSIDE_NAME + rb")[eE]'")
NAME_BYTE = lazy(INSIDE_NAME)
WORD = lazy(NAME)
QUOTED_NAME = lazy(rb'"((?:[^"]|"")+)"')


def split(text: bytes) -> "list[Piece]":
    """The statements of a text, and what stands between them, one behind the other; an empty text has none."""
    from db_sage_lint.pieces import pieces

    return list(pieces(text))


def past(text: bytes, at: int) -> int:
    """The byte behind the quoted text or comment that begins at `at`, where a quote, dollar, dash or slash stands.

    A quote that nothing closes, and a dollar that begins no quote, are one byte long. As in PostgreSQL, an open
    comment or dollar quote goes on to the end of the text.
    """
    return PAST[text[at]](text, at)


def past_string(text: bytes, at: int) -> int:
    if at and OPENS_ESCAPED.match(text, at - 1):
        closed = ESCAPED_REST.match(text, at + 1)
        return closed.end() if closed else at + 1
    return text.find(b"'", at + 1) + 1 or at + 1


def past_name(text: bytes, at: int) -> int:
    return text.find(b'"', at + 1) + 1 or at + 1


def past_dollar(text: bytes, at: int) -> int:
    tag = None if at and NAME_BYTE.match(text, at - 1) else DOLLAR_TAG.match(text, at)
    if tag is None:
        return at + 1
    close = text.find(tag[0], tag.end())
    return close + len(tag[0]) if close >= 0 else len(text)


def past_comment(text: bytes, at: int) -> int:
    """The byte behind the comment that begins at `at` with a slash; comments nest."""
    depth = 0
    for edge in COMMENT_EDGE.finditer(text, at):
        depth += 1 if edge[0] == b"/*" else -1
        if not depth:
            return edge.end()
    return len(text)


def line_end(text: bytes, at: int) -> int:
    """Where the line ends that `at` is on: the byte of its line break, or the end of the text."""
    found = LINE_BREAK.search(text, at)
    return found.start() if found else len(text)


PAST = {ord("'"): past_string, ord('"'): past_name, ord("$"): past_dollar, ord("-"): line_end, ord("/"): past_comment}


def skip_blank(text: bytes, at: int) -> int:
    """The first byte from `at` on that is neither blank space nor in a comment, or the text's length."""
    while found := SOLID.search(text, at):
        at = found.start()
        if not text.startswith((b"--", b"/*"), at):
            return at
        at = past(text, at)
    return len(text)


def trim(text: bytes, start: int, end: int) -> int:
    """The byte behind the last one of `start` to `end` that is neither blank space nor inside a comment."""
    spans = list(comments_between(text, start, end))
    while True:
        end = start + len(text[start:end].rstrip(BLANKS))
        if not spans or spans[-1][1] < end:
            return end
        end = spans.pop()[0]


def comments(text: bytes) -> list[tuple[int, int]]:
    """Start and end of every comment, a line comment without its line break. What looks like one inside quotes, a psql
    command or COPY data is none.
    """
    if b"--" not in text and b"/*" not in text:
        return []
    if b"\\" not in text:
        return list(comments_between(text, 0, len(text)))
    found: list[tuple[int, int]] = []
    for piece in split(text):
        if piece.kind in {"statement", "blank"}:
            found += comments_between(text, piece.start, piece.end)
        elif piece.kind != "copy data":
            found += comments_between(text, piece.start, skip_blank(text, piece.start))
    return found


def comments_between(text: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The comments from `start`, which is outside quotes, to `end`."""
    at = start
    while stop := QUOTE.search(text, at, end):
        at = min(past(text, stop.start()), end)
        if len(stop[0]) == 2:
            yield stop.start(), at


def without_comments(text: bytes) -> bytes:
    """The text with a space for every comment."""
    kept, at = [], 0
    for start, end in comments(text):
        kept.append(text[at:start])
        at = end
    return b" ".join([*kept, text[at:]])


def top_level_commas(text: bytes, start: int, end: int) -> list[int]:
    """The commas from `start`, which is outside quotes, to `end` that stand in no parentheses, brackets or quotes."""
    found, depth, at = [], 0, start
    while stop := COMMA_STOP.search(text, at, end):
        at = stop.end()
        match stop[0]:
            case b",":
                if not depth:
                    found.append(stop.start())
            case b"(" | b"[":
                depth += 1
            case b")" | b"]":
                depth -= 1
            case _:
                at = past(text, stop.start())
    return found


def words(text: bytes, start: int, end: int) -> frozenset[str]:
    """What may be an identifier from `start` to `end`, inside strings too: words in lower case, and what stands in
    double quotes as it stands there.
    """
    plain = {word.decode("utf-8", "replace").lower() for word in WORD.findall(text, start, end)}
    quoted = {name.replace(b'""', b'"').decode("utf-8", "replace") for name in QUOTED_NAME.findall(text, start, end)}
    return frozenset(plain | quoted)
