"""The schema that a statement meets: what exists, since when, and by which statement; replayed, never asked for."""

from functools import cache

from msgspec import Struct
from msgspec.structs import replace

from db_sage_lint.catalog import datatypes, lineage, object_needs  # noqa: F401 - importing a family files its functions
from db_sage_lint.catalog.changes import changes
from db_sage_lint.catalog.conflicts import holders
from db_sage_lint.catalog.dependents import closure
from db_sage_lint.catalog.missing import Lack
from db_sage_lint.catalog.needs import lacks
from db_sage_lint.catalog.records import (
    Column,
    Constraint,
    Dependent,
    Domain,
    Enum,
    EnumValue,
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
from db_sage_lint.catalog.targets import targets
from db_sage_lint.operations import AddColumn, AddConstraint, CreateTable, Name, OnTable, Operation, Type
from db_sage_lint.script import Origin

_RELATION_KINDS = frozenset({"table", "foreign table", "view", "materialized view", "index", "sequence"})
_FLAGS = ("if_not_exists", "if_exists", "missing_ok")


class Dependents(Struct, frozen=True, eq=False):
    """What hangs on the object of an operation, as long as the catalog stays as it is."""

    op: Operation
    found: tuple[Dependent, ...]


@cache
def flags_of(kind: type[Operation]) -> tuple[str, ...]:
    """The fields of an operation that say IF [NOT] EXISTS."""
    return tuple(flag for flag in _FLAGS if flag in kind.__struct_fields__)


def _made_by(op: CreateTable | AddColumn, db: State) -> tuple[Name, str]:
    """The table, and the column where it is one, that the operation is to make."""
    return db.resolve(op.table), op.column.name if isinstance(op, AddColumn) else ""


class Catalog(State):
    """Answers questions about the schema, and changes it by one operation at a time.

    Names in arguments may be unqualified; names handed out never are. Nothing here raises for what a migration says:
    an operation on something unknown or of the wrong kind changes what it can. `perhaps` are the statements that may
    not have run.
    """

    def __init__(self, *, search_path: tuple[str, ...] = ("public",), complete: bool = False) -> None:
        super().__init__(search_path=search_path, complete=complete)
        self._skipped: set[tuple[Name, str]] = set()
        self.perhaps: set[Origin] = set()

    # --- change ----------------------------------------------------------------------------------------------------

    def apply(self, op: Operation, origin: Origin) -> None:
        """Makes the operation's change, whether or not PostgreSQL would refuse it; a no-op where `skips(op)`."""
        if not self.skips(op):
            self.change(op, origin)

    def change(self, op: Operation, origin: Origin) -> None:
        """As `apply`, of an operation that is known not to be skipped.

        One that is only `possible` is applied as if it ran, but leaves alone what it would collide with.
        """
        self.turn(origin)
        if op.possible:
            if self._holder(op) is not None:
                return
            self.perhaps.add(origin)
        change = changes[type(op)]
        if change:
            change[0](op, self, origin)

    def skips(self, op: Operation) -> bool:
        """Whether IF [NOT] EXISTS makes the operation a no-op, as far as is known.

        Also true for a constraint written in a CREATE TABLE or ADD COLUMN that was just skipped.
        """
        for flag in flags_of(type(op)):
            if getattr(op, flag):
                skips = self._holder(op) is not None if flag == "if_not_exists" else self._forgiven(op)
                if skips:
                    if isinstance(op, CreateTable | AddColumn):
                        self._skipped.add(_made_by(op, self))
                    return True
        if self._skipped:
            if isinstance(op, CreateTable | AddColumn):
                self._skipped.discard(_made_by(op, self))
            return self._comes_with_skipped(op)
        return False

    def _holder(self, op: Operation) -> Record | None:
        holder = holders[type(op)]
        found: Record | None = holder[0](op, self) if holder else None
        return found

    def _lack(self, op: Operation) -> Lack | None:
        lacking = lacks[type(op)]
        return next(iter(lacking[0](op, self)), None) if lacking else None

    def _forgiven(self, op: Operation) -> bool:
        lack = self._lack(op)
        return lack is not None and lack[1]

    def _comes_with_skipped(self, op: Operation) -> bool:
        """Whether it adds a constraint to a table or column that the same statement was to make and did not."""
        if not self._skipped or not isinstance(op, AddConstraint) or not op.within:
            return False
        table = self.resolve(op.table)
        return any((table, name) in self._skipped for name in (("",) if op.within == "table" else op.touches))

    def open(self, names: frozenset[str], origin: Origin | None = None) -> None:
        """Says that something unread may have changed the objects of these bare names; of all names if empty.

        Tables lose `closed`, and what was dropped may be back.
        """
        for name in names or ("",):
            self.doubt(name, origin)
        if not names:
            self.complete = False
        opened = [n for name in names for n in self.relations_named(name)] if names else list(self.relations)
        for each in opened:
            relation = self.relations[each]
            if isinstance(relation, Table) and relation.closed:
                self.put_relation(replace(relation, closed=False))

    # --- records ---------------------------------------------------------------------------------------------------

    def relation(self, name: Name) -> Relation | None:
        return self.relations.get(name if name.schema else self.resolve(name))

    def table(self, name: Name) -> Table | None:
        relation = self.relations.get(self.resolve(name))
        return relation if isinstance(relation, Table) else None

    def view(self, name: Name) -> View | None:
        """A view or materialized view."""
        relation = self.relations.get(self.resolve(name))
        return relation if isinstance(relation, View) else None

    def index(self, name: Name) -> Index | None:
        relation = self.relations.get(self.resolve(name))
        return relation if isinstance(relation, Index) else None

    def sequence(self, name: Name) -> Sequence | None:
        relation = self.relations.get(self.resolve(name))
        return relation if isinstance(relation, Sequence) else None

    def enum(self, name: Name) -> Enum | None:
        found = self.types.get(self.resolve_type(name))
        return found if isinstance(found, Enum) else None

    def domain(self, name: Name) -> Domain | None:
        found = self.types.get(self.resolve_type(name))
        return found if isinstance(found, Domain) else None

    def resolved_type(self, written: Type) -> Type:
        """The type with the schema of the user's type that it names."""
        return datatypes.resolved_type(self, written)

    def function_overloads(self, name: Name) -> tuple[Function, ...]:
        """Every function, procedure and aggregate of the name; none for one that no file made."""
        return self.functions.get(self.resolve_function(name), ())

    def indexes_of(self, table: Name) -> list[Index]:
        """The indexes of a table or materialized view, those of constraints included, in the order of creation."""
        owner = self.relations.get(self.resolve(table))
        if not isinstance(owner, Table | View):
            return []
        found = [self.relations.get(name) for name in owner.indexes]
        return [index for index in found if isinstance(index, Index)]

    def privileges_on(self, kind: str, name: Name) -> dict[Privilege, Origin]:
        """The rights granted on an object and by which statement, as far as files tell.

        Views' stand under kind "table", those of procedures under "function".
        """
        if kind in ("table", "sequence"):
            name = self.resolve(name)
        elif kind == "function":
            name = self.resolve_function(name)
        return self.privileges.get((kind, name), {})

    def find_gone(self, kind: str, name: Name, part: str = "") -> Gone | None:
        """Where an object went that a file dropped or renamed; None while one of that name exists, or if unknown.

        `kind` as in `Missing`; `name` is the relation for what is part of one.
        """
        if kind in _RELATION_KINDS:
            key = self.resolve(name)
            return None if key in self.relations else self.gone.get(key)
        if kind in ("type", "domain", "composite type"):
            key = self.resolve_type(name)
            return None if key in self.types else self.gone_parts.get(("type", key, ""))
        if kind in ("function", "procedure"):
            key = self.resolve_function(name)
            return None if key in self.functions else self.gone_parts.get(("function", key, ""))
        return self.gone_parts.get((kind, self.resolve(name) if part else name, part))

    # --- relations among records -------------------------------------------------------------------------------------

    def partitions(self, name: Name, *, deep: bool = True) -> tuple[Name, ...]:
        """The partitions of a partitioned table; with `deep` those of its partitions too, parents before children."""
        return lineage.children(self, name, deep=deep, partitions_only=True)

    def partition_parents(self, name: Name) -> tuple[Name, ...]:
        """The partitioned tables above a partition, nearest first."""
        return lineage.parents(self, name, partitions_only=True)

    def default_partition(self, name: Name) -> Name | None:
        """The DEFAULT partition of a partitioned table."""
        for partition in self.partitions(name, deep=False):
            table = self.relations.get(partition)
            if isinstance(table, Table) and table.bound is not None and table.bound.is_default:
                return partition
        return None

    def heirs(self, name: Name, *, deep: bool = True) -> tuple[Name, ...]:
        """The tables that inherit from a table: its partitions and those of INHERITS."""
        return lineage.children(self, name, deep=deep, partitions_only=False)

    def ancestors(self, name: Name) -> tuple[Name, ...]:
        """The tables that a table inherits from, nearest first: partitioned tables and those of INHERITS."""
        return lineage.parents(self, name, partitions_only=False)

    def referencing(self, name: Name) -> list[tuple[Table, Constraint]]:
        """The foreign keys that point at a table, with the tables they belong to; its own to itself too."""
        return lineage.referencing(self, name)

    def tables_using_type(self, name: Name) -> list[tuple[Table, Column]]:
        """The columns of an enum, domain, composite or row type: also as array and through domains and composites."""
        return lineage.tables_using_type(self, name)

    def dependents(self, op: Operation) -> tuple[Dependent, ...]:
        """What hangs on the object that a DROP names, to closure: what CASCADE would drop besides it.

        Parts of the object itself are left out: a table's columns, indexes, constraints, triggers. RESTRICT is
        refused exactly if one of the answer is not `automatic`. Empty for any other operation.
        """
        target = targets[type(op)]
        if not target:
            return ()
        key = ("dependents", id(op))  # the operation is kept with the answer, so that its id stays its own
        found = self.answers.get(key)
        if not isinstance(found, Dependents):
            only = isinstance(op, OnTable) and op.only
            named = tuple(target[0](op, self))
            found = self.answers[key] = Dependents(op, tuple(closure(self, named, only=only)) if named else ())
        return found.found

    def not_null_proof(self, table: Name, column: str) -> Origin | None:
        """The statement that made sure, by a valid constraint, that a column has no null."""
        return lineage.not_null_proof(self, table, column)

    # --- what would fail ---------------------------------------------------------------------------------------------

    def conflict(self, op: Operation) -> Record | None:
        """What exists already under the name that the operation wants; None with IF [NOT] EXISTS or OR REPLACE.

        Also the primary key that a second one meets. None for an operation that is only `possible`.
        """
        found = None if op.possible else self._holder(op)
        if found is None or any(getattr(op, flag) for flag in flags_of(type(op))) or self._comes_with_skipped(op):
            return None
        return None if self._may_be_gone(found, op) else found

    def _may_be_gone(self, record: Record, op: Operation) -> bool:
        """Whether something unread may have dropped what a statement made: it, or the table it is part of."""
        name = record.value if isinstance(record, EnumValue) else record.name
        bare = name.name if isinstance(name, Name) else name
        return self.doubts(bare, record.made) or (isinstance(op, OnTable) and self.doubts(op.table.name, record.made))

    def missing(self, op: Operation) -> Missing | None:
        """The first object that the operation needs and that is known not to exist.

        Known are parts of a `closed` table, what a file dropped or renamed away and, where the history is `complete`,
        everything. None with IF EXISTS, and for an operation that is only `possible`.
        """
        lack = None if op.possible or (self._skipped and self._comes_with_skipped(op)) else self._lack(op)
        return lack[0] if lack is not None and not lack[1] else None
