"""Statements of a text that doesn't parse as a whole: what can't be parsed costs its own piece only."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

import msgspec

from db_sage_lint.lexer import BLANKS, skip_blank, trim
from db_sage_lint.parse import MOST_AT_ONCE, Failure, Problem, ProblemKind, Statement, Tree, statements, tree_of
from db_sage_lint.pieces import Piece, pieces
from db_sage_lint.placeholders import Filling, actions_alone, holes, without_controls

UNFILLED = "can't be read before its placeholders are filled in"
COMMAND_NAME = re.compile(rb"\\[^\s\\]*")
SKIPPED: dict[str, tuple[ProblemKind, str]] = {
    "psql": ("psql", "{} is a command of psql's own"),
    "include": ("include", "{} runs SQL from elsewhere: its effect is unknown"),
    "copy data": ("copy data", "rows for COPY"),
}


class Recovery:
    """A text that doesn't parse as a whole, or is too large for that, taken piece by piece."""

    def __init__(self, text: bytes, base: int) -> None:
        self.base = base
        self.left_out: list[tuple[int, int]] = []
        self.blanked: list[tuple[int, int]] = []
        self.perhaps: list[tuple[int, int]] = []
        self.text = text
        if b"{{" in text or b"{%" in text:
            controlled = without_controls(text)
            self.text, self.blanked, self.left_out = controlled.text, controlled.blanked, controlled.left_out
            self.perhaps = controlled.perhaps

    def everything(self) -> Iterator[Statement | Problem]:
        """Statements and problems in order of position."""
        found = map(self.hanging, self.pieces()) if self.perhaps else self.pieces()
        if not self.left_out:
            return found
        message = "a branch of the template that was left out for another"
        spans = [(self.base + start, self.base + end) for start, end in self.left_out]
        branches = [Problem(start, end, start, message, "template") for start, end in spans]
        return iter(sorted([*branches, *found], key=lambda found: found.start))

    def hanging(self, piece: Statement | Problem) -> Statement | Problem:
        """A statement, marked if it stands in a branch of a template of which it isn't known whether it is taken."""
        start, end = piece.start - self.base, piece.end - self.base
        before = bisect_right(self.perhaps, (start, len(self.text))) - 1
        if isinstance(piece, Statement) and before >= 0 and end <= self.perhaps[before][1]:
            return msgspec.structs.replace(piece, conditional=True)
        return piece

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
        kind, message = SKIPPED[piece.kind]
        return Problem(self.base + start, self.base + end, self.base + start, message.format(name), kind)

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
        spans = actions_alone(self.text, piece.start)
        if spans:
            yield from self.actions(spans, piece)
            return
        text = self.text[piece.start : piece.end]
        found = holes(text)
        filling = Filling(text, found)
        tree = filled(filling) if found else failed
        hidden = next((hole.start for hole in found if hole.hides), len(text))
        if isinstance(tree, Tree) and tree.stmts:
            yield from statements(tree, filling.text, self.base + piece.start, placeholders=True)
        elif hidden == len(text) or 0 <= failed.at < hidden:
            yield self.problem(piece, failed)
        else:
            message = "nothing else stands here" if isinstance(tree, Tree) else tree.message
            yield self.problem(piece, Failure(f"{UNFILLED}: {message}", kind="template"))

    def actions(self, spans: list[tuple[int, int]], piece: Piece) -> Iterator[Statement | Problem]:
        """A piece that begins with template actions that stand for whole statements."""
        for start, end in spans:
            message = "text that the template puts in: its effect is unknown"
            yield Problem(self.base + start, self.base + end, self.base + start, message, "template")
        yield from self.run([Piece(spans[-1][1], piece.end, "statement")])

    def problem(self, piece: Piece, failed: Failure) -> Problem:
        """What stands for a statement that doesn't parse, with the position that PostgreSQL gives, or its last byte."""
        start, end = self.extent(piece, failed)
        at = max(piece.start + failed.at, start) if failed.at >= 0 else end - 1
        return Problem(self.base + start, self.base + max(end, at + 1), self.base + at, failed.message, failed.kind)

    def extent(self, piece: Piece, failed: Failure) -> tuple[int, int]:
        """Where the statement stands, without blank space, comments around it and its semicolon."""
        start = skip_blank(self.text, piece.start)
        if start >= piece.end:
            return piece.start + max(failed.at, 0), piece.end
        end = trim(self.text, start, piece.end)
        if self.text[end - 1 : end] == b";":
            end = trim(self.text, start, end - 1)
        return start, max(end, start + 1)


def number_at(run: Sequence[Piece], at: int) -> int:
    """The number of the piece that has byte `at`."""
    return max(bisect_right(run, at, key=lambda piece: piece.start) - 1, 0)


def filled(filling: Filling) -> Tree | Failure:
    """The tree of a text whose holes are filled so that it parses, where a few tries find such a filling."""
    while True:
        tree = tree_of(filling.text.decode())
        if isinstance(tree, Tree) or not filling.blame(tree.at):
            return tree


def filled_tree(sql: str) -> Tree | Failure:
    """The tree of a text, if need be with something in the place of its variables and placeholders."""
    tree = tree_of(sql)
    text = sql.encode()
    found = [] if isinstance(tree, Tree) else holes(text)
    return filled(Filling(text, found)) if found else tree
