"""Numbered files that psql runs: statement by statement, each in a transaction of its own unless the file has BEGIN.

Source: PostgreSQL manual, psql, on commands that begin with a backslash and on AUTOCOMMIT.
"""

from collections.abc import Iterator

from db_sage_lint.regex import lazy
from db_sage_lint.script import Client, Script, whole
from db_sage_lint.sources import numbered
from db_sage_lint.sources.history import Folder, Place

NAME = "psql scripts"
PROFILES: frozenset[str] = frozenset()
CLIENT = Client(NAME, psql=True)
COMMAND = lazy(rb"(?m)^\\(?:set|unset|i|ir|include|c|connect|echo|timing|if|endif|pset|gexec|prompt|o|q)\b")


def recognise(folder: Folder) -> str:
    """Commands of psql in most of the numbered files that are looked at."""
    samples = len(folder.samples())
    commands = folder.matching(COMMAND)
    if not commands or 2 * commands < samples or not numbered.recognise(folder):
        return ""
    return "commands of psql in its files"


def places(folder: Folder) -> Iterator[tuple[str, Place]]:
    return numbered.places(folder)


def scripts(path: str, source: bytes, place: Place) -> tuple[Script, ...]:
    """The whole file, without a transaction around it."""
    return (whole(path, source, direction=place.direction, transaction=False),)
