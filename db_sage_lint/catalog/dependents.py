"""What hangs on an object: the dependencies that DROP follows, to closure.

Sources: manual, 5.15 Dependency Tracking; the callers of recordDependencyOn in src/backend/catalog; the reference pages
of the DROP commands. `automatic` are DEPENDENCY_AUTO, DEPENDENCY_INTERNAL and the partition dependencies.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from db_sage_lint.catalog.dependents_of_code import of_extension, of_function, of_role, of_schema, of_type
from db_sage_lint.catalog.dependents_of_relations import of_column, of_constraint, of_index, of_sequence, of_table
from db_sage_lint.catalog.nodes import RELATION_KINDS, Found
from db_sage_lint.catalog.records import Dependent
from db_sage_lint.operations import Name

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog


def closure(db: "Catalog", targets: Iterable[Dependent], *, only: bool = False) -> list[Dependent]:
    """Everything that hangs on the first target, each once, the nearest first; without the targets themselves, and
    without the parts of what goes as a whole. With `only`, without what heirs have of the target by the same name.
    """
    first, *named = targets
    others = [other for other in named if _key(other) != _key(first)]
    others += [along for other in others for along in falling_along(db, other)]
    waiting = [first]
    seen = {_key(target) for target in (first, *others)}
    for here in waiting:
        for dependent in direct(db, here):
            key = _key(dependent)
            if only and here is first and (dependent.kind, dependent.name.name) == (here.kind, here.name.name):
                continue
            if key not in seen:
                seen.add(key)
                waiting.append(dependent)
    gone = [*waiting, *others]
    whole = {dependent.name for dependent in gone if dependent.table is None and dependent.kind in RELATION_KINDS}
    columns = {(dependent.table, dependent.name) for dependent in gone if dependent.kind == "column"}
    return [
        dependent
        for dependent in waiting[1:]
        if dependent.table not in whole
        and not (dependent.kind == "default" and (dependent.table, dependent.name) in columns)
    ]


def falling_along(db: "Catalog", target: Dependent) -> list[Dependent]:
    """What goes with a target without CASCADE."""
    found, seen = [target], {_key(target)}
    for here in found:
        for each in direct(db, here):
            if each.automatic and _key(each) not in seen:
                seen.add(_key(each))
                found.append(each)
    return found[1:]


def _key(dependent: Dependent) -> tuple[str, Name, Name | None, int]:
    """What makes a dependent one of its own; overloads of a function differ by the statement that made them."""
    kind = "relation" if dependent.table is None and dependent.kind in RELATION_KINDS else dependent.kind
    return kind, dependent.name, dependent.table, id(dependent.origin) if kind == "function" else 0


def direct(db: "Catalog", target: Dependent) -> Found:
    """What hangs on one object immediately."""
    finder = _FINDERS.get(target.kind)
    return finder(db, target) if finder else iter(())


_FINDERS: dict[str, Callable[["Catalog", Dependent], Found]] = {
    "table": of_table,
    "foreign table": of_table,
    "view": of_table,
    "materialized view": of_table,
    "composite type": of_type,
    "index": of_index,
    "sequence": of_sequence,
    "column": of_column,
    "unique": of_constraint,
    "primary key": of_constraint,
    "exclude": of_constraint,
    "check": of_constraint,
    "foreign key": of_constraint,
    "not null": of_constraint,
    "function": of_function,
    "type": of_type,
    "domain": of_type,
    "schema": of_schema,
    "extension": of_extension,
    "role": of_role,
}
