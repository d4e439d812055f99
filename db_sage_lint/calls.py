"""Calls of functions that a file defines: which of them is meant, and what its arguments come to."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from db_sage_lint.bodies import Texts, known_argument
from db_sage_lint.catalog import Catalog
from db_sage_lint.catalog.records import Function
from db_sage_lint.expressions import calls
from db_sage_lint.expressions.tree import Json, fields_of, items, node, qualified_name, text, tree
from db_sage_lint.operations import Argument, Expression

PASSED_IN = frozenset({"in", "inout", "variadic"})


class Call(Struct, frozen=True):
    """A function that is called. `arguments` are those whose value literals tell, by their names and as $1, $2, …; an
    array's elements are under its name and "[]".
    """

    function: Function
    arguments: Mapping[str, Texts]

    @property
    def key(self) -> object:
        """What is the same for calls that do the same."""
        return self.function.name, self.function.body, tuple(sorted(self.arguments.items()))


def calls_in(query: Expression, db: Catalog) -> Iterator[Call]:
    """The calls of the query, in the order of its text, for each overload that may be meant."""
    for called in calls(query):
        overloads = db.function_overloads(qualified_name(called.get("funcname")))
        if overloads:
            values = items(called.get("args"))
            for function in meant(overloads, values):
                yield Call(function, arguments(function, values))


def meant(overloads: tuple[Function, ...], values: list[Json]) -> tuple[Function, ...]:
    """Those of the overloads that take so many values, and arrays where arrays are written; all if none does.

    A literal in quotes counts as text, as it does for the server where one of the overloads takes text.
    """
    if len(overloads) < 2:
        return overloads
    fitting = tuple(function for function in overloads if takes(function, values))
    return fitting or overloads


def takes(function: Function, values: list[Json]) -> bool:
    taken = passed_in(function)
    required = sum(argument.default is None and argument.mode != "variadic" for argument in taken)
    if not required <= len(values) <= len(taken) and not any(argument.mode == "variadic" for argument in taken):
        return False
    pairs = zip(values, taken, strict=False)
    return all(
        is_array(value) is bool(argument.type.dimensions) for value, argument in pairs if argument.mode != "variadic"
    )


def passed_in(function: Function) -> list[Argument]:
    return [argument for argument in function.arguments if argument.mode in PASSED_IN]


def is_array(value: Json) -> bool:
    kind, fields = node(value)
    if kind == "NamedArgExpr":
        return is_array(fields.get("arg"))
    if kind == "TypeCast":
        return bool(items(fields_of(fields.get("typeName")).get("arrayBounds")))
    return kind == "A_ArrayExpr"


def arguments(function: Function, values: list[Json]) -> dict[str, Texts]:
    """What is known of the function's arguments: from the values written, else from their defaults."""
    found: dict[str, Texts] = {}
    named: dict[str, Json] = {}
    for value in values:
        kind, fields = node(value)
        if kind == "NamedArgExpr":
            named[text(fields.get("name"))] = fields.get("arg")
    placed = values[: len(values) - len(named)]
    for number, argument in enumerate(passed_in(function)):
        value = placed[number] if number < len(placed) else named.get(argument.name)
        if value is None and argument.default is not None:
            value = tree(argument.default)
        for suffix, texts in known_argument(value).items():
            found[f"${number + 1}{suffix}"] = texts
            if argument.name:
                found[f"{argument.name}{suffix}"] = texts
    return found
