"""What statements make and what they need, in the words of the catalog that they meet."""

from collections.abc import Callable, Iterator

from msgspec import Struct

from db_sage_lint.catalog import Catalog
from db_sage_lint.catalog.extensions import PROVIDES
from db_sage_lint.catalog.missing import lacks
from db_sage_lint.catalog.records import Enum, Index, Missing, Sequence, Table, View
from db_sage_lint.catalog.state import Written
from db_sage_lint.expand import statements_of
from db_sage_lint.expressions import unbound, unbound_in
from db_sage_lint.expressions.functions import of_server
from db_sage_lint.operations import (
    AddForeignKey,
    AlterPolicy,
    CreateFunction,
    CreateIndex,
    CreateMaterializedView,
    CreatePolicy,
    CreateTable,
    CreateView,
    Expression,
    IndexKey,
    Insert,
    Name,
    Operation,
    Query,
)
from db_sage_lint.uses import Use, needed

RELATIONS = frozenset({"table", "foreign table", "view", "materialized view", "index", "sequence"})
# Types that GIN and GiST have no operator class for, but in the extensions btree_gin and btree_gist.
ORDINARY = frozenset(
    {"bool", "bpchar", "date", "int2", "int4", "int8", "numeric", "text", "timestamp", "timestamptz", "uuid", "varchar"}
)
KEY, PRIMARY_KEY = "unique key", "primary key"


class Thing(Struct, frozen=True):
    """An object, or a part of one: `kind` is "relation", or the word for anything else. For a part, `name` is what it
    is part of; for a unique key, `part` names its columns.
    """

    kind: str
    name: Name
    part: str = ""


# --- what is made ----------------------------------------------------------------------------------------------------


def made(db: Catalog, written: Written) -> Iterator[tuple[Thing, str]]:
    """What one write to the catalog says that was made, with the word for it."""
    new, old = written.new, written.old
    is_new = is_made(new) and not is_made(old)
    match written.store:
        case "relations":
            yield from relation_made(db, written, is_new=is_new)
        case "types":
            if is_new:
                yield Thing("type", written.name), "type"
            if isinstance(new, Enum):
                before = {value.value for value in old.values} if isinstance(old, Enum) else set()
                for value in new.values:
                    if value.value not in before:
                        yield Thing("enum value", written.name, value.value), "value"
        case store if is_new:
            kind = store.removesuffix("s")
            yield Thing(kind, written.name), kind


def is_made(record: object) -> bool:
    """Whether there is something, and not just statements that tell of it."""
    return record is not None and getattr(record, "made", True) is not None


def relation_made(db: Catalog, written: Written, *, is_new: bool) -> Iterator[tuple[Thing, str]]:
    new, old, name = written.new, written.old, written.name
    if is_new:
        yield Thing("relation", name), word_for(new)
    if isinstance(new, Table):
        for kind, field in (("column", "columns"), ("constraint", "constraints"), ("trigger", "triggers"),
                            ("policy", "policies")):  # fmt: skip
            before = getattr(old, field, {})
            for part, record in getattr(new, field).items():
                if record.made is not None and (part not in before or before[part].made is None):
                    yield Thing(kind, name, part), kind
    if is_new and isinstance(new, Index) and new.unique and new.predicate is None:
        columns = tuple(key.column for key in new.keys)
        table = db.relations.get(new.table)
        owner = table.constraints.get(new.constraint) if isinstance(table, Table) else None
        yield Thing(KEY, new.table, listed(columns)), KEY
        if owner is not None and owner.kind == "primary key":
            yield Thing(KEY, new.table), PRIMARY_KEY


def word_for(record: object) -> str:
    """The kind of a relation in words."""
    match record:
        case Table():
            return record.kind
        case View():
            return "materialized view" if record.materialized else "view"
        case Index():
            return "index"
        case Sequence():
            return "sequence"
    return "relation"


def listed(columns: tuple[str, ...]) -> str:
    return ", ".join(sorted(columns))


# --- what is needed --------------------------------------------------------------------------------------------------


def lacking(op: Operation, db: Catalog, source: bytes, *, bodies: bool = True) -> Iterator[tuple[Thing, int]]:
    """What the operation needs and the catalog doesn't have, each with the byte of the file where it is needed, -1 for
    the operation's own. Names that no schema was written to stand as written. `source` is the operation's file.

    With `bodies`, that of a function in SQL counts, as the server looks through it when it makes the function.
    """
    for use in needed(op, db):
        for thing in unmet(use, db):
            yield thing, -1
    for missing, forgiven in lacks_of(op, db):
        if not forgiven:
            yield as_thing(missing), -1
    yield from ((thing, -1) for thing in special(op, db))
    if bodies and isinstance(op, CreateFunction) and op.language == "sql" and not dict(op.settings).get("search_path"):
        names = {argument.name for argument in op.arguments} - {""}
        for inner, at in statements_of(op, source):
            yield from ((thing, at) for thing, _ in lacking(inner, db, source) if thing.part not in names)


def lacks_of(op: Operation, db: Catalog) -> Iterator[tuple[Missing, bool]]:
    functions = lacks[type(op)]
    if functions:
        yield from functions[0](op, db)


def as_thing(missing: Missing) -> Thing:
    kind = "relation" if missing.kind in RELATIONS and not missing.part else missing.kind
    return Thing({"domain": "type"}.get(kind, kind), missing.name, missing.part)


def unmet(use: Use, db: Catalog) -> Iterator[Thing]:
    """The object that is used, where it doesn't exist, and the extensions that may bring it."""
    kind, name = use
    if exists(kind, name, db):
        return
    if kind in {"type", "function"}:
        yield from extensions_with(name.name, db)
    if kind != "function" or extensions_known(db):
        yield Thing(kind, name)


def extensions_with(provided: str, db: Catalog) -> Iterator[Thing]:
    for extension, names in PROVIDES.items():
        if provided in names and extension not in db.extensions:
            yield Thing("extension", Name(extension))


EXISTS: dict[str, Callable[[Name, Catalog], bool]] = {
    "relation": lambda name, db: is_made(db.relation(name)),
    "type": lambda name, db: db.resolve_type(name) in db.types or is_made(db.relation(name)),
    "function": lambda name, db: bool(db.function_overloads(name) or of_server(name)),
    "schema": lambda name, db: name.name in db.schemas,
    "role": lambda name, db: name.name in db.roles,
    "extension": lambda name, db: name.name in db.extensions,
}


def exists(kind: str, name: Name, db: Catalog) -> bool:
    """Whether there is such an object; a relation of which statements only tell is none."""
    return EXISTS[kind](name, db)


def extensions_known(db: Catalog) -> bool:
    """Whether it is known which functions the extensions brought."""
    return db.extensions.keys() <= {"plpgsql", *PROVIDES}


def special(op: Operation, db: Catalog) -> Iterator[Thing]:
    """The key that a foreign key needs, the operator classes of an index, and columns in queries and expressions."""
    match op:
        case CreateView() | CreateMaterializedView() | Query():
            yield from columns_of(op.query, db)
        case CreateTable() | Insert():
            yield from columns_of(op.query, db)
        case CreatePolicy() | AlterPolicy():
            for expression in (op.using, op.check):
                yield from columns_of(expression, db, db.table(op.table))
        case AddForeignKey():
            yield from key_of(op, db)
        case CreateIndex():
            for key in op.keys:
                yield from operator_class(op, key, db)


def operator_class(op: CreateIndex, key: IndexKey, db: Catalog) -> Iterator[Thing]:
    """The extension that brings the operator class of an index key, where it is named or that of an ordinary type."""
    if key.opclass:
        yield from extensions_with(key.opclass, db)
    table = db.table(op.table)
    column = table.columns.get(key.column) if table else None
    ordinary = column is not None and column.type is not None and column.type.name in ORDINARY
    extension = f"btree_{op.method}"
    if ordinary and op.method in {"gin", "gist"} and not key.opclass and extension not in db.extensions:
        yield Thing("extension", Name(extension))


def columns_of(expression: Expression | None, db: Catalog, table: Table | None = None) -> Iterator[Thing]:
    """The columns that a query, or an expression of a table, names and the tables don't have."""
    if expression is None:
        return
    for name, column in sorted(unbound(expression, db, table) if table else unbound_in(expression, db)):
        relation = db.table(name)
        if relation is not None and relation.made is not None and column not in relation.columns:
            yield Thing("column", relation.name, column)


def key_of(op: AddForeignKey, db: Catalog) -> Iterator[Thing]:
    table = db.table(op.referenced)
    if table is None or not table.closed or table.name == db.resolve(op.table):
        return
    wanted = Thing(KEY, table.name, listed(op.referenced_columns))
    unique = [index for index in db.indexes_of(table.name) if index.unique and index.predicate is None]
    found = {listed(tuple(key.column for key in index.keys)) for index in unique}
    primary = any(constraint.kind == "primary key" for constraint in table.constraints.values())
    if not (wanted.part in found if wanted.part else primary):
        yield wanted
