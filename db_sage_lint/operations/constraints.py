"""Operations on constraints, triggers and policies of tables."""

from typing import Literal

from db_sage_lint.operations.base import Expression, Name
from db_sage_lint.operations.tables import OnTable


class AddConstraint(OnTable, frozen=True, kw_only=True):
    """What every new constraint has. `name` is empty where the server makes one up.

    `within` says what the same statement creates that the constraint comes with: "table" in CREATE TABLE, "column"
    in ADD COLUMN, "" for ALTER TABLE … ADD CONSTRAINT. `valid` is false for NOT VALID.
    """

    name: str = ""
    within: Literal["", "table", "column"] = ""
    valid: bool = True
    enforced: bool = True
    deferrable: bool = False
    initially_deferred: bool = False

    @property
    def touches(self) -> tuple[str, ...]:
        """The columns that the constraint is about, as far as the statement names them."""
        columns: tuple[str, ...] = getattr(self, "columns", ())
        return columns


class AddCheck(AddConstraint, frozen=True, kw_only=True):
    expression: Expression
    columns: tuple[str, ...] = ()
    no_inherit: bool = False


class AddNotNull(AddConstraint, frozen=True, kw_only=True):
    """ADD CONSTRAINT … NOT NULL column (18+)."""

    column: str
    no_inherit: bool = False


class AddForeignKey(AddConstraint, frozen=True, kw_only=True):
    """`referenced_columns` is empty where the primary key is meant. Actions are as in SQL: "no action", "cascade", …
    `period` says that the last column is a range that the referenced ones must cover (18+). `beside_default` says that
    it is written beside a new column with a default of any form: DEFAULT, even NULL, a generation, a serial type.
    """

    columns: tuple[str, ...]
    referenced: Name
    referenced_columns: tuple[str, ...] = ()
    on_delete: str = "no action"
    on_update: str = "no action"
    match: Literal["simple", "full"] = "simple"
    period: bool = False
    beside_default: bool = False


class AddKey(AddConstraint, frozen=True, kw_only=True):
    """UNIQUE and PRIMARY KEY. `index` names the index of USING INDEX and then `columns` is empty.

    `without_overlaps` says that the last column is a range (18+).
    """

    columns: tuple[str, ...] = ()
    index: str = ""
    include: tuple[str, ...] = ()
    without_overlaps: bool = False


class AddUnique(AddKey, frozen=True, kw_only=True):
    nulls_not_distinct: bool = False


class AddPrimaryKey(AddKey, frozen=True, kw_only=True):
    pass


class AddExclusion(AddConstraint, frozen=True, kw_only=True):
    """EXCLUDE: `columns` has the element's column, empty text for an expression."""

    columns: tuple[str, ...] = ()
    method: str = "gist"
    predicate: Expression | None = None


class OnConstraint(OnTable, frozen=True, kw_only=True):
    name: str


class AlterConstraint(OnConstraint, frozen=True, kw_only=True):
    """ALTER CONSTRAINT: None where the statement says nothing about it."""

    deferrable: bool | None = None
    initially_deferred: bool | None = None
    enforced: bool | None = None
    no_inherit: bool | None = None


class ValidateConstraint(OnConstraint, frozen=True, kw_only=True):
    pass


class DropConstraint(OnConstraint, frozen=True, kw_only=True):
    missing_ok: bool = False
    cascade: bool = False


class RenameConstraint(OnConstraint, frozen=True, kw_only=True):
    new_name: str


class CreateTrigger(OnTable, frozen=True, kw_only=True):
    """`events` in lower case: insert, update, delete, truncate; `columns` is UPDATE OF."""

    name: str
    function: Name
    timing: Literal["before", "after", "instead of"] = "after"
    events: frozenset[str] = frozenset()
    columns: tuple[str, ...] = ()
    for_each_row: bool = False
    when: Expression | None = None
    replace: bool = False
    constraint: bool = False
    deferrable: bool = False
    initially_deferred: bool = False
    referenced: Name | None = None


class DropTrigger(OnTable, frozen=True, kw_only=True):
    """`missing_ok` is IF EXISTS, which covers the table too."""

    name: str
    missing_ok: bool = False
    cascade: bool = False


class RenameTrigger(OnTable, frozen=True, kw_only=True):
    name: str
    new_name: str


class SetTriggerState(OnTable, frozen=True, kw_only=True):
    """ENABLE and DISABLE TRIGGER | RULE. `name` is empty for ALL and USER."""

    state: Literal["enable", "enable always", "enable replica", "disable"]
    name: str = ""
    which: Literal["one", "all", "user", "rule"] = "one"


class CreatePolicy(OnTable, frozen=True, kw_only=True):
    """`roles` as written, "public" where no TO stands; `command` in lower case, "all" where none is named."""

    name: str
    permissive: bool = True
    command: Literal["all", "select", "insert", "update", "delete"] = "all"
    roles: tuple[str, ...] = ("public",)
    using: Expression | None = None
    check: Expression | None = None


class AlterPolicy(OnTable, frozen=True, kw_only=True):
    """None where the statement leaves that part alone."""

    name: str
    roles: tuple[str, ...] | None = None
    using: Expression | None = None
    check: Expression | None = None


class DropPolicy(OnTable, frozen=True, kw_only=True):
    name: str
    missing_ok: bool = False


class RenamePolicy(OnTable, frozen=True, kw_only=True):
    name: str
    new_name: str


class CreateRule(OnTable, frozen=True, kw_only=True):
    name: str
    event: str
    instead: bool = False
    replace: bool = False
    actions: tuple[Expression, ...] = ()
    condition: Expression | None = None


class DropRule(OnTable, frozen=True, kw_only=True):
    name: str
    missing_ok: bool = False
    cascade: bool = False
