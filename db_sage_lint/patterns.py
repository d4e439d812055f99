"""Patterns of file names, as settings give them."""

import os
import re
from collections.abc import Callable, Iterable

PIECES = re.compile(r"(\*\*/|/\*\*$|\*\*|\*|\?)")
MEANING = {"**/": "(?:.*/)?", "/**": "/.*", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def expression(pattern: str) -> str:
    """A pattern as a regular expression for a whole relative path with forward slashes.

    `*` and `?` stay within a folder, `**` crosses folders. Without a slash the pattern is the name of a file or folder
    anywhere; one that names a folder means all that is in it.
    """
    pattern = pattern.removeprefix("./")
    anywhere = "/" not in pattern.rstrip("/")
    body = "".join(MEANING.get(piece) or re.escape(piece) for piece in PIECES.split(pattern.strip("/")))
    return f"{'(?:.*/)?' if anywhere else ''}{body}(?:/.*)?"


def matcher(patterns: Iterable[str], base: str = "") -> Callable[[str], bool]:
    """Whether a path, seen from the current folder, is meant by one of the patterns, seen from the folder `base`."""
    compiled = re.compile("|".join(map(expression, patterns)) or "(?!)", re.DOTALL)
    return lambda path: compiled.fullmatch(relative(path, base)) is not None


def relative(path: str, base: str) -> str:
    """The path as seen from the folder `base`, with forward slashes."""
    seen = os.path.relpath(path, base) if base else os.path.normpath(path)
    return seen.replace(os.sep, "/")
