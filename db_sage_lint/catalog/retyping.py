"""Records with one type in the place of another: after ALTER TYPE … RENAME and its kin."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from db_sage_lint.catalog.datatypes import type_name
from db_sage_lint.catalog.parts import put_composite
from db_sage_lint.catalog.records import CompositeType, Domain, Function, Table
from db_sage_lint.operations import Argument, Attribute, Name, Type

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog


def retype(db: "Catalog", owner: Name, old: Name, new: Name) -> None:
    """Gives what `owner` names the new type wherever it has the old one."""

    def swap(known: Type) -> Type:
        return replace(known, name=new.name, schema=new.schema) if type_name(known) == old else known

    table = db.relations.get(owner)
    if isinstance(table, Table) and any(swap(c.type) is not c.type for c in table.columns.values()):
        db.put_relation(replace(table, columns={n: replace(c, type=swap(c.type)) for n, c in table.columns.items()}))
    built = db.types.get(owner)
    if isinstance(built, Domain) and swap(built.base) is not built.base:
        db.put_type(replace(built, base=swap(built.base)))
    elif isinstance(built, CompositeType):
        put_composite(db, replace(built, attributes=tuple(Attribute(a.name, swap(a.type)) for a in built.attributes)))
    overloads = db.functions.get(owner)
    if overloads:
        db.put_functions(owner, tuple(_retyped(function, swap) for function in overloads))


def _retyped(function: Function, swap: Callable[[Type], Type]) -> Function:
    arguments = tuple(_argument(argument, swap) for argument in function.arguments)
    returns = swap(function.returns) if function.returns else None
    same = returns is function.returns and all(a is b for a, b in zip(arguments, function.arguments, strict=True))
    return function if same else replace(function, arguments=arguments, returns=returns)


def _argument(argument: Argument, swap: Callable[[Type], Type]) -> Argument:
    swapped = swap(argument.type)
    return argument if swapped is argument.type else replace(argument, type=swapped)
