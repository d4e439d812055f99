"""SQL text -> statements with their trees as JSON, by PostgreSQL's own parser.

A text that parses as a whole is parsed as a whole. Any other is cut into pieces by the lexer, and pieces are parsed
together as long as that works: what can't be parsed costs its own piece only.
"""

import re
from collections.abc import Iterator
from typing import Literal

import msgspec
from msgspec import Raw, Struct

from db_sage_lint.grammar import ParseError, parse_sql_json
from db_sage_lint.lexer import BLANKS, skip_blank, trim
from db_sage_lint.script import Fragment

# Bytes that are parsed at once at most, if more than one statement: a tree needs some twenty times its text.
MOST_AT_ONCE = 1 << 20
MESSAGE_LENGTH = 160
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
BEFORE_STATEMENT = frozenset(BLANKS + b"-/")
# The scanner reads a run of these characters anew for each comment in it: src/backend/parser/scan.l, xcstart.
MOST_COMMENTS = 1000
OPERATOR_RUN = r"[-~!@#^&|`?+*/%<>=]{4096}"
PILED_UP = "too many comments inside of each other"
# Patterns for what is rare are compiled when it comes.
WRONG_BYTE = "[\0\udc80-\udcff]"
OTHER_ENCODING = rb"(?i)(?:client_encoding\s*(?:=|to\b)|set\s+names|\\encoding)\s*'?(?!'?(?:utf|unicode|default))\w"
ONE_STATEMENT = (
    r'\{"version":\d+,"stmts":\[\{"stmt":\{"(?P<kind>\w+)":(?P<fields>\{.*\})\}'
    r'(?:,"stmt_location":(?P<location>\d+))?(?:,"stmt_len":(?P<length>\d+))?\}\]\}'
)

ProblemKind = Literal["syntax", "psql", "include", "copy data", "template", "unread"]


class Statement(Struct, frozen=True, gc=False):
    """One SQL statement, bytes `start` to `end` of the file, without comments around it and its semicolon.

    `kind` is the grammar's name for it (CreateStmt) and `fields` that node as JSON; a location in it is a byte of the
    file less `base`. `placeholders` says that a variable or a template's text was replaced by something that parses.
    `conditional` marks statements that may be skipped, repeated or caught: they stand in IF, CASE, a loop, or a block
    with an EXCEPTION clause of a procedural language, or in a branch of a template.
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
    repaired = re.sub(WRONG_BYTE, "_", text.decode("utf-8", "surrogateescape")).encode()
    found = parsed_text(repaired, base)
    if not text[wrong] or not re.search(OTHER_ENCODING, text[:wrong]):
        found = in_order(wrong_encoding(text, wrong, base), found)
    yield from found


def parsed_text(text: bytes, base: int) -> Iterator[Statement | Problem]:
    """As `parsed`, for UTF-8 text that begins at byte `base` of the file."""
    tree = tree_of(text.decode()) if len(text) <= MOST_AT_ONCE else None
    if isinstance(tree, Tree):
        return statements(tree, text, base)
    from db_sage_lint.recovery import Recovery

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
    if comments_pile_up(sql):
        return Failure(PILED_UP, kind="unread")
    try:
        answer = parse_sql_json(sql)
        return DECODER.decode(answer)
    except ParseError as error:
        return failure(error, sql)
    except RecursionError:
        return deep_tree(answer)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Failure(f"the parser's answer can't be read: {error}", kind="unread")


def comments_pile_up(sql: str) -> bool:
    """Whether PostgreSQL's scanner would take for ever."""
    return sql.count("/*") > MOST_COMMENTS and re.search(OPERATOR_RUN, sql) is not None


def deep_tree(answer: str) -> Tree | Failure:
    """The tree of one statement whose expressions nest more deeply than the decoder can follow, undecoded."""
    found = re.fullmatch(ONE_STATEMENT, answer)
    if found is None or answer.count('"stmt":{') > 1:
        return Failure("nested too deeply to be read together with others", kind="unread")
    fields = Raw(found["fields"].encode())
    return Tree([RawStatement({found["kind"]: fields}, int(found["location"] or 0), int(found["length"] or 0))])


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
