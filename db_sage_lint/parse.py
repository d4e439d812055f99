"""SQL text -> statements with their trees as JSON, by PostgreSQL's own parser.

A text that parses as a whole is parsed as a whole. Any other is cut into pieces by the lexer, and pieces are parsed
together as long as that works: what can't be parsed costs its own piece only.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec
from msgspec import Raw, Struct

from db_sage_lint.grammar import ParseError, parse_plpgsql_json, parse_sql_json
from db_sage_lint.lexer import BLANKS, Piece, pieces, skip_blank, trim
from db_sage_lint.placeholders import Filling, actions_alone, holes, without_controls
from db_sage_lint.script import Fragment

# Bytes that are parsed at once at most, if more than one statement: a tree needs some twenty times its text.
MOST_AT_ONCE = 1 << 20
MESSAGE_LENGTH = 160
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
BEFORE_STATEMENT = frozenset(BLANKS + b"-/")
WRONG_BYTE = re.compile("[\0\udc80-\udcff]")
OTHER_ENCODING = re.compile(
    rb"(?:client_encoding\s*(?:=|to\b)|set\s+names|\\\\encoding)\s*'?(?!'?(?:utf|unicode|default))\w", re.IGNORECASE
)
COMMAND_NAME = re.compile(rb"\\[^\s\\]*")

ProblemKind = Literal["syntax", "psql", "include", "copy data", "template", "unread"]
SKIPPED: dict[str, str] = {
    "psql": "{} is a command of psql's own",
    "include": "{} runs SQL from elsewhere: its effect is unknown",
    "copy data": "rows for COPY",
}
TOO_DEEP = "nested too deeply to be analysed"


class Statement(Struct, frozen=True, gc=False):
    """One SQL statement, bytes `start` to `end` of the file, without comments around it and its semicolon.

    `kind` is the grammar's name for it (CreateStmt) and `fields` that node as JSON; a location in it is a byte of the
    file less `base`. `placeholders` says that a variable or a template's text was replaced by something that parses.
    `conditional` marks statements of a procedural block that may be skipped, repeated or caught: they stand in IF,
    CASE, a loop, or a block with an EXCEPTION clause.
    """

    start: int
    end: int
    base: int
    kind: str
    fields: Raw
    placeholders: bool = False
    conditional: bool = False


class Problem(Struct, frozen=True, gc=False):
    """Bytes `start` to `end` of the file that give no statement, `at` the byte to point at.

    "syntax": PostgreSQL refuses it, and `message` is what it says. The others are no errors. "psql": a command that
    psql keeps to itself. "copy data": rows. "include": SQL from another place, with an unknown effect. "template": text
    that can't be read before its template is filled in, or a branch that was left out for another. "unread": SQL that
    is beyond this tool.
    """

    start: int
    end: int
    at: int
    message: str
    kind: ProblemKind = "syntax"


class RawStatement(Struct, gc=False):
    stmt: dict[str, Raw]
    stmt_location: int = 0
    stmt_len: int = 0


class Tree(Struct, gc=False):
    stmts: list[RawStatement]


class Failure(Struct, frozen=True, gc=False):
    """Why a text has no tree; `at` is a byte of it, negative for its end or where the parser doesn't tell."""

    message: str
    at: int = -1
    kind: ProblemKind = "syntax"


DECODER = msgspec.json.Decoder(Tree)


def parse(fragment: Fragment) -> list[Statement | Problem]:
    """What the fragment consists of, in order of position; positions are bytes of the file. Any bytes will do."""
    return list(parsed(fragment))


def parsed(fragment: Fragment) -> Iterator[Statement | Problem]:
    """As `parse`, one by one, so that the trees of a large file need not be held all at once."""
    text, base = fragment.text, fragment.start
    if text.startswith(UTF_16):
        yield Problem(base, base + len(text), base, "the file is UTF-16; PostgreSQL's tools need UTF-8")
        return
    if text.startswith(BYTE_ORDER_MARK):
        text, base = text[len(BYTE_ORDER_MARK) :], base + len(BYTE_ORDER_MARK)
    wrong = first_wrong_byte(text)
    if wrong < 0:
        yield from parsed_text(text, base)
        return
    repaired = WRONG_BYTE.sub("_", text.decode("utf-8", "surrogateescape")).encode()
    found = parsed_text(repaired, base)
    if not text[wrong] or not OTHER_ENCODING.search(text, 0, wrong):
        found = in_order(wrong_encoding(text, wrong, base), found)
    yield from found


def parsed_text(text: bytes, base: int) -> Iterator[Statement | Problem]:
    """As `parsed`, for UTF-8 text that begins at byte `base` of the file."""
    tree = tree_of(text.decode()) if len(text) <= MOST_AT_ONCE else None
    if isinstance(tree, Tree):
        return statements(tree, text, base)
    return Recovery(text, base).everything()


def in_order(problem: Problem, found: Iterator[Statement | Problem]) -> Iterator[Statement | Problem]:
    """What was found, with a problem put in where it stands."""
    pending: Problem | None = problem
    for item in found:
        if pending and item.start > problem.start:
            yield pending
            pending = None
        yield item
    if pending:
        yield pending


def first_wrong_byte(text: bytes) -> int:
    """The first byte that PostgreSQL does not take as UTF-8 text, NUL for one; -1 if there is none."""
    try:
        text.decode()
    except UnicodeDecodeError as error:
        return text.find(b"\0", 0, error.start) if b"\0" in text[: error.start] else error.start
    return text.find(b"\0")


def wrong_encoding(text: bytes, at: int, base: int) -> Problem:
    """PostgreSQL's complaint about the byte at `at`."""
    wrong = " ".join(f"0x{byte:02x}" for byte in text[at : at + sequence_length(text[at])])
    return Problem(base + at, base + at + 1, base + at, f'invalid byte sequence for encoding "UTF8": {wrong}')


def sequence_length(lead: int) -> int:
    """Bytes of the UTF-8 character that a byte begins: pg_utf_mblen() in src/common/wchar.c."""
    return next((length for length, mask in ((2, 0xE0), (3, 0xF0), (4, 0xF8)) if lead & mask == mask << 1 & 0xFF), 1)


def tree_of(sql: str) -> Tree | Failure:
    """The trees of a text's statements; a failure's position is in bytes."""
    try:
        return DECODER.decode(parse_sql_json(sql))
    except ParseError as error:
        return failure(error, sql)
    except RecursionError:
        return Failure(TOO_DEEP, kind="unread")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Failure(f"the parser's answer can't be read: {error}", kind="unread")


def failure(error: ParseError, sql: str) -> Failure:
    """What PostgreSQL said, on one line of moderate length. Its position counts characters."""
    message, index = (*error.args, None)[:2]
    message = " ".join(str(message).split())
    if len(message) > MESSAGE_LENGTH:
        message = message[: MESSAGE_LENGTH - 2] + '…"'
    return Failure(message, -1 if index is None else len(sql[:index].encode()))


def statements(
    tree: Tree, text: bytes, base: int, *, placeholders: bool = False, conditional: bool = False
) -> Iterator[Statement]:
    """The statements of a text's tree; `base` is the byte of the file at which the text begins."""
    for raw in tree.stmts:
        start = raw.stmt_location
        end = start + raw.stmt_len
        if text[start] in BEFORE_STATEMENT:
            start = skip_blank(text, start)
        if not raw.stmt_len:
            end = trim(text, start, len(text))
        elif text[end - 1] in BLANKS:
            end = start + len(text[start:end].rstrip(BLANKS))
        for kind, fields in raw.stmt.items():
            yield Statement(base + start, base + end, base, kind, fields, placeholders, conditional)


class Recovery:
    """A text that doesn't parse as a whole, or is too large for that, taken piece by piece."""

    def __init__(self, text: bytes, base: int) -> None:
        self.base = base
        self.left_out: list[tuple[int, int]] = []
        self.blanked: list[tuple[int, int]] = []
        self.text = text
        if b"{{" in text or b"{%" in text:
            controlled = without_controls(text)
            self.text, self.blanked, self.left_out = controlled.text, controlled.blanked, controlled.left_out

    def everything(self) -> Iterator[Statement | Problem]:
        """Statements and problems in order of position."""
        if not self.left_out:
            return self.pieces()
        message = "a branch of the template that was left out for another"
        spans = [(self.base + start, self.base + end) for start, end in self.left_out]
        branches = [Problem(start, end, start, message, "template") for start, end in spans]
        return iter(sorted([*branches, *self.pieces()], key=lambda found: found.start))

    def pieces(self) -> Iterator[Statement | Problem]:
        run: list[Piece] = []
        for piece in pieces(self.text):
            if piece.kind == "statement":
                run.append(piece)
                if piece.end - run[0].start < MOST_AT_ONCE:
                    continue
            yield from self.run(run)
            run = []
            if piece.kind not in {"statement", "blank"}:
                yield self.skipped(piece)
        yield from self.run(run)

    def skipped(self, piece: Piece) -> Problem:
        """What stands for a piece that is no SQL."""
        start = piece.start if piece.kind == "copy data" else skip_blank(self.text, piece.start)
        end = start + len(self.text[start : piece.end].rstrip(BLANKS))
        command = COMMAND_NAME.match(self.text, start)
        name = command[0].decode("utf-8", "replace") if command else ""
        start, end = self.base + start, self.base + end
        return Problem(start, end, start, SKIPPED[piece.kind].format(name), piece.kind)  # type: ignore[arg-type]

    def run(self, run: Sequence[Piece]) -> Iterator[Statement | Problem]:
        """Adjacent statements: as many at once as parse, one alone where one doesn't."""
        at, size, bad = 0, len(run), -1
        while at < len(run):
            batch = run[at : at + (1 if at == bad else size)]
            text = self.text[batch[0].start : batch[-1].end]
            tree = tree_of(text.decode())
            if isinstance(tree, Tree):
                yield from self.marked(tree, text, batch[0].start)
                at += len(batch)
                size *= 2
            elif len(batch) == 1:
                yield from self.alone(batch[0], tree)
                at += 1
                size = 2
            else:
                number = number_at(batch, batch[0].start + tree.at) if tree.at >= 0 else len(batch) // 2
                bad = at + number if tree.at >= 0 else -1
                size = max(number, 1)

    def marked(self, tree: Tree, text: bytes, start: int) -> Iterator[Statement]:
        """The statements of a tree; those that a template's control action stands in are marked."""
        found = statements(tree, text, self.base + start)
        if not self.blanked:
            return found
        return (self.mark(statement) for statement in found)

    def mark(self, statement: Statement) -> Statement:
        start, end = statement.start - self.base, statement.end - self.base
        before = bisect_right(self.blanked, (end, end)) - 1
        if before >= 0 and self.blanked[before][1] > start:
            return msgspec.structs.replace(statement, placeholders=True)
        return statement

    def alone(self, piece: Piece, failed: Failure) -> Iterator[Statement | Problem]:
        """One statement that doesn't parse as it stands."""
        text = self.text[piece.start : piece.end]
        found = holes(text)
        if found:
            filling = Filling(text, found)
            tree = self.filled(filling)
            if isinstance(tree, Tree):
                yield from statements(tree, filling.text, self.base + piece.start, placeholders=True)
                return
            spans = actions_alone(self.text, piece.start)
            if spans:
                yield from self.actions(spans, piece)
                return
        yield self.problem(piece, failed)

    def filled(self, filling: Filling) -> Tree | Failure:
        """The tree of a text whose holes are filled so that it parses, where a few tries find such a filling."""
        while True:
            tree = tree_of(filling.text.decode())
            if isinstance(tree, Tree) or not filling.blame(tree.at):
                return tree

    def actions(self, spans: list[tuple[int, int]], piece: Piece) -> Iterator[Statement | Problem]:
        """A piece that begins with template actions that stand for whole statements."""
        for start, end in spans:
            message = "text that the template puts in: its effect is unknown"
            yield Problem(self.base + start, self.base + end, self.base + start, message, "template")
        yield from self.run([Piece(spans[-1][1], piece.end, "statement")])

    def problem(self, piece: Piece, failed: Failure) -> Problem:
        """What stands for a statement that doesn't parse, with the position that PostgreSQL gives, or its last byte."""
        start = skip_blank(self.text, piece.start)
        end = max(trim(self.text, start, piece.end), start + 1)
        if self.text[end - 1 : end] == b";" and end - 1 > start:
            end = max(trim(self.text, start, end - 1), start + 1)
        at = piece.start + failed.at if failed.at >= 0 else end - 1
        at = min(max(at, start), end - 1)
        return Problem(self.base + start, self.base + end, self.base + at, failed.message, failed.kind)


def number_at(run: Sequence[Piece], at: int) -> int:
    """The number of the piece that has byte `at`."""
    return max(bisect_right(run, at, key=lambda piece: piece.start) - 1, 0)


def block_json(function: str) -> bytes | Failure:
    """The tree of a PL/pgSQL function, given its CREATE FUNCTION, as libpg_query prints it."""
    try:
        return parse_plpgsql_json(function).encode()
    except ParseError as error:
        return failure(error, function)
    except UnicodeDecodeError as error:
        return Failure(f"the parser's answer can't be read: {error}", kind="unread")
