"""The tree of a PL/pgSQL block, from its text alone.

libpg_query parses whole CREATE FUNCTION statements and checks what it can without a database: that assigned variables
exist, that RETURN suits the result. So the block is put into a made-up function, which is changed until it suits the
block; text inside the block that stands in the way is replaced by text of the same length.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

import msgspec

from db_sage_lint.bodies.records import Json
from db_sage_lint.grammar import ParseError, parse_plpgsql_json
from db_sage_lint.parse import PILED_UP, comments_pile_up
from db_sage_lint.placeholders import Filling, holes

Fields: TypeAlias = dict[str, Json]

MOST_CHANGES = 60
TAG = "$db_sage_lint_body$"

SECTION = re.compile(r"\b(?:declare|begin)\b", re.IGNORECASE)
DECLARED_TYPE = re.compile(
    r"""(?P<name>(?:^|;|\n)[ \t]*(?:declare\s+)?(?:"[^"]+"|\w+)\s+(?:constant\s+)?)
        (?P<type>(?:(?:"[^"]+"|\w+)\.)*(?:"[^"]+"|\w+)(?!\s*%|\w))
        (?P<array>(?:\s*\[\s*\d*\s*\])*)
        (?=\s*(?:;|:=|=|default\b|not\b|collate\b))""",
    re.IGNORECASE | re.VERBOSE,
)
LOOP_VARIABLE = re.compile(r'\bfor\s+("[^"]+"|\w+)\s+in\b', re.IGNORECASE)


class Block:
    """A block's text and the function made up around it."""

    def __init__(self, body: str) -> None:
        self.body = body
        self.name = "f"
        self.returns = "SETOF record"
        self.arguments: dict[str, str] = {}
        self.changed: set[str] = set()

    @property
    def function(self) -> str:
        arguments = ", ".join(argument(name, kind) for name, kind in self.arguments.items())
        head = f'CREATE FUNCTION "{self.name}"({arguments}) RETURNS {self.returns} LANGUAGE plpgsql AS '
        return f"{head}{TAG}{self.body}{TAG}"

    def once(self, change: str) -> bool:
        """Whether this is the first time that the change is asked for."""
        first = change not in self.changed
        self.changed.add(change)
        return first


def argument(name: str, kind: str) -> str:
    mode, _, type_ = kind.rpartition(" ")
    return f'{mode} "{name}" {type_}'


@lru_cache(maxsize=64)
def block_tree(body: str) -> Fields | str:
    """The block's tree, or in PostgreSQL's words why it has none. Shared between callers, so never to be changed."""
    if comments_pile_up(body):
        return PILED_UP
    block = Block(body.replace(TAG, "$" * len(TAG)))
    for _ in range(MOST_CHANGES):
        try:
            functions: list[Fields] = msgspec.json.decode(parse_plpgsql_json(block.function))
        except ParseError as error:
            message = " ".join(str(error.args[0]).split())
            if not suited(block, message):
                return message
        except (RecursionError, msgspec.DecodeError, UnicodeDecodeError):
            return "nested too deeply to be read"
        else:
            return fields(functions[0], "PLpgSQL_function")
    return "too many variables that the block doesn't declare"


def suited(block: Block, message: str) -> bool:
    """Whether the function could be changed to suit what the parser complains about."""
    return any((found := pattern.search(message)) and change(block, found) for pattern, change in CHANGES)


def returns_value(block: Block, _found: re.Match[str]) -> bool:
    block.returns = "int"
    return block.once("returns")


def for_trigger(block: Block, _found: re.Match[str]) -> bool:
    block.returns = "trigger"
    return block.once("trigger")


def with_argument(block: Block, found: re.Match[str]) -> bool:
    """A variable that is not declared is a parameter; one that has fields is a record."""
    name, _, field = found[1].partition(".")
    block.arguments[name] = "record" if field or f"{name}." in block.body.lower() else "text"
    return block.once(f"argument {found[1]}")


def with_numbered_arguments(block: Block, found: re.Match[str]) -> bool:
    count = min(int(found[1]), MOST_CHANGES)
    block.arguments |= {f"parameter {number}": "text" for number in range(count)}
    return block.once(found[1])


def with_named_function(block: Block, found: re.Match[str]) -> bool:
    """A parameter may be written with the function's name before it."""
    block.name = found[1]
    block.arguments[found[2]] = "text"
    return block.once(found[0])


def with_keyword_argument(block: Block, found: re.Match[str]) -> bool:
    """A parameter that is called like one of PL/pgSQL's unreserved keywords, where it is assigned."""
    word = re.escape(found[1])
    assigned = rf"\binto\s+(?:strict\s+)?{word}\b|\b{word}(?:\.\w+)?\s*:?="
    return re.search(assigned, block.body, re.IGNORECASE) is not None and with_argument(block, found)


def with_results(block: Block, _found: re.Match[str]) -> bool:
    """RETURN NEXT without a value returns the output parameters."""
    block.arguments |= {"result 1": "OUT text", "result 2": "OUT text"}
    return block.once("results")


def with_loop_variables(block: Block, _found: re.Match[str]) -> bool:
    for name in LOOP_VARIABLE.findall(block.body):
        block.arguments.setdefault(name.strip('"') if name.startswith('"') else name.lower(), "record")
    return block.once("loop variables")


def with_simple_types(block: Block, _found: re.Match[str]) -> bool:
    """Types that libpg_query can't look up: those in schemas, and arrays of any but its own."""
    parts, at, declaring = [], 0, False
    for section in SECTION.finditer(block.body):
        text = block.body[at : section.start()]
        parts.append(DECLARED_TYPE.sub(simple_type, text) if declaring else text)
        at, declaring = section.start(), section[0].lower() == "declare"
    block.body = "".join([*parts, block.body[at:]])
    return block.once("types")


def simple_type(found: re.Match[str]) -> str:
    size = len(found["type"]) + len(found["array"])
    if found["array"]:
        return found["name"] + ("text" if size >= len("text") else "int").ljust(size)
    return found["name"] + re.sub(r"\W", "_", found["type"])


def with_filled_holes(block: Block, _found: re.Match[str]) -> bool:
    text = block.body.encode()
    block.body = Filling(text, holes(text)).text.decode()
    return block.once("holes")


Change: TypeAlias = Callable[[Block, re.Match[str]], bool]
CHANGES: tuple[tuple[re.Pattern[str], Change], ...] = (
    (re.compile("^RETURN cannot have a parameter"), returns_value),
    (re.compile("^missing expression"), with_results),
    (re.compile(r'^"(?:new|old|tg_\w+)(?:\.\w+)*" is not a known variable', re.IGNORECASE), for_trigger),
    (re.compile(r'^variable "(?:new|old|tg_\w+)" does not exist', re.IGNORECASE), for_trigger),
    (re.compile(r'^(?:variable )?"\$(\d+)" (?:is not a known variable|does not exist)'), with_numbered_arguments),
    (re.compile(r'^"(\w[^"]*)" is not a known variable'), with_argument),
    (re.compile(r'^"([^"]+)" is not a scalar variable'), with_argument),
    (re.compile(r'^variable "([^".]+)\.([^".]+)" does not exist'), with_named_function),
    (re.compile("^loop variable of loop over rows"), with_loop_variables),
    (re.compile("LookupExplicitNamespace|pseudo-type|^type "), with_simple_types),
    (re.compile("is not a known variable"), with_simple_types),
    (re.compile(r'^syntax error at or near "(\w+)"'), with_keyword_argument),
    (re.compile("^syntax error"), with_filled_holes),
)


def fields(node: Json, kind: str) -> Fields:
    """The fields of a node of that kind; none for anything else."""
    inner = node.get(kind) if isinstance(node, dict) else None
    return inner if isinstance(inner, dict) else {}
