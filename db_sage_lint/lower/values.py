"""Types as operations carry them, and the values of options as text."""

from collections.abc import Callable
from typing import Any

from db_sage_lint.lower.names import held, role, words
from db_sage_lint.operations import Type
from db_sage_lint.tree import (
    A_Const,
    AnyNode,
    Boolean,
    DefElem,
    Float,
    Integer,
    List,
    ObjectWithArgs,
    Options,
    RoleSpec,
    String,
    TypeCast,
    TypeName,
)

# Types without anything but a name are most of them: one record for each.
_plain: dict[tuple[str, str], Type] = {}

# The bits of an interval's first modifier, from the longest field to the shortest; all bits stand for no restriction.
# Source: src/include/utils/timestamp.h (INTERVAL_MASK) and datetime.h (YEAR, MONTH, …).
INTERVAL_FIELDS = (
    (1 << 2, "year"), (1 << 1, "month"), (1 << 3, "day"), (1 << 10, "hour"), (1 << 11, "minute"), (1 << 12, "second"),
)  # fmt: skip
INTERVAL_FULL_RANGE = 0x7FFF


def type_of(node: TypeName | None) -> Type:
    """A type as operations carry it; without a name for a column that a partition or typed table only refines."""
    if node is None:
        return Type("")
    parts = words(node.names)
    if node.pct_type:
        return Type("%TYPE", words=".".join(parts), set_of=node.setof)
    name = parts[-1]
    schema = parts[-2] if len(parts) > 1 and parts[-2] != "pg_catalog" else ""
    if node.typmods or node.arrayBounds or node.setof:
        modifiers, text = type_modifiers(name, node)
        return Type(name, schema, modifiers, len(node.arrayBounds), node.setof, text)
    plain = _plain.get((name, schema))
    if plain is None:
        plain = _plain[name, schema] = Type(name, schema)
    return plain


def type_modifiers(name: str, node: TypeName) -> tuple[tuple[int, ...], str]:
    """The numbers in a type's parentheses, and what stands there or behind it in words."""
    numbers: list[int] = []
    text: list[str] = []
    for modifier in node.typmods:
        constant = modifier.a_const
        if constant is not None and constant.ival is not None:
            numbers.append(constant.ival.ival)
        elif constant is not None:
            text.append(constant_text(constant))
        elif modifier.column_ref is not None:
            text.append(".".join(words(modifier.column_ref.fields)))
    if name == "interval" and numbers:
        mask, *numbers = numbers
        return tuple(numbers), interval_fields(mask)
    return tuple(numbers), ", ".join(text)


def interval_fields(mask: int) -> str:
    """The fields of a restricted interval as SQL writes them: "day to second"; empty for all of them."""
    if mask == INTERVAL_FULL_RANGE:
        return ""
    fields = [word for bit, word in INTERVAL_FIELDS if mask & bit]
    return fields[0] if len(fields) == 1 else f"{fields[0]} to {fields[-1]}"


def argument_types(node: ObjectWithArgs | None) -> tuple[Type, ...] | None:
    """The argument types that tell a function from its namesakes, None where no list is given."""
    if node is None or node.args_unspecified:
        return None
    return tuple(type_of(argument.type_name) for argument in node.objargs)


def constant_text(node: A_Const) -> str:
    """A literal as text, empty for NULL."""
    if node.sval is not None:
        return node.sval.sval
    if node.ival is not None:
        return str(node.ival.ival)
    if node.fval is not None:
        return node.fval.fval
    if node.boolval is not None:
        return truth(node.boolval.boolval)
    return ""


def truth(value: bool) -> str:
    return "true" if value else "false"


def any_text(node: AnyNode | None) -> str:
    """An option's value as text: literals and words as they stand, lists with commas between."""
    if node is None:
        return ""
    value = held(node)
    function = TEXTS.get(type(value))
    return function(value) if function is not None else ""


TEXTS: dict[type, Callable[[Any], str]] = {
    String: lambda node: node.sval,
    Integer: lambda node: str(node.ival),
    Float: lambda node: node.fval,
    Boolean: lambda node: truth(node.boolval),
    A_Const: constant_text,
    TypeCast: lambda node: any_text(node.arg),
    TypeName: lambda node: ".".join(words(node.names)),
    RoleSpec: role,
    List: lambda node: ", ".join(map(any_text, node.items)),
}


def elements(options: Options) -> list[DefElem]:
    return [option.def_elem for option in options if option.def_elem is not None]


def option_text(option: DefElem) -> str:
    """The option's value as text; an option that stands alone is true."""
    return any_text(option.arg) if option.arg is not None else "true"


def option_name(option: DefElem) -> str:
    """The option's name in lower case, behind its namespace: toast.autovacuum_enabled."""
    name = option.defname.lower()
    return f"{option.defnamespace}.{name}" if option.defnamespace else name


def option_pairs(options: Options) -> tuple[tuple[str, str], ...]:
    return tuple((option_name(option), option_text(option)) for option in elements(options))


FALSE = frozenset({"false", "off", "0", "no"})


def is_set(options: Options, name: str) -> bool:
    """Whether a boolean option is given and true. Source: defGetBoolean in src/backend/commands/define.c."""
    return any(o.defname.lower() == name and option_text(o).lower() not in FALSE for o in elements(options))
