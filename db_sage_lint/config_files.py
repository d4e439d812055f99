"""The files that hold settings: TOML or YAML -> the table in it, with the line of each key."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from db_sage_lint.errors import UserError

TABLE = "db-sage-lint"
HEADER = re.compile(rb"""^[ \t]*\[[ \t]*tool[ \t]*\.[ \t]*["']?db-sage-lint\b""", re.MULTILINE)


class Found(Struct, frozen=True):
    """The settings of one file as they stand there. `name` is the file as messages print it."""

    name: str
    text: str
    values: Mapping[str, object]

    def origin(self, key: str, within: str = "") -> str:
        """`file:line` of a key, or of an entry of the table `within`; the file alone where no line can be told."""
        line = line_of(self.text, key, within)
        return f"{self.name}:{line}" if line else self.name


def has_table(path: Path) -> bool:
    """Whether a TOML file looks as if it had our table, without the time that parsing it takes."""
    return HEADER.search(path.read_bytes()) is not None


def parse(path: Path) -> Found:
    """The settings in a file. Raises UserError where it is no TOML or YAML, or holds no table of settings."""
    name = os.path.relpath(path)
    try:
        text = path.read_bytes().decode()
    except UnicodeDecodeError:
        raise UserError(f"{name}: not UTF-8 text; settings are read from TOML or YAML") from None
    values = toml(name, text) if path.suffix == ".toml" else yaml(name, text)
    return Found(name, text, values)


def toml(name: str, text: str) -> Mapping[str, object]:
    import tomllib

    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{name}: not valid TOML: {str(error)[0].lower() + str(error)[1:]}") from None
    tool = data.get("tool", {})
    if not isinstance(tool, dict) or TABLE not in tool:
        raise UserError(f"{name}: there is no table [tool.{TABLE}] in it; add one, or name another file")
    return table(f"{name}: [tool.{TABLE}]", tool[TABLE])


def yaml(name: str, text: str) -> Mapping[str, object]:
    from yaml import YAMLError, safe_load

    try:
        data: object = safe_load(text)
    except YAMLError as error:
        raise UserError(f"{name}{yaml_line(error)}: not valid YAML: {' '.join(str(error).split())}") from None
    except RecursionError:
        raise UserError(f"{name}: not valid YAML: nested too deeply") from None
    return {} if data is None else table(name, data)


def yaml_line(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f":{mark.line + 1}" if mark else ""


def table(where: str, value: object) -> Mapping[str, object]:
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise UserError(f"{where}: expected a table of settings like `pg: 15`, found {kind_of(value)}")
    return value


def kind_of(value: object) -> str:
    kinds = {dict: "a key that is no text", list: "a list", str: "text", bool: "true or false"}
    return kinds.get(type(value), "a number")


def line_of(text: str, key: str, within: str = "") -> int:
    """The 1-based line that gives a key its value, 0 where none looks like it."""
    header = re.search(rf"^\s*\[tool\.{TABLE}\b", text, re.MULTILINE)
    start = header.start() if header else 0
    if within:
        outer = re.compile(rf"^\s*(?:\[tool\.{TABLE}\.)?[\"']?{re.escape(within)}\b", re.MULTILINE).search(text, start)
        start = outer.start() if outer else start
    pattern = re.compile(rf"(?:^|[{{,.])\s*[\"']?{re.escape(key)}[\"']?\s*[]=:.]", re.MULTILINE)
    found = pattern.search(text, start)
    return text.count("\n", 0, found.start() + len(found[0]) - len(found[0].lstrip())) + 1 if found else 0
