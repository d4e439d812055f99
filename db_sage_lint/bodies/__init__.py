"""The SQL inside DO blocks and function bodies: each statement at its own place in the file.

A block's branches are all read, since which of them runs is known only at run time. Text that EXECUTE puts together is
followed as far as it comes from literals.
"""

from db_sage_lint.bodies.records import Body, Inputs, Json, Rows, Texts, UnreadText

__all__ = ["Body", "Inputs", "Rows", "Texts", "UnreadText", "known_argument", "read_body"]


def read_body(language: str, body: str, at: int, text: bytes = b"", inputs: Inputs | None = None) -> Body:
    """The statements of the body of a function or DO block, whose first byte is byte `at` of the file `text`.

    Where the body is written in a string with doubled quotes or escapes, positions are true to the line, provided that
    `text` is given. `inputs` are those of the call that is meant. Never raises: what can't be read is in `unread`.
    """
    from db_sage_lint.bodies.reading import read

    return read(language, body, at, text, inputs or Inputs())


def known_argument(value: Json) -> dict[str, Texts]:
    """What an argument, given as its tree, comes to: its text under "", an array's elements under "[]"."""
    from db_sage_lint.bodies.dynamic import argument_of

    return argument_of(value)
