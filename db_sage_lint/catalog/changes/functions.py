"""Functions, procedures and aggregates; overloads are told apart by their input types."""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from db_sage_lint.catalog.changes.privileges import grant_defaults
from db_sage_lint.catalog.changes.registry import changes
from db_sage_lint.catalog.datatypes import input_types, resolved_type, same_types
from db_sage_lint.catalog.parts import note_gone
from db_sage_lint.catalog.records import Function
from db_sage_lint.catalog.removal import cascade
from db_sage_lint.operations import (
    AlterFunction,
    CreateAggregate,
    CreateFunction,
    DropFunction,
    Name,
    Type,
)
from db_sage_lint.script import Origin

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog


@changes
def create_function(op: CreateFunction, db: "Catalog", origin: Origin) -> None:
    name = db.place(op.function)
    arguments = tuple(replace(argument, type=resolved_type(db, argument.type)) for argument in op.arguments)
    returns = resolved_type(db, op.returns) if op.returns else None
    function = Function(
        name=name,
        arguments=arguments,
        returns=returns,
        procedure=op.procedure,
        language=op.language,
        volatility=op.volatility,
        strict=op.strict,
        security_definer=op.security_definer,
        leakproof=op.leakproof,
        settings=dict(op.settings),
        body=op.body,
        body_at=op.body_at,
        sql_body=op.sql_body,
        made=origin,
    )
    _note_uses(db, function)
    _put(db, function, origin, replace_existing=op.replace)


def _put(db: "Catalog", function: Function, origin: Origin, *, replace_existing: bool) -> None:
    """Adds an overload; one with the same input types makes way, and if it was replaced keeps its place and origin."""
    overloads = db.functions.get(function.name, ())
    same = overload(overloads, input_types(function.arguments))
    if same is None:
        grant_defaults(db, "function", function.name, origin)
        db.put_functions(function.name, (*overloads, function))
        return
    new = replace(function, made=same.made, changed=origin) if replace_existing else function
    db.put_functions(function.name, tuple(new if known is same else known for known in overloads))


def _note_uses(db: "Catalog", function: Function) -> None:
    for argument in function.arguments:
        if argument.type.schema:
            db.note(function.name, argument.type.name)
        db.note_expression(function.name, argument.default)
    if function.returns and function.returns.schema:
        db.note(function.name, function.returns.name)
    db.note_expression(function.name, function.sql_body)


def overload(overloads: tuple[Function, ...], types: tuple[Type, ...] | None) -> Function | None:
    """The overload with these input types; without a list the only one there is."""
    if types is None:
        return overloads[0] if len(overloads) == 1 else None
    return next((known for known in overloads if same_types(input_types(known.arguments), types)), None)


def find_overload(db: "Catalog", name: Name, types: tuple[Type, ...] | None) -> Function | None:
    """The function that a statement means by name and argument types as written.

    A procedure may be named with its OUT arguments too: so what only one overload can mean is taken.
    """
    overloads = db.function_overloads(name)
    wanted = tuple(resolved_type(db, written) for written in types) if types is not None else None
    found = overload(overloads, wanted)
    if found is None and wanted is not None:
        every = [known for known in overloads if same_types(tuple(a.type for a in known.arguments), wanted)]
        found = every[0] if len(every) == 1 else None
    return found


@changes
def alter_function(op: AlterFunction, db: "Catalog", origin: Origin) -> None:
    function = find_overload(db, op.function, op.arguments)
    if function is None:
        return
    settings = {} if "all" in op.reset else {n: v for n, v in function.settings.items() if n not in op.reset}
    changed = replace(
        function,
        volatility=op.volatility or function.volatility,
        strict=function.strict if op.strict is None else op.strict,
        security_definer=function.security_definer if op.security_definer is None else op.security_definer,
        leakproof=function.leakproof if op.leakproof is None else op.leakproof,
        settings={**settings, **dict(op.settings)},
        changed=origin,
    )
    change_overload(db, function, changed)


def change_overload(db: "Catalog", old: Function, new: Function | None) -> None:
    """Puts another record in the place of one overload, or takes it away."""
    overloads = db.functions.get(old.name, ())
    changed = tuple(new if known is old else known for known in overloads)
    db.put_functions(old.name, tuple(known for known in changed if known is not None))


@changes
def function_dropped(op: DropFunction, db: "Catalog", origin: Origin) -> None:
    function = find_overload(db, op.function, op.arguments)
    if function is None:
        name = db.resolve_function(op.function)
        if name not in db.functions:
            note_gone(db, ("function", name, ""), op, origin)
        return
    cascade(db, op, origin)
    note_gone(db, ("function", function.name, ""), op, origin, record=function)
    change_overload(db, function, None)


@changes
def create_aggregate(op: CreateAggregate, db: "Catalog", origin: Origin) -> None:
    """Arguments of aggregates are not read: they count as one of no arguments, volatile for all that is known."""
    name = db.place(op.function)
    _put(db, Function(name=name, aggregate=True, language="internal", made=origin), origin, replace_existing=op.replace)
