"""Which relations an operation reaches besides the one it names: heirs, partitions, referenced tables."""

from collections.abc import Iterable, Iterator

from db_sage_lint.catalog.records import Constraint, Table
from db_sage_lint.effects.locks import Effect, Lock
from db_sage_lint.effects.predict import Server
from db_sage_lint.operations import Name

Effects = Iterable[Effect]


def on(server: Server, name: Name, lock: Lock, *, scans: bool = False, rewrites: bool = False) -> Effect:
    """The effect on one relation. What has no rows of its own is neither scanned nor rewritten."""
    db = server.db
    key = db.resolve(name)
    if scans or rewrites:
        table = db.relations.get(key)
        if isinstance(table, Table) and table.kind == "foreign table":
            return Effect(key, lock)
    return Effect(key, lock, scans, rewrites)


def over(
    server: Server, name: Name, lock: Lock, *, only: bool = False, scans: bool = False, rewrites: bool = False
) -> list[Effect]:
    """The effect on a table and, unless `only`, on every table that inherits from it.

    A partitioned table counts as scanned and rewritten with its partitions, known or not; with `only` it has no rows.
    """
    db = server.db
    key = db.resolve(name)
    table = db.relations.get(key)
    if type(table) is not Table:
        return [Effect(key, lock, scans, rewrites)]
    if only and table.partition_by is not None:
        return [Effect(key, lock)]
    found = [on(server, key, lock, scans=scans, rewrites=rewrites)]
    if table.children and not only:
        found += [on(server, heir, lock, scans=scans, rewrites=rewrites) for heir in db.heirs(key)]
    return found


def over_partitions(server: Server, name: Name, lock: Lock, *, only: bool = False, scans: bool = False) -> list[Effect]:
    """As `over`, for what reaches partitions but not the heirs of INHERITS."""
    if is_partitioned(server, name):
        return over(server, name, lock, only=only, scans=scans)
    return [on(server, name, lock, scans=scans)]


def is_partitioned(server: Server, name: Name) -> bool:
    table = server.db.table(name)
    return table is not None and table.partition_by is not None


def referenced(server: Server, name: Name, lock: Lock, *, scans: bool = False) -> list[Effect]:
    """The effect on the table that a foreign key points at, and on its partitions; never on heirs of INHERITS."""
    return over_partitions(server, name, lock, scans=scans)


def foreign_keys(table: Table) -> Iterator[Constraint]:
    for constraint in table.constraints.values():
        if constraint.kind == "foreign key":
            yield constraint


def own_foreign_keys(table: Table) -> Iterator[Constraint]:
    """The foreign keys of a table but those that it has from its partitioned table."""
    return (constraint for constraint in foreign_keys(table) if not constraint.inherited)
