"""A text cut into statements, psql's commands and COPY data, on bytes: for recovery where a file doesn't parse.

Where a statement ends is psql's rule (src/fe_utils/psqlscan.l), and where its own commands do
(src/bin/psql/psqlscanslash.l), with one difference, so that a mistake costs one statement only: a semicolon inside
parentheses ends a statement unless it is CREATE RULE.
"""

import re
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from db_sage_lint.lexer import COMMENT_EDGE, INSIDE_NAME, QUOTES, comments_between, past, skip_blank

# Possessive, since a comment that holds "--" would otherwise be read in many ways.
GAP = rb"(?:[ \t\n\r\f\v]|--[^\n\r]*+|/\*(?:[^*]|\*(?!/))*\*/)+"
STATEMENT_STOP = re.compile(rb"[;\\]|" + QUOTES)
RULE_STOP = re.compile(rb"[;\\()]|" + QUOTES)
FUNCTION_STOP = re.compile(
    rb"[;\\]|(?<!%s)(?:begin|case|end)(?!%s)|%s" % (INSIDE_NAME, INSIDE_NAME, QUOTES), re.IGNORECASE
)

COMPOUND = re.compile(
    rb"create%s(?:or%sreplace%s)?(?:function|procedure|(rule))(?!%s)" % (GAP, GAP, GAP, INSIDE_NAME), re.IGNORECASE
)
# What may follow a semicolon inside of a rule or a function's body.
INNER_STATEMENT = re.compile(
    rb"[();]|(?:select|insert|update|delete|merge|values|table|with|notify|return|end)(?!%s)" % INSIDE_NAME,
    re.IGNORECASE,
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
    the rows after COPY … FROM stdin with the line that ends them; "blank" what stands behind the last of all. A comment
    that never closes is a statement.
    """

    start: int
    end: int
    kind: PieceKind


def pieces(text: bytes) -> Iterator[Piece]:
    """The pieces of a text, in order."""
    start, size = 0, len(text)
    while start < size:
        first = skip_blank(text, start)
        if first == size:
            yield Piece(start, size, "statement" if open_comment(text, start) else "blank")
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


def open_comment(text: bytes, start: int) -> bool:
    """Whether a comment behind `start` never closes: to PostgreSQL that is an error, not a comment."""
    *_, last = [(start, start), *comments_between(text, start, len(text))]
    edges = [edge[0] for edge in COMMENT_EDGE.finditer(text, *last)] if text.startswith(b"/*", last[0]) else []
    return edges.count(b"/*") != edges.count(b"*/")


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
    ATOMIC and its END. What doesn't close before another statement begins ends at its first semicolon.
    """
    at, depth, semicolon = start, 0, 0
    while stop := stops.search(text, at):
        found, at = stop[0].lower(), stop.end()
        if found == b";":
            semicolon = semicolon or at
            if depth <= 0 or not INNER_STATEMENT.match(text, skip_blank(text, at)):
                return semicolon if depth > 0 else at
        elif found == b"\\":
            return (depth > 0 and semicolon) or stop.start()
        elif found in {b"(", b"begin"}:
            depth += found == b"(" or (not depth and BEGIN_ATOMIC.match(text, stop.start()) is not None)
        elif found == b"case":
            depth += depth > 0
        elif found in {b")", b"end"}:
            depth -= depth > 0
        else:
            at = past(text, stop.start())
    return (depth > 0 and semicolon) or len(text)
