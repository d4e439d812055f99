"""What an operation needs and what is known not to exist: one function for each operation that needs something.

A lack is what is missing, and whether IF EXISTS forgives it. Nothing is said of what an unread statement may have made.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from db_sage_lint.catalog.changes.functions import find_overload
from db_sage_lint.catalog.datatypes import BUILT_IN, SERIAL
from db_sage_lint.catalog.records import Domain, Enum, Gone, Missing, Table, View
from db_sage_lint.catalog.state import SYSTEM_SCHEMAS
from db_sage_lint.filed import Filed
from db_sage_lint.operations import Name, OnTable, Type
from db_sage_lint.regex import lazy
from db_sage_lint.script import Origin

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog

Lack = tuple[Missing, bool]
Lacks = Iterator[Lack]

lacks: Filed[Callable[..., Iterable[Lack]]] = Filed()

# Columns that every table has: manual, 5.6 System Columns.
SYSTEM_COLUMNS = frozenset({"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid", "oid"})


# --- single objects ------------------------------------------------------------------------------------------------


def relation_missing(db: "Catalog", written: Name, kind: str) -> Missing | None:
    """The relation, if it is known not to exist."""
    name = db.resolve(written)
    if name in db.relations or name.schema in SYSTEM_SCHEMAS:
        return None
    gone = db.gone.get(name)
    if is_back(db, gone, (name.name,)):
        return None
    return Missing(kind, name, gone=gone) if gone is not None or db.complete else None


def is_back(db: "Catalog", gone: Gone | None, names: tuple[str, ...], since: Origin | None = None) -> bool:
    """Whether something of these bare names may exist for all that, made by a statement that was not read: after it
    was dropped, or else after the statement `since`.
    """
    if gone is not None:
        since = gone.dropped
    return (gone is not None and gone.possible) or any(db.doubts(name, since) for name in names)


def part_missing(db: "Catalog", kind: str, whole: Table | View | Enum | Domain, part: str) -> Missing | None:
    """A part that the record of its table, view or type does not have."""
    name = whole.name
    gone = db.gone_parts.get((kind, name, part))
    known = whole.closed if isinstance(whole, Table) else whole.made is not None
    if (gone is None and not known) or is_back(db, gone, (part, name.name), whole.made):
        return None
    return Missing(kind, name, part, gone)


NOT_NULL_NAME = lazy(r"_not_null\d*$")


def column_missing(db: "Catalog", written: Name, column: str) -> Missing | None:
    """A column that a table or view is known not to have."""
    relation = db.relation(written)
    return missing_of(db, relation, column) if isinstance(relation, Table | View) else None


def missing_of(db: "Catalog", relation: Table | View, column: str) -> Missing | None:
    """The same of a relation that is known; of a view none where its columns aren't."""
    if column in relation.columns or column in SYSTEM_COLUMNS or (isinstance(relation, View) and not relation.columns):
        return None
    return part_missing(db, "column", relation, column)


def constraint_missing(db: "Catalog", written: Name, name: str) -> Missing | None:
    """A constraint that a table is known not to have.

    The names that 18 gives to NOT NULL constraints do not count: they stay when the table or the column is renamed.
    """
    table = db.table(written)
    if table is None or name in table.constraints or NOT_NULL_NAME.search(name):
        return None
    return part_missing(db, "constraint", table, name)


def type_missing(db: "Catalog", written: Type) -> Missing | None:
    """A type that no file made, or that one dropped; extensions may have made any."""
    if (not written.schema and (written.name in BUILT_IN or written.name in SERIAL)) or not written.name:
        return None
    return type_name_missing(db, Name(written.name, written.schema))


def type_name_missing(db: "Catalog", written: Name) -> Missing | None:
    name = db.resolve_type(written)
    if name in db.types or name in db.relations or name.schema in SYSTEM_SCHEMAS:
        return None
    if written.name in BUILT_IN or written.name.startswith("%"):
        return None
    return object_missing(db, "type", name, elsewhere=True)


def object_missing(db: "Catalog", kind: str, name: Name, *, elsewhere: bool) -> Missing | None:
    """Something that the caller did not find; `elsewhere` says that an extension may have made it."""
    gone = db.gone_parts.get((kind, name, ""))
    if is_back(db, gone, (name.name,)):
        return None
    if gone is not None:
        return Missing(kind, name, gone=gone)
    if not db.complete or (elsewhere and any(extension.made for extension in db.extensions.values())):
        return None
    return Missing(kind, name)


def function_missing(db: "Catalog", written: Name, arguments: tuple[Type, ...] | None) -> Missing | None:
    """A function, or the overload of it with these argument types."""
    name = db.resolve_function(written)
    if find_overload(db, written, arguments) or name.schema in SYSTEM_SCHEMAS:
        return None
    if name in db.functions and (arguments is None or not db.complete):
        return None
    return object_missing(db, "function", name, elsewhere=True)


def schema_missing(db: "Catalog", schema: str) -> Missing | None:
    if schema in db.schemas or schema.startswith("pg_"):
        return None
    return object_missing(db, "schema", Name(schema), elsewhere=True)


# --- lacks of operations -------------------------------------------------------------------------------------------


def lack(missing: Missing | None, *, forgiven: bool = False) -> tuple[Lack, ...]:
    return () if missing is None else ((missing, forgiven),)


def of_table(op: OnTable, db: "Catalog") -> Lacks:
    """The table that the operation is on."""
    yield from lack(relation_missing(db, op.table, op.kind), forgiven=op.if_exists)


def of_ordinary_table(op: OnTable, db: "Catalog") -> Lacks:
    """The same where a view, index or sequence will not do."""
    relation = db.relation(op.table)
    if relation is not None and not isinstance(relation, Table) and relation.made is not None:
        yield Missing(op.kind, relation.name, other=relation), False
    else:
        yield from of_table(op, db)


def of_columns(db: "Catalog", table: Name, columns: Iterable[str], *, forgiven: bool = False) -> Lacks:
    relation = db.relation(table)
    if isinstance(relation, Table | View):
        for column in columns:
            if column and (missing := missing_of(db, relation, column)):
                yield missing, forgiven
