"""A file with its statements in another order: whole statements, each with the comments before it."""

from collections.abc import Sequence
from difflib import unified_diff

from db_sage_lint.lexer import BLANKS, comments_between, line_end, skip_blank
from db_sage_lint.ordering.replay import Unit
from db_sage_lint.parse import BYTE_ORDER_MARK
from db_sage_lint.regex import lazy

END_OF_ROWS = b"\\."
# Comments of runners that close the statement before them.
CLOSING = lazy(
    rb"(?i)[ \t\r\n]*(?:--[ \t]*\+(?:goose|migrate)[ \t]+StatementEnd\b[^\n]*|-->[ \t]*statement-breakpoint[^\n]*)"
)


def rewritten(source: bytes, start: int, units: Sequence[Unit], order: Sequence[Unit]) -> bytes:
    """The source, whose SQL begins at byte `start` and consists of `units`, with those in another order.

    What stands before the first statement and is parted from it by an empty line stays at the top. A statement that
    moves and ends without a semicolon or a line break gets one.
    """
    begin = after_heading(source, start, units[0].start)
    cuts = [begin, *(end_of(source, unit.end) for unit in units)]
    chunks = {unit: source[cuts[n] : cuts[n + 1]] for n, unit in enumerate(units)}
    ending = b"\r\n" if b"\r\n" in source else b"\n"
    kept = [chunk_for(unit, was, chunks, ending) for unit, was in zip(order, units, strict=True)]
    return source[:begin] + b"".join(kept) + source[cuts[-1] :]


def chunk_for(unit: Unit, was: Unit, chunks: dict[Unit, bytes], ending: bytes) -> bytes:
    """The text of a unit in a place where another one `was`."""
    text = chunks[unit]
    return text if unit is was else ended(text, unit, ending)


def ended(text: bytes, unit: Unit, ending: bytes) -> bytes:
    """The text of a statement with its semicolon and on lines of its own."""
    source = unit.script.source
    at = skip_blank(source, unit.end)
    if unit.operations and not source.startswith(b";", at) and not source[: unit.end].endswith((b";", END_OF_ROWS)):
        inside = text.rfind(source[unit.start : unit.end]) + unit.end - unit.start
        text = text[:inside] + b";" + text[inside:]
    return text if text.endswith(b"\n") else text + ending


def after_heading(source: bytes, start: int, first: int) -> int:
    """Where the comments begin that belong to the first statement."""
    begin = at = start + len(BYTE_ORDER_MARK) * source.startswith(BYTE_ORDER_MARK, start)
    for comment, end in [*comments_between(source, at, first), (first, first)]:
        if at > begin and source.count(b"\n", at, comment) > 1:
            begin = comment
        at = end
    return begin


def end_of(source: bytes, end: int) -> int:
    """Behind a statement that ends at byte `end`: its semicolon, and what stands on the line besides."""
    at = skip_blank(source, end)
    end = at + 1 if source.startswith(b";", at) else end
    while closing := CLOSING.match(source, end):
        end = closing.end()
    rest = source[end : line_end(source, end)]
    if not rest.strip(BLANKS) or rest.lstrip().startswith(b"--"):
        end += len(rest)
        end += 2 if source.startswith(b"\r\n", end) else source.startswith(b"\n", end)
    return end


def diff(path: str, before: bytes, after: bytes) -> str:
    """A unified diff of a file, for patch and git apply."""
    lines = unified_diff(lines_of(before), lines_of(after), f"a/{path}", f"b/{path}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def lines_of(source: bytes) -> list[str]:
    """The lines with their ends."""
    parts = source.decode("utf-8", "surrogateescape").split("\n")
    return [*(f"{line}\n" for line in parts[:-1]), *parts[-1:]] if parts[-1] else [f"{line}\n" for line in parts[:-1]]
