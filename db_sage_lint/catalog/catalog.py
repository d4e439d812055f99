"""The schema that a statement meets: what exists, since when, and by which statement; replayed, never asked for."""

from db_sage_lint.catalog.records import (
    Column,
    Constraint,
    Dependent,
    Domain,
    Enum,
    Function,
    Gone,
    Index,
    Missing,
    Privilege,
    Record,
    Relation,
    Sequence,
    Table,
    View,
)
from db_sage_lint.catalog.state import State
from db_sage_lint.operations import Name, Operation
from db_sage_lint.script import Origin


class Catalog(State):
    """Answers questions about the schema, and changes it by one operation at a time.

    Names in arguments may be unqualified; names handed out never are. Nothing here raises for what a migration says:
    an operation on something unknown or of the wrong kind changes what it can.
    """

    # --- change ----------------------------------------------------------------------------------------------------

    def apply(self, op: Operation, origin: Origin) -> None:
        """Makes the operation's change, whether or not PostgreSQL would refuse it; a no-op where `skips(op)`.

        An operation that is only `possible` is applied as if it ran, but leaves alone what it would collide with.
        """

    def skips(self, op: Operation) -> bool:
        """Whether IF [NOT] EXISTS makes the operation a no-op, as far as is known.

        Also true for a constraint written in a CREATE TABLE or ADD COLUMN that was just skipped.
        """

    def open(self, names: frozenset[str], origin: Origin | None = None) -> None:
        """Says that something unread may have changed the objects of these bare names; of all names if empty.

        Tables lose `closed`, and what was dropped may be back.
        """

    # --- records ---------------------------------------------------------------------------------------------------

    def relation(self, name: Name) -> Relation | None: ...
    def table(self, name: Name) -> Table | None: ...
    def view(self, name: Name) -> View | None: ...
    def index(self, name: Name) -> Index | None: ...
    def sequence(self, name: Name) -> Sequence | None: ...
    def enum(self, name: Name) -> Enum | None: ...
    def domain(self, name: Name) -> Domain | None: ...

    def function_overloads(self, name: Name) -> tuple[Function, ...]:
        """Every function, procedure and aggregate of the name; none for one that no file made."""

    def indexes_of(self, table: Name) -> list[Index]:
        """The indexes of a table or materialized view, those of constraints included, in the order of creation."""

    def privileges_on(self, kind: str, name: Name) -> dict[Privilege, Origin]:
        """The rights granted on an object and by which statement, as far as files tell."""

    def find_gone(self, kind: str, name: Name, part: str = "") -> Gone | None:
        """Where an object went that a file dropped or renamed; None while one of that name exists, or if unknown.

        `kind` as in `Missing`; `name` is the relation for what is part of one.
        """

    # --- relations among records -------------------------------------------------------------------------------------

    def partitions(self, name: Name, *, deep: bool = True) -> tuple[Name, ...]:
        """The partitions of a partitioned table; with `deep` those of its partitions too, parents before children."""

    def partition_parents(self, name: Name) -> tuple[Name, ...]:
        """The partitioned tables above a partition, nearest first."""

    def default_partition(self, name: Name) -> Name | None:
        """The DEFAULT partition of a partitioned table."""

    def heirs(self, name: Name, *, deep: bool = True) -> tuple[Name, ...]:
        """The tables that inherit from a table: its partitions and those of INHERITS."""

    def ancestors(self, name: Name) -> tuple[Name, ...]:
        """The tables that a table inherits from, nearest first: partitioned tables and those of INHERITS."""

    def referencing(self, name: Name) -> list[tuple[Table, Constraint]]:
        """The foreign keys that point at a table, with the tables they belong to; its own to itself too."""

    def tables_using_type(self, name: Name) -> list[tuple[Table, Column]]:
        """The columns of an enum, domain, composite or row type: also as array and through domains and composites."""

    def dependents(self, op: Operation) -> list[Dependent]:
        """What hangs on the object that a DROP names, to closure: what CASCADE would drop besides it.

        Parts of the object itself are left out: a table's columns, indexes, constraints, triggers. RESTRICT is
        refused exactly if one of the answer is not `automatic`. Empty for any other operation.
        """

    def not_null_proof(self, table: Name, column: str) -> Origin | None:
        """The statement that made sure, by a valid constraint, that a column has no null."""

    # --- what would fail -----------------------------------------------------------------------------------------------

    def conflict(self, op: Operation) -> Record | None:
        """What exists already under the name that the operation wants; None with IF NOT EXISTS or OR REPLACE.

        Also the primary key that a second one meets. None for an operation that is only `possible`.
        """

    def missing(self, op: Operation) -> Missing | None:
        """The first object that the operation needs and that is known not to exist.

        Known are parts of a `closed` table, what a file dropped or renamed away and, where the history is `complete`,
        everything. None with IF EXISTS, and for an operation that is only `possible`.
        """
