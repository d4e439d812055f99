"""A script -> the statements to send to a server, in the order and number in which `read` gives them to the engine."""

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct, structs

from db_sage_lint.lower import lower
from db_sage_lint.operations import Comment, Copy, CreateEnum, CreateIndex, CreateTable, DropIndex, OnTable, Operation
from db_sage_lint.parse import Problem, Statement, parse
from db_sage_lint.script import Fragment, Script

END_OF_ROWS = re.compile(rb"(?:^|\n)\\\.\r?\n?\Z")
PLACEHOLDER = "it holds a variable or placeholder that has no value here"
CLIENT_COPY = "psql's \\copy reads and writes files of the client; it is left out"
CLIENT_COPY_COMMAND = re.compile(rb"\\copy\b")
# What stands in the body of a block or function before a template is filled in, string literals aside.
TEMPLATE = re.compile(rb"\{\{[^{}]*\}\}|\$\{[\w.:-]+\}")
LITERAL = re.compile(rb"'(?:[^']|'')*'")
WITH_BODY = frozenset({"DoStmt", "CreateFunctionStmt"})
# What these do lasts longer than the session, and is all that they do.
DEFINITIONS = (OnTable, CreateTable, CreateIndex, DropIndex, CreateEnum, Comment)
NO_VALUES: Mapping[bytes, bytes] = {}


class Sent(Struct, frozen=True, eq=False):
    """One statement: bytes `start` to `end` of the file, and the SQL to send. `why_not` says why it can't be sent;
    psql's own commands are no statements, which `psql` says. `rows` are those of COPY … FROM stdin. With `made`, the
    SQL doesn't stand in the file, and no byte of it is a byte there. `script` is that of another file in which it
    stands, put in from there.
    """

    start: int
    end: int
    sql: bytes = b""
    operations: tuple[Operation, ...] = ()
    rows: bytes | None = None
    why_not: str = ""
    psql: bool = False
    made: bool = False
    script: Script | None = None

    def place(self, at: int) -> int:
        """The byte of the file for a byte of the SQL, -1 where there is none."""
        return -1 if at < 0 or self.made else min(self.start + at, max(self.end - 1, self.start))


def sent(script: Script, values: Mapping[bytes, bytes] = NO_VALUES) -> list[Sent]:
    """What the script sends, one for each statement that `read` gives. `values` are those of placeholders."""
    return [
        structs.replace(one, script=fragment.script) if fragment.script else one
        for fragment in script.fragments
        for one in of_fragment(fragment, (fragment.script or script).source, values)
    ]


def of_fragment(fragment: Fragment, source: bytes, values: Mapping[bytes, bytes]) -> Iterator[Sent]:
    if fragment.unread:
        yield Sent(fragment.start, fragment.end, why_not=fragment.unread, made=True)
        return
    if fragment.end < 0:
        yield from of_pieces(parse(fragment), source, values)
        return
    for one in of_pieces(parse(Fragment(0, fragment.text)), fragment.text, values):
        yield Sent(fragment.start, fragment.end, one.sql, one.operations, one.rows, one.why_not, one.psql, made=True)


def of_pieces(
    pieces: Sequence[Statement | Problem], text: bytes, values: Mapping[bytes, bytes] = NO_VALUES
) -> Iterator[Sent]:
    """The pieces of a text; rows go with the COPY before them."""
    for number, piece in enumerate(pieces):
        if isinstance(piece, Problem):
            yield of_problem(piece, text)
            continue
        operations = tuple(lower(piece, text))
        if piece.placeholders or has_template(piece, text):
            yield with_values(piece, text, values) or Sent(
                piece.start, piece.end, operations=operations, why_not=PLACEHOLDER
            )
            continue
        rows = rows_after(pieces, number, text) if any(map(reads_stdin, operations)) else None
        yield Sent(piece.start, piece.end, text[piece.start : piece.end], operations, rows)


def has_template(piece: Statement, text: bytes) -> bool:
    """Whether the body that the statement brings has something in it that a template puts in."""
    if piece.kind not in WITH_BODY:
        return False
    return bool(TEMPLATE.search(LITERAL.sub(b"''", text[piece.start : piece.end])))


def with_values(piece: Statement, text: bytes, values: Mapping[bytes, bytes]) -> Sent | None:
    """The statement with its placeholders' values; None where one has none."""
    filled = text[piece.start : piece.end]
    for name, value in values.items():
        filled = re.sub(re.escape(name) + rb"\b", value.replace(b"\\", rb"\\"), filled)
    again = parse(Fragment(0, filled))
    if (
        len(again) != 1
        or not isinstance(again[0], Statement)
        or again[0].placeholders
        or has_template(again[0], filled)
    ):
        return None
    return Sent(piece.start, piece.end, filled, tuple(lower(again[0], filled)), made=True)


def of_problem(problem: Problem, text: bytes) -> Sent:
    """What doesn't parse here is sent all the same: the server has the last word on syntax."""
    if problem.kind in {"syntax", "unread"}:
        return Sent(problem.start, problem.end, text[problem.start : problem.end])
    if problem.kind in {"include", "template"}:
        return Sent(problem.start, problem.end, why_not=problem.message)
    if CLIENT_COPY_COMMAND.match(text, problem.start):
        return Sent(problem.start, problem.end, text[problem.start : problem.end], why_not=CLIENT_COPY)
    return Sent(problem.start, problem.end, psql=True)


def keeps_session(one: Sent) -> bool:
    """Whether the statement is known to leave the session as it was."""
    return bool(one.operations) and all(
        isinstance(op, DEFINITIONS)
        and not (isinstance(op, CreateTable) and (op.query or op.persistence == "temporary"))
        for op in one.operations
    )


def reads_stdin(op: Operation) -> bool:
    return isinstance(op, Copy) and op.is_from and not op.place


def writes_stdout(op: Operation) -> bool:
    return isinstance(op, Copy) and not op.is_from and not op.place


def rows_after(pieces: Sequence[Statement | Problem], number: int, text: bytes) -> bytes:
    """The rows behind a COPY, without the line that ends them; empty where there are none."""
    following = pieces[number + 1] if number + 1 < len(pieces) else None
    if not isinstance(following, Problem) or following.kind != "copy data":
        return b""
    return END_OF_ROWS.sub(b"\n", text[following.start : following.end]).lstrip(b"\r\n")
