"""Bytes of a file -> lines and columns, both 1-based, columns in characters."""

import os
from bisect import bisect_right
from functools import lru_cache

from msgspec import Struct

from db_sage_lint.findings import Location

BOM = b"\xef\xbb\xbf"


class Region(Struct, frozen=True):
    """Where something stands; `end_column` is the column after its last character."""

    line: int
    column: int
    end_line: int
    end_column: int


class Lines:
    """The lines of one file, found once."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.starts = [0]
        at = source.find(b"\n")
        while at >= 0:
            self.starts.append(at + 1)
            at = source.find(b"\n", at + 1)
        self.last = max(len(source.rstrip()) - 1, 0)

    def number(self, at: int) -> int:
        """The line that byte `at` stands on."""
        return bisect_right(self.starts, at)

    def raw(self, number: int) -> bytes:
        """The bytes of a line without its end, nor a byte order mark."""
        start = self.starts[number - 1]
        end = self.starts[number] - 1 if number < len(self.starts) else len(self.source)
        line = self.source[start:end].removesuffix(b"\r")
        return line.removeprefix(BOM) if number == 1 else line

    def text(self, number: int) -> str:
        """The line as characters, those that are not UTF-8 replaced."""
        return self.raw(number).decode("utf-8", "replace")

    def column(self, at: int) -> int:
        """The column of byte `at`, that after the last character for the end of the line."""
        number = self.number(at)
        skipped = len(BOM) if number == 1 and self.source.startswith(BOM) else 0
        before = self.raw(number)[: max(at - self.starts[number - 1] - skipped, 0)]
        return len(before.decode("utf-8", "replace")) + 1

    def region(self, start: int, end: int) -> Region:
        """Bytes `start` to `end`, at least one character where there is one; never outside the file's text."""
        start = min(max(start, 0), self.last)
        end = min(max(end, start + 1), len(self.source), max(self.last + 1, start + 1))
        line, column = self.number(start), self.column(start)
        end_line, end_column = self.number(max(end - 1, start)), self.column(end)
        if self.number(end) != end_line:
            end_column = len(self.text(end_line)) + 1
        if (end_line, end_column) <= (line, column):
            end_line, end_column = line, min(column + 1, len(self.text(line)) + 1)
        return Region(line, column, end_line, end_column)


@lru_cache(maxsize=512)
def lines(source: bytes) -> Lines:
    """The lines of a file; asked again for the same bytes, the same answer."""
    return Lines(source)


def region(location: Location) -> Region:
    """Where a finding or an earlier statement stands."""
    return lines(location.script.source).region(location.start, location.end)


def printable(text: str) -> str:
    """The text as valid Unicode: bytes of a file name that are not UTF-8 are replaced."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


@lru_cache(maxsize=1)
def repository_root(folder: str) -> str:
    """The folder with `.git` at or above `folder`, which must be absolute; without one, `folder` itself."""
    at = folder
    while not os.path.exists(os.path.join(at, ".git")):  # noqa: PTH110 - paths are strings here
        above = os.path.dirname(at)
        if above == at:
            return folder
        at = above
    return at


def in_repository(path: str) -> str:
    """A path from the repository's root, as code hosts want it, with forward slashes; one outside stays as it is."""
    here = os.getcwd()
    root = repository_root(here)
    if root == here and not os.path.isabs(path):
        return path
    seen = os.path.relpath(os.path.join(here, path), root).replace(os.sep, "/")
    return path if seen.startswith("../") else seen
