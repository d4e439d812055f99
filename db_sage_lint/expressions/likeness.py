"""Whether two expressions surely differ, though one of them may be PostgreSQL's own rendering of the other.

What pg_dump prints of an expression is what the server has made of it: names are qualified, literals cast and written
in their type's own form, IN is = ANY, BETWEEN two comparisons. Source: src/backend/utils/adt/ruleutils.c.
"""

from functools import lru_cache
from math import isfinite

from msgspec import Struct

from db_sage_lint.expressions.questions import Literal, columns_read, functions_called, literal_of, value_functions
from db_sage_lint.expressions.tree import Fields, Json, fields_of, items, node, qualified_name, text, tree, walk
from db_sage_lint.operations import Expression

TEXT_TYPES = frozenset({"text", "varchar", "bpchar", "char", "name"})
NUMBER_TYPES = frozenset({"int2", "int4", "int8", "numeric", "float4", "float8"})
# Functions that have several names, or two forms of which each has its own.
SHOWN_AS = {"transaction_timestamp": "now", "current_timestamp": "now", "date_part": "extract"}
# What a literal without a cast may stand for besides itself.
TRUTH_VALUES = frozenset({"t", "f", "true", "false", "yes", "no", "on", "off", "y", "n"})
RANGES = {"AEXPR_BETWEEN": {">=", "<="}, "AEXPR_NOT_BETWEEN": {"<", ">"}}
DISTINCT = {"AEXPR_DISTINCT": "distinct", "AEXPR_NOT_DISTINCT": "distinct"}
UNTOLD = frozenset({"AEXPR_NULLIF", "AEXPR_BETWEEN_SYM", "AEXPR_NOT_BETWEEN_SYM"})
# What is shown with other operators than it is written with.
REWRITTEN = frozenset({"RowExpr", "SubLink"})


class Marks(Struct):
    """What an expression keeps when PostgreSQL renders it: the names in it, its operators and literals.

    `texts` are the literals that are cast to a type of text, `strings` all that are written as strings, `truths` true
    and false. `open` says
    that a literal may be rendered as another type, `reshaped` that operators may be rendered as others, `nested` that
    it has a sub-select, in which names may be added.
    """

    columns: frozenset[str]
    functions: frozenset[str]
    operators: set[str]
    numbers: set[float]
    texts: set[str]
    strings: set[str]
    truths: set[str]
    open: bool = False
    reshaped: bool = False
    nested: bool = False


def surely_differ(one: Expression, other: Expression) -> bool:
    """Whether the two can't be one expression, written by hand and rendered by the server; false in doubt."""
    if one == other:
        return False
    first, second = marks(one), marks(other)
    if first.functions != second.functions or texts_differ(first, second):
        return True
    nested = first.nested or second.nested
    if not nested and "*" not in first.columns | second.columns and first.columns != second.columns:
        return True
    if not (first.reshaped or second.reshaped) and first.operators != second.operators:
        return True
    if first.open or second.open or nested:
        return False
    return any(
        one != other
        for one, other in (
            (first.numbers, second.numbers),
            (first.strings, second.strings),
            (first.truths, second.truths),
        )
    )


def texts_surely_differ(one: Expression, other: Expression) -> bool:
    """As `surely_differ`, by the literals alone: of a query the names may be spelled out, joins be written anew."""
    return one != other and texts_differ(marks(one), marks(other))


def texts_differ(one: Marks, other: Marks) -> bool:
    return not (one.texts <= other.strings and other.texts <= one.strings)


@lru_cache(maxsize=512)
def marks(expr: Expression) -> Marks:
    called = {function.name for function in functions_called(expr)} | value_functions(expr)
    functions = frozenset(SHOWN_AS.get(name, name) for name in called)
    found = Marks(columns_read(expr), functions, set(), set(), set(), set(), set())
    passed: set[int] = set()
    for kind, fields in walk(tree(expr)):
        if id(fields) in passed:
            continue
        if kind == "A_Const":
            note_literal(literal_of(fields), "", found)
        elif kind == "TypeCast":
            passed |= note_cast(fields, found)
        elif kind == "A_Expr":
            note_operator(fields, found)
        elif kind == "NullTest":
            found.operators.add(text(fields.get("nulltesttype")))
        elif kind in REWRITTEN:
            found.reshaped = True
            found.nested |= kind == "SubLink"
    return found


def note_cast(fields: Fields, found: Marks) -> set[int]:
    """Notes a literal with its cast; gives back the nodes that are done with, the type's modifiers among them."""
    written = fields_of(fields.get("typeName"))
    kind, inner = node(fields.get("arg"))
    done = {id(modifier) for _, modifier in map(node, items(written.get("typmods")))}
    if kind == "A_Const":
        simple = not items(written.get("arrayBounds"))
        note_literal(literal_of(inner), qualified_name(written.get("names")).name if simple else "[]", found)
        done.add(id(inner))
    return done


def note_literal(literal: Literal, cast: str, found: Marks) -> None:
    if literal.kind in ("integer", "float") or (literal.kind == "string" and cast in NUMBER_TYPES):
        number = number_of(literal.value)
        found.open |= number is None
        found.numbers |= set() if number is None else {abs(number)}
    elif literal.kind == "boolean":
        found.truths.add(literal.value)
    elif literal.kind == "string":
        found.strings.add(literal.value)
        if cast in TEXT_TYPES:
            found.texts.add(literal.value)
        elif cast or literal.value.lower() in TRUTH_VALUES or number_of(literal.value) is not None:
            found.open = True


def number_of(written: str) -> float | None:
    """The number that a literal writes, None for what has no value to compare: words, NaN."""
    try:
        number = float(int(written, 0)) if written[:2].lower() in ("0x", "0o", "0b") else float(written)
    except (ValueError, OverflowError):
        return None
    return number if isfinite(number) else None


def note_operator(fields: Fields, found: Marks) -> None:
    kind = text(fields.get("kind"))
    name = qualified_name(fields.get("name")).name
    if kind in UNTOLD:
        found.reshaped = True
    elif kind in RANGES:
        found.operators |= RANGES[kind]
    elif "lexpr" in fields or not is_signed(name, fields.get("rexpr")):
        found.operators.add(DISTINCT.get(kind, name))


def is_signed(name: str, operand: Json) -> bool:
    """Whether it is the sign of a number, which the server makes part of it."""
    return name in ("-", "+") and node(operand)[0] == "A_Const"
