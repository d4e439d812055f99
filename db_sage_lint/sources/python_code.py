"""Python source read without running it: what its expressions are, as far as that stands in the file, and where."""

import ast
import re
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from db_sage_lint.script import Fragment

Value = object
MOST_TEXT = 1 << 20
MOST_ITEMS = 1000
STRING_START = re.compile(rb"(?i)([rub]{0,2})(\"\"\"|'''|\"|')")
FORMAT_FIELD = re.compile(r"\{(\w*)\}|\{\{|\}\}")
# Calls that give back their first argument, or nearly so: what they are named at the end.
TRANSPARENT = frozenset({"text", "f", "dedent", "cleandoc", "str", "DDL"})
STRIPPING = frozenset({"strip", "rstrip", "lstrip", "removesuffix"})


UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


def unreadable(source: bytes, error: BaseException) -> Fragment:
    """What stands in for a file that Python itself can't read, at the line where it stops."""
    line = error.lineno or 1 if isinstance(error, SyntaxError) else 1
    words = error.msg if isinstance(error, SyntaxError) else " ".join(str(error).split())
    at = 0
    for _ in range(line - 1):
        at = source.find(b"\n", at) + 1 or len(source)
    return Fragment(at, b"", max(at, source.find(b"\n", at)), f"Python can't read this file: {words}")


class Unknown:
    """The value of an expression that the file doesn't tell."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()


class UnclearError(Exception):
    """The file doesn't tell what a call says: some part of it is put together at run time."""


class Reference(Struct, frozen=True, eq=False):
    """The value of a name that stands for a call (`status = sa.Enum(…)`) or a function: the node itself."""

    node: ast.AST


Names = Mapping[str, Value]


class Code:
    """One Python file. Raises SyntaxError, or ValueError for bytes that are no Python at all."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python thinks of the user's escapes
            self.tree = ast.parse(source)
        self.mark = 3 if source.startswith(b"\xef\xbb\xbf") else 0
        self.lines = [0]
        at = source.find(b"\n")
        while at >= 0:
            self.lines.append(at + 1)
            at = source.find(b"\n", at + 1)

    def start(self, node: ast.expr | ast.stmt) -> int:
        """The byte of the file where a node begins."""
        return self.byte(node.lineno, node.col_offset)

    def end(self, node: ast.expr | ast.stmt) -> int:
        """The byte of the file behind a node."""
        return self.byte(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)

    def byte(self, line: int, column: int) -> int:
        before = self.lines[min(line, len(self.lines)) - 1] + (self.mark if line == 1 else 0)
        return min(before + column, len(self.source))

    def text(self, node: ast.expr | ast.stmt) -> bytes:
        return self.source[self.start(node) : self.end(node)]

    def sql(self, node: ast.expr, value: str, *, possible: bool = False) -> Fragment:
        """SQL that an expression gives: at its own bytes if it is a string that stands there as it is."""
        inner = standing(self.text(node), value.encode("utf-8", "surrogatepass"))
        if inner is not None and isinstance(node, ast.Constant):
            return Fragment(self.start(node) + inner, value.encode(), possible=possible)
        return Fragment(self.start(node), value.encode("utf-8", "replace"), self.end(node), possible=possible)

    def made(self, node: ast.expr | ast.stmt, sql: str, *, possible: bool = False) -> Fragment:
        """SQL that a call stands for, shown at the call."""
        return Fragment(self.start(node), sql.encode("utf-8", "replace"), self.end(node), possible=possible)

    def unread(self, node: ast.expr | ast.stmt, why: str, names: Names) -> Fragment:
        """A call whose effect the file doesn't tell, to the things that it names, or that its names stand for."""
        values = [evaluate(inner, names) for inner in ast.walk(node) if isinstance(inner, ast.Name)]
        texts = [str(value).encode("utf-8", "replace") for value in values if isinstance(value, str | list)]
        return Fragment(self.start(node), b" ".join([self.text(node), *texts]), self.end(node), why)


def standing(literal: bytes, value: bytes) -> int | None:
    """Where the value of a string begins in its literal; None where it doesn't stand there byte for byte."""
    opening = STRING_START.match(literal)
    if opening is None:
        return None
    inner = literal[opening.end() : len(literal) - len(opening[2])]
    return opening.end() if inner == value else None


def evaluate(node: ast.AST | None, names: Names) -> Value:
    """The value of an expression made of constants and known names, UNKNOWN if it isn't."""
    read = READ.get(type(node))
    return read(node, names) if read else UNKNOWN


def field(node: ast.FormattedValue, names: Names) -> Value:
    """What stands in braces in an f-string."""
    found = evaluate(node.value, names) if node.conversion == -1 and node.format_spec is None else UNKNOWN
    return str(found) if isinstance(found, str | int) else UNKNOWN


def binary(node: ast.BinOp, names: Names) -> Value:
    left, right = evaluate(node.left, names), evaluate(node.right, names)
    if isinstance(node.op, ast.Add):
        return joined([left, right])
    return percent(left, right) if isinstance(node.op, ast.Mod) else UNKNOWN


def mapping(node: ast.Dict, names: Names) -> Value:
    keys = [evaluate(key, names) for key in node.keys]
    values = [evaluate(value, names) for value in node.values]
    return dict(zip(keys, values, strict=True)) if all(isinstance(key, str) for key in keys) else UNKNOWN


def negative(node: ast.UnaryOp, names: Names) -> Value:
    number = evaluate(node.operand, names)
    return -number if isinstance(node.op, ast.USub) and isinstance(number, int | float) else UNKNOWN


def items(node: ast.List | ast.Tuple | ast.Set, names: Names) -> Value:
    found: list[Value] = []
    for item in node.elts:
        inner = evaluate(item.value, names) if isinstance(item, ast.Starred) else [evaluate(item, names)]
        if not isinstance(inner, list):
            return UNKNOWN
        found += inner
    return found


def comprehension(node: ast.ListComp | ast.GeneratorExp, names: Names) -> Value:
    """A comprehension over one list that stands in the file, without a condition."""
    loop = node.generators[0]
    over = evaluate(loop.iter, names)
    if len(node.generators) > 1 or loop.ifs or not isinstance(loop.target, ast.Name) or not isinstance(over, list):
        return UNKNOWN
    return [evaluate(node.elt, {**names, loop.target.id: item}) for item in over[:MOST_ITEMS]]


def template(node: ast.expr, names: Names) -> str | None:
    """A string of which parts are known, the others as variables of a template, `${…}`; None for anything else."""
    if isinstance(node, ast.Call) and node.args and last_name(node.func) in TRANSPARENT | {"bindparams"}:
        return template(node.args[0], names)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and last_name(node.func) == "bindparams":
        return template(node.func.value, names)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = template(node.left, names), template(node.right, names)
        return None if left is None or right is None else left + right
    if isinstance(node, ast.JoinedStr):
        return "".join(part_of_template(part, names) for part in node.values)
    value = evaluate(node, names)
    return value if isinstance(value, str) else None


def part_of_template(node: ast.expr, names: Names) -> str:
    value = evaluate(node, names)
    if isinstance(value, str):
        return value
    name = last_name(node.value) if isinstance(node, ast.FormattedValue) else ""
    return f"${{{name or 'value'}}}"


def joined(parts: list[Value]) -> Value:
    """The parts of a string, or of a list, put together."""
    texts = [part for part in parts if isinstance(part, str)]
    if len(texts) == len(parts):
        return "".join(texts) if sum(map(len, texts)) <= MOST_TEXT else UNKNOWN
    lists = [part for part in parts if isinstance(part, list)]
    return [item for part in lists for item in part] if len(lists) == len(parts) else UNKNOWN


def percent(template: Value, given: Value) -> Value:
    """The `%` of strings, for `%s` alone."""
    values = given if isinstance(given, list) else [given]
    if not isinstance(template, str) or not all(isinstance(value, str | int) for value in values):
        return UNKNOWN
    pieces = template.split("%s")
    if len(pieces) != len(values) + 1 or "%" in "".join(pieces).replace("%%", ""):
        return UNKNOWN
    filled = "".join(piece + str(value) for piece, value in zip(pieces, [*values, ""], strict=True))
    return filled.replace("%%", "%")


def called(call: ast.Call, names: Names) -> Value:
    """What a call gives back that only changes a string: text(), dedent(), "…".format(), " ".join(), "…".strip()."""
    name = last_name(call.func)
    of = call.func.value if isinstance(call.func, ast.Attribute) else None
    first = evaluate(call.args[0], names) if call.args else UNKNOWN
    if name == "str" and isinstance(first, int):
        return str(first)
    if name in TRANSPARENT and isinstance(first, str):
        import textwrap

        return textwrap.dedent(first) if name == "dedent" else first
    subject = evaluate(of, names) if of is not None else UNKNOWN
    if not isinstance(subject, str):
        return UNKNOWN
    if name in STRIPPING and not call.args:
        return subject.strip()
    if name == "join" and isinstance(first, list):
        texts = [item for item in first if isinstance(item, str)]
        return subject.join(texts) if len(texts) == len(first) else UNKNOWN
    return formatted(subject, call, names) if name == "format" else UNKNOWN


def formatted(template: str, call: ast.Call, names: Names) -> Value:
    """The `format` of strings, for fields that only name a value."""
    given: dict[str, Value] = {str(number): evaluate(arg, names) for number, arg in enumerate(call.args)}
    given |= {word.arg: evaluate(word.value, names) for word in call.keywords if word.arg}
    count = iter(range(len(call.args)))
    missing: list[str] = []

    def fill(found: re.Match[str]) -> str:
        if found[1] is None:
            return found[0][0]
        value = given.get(found[1] or str(next(count, "")), UNKNOWN)
        if not isinstance(value, str | int):
            missing.append(found[0])
        return str(value)

    filled = FORMAT_FIELD.sub(fill, template)
    return UNKNOWN if missing or len(filled) > MOST_TEXT else filled


READ: dict[type, Callable[[Any, Names], Value]] = {
    ast.Constant: lambda node, _: node.value,
    ast.Name: lambda node, names: names.get(node.id, UNKNOWN),
    ast.JoinedStr: lambda node, names: joined([evaluate(part, names) for part in node.values]),
    ast.FormattedValue: field,
    ast.BinOp: binary,
    ast.List: items,
    ast.Tuple: items,
    ast.Set: items,
    ast.Dict: mapping,
    ast.UnaryOp: negative,
    ast.Call: called,
    ast.ListComp: comprehension,
    ast.GeneratorExp: comprehension,
}


def last_name(node: ast.AST) -> str:
    """The last part of a dotted name: `String` of `sa.String`; empty for anything else."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def dotted(node: ast.AST) -> str:
    """A dotted name as it stands, empty for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


class Arguments:
    """The arguments of a call by the names of its parameters; `rest` are positional ones behind those named."""

    def __init__(self, call: ast.Call, parameters: tuple[str, ...], names: Names) -> None:
        self.names = names
        self.nodes: dict[str, ast.expr] = dict(zip(parameters, call.args, strict=False))
        self.nodes |= {word.arg: word.value for word in call.keywords if word.arg}
        self.rest = call.args[len(parameters) :]
        self.keywords = call.keywords

    def __contains__(self, name: str) -> bool:
        return name in self.nodes

    def value(self, name: str, missing: Value = None) -> Value:
        return evaluate(self.nodes[name], self.names) if name in self.nodes else missing

    def text(self, name: str) -> str:
        """A string that must be given. Raises UnclearError where the file doesn't tell it."""
        value = self.value(name)
        if not isinstance(value, str):
            raise UnclearError(name)
        return value

    def option(self, name: str) -> str | None:
        """A string that may be given."""
        value = self.value(name)
        if value is None or isinstance(value, str):
            return value
        raise UnclearError(name)

    def texts(self, name: str) -> list[str]:
        """A list of strings that must be given, or one string."""
        value = self.value(name)
        found = [value] if isinstance(value, str) else value
        if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
            raise UnclearError(name)
        return found

    def true(self, name: str) -> bool:
        return self.value(name) is True
