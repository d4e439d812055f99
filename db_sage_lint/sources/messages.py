"""Files that a runner sends to the server as they stand, in one message of the simple query protocol.

Several statements in one message are one transaction, which a BEGIN, COMMIT or ROLLBACK among them ends or takes over;
a statement that is alone in its message is none of it, so that CONCURRENTLY works there and nowhere else.
Source: the manual's page on the message flow, "Multiple Statements in a Simple Query".
"""

from db_sage_lint.lexer import split
from db_sage_lint.script import Direction, Script, whole


def one_message(path: str, source: bytes, direction: Direction = "up") -> Script:
    """The script that sends the whole file at once."""
    return whole(path, source, direction=direction, transaction=not is_alone(source))


def is_alone(source: bytes) -> bool:
    """Whether the text holds one statement at most."""
    return sum(piece.kind == "statement" for piece in split(source)) < 2
