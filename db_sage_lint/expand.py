"""What runs inside a statement: the statements of a DO block, and of the functions that a query calls."""

from collections.abc import Iterator

import msgspec

from db_sage_lint.bodies import Inputs, read_body
from db_sage_lint.calls import Call, calls_in
from db_sage_lint.catalog import Catalog
from db_sage_lint.lower import lower
from db_sage_lint.operations import CreateFunction, DoBlock, Operation, Query, Unread
from db_sage_lint.script import Origin
from db_sage_lint.systemrows import rows_in

Inside = Iterator[tuple[Operation, Origin]]


def do_body(op: DoBlock, origin: Origin, db: Catalog) -> Inside:
    """The operations of a DO block, each at its own place in the file, as far as the block can be read.

    Where the block stands in text that was made from the file (`Fragment.end`), all are at the place of the statement.
    """
    source = origin.script.source
    stands = op.body_at < len(source)
    at, around = (op.body_at, source) if stands else (0, b"")
    body = read_body(op.language, op.body, at, around, Inputs(rows=rows_in(db)))
    text = source if stands else op.body.encode()
    for statement in body.statements:
        place = Origin(origin.script, statement.start, statement.end, origin.change_set) if stands else origin
        for inner in lower(statement, text):
            yield msgspec.structs.replace(inner, possible=True, at=inner.at if stands else -1), place
    for unread in body.unread:
        yield Unread(why=unread.why, names=unread.names, at=unread.at if stands else -1, possible=True), origin


def statements_of(op: CreateFunction, source: bytes) -> Iterator[tuple[Operation, int]]:
    """The operations in the body of a function that `source` defines, each with the byte of its statement."""
    for statement in read_body(op.language, op.body, op.body_at, source).statements:
        for inner in lower(statement, source):
            yield inner, statement.start


def called_bodies(op: Query, origin: Origin, db: Catalog, called: set[object]) -> Inside:
    """The operations of the functions that the query calls and a file defines, all at the place of the call.

    `called` remembers the calls entered, so that recursion ends.
    """
    for call in calls_in(op.query, db):
        if call.function.body and call.key not in called:
            called.add(call.key)
            yield from function_body(call, origin, db)


def function_body(call: Call, origin: Origin, db: Catalog) -> Inside:
    body = read_body(call.function.language, call.function.body, 0, inputs=Inputs(call.arguments, rows_in(db)))
    text = call.function.body.encode()
    for statement in body.statements:
        for inner in lower(statement, text):
            yield msgspec.structs.replace(inner, possible=True, at=-1), origin
    for unread in body.unread:
        yield Unread(why=unread.why, names=unread.names, possible=True), origin
