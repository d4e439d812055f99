"""Functions that change the catalog, filed under the operation that they apply, and what they share.

A change takes the operation, the catalog and the statement: `(op: AddColumn, db: "Catalog", origin: Origin) -> None`.
It never raises for what the operation says: what it does not find it leaves alone.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from db_sage_lint.catalog.records import Table
from db_sage_lint.catalog.state import SYSTEM_SCHEMAS, TEMPORARY
from db_sage_lint.filed import Filed
from db_sage_lint.operations import Name, OnTable, Persistence

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog

changes: Filed[Callable[..., None]] = Filed()

_MAYBE_TABLES = frozenset({"table", "foreign table"})


def table_of(op: OnTable, db: "Catalog") -> Table | None:
    """The table that the operation is about. One that no file made is noted as a table of which nothing is known."""
    name = db.resolve(op.table)
    found = db.relations.get(name)
    if isinstance(found, Table):
        return found
    if found is not None or op.kind not in _MAYBE_TABLES or (op.if_exists and (name in db.gone or db.complete)):
        return None
    return stub(db, name)


def stub(db: "Catalog", name: Name) -> Table | None:
    """The table of this resolved name, made up as unknown if there is no such relation; None for another kind."""
    found = db.relations.get(name)
    if found is None and name.schema not in SYSTEM_SCHEMAS:
        found = Table(name=name)
        db.put_relation(found)
    return found if isinstance(found, Table) else None


def family(db: "Catalog", table: Table, op: OnTable) -> Iterator[Table]:
    """The table as it is now, then, without ONLY, those that inherit from it."""
    yield table
    if table.children and not op.only:
        yield from heir_tables(db, table.name)


def heir_tables(db: "Catalog", name: Name) -> Iterator[Table]:
    """The tables that inherit from a table, each as it is when its turn comes."""
    for heir in db.heirs(name):
        table = db.relations.get(heir)
        if isinstance(table, Table):
            yield table


def new_name(db: "Catalog", name: Name, persistence: Persistence = "permanent") -> Name:
    """Where a new relation goes; a temporary one into the session's own schema."""
    if persistence == "temporary" or name.schema.startswith(TEMPORARY):
        return Name(name.name, TEMPORARY)
    return db.place(name)
