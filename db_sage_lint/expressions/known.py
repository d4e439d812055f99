"""What questions ask of the catalog, so that this package stands below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from db_sage_lint.catalog.records import Function, Table, View
    from db_sage_lint.operations import Name, Type


class Known(Protocol):
    """The part of `Catalog` that is asked. Names go in as written; what comes back is resolved.

    `answers` is where a question about the present state may keep what it found; a change of the state empties it.
    """

    @property
    def answers(self) -> dict[object, object]: ...

    def resolve(self, name: Name) -> Name: ...

    def table(self, name: Name) -> Table | None: ...

    def view(self, name: Name) -> View | None: ...

    def resolved_type(self, written: Type) -> Type: ...

    def function_overloads(self, name: Name) -> tuple[Function, ...]: ...
