"""Where statements, comments and quotes begin and end, on bytes: for suppressions, positions and recovery.

The rules are those of the server's scanner (src/backend/parser/scan.l) and of psql's, which finds where a statement
ends (src/fe_utils/psqlscan.l) and where its own commands do (src/bin/psql/psqlscanslash.l). Two things differ, so that
a mistake costs one statement only: a semicolon inside parentheses ends a statement unless it is CREATE RULE, and a
quote that nothing closes is taken for an ordinary character.
"""

import re
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

BLANKS = b" \t\n\r\f\v"
# Possessive, since a comment that holds "--" would otherwise be read in many ways.
GAP = rb"(?:[ \t\n\r\f\v]|--[^\n\r]*+|/\*(?:[^*]|\*(?!/))*\*/)+"
NAME = rb"[A-Za-z_\x80-\xff][A-Za-z0-9_$\x80-\xff]*"
INSIDE_NAME = rb"[A-Za-z0-9_$\x80-\xff]"

QUOTES = rb"['\"$]|--|/\*"
QUOTE = re.compile(QUOTES)
STATEMENT_STOP = re.compile(rb"[;\\]|" + QUOTES)
RULE_STOP = re.compile(rb"[;\\()]|" + QUOTES)
FUNCTION_STOP = re.compile(
    rb"[;\\]|(?<!%s)(?:begin|case|end)(?!%s)|%s" % (INSIDE_NAME, INSIDE_NAME, QUOTES), re.IGNORECASE
)
COMMA_STOP = re.compile(rb"[,()\[\]]|" + QUOTES)

SOLID = re.compile(rb"[^ \t\n\r\f\v]")
LINE_BREAK = re.compile(rb"[\n\r]")
COMMENT_EDGE = re.compile(rb"/\*|\*/")
ESCAPED_REST = re.compile(rb"(?:[^'\\]++|\\.|'')*'", re.DOTALL)
DOLLAR_TAG = re.compile(rb"\$(?:[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*)?\$")
OPENS_ESCAPED = re.compile(rb"(?<!" + INSIDE_NAME + rb")[eE]'")
NAME_BYTE = re.compile(INSIDE_NAME)
WORD = re.compile(NAME)
QUOTED_NAME = re.compile(rb'"((?:[^"]|"")+)"')

COMPOUND = re.compile(
    rb"create%s(?:or%sreplace%s)?(?:function|procedure|(rule))(?!%s)" % (GAP, GAP, GAP, INSIDE_NAME), re.IGNORECASE
)
BEGIN_ATOMIC = re.compile(rb"begin%satomic(?!%s)" % (GAP, INSIDE_NAME), re.IGNORECASE)
COPY_IN = re.compile(
    rb"copy(?!%s).*?[\s)\"]from\s+std(?:in|out)(?!%s)" % (INSIDE_NAME, INSIDE_NAME), re.IGNORECASE | re.DOTALL
)
COPY_END = re.compile(rb"[\n\r]\\\.[ \t]*(?:\r\n|\n|\r|\Z)")
COMMAND = re.compile(rb"\\(?:;|([^\s\\]*)[^\n\r]*(?:\r\n|\n|\r|\Z))")

PieceKind = Literal["statement", "blank", "psql", "include", "copy data"]
# Commands that run SQL from elsewhere: a file's, or what a query gives back.
INCLUDES = frozenset((b"i", b"ir", b"include", b"include_relative", b"gexec"))


class Piece(Struct, frozen=True):
    """Bytes `start` to `end` of a text. Pieces follow each other without a gap: blank space and comments belong to the
    piece behind them, and a statement's piece holds its semicolon.

    "psql" is one of psql's commands, to the end of its line; "include" one that runs SQL from elsewhere; "copy data"
    the rows after COPY … FROM stdin with the line that ends them; "blank" what stands behind the last of all.
    """

    start: int
    end: int
    kind: PieceKind


def split(text: bytes) -> list[Piece]:
    """The statements of a text, and what stands between them; an empty text has none."""
    return list(pieces(text))


def pieces(text: bytes) -> Iterator[Piece]:
    """As `split`, one by one."""
    start, size = 0, len(text)
    while start < size:
        first = skip_blank(text, start)
        if first == size:
            yield Piece(start, size, "blank")
            return
        command = COMMAND.match(text, first)
        if command:
            yield Piece(start, command.end(), "include" if command[1] in INCLUDES else "psql")
            start = command.end()
            continue
        end = statement_end(text, first)
        yield Piece(start, end, "statement")
        start = end
        if COPY_IN.match(text, first, end):
            ends = COPY_END.search(text, end)
            start = ends.end() if ends else size
            if start > end:
                yield Piece(end, start, "copy data")


def statement_end(text: bytes, start: int) -> int:
    """The byte behind the statement that begins at `start`: behind its semicolon, or where a psql command begins."""
    compound = COMPOUND.match(text, start)
    if compound:
        return compound_end(text, compound.end(), RULE_STOP if compound[1] else FUNCTION_STOP)
    at = start
    while stop := STATEMENT_STOP.search(text, at):
        if stop[0] == b";":
            return stop.end()
        if stop[0] == b"\\":
            return stop.start()
        at = past(text, stop.start())
    return len(text)


def compound_end(text: bytes, start: int, stops: re.Pattern[bytes]) -> int:
    """As `statement_end`, for statements that may hold semicolons: rules between parentheses, functions between BEGIN
    ATOMIC and its END. What never closes ends at its first semicolon.
    """
    at, depth, semicolon = start, 0, 0
    while stop := stops.search(text, at):
        found, at = stop[0].lower(), stop.end()
        if found == b";":
            if depth <= 0:
                return at
            semicolon = semicolon or at
        elif found == b"\\":
            return semicolon or stop.start()
        elif found in {b"(", b"begin"}:
            depth += found == b"(" or (not depth and BEGIN_ATOMIC.match(text, stop.start()) is not None)
        elif found == b"case":
            depth += depth > 0
        elif found in {b")", b"end"}:
            depth -= depth > 0
        else:
            at = past(text, stop.start())
    return semicolon or len(text)


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
    for piece in pieces(text):
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
