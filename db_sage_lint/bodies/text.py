"""Where in the user's file the parts of a procedural body stand."""

import re
from bisect import bisect_right

import msgspec
from msgspec import Raw, Struct

from db_sage_lint.lexer import BLANKS
from db_sage_lint.parse import Statement

PERFORM = re.compile(rb"perform", re.IGNORECASE)
# What PL/pgSQL leaves of "INTO x" in a query.
BLANKED = re.compile(rb" {6,}")
SELECT = b"SELECT"
# Bytes behind the start of the line that PL/pgSQL names, within which a part of the statement begins.
WINDOW = 4096
LOCATION = re.compile(rb'"(\w*location)":\d+')


class Span(Struct, frozen=True):
    """Bytes `start` to `end` of the file; a location in a query's tree is a byte of the file less `base`.

    `exact` is false where only the line could be told: then `base` is `start`, and locations say nothing.
    """

    start: int
    end: int
    base: int
    exact: bool = True


class BlockText:
    """A body, and where it stands: its first byte at byte `at` of the file `text`.

    Inside a string with doubled quotes or escapes, the file's bytes differ from the body's; then lines are counted.
    Without `text` they are taken to be the same.
    """

    def __init__(self, body: bytes, at: int, text: bytes) -> None:
        self.body = body
        self.at = at
        self.text = text
        self.verbatim = not text or text.startswith(body, at)
        self.lines = line_starts(body)
        self.file_lines = [] if self.verbatim else line_starts(text[at:])
        self.cursor = 0

    def line_start(self, line: int) -> int:
        """The byte of the body at which its 1-based line begins."""
        return self.lines[min(max(line, 1), len(self.lines)) - 1]

    def find(self, query: bytes, line: int, *, perform: bool = False) -> Span:
        """Where the query stands that PL/pgSQL says begins on that line of the body, or on one below it.

        What is asked for comes in the order of the text mostly, so that of two equal queries on a line the second is
        found the second time.
        """
        begin = self.line_start(line)
        for start in (max(begin, self.cursor), begin):
            found = self.performed(query, start) if perform else self.verbatim_or_without_into(query, start)
            if found >= 0:
                end = found + len(query) + perform
                self.cursor = end
                return self.span(found, end, found + perform)
        return self.whole_line(begin)

    def find_word(self, word: str, line: int) -> Span:
        """Where a statement of one word stands that begins on that line of the body."""
        begin = self.line_start(line)
        found = re.compile(rb"\b%s\b" % word.encode(), re.IGNORECASE).search(self.body, max(begin, self.cursor))
        if found is None:
            return self.whole_line(begin)
        self.cursor = found.end()
        return msgspec.structs.replace(self.span(*found.span(), found.start()), exact=False)

    def performed(self, query: bytes, begin: int) -> int:
        """PERFORM is kept as SELECT, which is one byte shorter."""
        rest = query[len(SELECT) :]
        places = PERFORM.finditer(self.body, begin, begin + WINDOW)
        return next((found.start() for found in places if self.body.startswith(rest, found.end())), -1)

    def verbatim_or_without_into(self, query: bytes, begin: int) -> int:
        found = self.body.find(query, begin, begin + WINDOW + len(query))
        gap = BLANKED.search(query)
        if gap is None:
            return found
        head, tail = query[: gap.start()], query[gap.end() :]
        at = self.body.find(head, begin, begin + WINDOW + len(head)) if head else -1
        if at >= 0 and self.body.startswith(tail, at + gap.end()):
            return at if found < 0 else min(at, found)
        return found

    def whole_line(self, begin: int) -> Span:
        """The line that begins there, without blank space around it."""
        end = self.body.find(b"\n", begin)
        line = self.body[begin : end if end >= 0 else len(self.body)]
        start = begin + len(line) - len(line.lstrip(BLANKS))
        return self.span(start, begin + len(line.rstrip(BLANKS)), start, exact=False)

    def span(self, start: int, end: int, base: int, *, exact: bool = True) -> Span:
        """A span of the body as one of the file."""
        first = self.place(start)
        exact = exact and self.verbatim
        return Span(first, max(self.place(end), first), first + base - start if exact else first, exact)

    def text_at(self, span: Span) -> bytes:
        """The body's text in an exact span."""
        return self.body[span.start - self.at : span.end - self.at]

    def place(self, offset: int) -> int:
        """The byte of the file where byte `offset` of the body stands."""
        if self.verbatim:
            return self.at + offset
        line = bisect_right(self.lines, offset) - 1
        if line >= len(self.file_lines):
            return self.at
        last = self.file_lines[line + 1] - 1 if line + 1 < len(self.file_lines) else len(self.text) - self.at
        return self.at + min(self.file_lines[line] + offset - self.lines[line], last)


def line_starts(text: bytes) -> list[int]:
    return [0, *(found.end() for found in re.finditer(rb"\n", text))]


def placed(kind: str, node: Raw, span: Span, *, conditional: bool = False) -> Statement:
    """A statement at its place; where only that is known, every location in it is the statement's own."""
    if not span.exact:
        node = Raw(LOCATION.sub(rb'"\1":0', bytes(node)))
    return Statement(span.start, span.end, span.base, kind, node, conditional=conditional)
