"""SQL text for what a framework's call says: names and constants, quoted."""

from collections.abc import Iterable


def quoted(name: str) -> str:
    """An identifier, as it is written in SQL."""
    return '"' + name.replace('"', '""') + '"'


def qualified(name: str, schema: str | None = None) -> str:
    """A relation's name with its schema, if it has one."""
    return f"{quoted(schema)}.{quoted(name)}" if schema else quoted(name)


def names(columns: Iterable[str]) -> str:
    """A list of columns, without parentheses."""
    return ", ".join(map(quoted, columns))


def constant(value: object) -> str:
    """A constant of Python, as it is written in SQL."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"
