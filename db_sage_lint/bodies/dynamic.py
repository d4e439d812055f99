"""The text that EXECUTE runs, worked out from literals: what an expression of a PL/pgSQL block may come to."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from itertools import islice, product

import msgspec

from db_sage_lint.bodies.plpgsql import Fields, fields
from db_sage_lint.bodies.records import Json, Rows, Texts
from db_sage_lint.parse import Tree, tree_of

# Texts that one expression may come to, and bytes of them; beyond that it counts as unknown.
MOST_TEXTS = 64
MOST_BYTES = 1 << 18
# %s, %I, %L and %%, with a position and a width. Source: the manual, 9.4.1 format.
SPECIFIER = re.compile(r"%(?:(?P<position>\d+)\$)?-?\d*(?P<kind>[sIL%])")
# What stands for an unknown part, so that the rest can be parsed.
HOLE = "unknown_part"
# What a constant's value is where its field is left out.
ZEROS = {"sval": "", "ival": "0", "fval": "0"}

# What is known of variables: all that each may be, None if unknown. "name[]" is for the elements of an array, and
# "record.field" for one of a record.
Variables = Mapping[str, "Texts | None"]
# One of the ways in which the variables may be.
Values = Mapping[str, str]


class UnknownError(Exception):
    """A part of the expression is known only at run time."""


def texts_of(expression: str, variables: Variables) -> Texts | None:
    """All that a string expression may come to, None where that is known only at run time."""
    node = value_tree(expression)
    found: dict[str, None] = {}
    try:
        for values in assignments(node, variables):
            found[text_of(node, values)] = None
    except (UnknownError, RecursionError):
        return None
    return tuple(found) if sum(map(len, found)) <= MOST_BYTES else None


def outline_of(expression: str, variables: Variables) -> str:
    """The text with an identifier in place of each part that is unknown; empty where nothing is known of it."""
    known = {name: texts[0] for name, texts in variables.items() if texts}
    try:
        text = text_of(value_tree(expression), known, HOLE)
    except (UnknownError, RecursionError):
        return ""
    return "" if text == HOLE else text


def elements_of(expression: str, variables: Variables) -> Texts | None:
    """All that an array's elements may come to: of ARRAY[…], of '{…}' without quotes in it, of a known variable."""
    return array_elements(value_tree(expression), variables)


def argument_of(value: Json) -> dict[str, Texts]:
    """What is known of a variable that is given the value, by the suffix of its name."""
    found: dict[str, Texts] = {}
    with suppress(UnknownError, RecursionError):
        found[""] = (text_of(value, {}),)
    elements = array_elements(value, {})
    return found if elements is None else found | {"[]": elements}


def array_elements(array: Json, variables: Variables) -> Texts | None:
    while inner := fields(array, "TypeCast"):
        array = inner.get("arg")
    if name := column_name(fields(array, "ColumnRef")):
        return variables.get(f"{name}[]")
    elements = fields(array, "A_ArrayExpr").get("elements")
    try:
        if isinstance(elements, list):
            return tuple(text_of(element, {}) for element in elements)
        braced = re.fullmatch(r'\{([^{}"\\]*)\}', text_of(array, {}))
    except (UnknownError, RecursionError):
        return None
    return tuple(part.strip() for part in braced[1].split(",")) if braced else None


def rows_of(query: str, variables: Variables) -> tuple[str, Texts] | None:
    """The only column of a query and all that its rows may hold: of SELECT unnest(array), also with FROM, and of
    VALUES. None for any other query. The name is empty where the query gives it none.
    """
    select = select_of(query)
    values = select.get("valuesLists")
    if isinstance(values, list):
        array: Json = {"A_ArrayExpr": {"elements": [only(fields(row, "List").get("items")) for row in values]}}
        name = "column1"
    else:
        calls = [call for node in subtrees(select) if (call := fields(node, "FuncCall"))]
        tables = any(fields(node, "RangeVar") for node in subtrees(select))
        if tables or len(calls) != 1 or last_name(calls[0].get("funcname")) != "unnest":
            return None
        array = only(calls[0].get("args"))
        target = fields(only(select.get("targetList")), "ResTarget")
        name = str(target.get("name") or column_name(fields(target.get("val"), "ColumnRef")) or "unnest")
    elements = array_elements(array, variables)
    return None if elements is None else (name, elements)


def system_rows(query: str, variables: Variables, rows: Rows | None) -> tuple[str, Texts] | None:
    """As `rows_of`, for a query of the system catalogs."""
    if rows is None:
        return None
    known = {name: texts[0] for name, texts in variables.items() if texts and len(texts) == 1}

    def value(node: Json) -> str | None:
        try:
            return text_of(node, known)
        except (UnknownError, RecursionError):
            return None

    return rows(select_of(query), value)


def select_of(query: str) -> Fields:
    """The fields of a SELECT or VALUES, none for other statements."""
    tree = tree_of(query)
    if not isinstance(tree, Tree) or len(tree.stmts) != 1 or "SelectStmt" not in tree.stmts[0].stmt:
        return {}
    try:
        select: Fields = msgspec.json.decode(tree.stmts[0].stmt["SelectStmt"])
    except RecursionError:
        return {}
    return select


def only(nodes: Json) -> Json:
    """The element of a list of one."""
    return nodes[0] if isinstance(nodes, list) and len(nodes) == 1 else None


def subtrees(node: Json) -> Iterator[Fields]:
    """The objects of a tree."""
    pending = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, list):
            pending += current
        elif isinstance(current, dict):
            pending += current.values()
            yield current


@lru_cache(maxsize=16)
def value_tree(expression: str) -> Json:
    """The tree of an expression, None where it has none; shared, so never to be changed."""
    tree = tree_of(f"SELECT {expression}")
    if not isinstance(tree, Tree) or len(tree.stmts) != 1:
        return None
    try:
        targets = msgspec.json.decode(tree.stmts[0].stmt["SelectStmt"])["targetList"]
    except (KeyError, RecursionError):
        return None
    value: Json = fields(targets[0], "ResTarget").get("val") if len(targets) == 1 else None
    return value


def assignments(node: Json, variables: Variables) -> Iterator[Values]:
    """Every way in which the variables of the expression may be. Raises UnknownError where there are too many."""
    used = {used_name(inner) for inner in subtrees(node)} if any(variables.values()) else set()
    names = sorted(name for name in used if variables.get(name))
    each = [variables[name] or () for name in names]
    ways = list(islice(product(*each), MOST_TEXTS + 1))
    if len(ways) > MOST_TEXTS:
        raise UnknownError
    return (dict(zip(names, way, strict=True)) for way in ways)


def text_of(node: Json, values: Values, hole: str = "") -> str:
    """What the node comes to. A part that is unknown raises UnknownError, or counts as `hole` if that is given."""
    for kind, inner in node.items() if isinstance(node, dict) else ():
        evaluate = EVALUATIONS.get(kind)
        if evaluate is not None and isinstance(inner, dict):
            try:
                return evaluate(inner, values, hole)
            except UnknownError:
                if not hole:
                    raise
    if hole:
        return hole
    raise UnknownError


def constant(node: Fields, _values: Values, _hole: str) -> str:
    for kind, missing in ZEROS.items():
        inner = node.get(kind)
        if isinstance(inner, dict):
            return str(inner.get(kind, missing))
    raise UnknownError


def cast(node: Fields, values: Values, hole: str) -> str:
    return text_of(node.get("arg"), values, hole)


def operator(node: Fields, values: Values, hole: str) -> str:
    if last_name(node.get("name")) != "||":
        raise UnknownError
    return text_of(node.get("lexpr"), values, hole) + text_of(node.get("rexpr"), values, hole)


def variable(node: Fields, values: Values, _hole: str) -> str:
    name = column_name(node)
    if name not in values:
        raise UnknownError
    return values[name]


def parameter(node: Fields, values: Values, _hole: str) -> str:
    name = parameter_name(node)
    if name not in values:
        raise UnknownError
    return values[name]


def used_name(node: Fields) -> str:
    """The variable or parameter that a node stands for, empty for any other node."""
    if inner := fields(node, "ParamRef"):
        return parameter_name(inner)
    return column_name(fields(node, "ColumnRef"))


def parameter_name(node: Fields) -> str:
    return f"${node.get('number', 0)}"


def call(node: Fields, values: Values, hole: str) -> str:
    function = FUNCTIONS.get(last_name(node.get("funcname")))
    arguments = node.get("args")
    if function is None or not isinstance(arguments, list):
        raise UnknownError
    return function(*(text_of(argument, values, hole) for argument in arguments))


def column_name(node: Fields) -> str:
    """The name of a column, or of a record and its field; PL/pgSQL's variables look like that."""
    names = node.get("fields")
    return ".".join(last_name([name]) for name in names) if isinstance(names, list) else ""


def last_name(names: Json) -> str:
    """The last part of a name."""
    last = fields(names[-1], "String").get("sval") if isinstance(names, list) and names else None
    return last if isinstance(last, str) else ""


EVALUATIONS: dict[str, Callable[[Fields, Values, str], str]] = {
    "A_Const": constant,
    "TypeCast": cast,
    "A_Expr": operator,
    "ColumnRef": variable,
    "ParamRef": parameter,
    "FuncCall": call,
}


def formatted(template: str, *arguments: str) -> str:
    """format(): each specifier takes the next argument, or the one at its position."""
    taken = 0

    def fill(specifier: re.Match[str]) -> str:
        nonlocal taken
        if specifier["kind"] == "%":
            return "%"
        taken = int(specifier["position"] or taken + 1)
        if not 0 < taken <= len(arguments):
            raise UnknownError
        return QUOTING[specifier["kind"]](arguments[taken - 1])

    return SPECIFIER.sub(fill, template)


def as_literal(text: str, *_rest: str) -> str:
    escaped = text.replace("'", "''")
    if "\\" in text:
        return "E'" + escaped.replace("\\", "\\\\") + "'"
    return f"'{escaped}'"


def as_name(text: str, *_rest: str) -> str:
    """In quotes always: the tree is the same, and keywords need them."""
    return '"' + text.replace('"', '""') + '"'


def concatenated(*texts: str) -> str:
    return "".join(texts)


def part(text: str, separator: str, number: str) -> str:
    """split_part(); from the end where the number is negative."""
    parts = text.split(separator) if separator else [text]
    at = int(number) if number.lstrip("-").isdigit() else 0
    index = at - 1 if at > 0 else at
    return parts[index] if at and -len(parts) <= index < len(parts) else ""


QUOTING: dict[str, Callable[[str], str]] = {"s": str, "I": as_name, "L": as_literal}
FUNCTIONS: dict[str, Callable[..., str]] = {
    "format": formatted,
    "quote_ident": as_name,
    "quote_literal": as_literal,
    "concat": concatenated,
    "lower": str.lower,
    "upper": str.upper,
    "replace": str.replace,
    "split_part": part,
}
