"""CREATE FUNCTION, CREATE PROCEDURE, ALTER FUNCTION and DO."""

from typing import Literal

from db_sage_lint.lower.base import Source, lowers, optional
from db_sage_lint.lower.names import items, named
from db_sage_lint.lower.session import setting_value
from db_sage_lint.lower.values import any_text, argument_types, elements, type_of
from db_sage_lint.operations import AlterFunction, Argument, CreateFunction, DoBlock, Name, Operation
from db_sage_lint.tree import (
    AlterFunctionStmt,
    CreateFunctionStmt,
    DefElem,
    DoStmt,
    FunctionParameter,
    Options,
    VariableSetStmt,
)

Mode = Literal["in", "out", "inout", "variadic", "table"]
Volatility = Literal["volatile", "stable", "immutable"]

MODES: dict[str, Mode] = {
    "FUNC_PARAM_DEFAULT": "in",
    "FUNC_PARAM_IN": "in",
    "FUNC_PARAM_OUT": "out",
    "FUNC_PARAM_INOUT": "inout",
    "FUNC_PARAM_VARIADIC": "variadic",
    "FUNC_PARAM_TABLE": "table",
}

VOLATILITY: dict[str, Volatility] = {"volatile": "volatile", "stable": "stable", "immutable": "immutable"}

KINDS: dict[str, Literal["function", "procedure", "routine"]] = {
    "OBJECT_FUNCTION": "function",
    "OBJECT_PROCEDURE": "procedure",
    "OBJECT_ROUTINE": "routine",
}


@lowers
def create_function(node: CreateFunctionStmt, source: Source) -> list[Operation]:
    options = {element.defname: element for element in elements(node.options)}
    parameters = [each.function_parameter for each in node.parameters if each.function_parameter is not None]
    body, body_at = function_body(options.get("as"), source)
    op = CreateFunction(
        function=named(node.funcname),
        arguments=tuple(map(argument, parameters)),
        returns=type_of(node.returnType) if node.returnType is not None else None,
        procedure=node.is_procedure,
        replace=node.replace,
        language=word(options, "language", "sql").lower(),
        volatility=VOLATILITY.get(word(options, "volatility", "volatile"), "volatile"),
        strict=flag(options, "strict") is True,
        security_definer=flag(options, "security") is True,
        leakproof=flag(options, "leakproof") is True,
        parallel=word(options, "parallel", "unsafe").lower(),
        settings=settings(node.options),
        body=body,
        body_at=body_at,
        sql_body=optional(node.sql_body),
    )
    return [op]


def argument(node: FunctionParameter) -> Argument:
    return Argument(node.name, type_of(node.argType), MODES[node.mode], optional(node.defexpr))


def word(options: dict[str, DefElem], name: str, missing: str) -> str:
    return any_text(options[name].arg) if name in options else missing


def flag(options: dict[str, DefElem], name: str) -> bool | None:
    """A boolean option, None where the statement has none."""
    option = options.get(name)
    return option.arg.boolean.boolval if option and option.arg and option.arg.boolean else None


def function_body(option: DefElem | None, source: Source) -> tuple[str, int]:
    """The text of AS and the byte of the file where it begins. For C, the library: the first of two texts."""
    if option is None or option.arg is None:
        return "", -1
    body = (items(option.arg) or [any_text(option.arg)])[0]
    return body, behind_quote(source.text, source.at(option.arg_location))


def behind_quote(text: bytes, at: int) -> int:
    """The first byte inside the string that begins at `at`: behind a dollar quote's tag, a quote, or E and a quote."""
    if at < 0:
        return at
    closing = b"$" if text[at : at + 1] == b"$" else b"'"
    found = text.find(closing, at + 1 if closing == b"$" else at)
    return found + 1 if found >= 0 else at


def settings(options: Options) -> tuple[tuple[str, str], ...]:
    """The SET clauses: what each sets and to which value."""
    return tuple((node.name.lower(), setting_value(node) or "") for node in set_clauses(options) if node.kind in SETS)


SETS = frozenset({"VAR_SET_VALUE", "VAR_SET_CURRENT"})


def set_clauses(options: Options) -> list[VariableSetStmt]:
    """The SET and RESET clauses of a function's options."""
    arguments = [option.arg for option in elements(options) if option.defname == "set"]
    return [each.variable_set_stmt for each in arguments if each is not None and each.variable_set_stmt is not None]


@lowers
def alter_function(node: AlterFunctionStmt, _source: Source) -> list[Operation]:
    options = {element.defname: element for element in elements(node.actions)}
    resets = [each for each in set_clauses(node.actions) if each.kind not in SETS]
    op = AlterFunction(
        function=named(node.func.objname) if node.func is not None else Name(""),
        arguments=argument_types(node.func),
        kind=KINDS[node.objtype],
        volatility=VOLATILITY.get(word(options, "volatility", "")),
        strict=flag(options, "strict"),
        security_definer=flag(options, "security"),
        leakproof=flag(options, "leakproof"),
        settings=settings(node.actions),
        reset=tuple("all" if each.kind == "VAR_RESET_ALL" else each.name.lower() for each in resets),
    )
    return [op]


@lowers
def do(node: DoStmt, source: Source) -> list[Operation]:
    options = {element.defname: element for element in elements(node.args)}
    body, body_at = function_body(options.get("as"), source)
    return [DoBlock(language=word(options, "language", "plpgsql").lower(), body=body, body_at=body_at)]
