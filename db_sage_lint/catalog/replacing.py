"""What CREATE OR REPLACE can't change of a view or function that exists, so that the server refuses it.

Sources: checkViewColumns in src/backend/commands/view.c, ProcedureCreate in src/backend/catalog/pg_proc.c.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from db_sage_lint.catalog.changes.functions import overload
from db_sage_lint.catalog.datatypes import input_types, resolved_type, same_type
from db_sage_lint.catalog.records import Function, View
from db_sage_lint.operations import Argument, CreateFunction, CreateView, Type

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog
    from db_sage_lint.expressions import OutputColumn

_RESULTS = ("out", "inout", "table")


def view_refusal(op: CreateView, db: "Catalog") -> str:
    """What the statement would change of the columns of the view, in words; empty where the server allows it or where
    that isn't known.
    """
    view = db.view(op.view) if op.replace else None
    if view is None or view.materialized or not view.columns:
        return ""
    from db_sage_lint.expressions import output_columns

    outputs = output_columns(op.query, db)
    if outputs is None:
        return ""
    names = (*op.columns, *outputs[len(op.columns) :])
    if len(names) < len(view.columns):
        return f"drops {' and '.join(sorted(set(view.columns) - set(names))) or 'a column'}"
    for old, new in zip(view.columns, names, strict=False):
        if old != new:
            return f"puts {new} in the place of {old}"
    return next(_retyped(view, op, db), "")


def _retyped(view: View, op: CreateView, db: "Catalog") -> Iterator[str]:
    """The columns of another type than before, where both are known."""
    from db_sage_lint.expressions import output_types, reads

    if view.query is None or reads(view.query, db) != view.reads:  # something has been renamed since
        return
    before, after = output_types(view.query, db) or (), output_types(op.query, db) or ()
    for name, old, new in zip(view.columns, before, after, strict=False):
        if _differ(old, new, db):
            yield f"makes {name} {new.type} instead of {old.type}"


def _differ(old: "OutputColumn", new: "OutputColumn", db: "Catalog") -> bool:
    if old.type is None or new.type is None:
        return False
    return not same_type(resolved_type(db, old.type), resolved_type(db, new.type))


def function_refusal(op: CreateFunction, db: "Catalog") -> str:
    """What the statement would change of the function in a way that the server refuses, in words; else empty."""
    name = db.place(op.function)
    wanted = tuple(resolved_type(db, written) for written in input_types(op.arguments))
    old = overload(db.functions.get(name, ()), wanted) if op.replace else None
    if old is None or old.aggregate or old.procedure != op.procedure:
        return ""
    if _results_differ(old, op, db):
        return "changes what it returns"
    return next(_renamed(old, op), "")


def _results_differ(old: Function, op: CreateFunction, db: "Catalog") -> bool:
    before = result(old.arguments, old.returns)
    after = result(op.arguments, resolved_type(db, op.returns) if op.returns else None)
    if before is None or after is None or "%TYPE" in (before.name, after.name):
        return False
    if before.set_of != after.set_of or not same_type(before, resolved_type(db, after)):
        return True
    was, now = _out(old.arguments), _out(op.arguments)
    kinds = zip((a.type for a in was), (resolved_type(db, a.type) for a in now), strict=False)
    same_names = [a.name for a in was] == [a.name for a in now]
    return before.name == "record" and bool(was or now) and not (same_names and all(same_type(*pair) for pair in kinds))


def result(arguments: tuple[Argument, ...], returns: Type | None) -> Type | None:
    """The type that a function returns: as written, or made of its OUT arguments; None for a procedure without any."""
    out = _out(arguments)
    if returns is not None and not any(argument.mode == "table" for argument in out):
        return returns
    if not out:
        return returns
    set_of = returns is not None and returns.set_of
    first = out[0].type if len(out) == 1 else Type("record")
    return Type(first.name, first.schema, (), first.dimensions, set_of)


def _out(arguments: tuple[Argument, ...]) -> list[Argument]:
    return [argument for argument in arguments if argument.mode in _RESULTS]


def _renamed(old: Function, op: CreateFunction) -> Iterator[str]:
    """Names of input parameters, which have to stay, and defaults, which may not be taken away."""
    was = [argument for argument in old.arguments if argument.mode not in ("out", "table")]
    now = [argument for argument in op.arguments if argument.mode not in ("out", "table")]
    for before, after in zip(was, now, strict=False):
        if before.name and before.name != after.name:
            yield f"calls its parameter {before.name} {after.name or 'nothing'}"
    if sum(a.default is not None for a in now) < sum(a.default is not None for a in was):
        yield "takes a parameter's default away"
