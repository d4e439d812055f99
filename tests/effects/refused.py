"""The records of refusals.yaml, and what is predicted of them."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml
from msgspec import Struct, convert

from db_sage_lint.catalog import Catalog
from db_sage_lint.effects.refusals import blockers
from db_sage_lint.read import read
from db_sage_lint.script import Origin, whole


class Group(Struct, frozen=True, forbid_unknown_fields=True):
    """What one setup stands in the way of."""

    setup: str
    since: int = 13
    refused: Mapping[str, str] = {}
    allowed: tuple[str, ...] = ()


class Refusal(Struct, frozen=True):
    """A change; `users` are the dependents for whose sake it is refused, each with its kind, empty where it isn't."""

    setup: str
    change: str
    users: str
    since: int


def load() -> Iterator[Refusal]:
    text = Path(__file__).with_name("refusals.yaml").read_text()
    for group in convert(yaml.safe_load(text), list[Group]):
        for change, users in [*group.refused.items(), *((change, "") for change in group.allowed)]:
            yield Refusal(group.setup, change, users, group.since)


REFUSALS = tuple(load())


def apply(sql: str, db: Catalog, pg: int = 18) -> list[str]:
    """Replays statements; gives what they would be refused for."""
    script = whole("1.sql", sql.encode())
    found = []
    for statement in read(script):
        origin = Origin(script, statement.start, statement.end, 1)
        for op in statement.operations:
            found += [f"{user.kind} {user.name.name}" for user in blockers(op, db, pg)]
            db.apply(op, origin)
    return sorted(set(found))


def refused_for(case: Refusal, pg: int) -> str:
    db = Catalog()
    apply(case.setup, db, pg)
    return ", ".join(apply(case.change, db, pg))
