"""A line of source for a terminal: made harmless, trimmed to a width, and marked where it matters."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from msgspec import Struct

from db_sage_lint.regex import lazy

TAB = 4
NEAR = 2000
# Control characters could steer the terminal, and those that turn the direction of writing could hide code.
UNSAFE = lazy("[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


class Excerpt(Struct, frozen=True):
    """What to print of a line, and marks below it: `offset` columns in, `length` columns long."""

    text: str
    offset: int
    length: int


def harmless(text: str) -> str:
    """Text of a file, fit to be printed: on one line, and unable to steer a terminal."""
    return text if text.isprintable() else UNSAFE.sub(lambda found: shown(found[0]), text)


def shown(character: str) -> str:
    """A character that must not be printed as it is, as a visible one."""
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"


def excerpt(line: str, column: int, end_column: int, width: int) -> Excerpt:
    """The line in at most `width` columns of a terminal, with a part of it in view and marked.

    The part goes from `column` to before `end_column`, both 1-based. Marks don't go past the end of the line.
    """
    line = line.rstrip()
    first = min(max(column - 1, 0), max(len(line) - 1, 0))
    last = min(max(end_column - 1, first + 1), len(line))
    if len(line) <= width and line.isascii() and line.isprintable():
        return Excerpt(line, first, max(last - first, 1))
    begin = max(first - NEAR, 0)
    cells = spread(line[begin : last + NEAR])
    edges = [0, *accumulate(map(width_of, cells))]
    start, end = edges[first - begin], edges[min(last - begin, len(cells))]
    if edges[-1] <= width and not begin:
        return Excerpt("".join(cells), start, max(end - start, 1))
    return window(cells, edges, (start, end), width, cut_before=begin > 0)


def window(
    cells: Sequence[str], edges: Sequence[int], marked: tuple[int, int], width: int, *, cut_before: bool
) -> Excerpt:
    """The part of a line that is too long in which the marked columns stand, with an ellipsis where it is cut."""
    start, end = marked
    left = 0
    if cut_before or end > width - 1:
        left = bisect_right(edges, max(start - width // 4, 0)) - 1
    before = "…" if left or cut_before else ""
    room = width - len(before) - 1
    right = bisect_right(edges, edges[left] + room) - 1
    after = "…" if right < len(cells) else ""
    shift = len(before) - edges[left]
    length = max(min(end, edges[right]) - start, 1)
    return Excerpt(before + "".join(cells[left:right]) + after, start + shift, length)


def spread(text: str) -> list[str]:
    """The text as what stands in each place: tabs as spaces, harmful characters as visible ones."""
    if text.isascii() and text.isprintable():
        return list(text)
    cells, at = [], 0
    for character in text:
        if character == "\t":
            cell = " " * (TAB - at % TAB)
        else:
            cell = shown(character) if UNSAFE.match(character) else character
        cells.append(cell)
        at += width_of(cell)
    return cells


def width_of(cell: str) -> int:
    """Columns that a cell takes in a terminal: two for East Asian characters and emoji, none for combining ones."""
    if cell.isascii():
        return len(cell)
    from unicodedata import category, east_asian_width

    if category(cell) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if east_asian_width(cell) in {"W", "F"} else 1
