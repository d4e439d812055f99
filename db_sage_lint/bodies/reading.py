"""Bodies by their language."""

from db_sage_lint.bodies.plpgsql import block_tree
from db_sage_lint.bodies.records import Body, Inputs, UnreadText
from db_sage_lint.bodies.text import BlockText, placed
from db_sage_lint.bodies.walk import Walk
from db_sage_lint.lexer import words
from db_sage_lint.parse import Statement, parse
from db_sage_lint.script import Fragment

# Languages whose text is the name of a function in compiled code.
COMPILED = frozenset({"c", "internal"})


def read(language: str, body: str, at: int, text: bytes, inputs: Inputs) -> Body:
    where = BlockText(body.encode("utf-8", "replace"), at, text)
    if language == "sql":
        return sql_body(where)
    if language == "plpgsql":
        return plpgsql_body(body, where, inputs)
    if language in COMPILED:
        return Body()
    return unreadable(f"a body in {language} is not read", where)


def unreadable(why: str, where: BlockText) -> Body:
    """A body that can't be read at all; with dynamic SQL in it, it may be about anything."""
    static = b"execute" not in where.body.lower()
    names = words(where.body, 0, len(where.body)) if static else frozenset[str]()
    return Body(unread=(UnreadText(why, names, where.place(0)),))


def plpgsql_body(body: str, where: BlockText, inputs: Inputs) -> Body:
    """The statements of a block in PL/pgSQL."""
    block = block_tree(body)
    if isinstance(block, str):
        return unreadable(block, where)
    try:
        return Walk(where, inputs).function(block)
    except RecursionError:
        return unreadable("nested too deeply to be read", where)


def sql_body(where: BlockText) -> Body:
    """The statements of a body in SQL."""
    found: list[Statement] = []
    unread: list[UnreadText] = []
    for item in parse(Fragment(0, where.body)):
        span = where.span(item.start, item.end, 0)
        if isinstance(item, Statement):
            found.append(placed(item.kind, item.fields, span))
        else:
            unread.append(UnreadText(item.message, words(where.body, item.start, item.end), span.start))
    return Body(tuple(found), tuple(unread))
