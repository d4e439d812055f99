"""What stands before and after an operation: in its script, its transaction and its change set."""

from collections.abc import Iterator
from itertools import takewhile

from db_sage_lint.catalog import Catalog
from db_sage_lint.later import Later
from db_sage_lint.operations import (
    Commit,
    CreateMaterializedView,
    CreateTable,
    CreateView,
    DropTable,
    Name,
    Operation,
    RenameObject,
    RenameTable,
    Rollback,
)
from db_sage_lint.script import Origin, Script
from db_sage_lint.session import Session


class Around:
    """The part of `Context` that looks from the operation at `origin` to others."""

    db: Catalog
    session: Session
    later: Later
    origin: Origin
    script: Script

    @property
    def in_transaction(self) -> bool:
        """Whether the operation runs inside a transaction block, of the file's or the runner's making."""
        return self.session.in_transaction

    def in_this_transaction(self, origin: Origin | None) -> bool:
        """Whether that statement ran in the transaction that is open now."""
        return origin is not None and self.in_transaction and self.db.turn_of(origin) >= self.session.started

    def earlier_in_script(self) -> Iterator[Operation]:
        """The operations of the statements before this one in its file."""
        return self.later.before()

    def later_in_transaction(self) -> Iterator[Operation]:
        """The operations that will follow in the open transaction; none where each statement is its own."""
        following = self.later.after() if self.in_transaction else iter(())
        return takewhile(lambda op: not isinstance(op, Commit | Rollback), following)

    def later_in_change_set(self) -> Iterator[Operation]:
        """The operations that will follow in the file, and in the files that ship with it."""
        return self.later.afterwards()

    def relation_named_by(self, op: Operation) -> Name | None:
        """The name that an operation gives to a relation, by CREATE or RENAME."""
        match op:
            case CreateTable() if op.persistence != "temporary":
                return self.db.place(op.table)
            case CreateView() | CreateMaterializedView():
                return self.db.place(op.view)
            case RenameTable():
                return Name(op.new_name, self.db.resolve(op.table).schema)
            case RenameObject(kind="view" | "materialized view"):
                return Name(op.new_name, self.db.resolve(op.name).schema)
        return None

    def is_dropped_later(self, name: Name) -> bool:
        """Whether a later statement of the change set drops the table."""
        drops = (op.table for op in self.later_in_change_set() if isinstance(op, DropTable))
        return any(self.db.resolve(dropped) == name for dropped in drops)

    def comes_back(self, name: Name) -> bool:
        """Whether the open transaction will give the name to a relation again."""
        wanted = self.db.resolve(name)
        end = self.later.block_end() if self.in_transaction else 0
        following = (op for place, op in self.later.naming(wanted.name) if self.later.here < place < end)
        return any(self.relation_named_by(op) == wanted for op in following)

    def former_names(self, name: Name) -> list[Name]:
        """The names that the relation has given up in this script, by RENAME."""
        renames = (op for place, op in self.later.naming(name.name) if place < self.later.here)
        return [
            self.db.resolve(op.table)
            for op in renames
            if isinstance(op, RenameTable) and self.relation_named_by(op) == self.db.resolve(name)
        ]

    def may_be_early(self) -> bool:
        """Whether any later statement of the change set creates something whose name is written before."""
        return self.later.may_create_what_is_used()

    def created_later(self, kind: str, name: str) -> Origin | None:
        """The later statement of the change set that creates a `kind` (relation, type, function, schema, role,
        extension) of that unqualified name.
        """
        return self._origin(self.later.creation(kind, name))

    def column_added_later(self, table: str, column: str) -> Origin | None:
        """The later statement of the change set that adds the column."""
        return self._origin(self.later.column(table, column))

    def _origin(self, place: tuple[Script, int, int] | None) -> Origin | None:
        return Origin(*place, self.origin.change_set) if place else None
