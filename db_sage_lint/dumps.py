"""A schema dump of the user's, replayed by itself, beside which the migrations' catalog is put."""

from collections.abc import Sequence

from msgspec import Struct

from db_sage_lint.catalog import Catalog
from db_sage_lint.catalog.difference import Difference, State
from db_sage_lint.catalog.records import Constraint
from db_sage_lint.lexer import line_end, skip_blank
from db_sage_lint.operations import AddColumn, ColumnSpec, CreateTable
from db_sage_lint.read import Read
from db_sage_lint.script import Origin, Script


class Dump(Struct, frozen=True, eq=False):
    """A dump's script with its statements, and the catalog that they lead to."""

    script: Script
    statements: Sequence[Read]
    db: Catalog

    @property
    def state(self) -> State:
        return state_of(self.db)

    def place(self, one: Difference) -> tuple[Origin, int]:
        """Where the dump has what differs: its statement, and the byte of the column or constraint in it, -1 for the
        start. Of what it lacks, the table that it should be part of, or else the beginning.
        """
        if one.after is not None:
            return one.after, self.at(one, one.after)
        table = self.db.table(one.name) if one.part else None
        return (table.made if table and table.made else self.beginning()), -1

    def at(self, one: Difference, origin: Origin) -> int:
        table = self.db.table(one.name) if one.part else None
        if table is None:
            return -1
        if one.kind == "column":
            return next((spec.at for spec in self.columns_of(origin) if spec.name == one.part), -1)
        found = table.constraints.get(one.part) if one.kind == "constraint" else None
        return found.at if isinstance(found, Constraint) and found.made is origin else -1

    def columns_of(self, origin: Origin) -> list[ColumnSpec]:
        """The columns that a statement of the dump defines."""
        at_it = (statement for statement in self.statements if statement.start == origin.start)
        operations = [op for statement in at_it for op in statement.operations]
        made = [spec for op in operations if isinstance(op, CreateTable) for spec in op.columns]
        return made + [op.column for op in operations if isinstance(op, AddColumn)]

    def beginning(self) -> Origin:
        """The first line that is no comment."""
        source = self.script.source
        start = skip_blank(source, 0)
        return Origin(self.script, start, line_end(source, start), 0)


def state_of(db: Catalog) -> State:
    """All of the catalog that is compared; not a copy."""
    return State(db.relations, db.types, db.functions, db.schemas, db.extensions)
