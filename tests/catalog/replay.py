"""A catalog after some SQL, and one operation of a statement to ask it about."""

from db_sage_lint.catalog import Catalog
from db_sage_lint.catalog.records import Table
from db_sage_lint.operations import Name, Operation
from db_sage_lint.read import read
from db_sage_lint.script import Origin, whole


def replay(sql: str, db: Catalog | None = None, *, change_set: int = 1, path: str = "1.sql") -> Catalog:
    """Applies every statement of the text, in the order of its operations."""
    db = db or Catalog()
    script = whole(path, sql.encode())
    for statement in read(script):
        origin = Origin(script, statement.start, statement.end, change_set)
        for op in statement.operations:
            db.apply(op, origin)
    return db


def operations(sql: str) -> list[Operation]:
    return [op for statement in read(whole("x.sql", sql.encode())) for op in statement.operations]


def operation(sql: str) -> Operation:
    """The last operation of a text: for CREATE TABLE that of its last constraint."""
    return operations(sql)[-1]


def table(db: Catalog, name: str) -> Table:
    schema, _, last = name.rpartition(".")
    found = db.table(Name(last, schema))
    assert found is not None
    return found


def text(origin: Origin | None) -> str:
    """The statement that an origin points at."""
    assert origin is not None
    return origin.script.source[origin.start : origin.end].decode()
