"""The records of rerun.yaml."""

from collections.abc import Iterator
from pathlib import Path

import yaml
from msgspec import Struct, convert

from db_sage_lint.read import read
from db_sage_lint.rerun import once
from db_sage_lint.script import whole


class Group(Struct, frozen=True, forbid_unknown_fields=True):
    """What was run twice on one setup."""

    setup: str
    since: int = 13
    fails: tuple[str, ...] = ()
    passes: tuple[str, ...] = ()


class Twice(Struct, frozen=True):
    """A statement, and whether it fails the second time."""

    setup: str
    sql: str
    fails: bool
    since: int


def load() -> Iterator[Twice]:
    for group in convert(yaml.safe_load(Path(__file__).with_name("rerun.yaml").read_text()), list[Group]):
        yield from (Twice(group.setup, sql, True, group.since) for sql in group.fails)
        yield from (Twice(group.setup, sql, False, group.since) for sql in group.passes)


TWICE = tuple(load())


def fails_again(sql: str) -> bool:
    """What is predicted of a statement that is run a second time."""
    found = [once(op) for statement in read(whole("1.sql", sql.encode())) for op in statement.operations]
    return any(each is not None and not each.guarded for each in found)
