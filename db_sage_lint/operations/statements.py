"""Operations on rows, and on the session and its transaction."""

from typing import Literal

from msgspec import Struct

from db_sage_lint.operations.base import Expression, Name, Operation


class Assignment(Struct, frozen=True):
    column: str
    value: Expression


class Query(Operation, frozen=True, kw_only=True):
    """SELECT, VALUES, EXPLAIN ANALYZE, EXECUTE, CALL: what it calls may have effects. `query` is the whole tree."""

    query: Expression
    statement: str = "SELECT"


class Insert(Operation, frozen=True, kw_only=True):
    """`columns` is empty where none are listed; `rows` counts those of VALUES and is 0 for DEFAULT VALUES, and None
    for INSERT … SELECT, whose query is `query`. `values` are the trees of VALUES, row by row, for at most 100 rows.
    """

    table: Name
    columns: tuple[str, ...] = ()
    rows: int | None = None
    query: Expression | None = None
    values: tuple[tuple[Expression, ...], ...] = ()
    on_conflict: Literal["", "nothing", "update"] = ""


class Update(Operation, frozen=True, kw_only=True):
    """`where` is None where there is none. `reads` says that FROM, WITH or a sub-select brings in other relations.
    `only` is ONLY.
    """

    table: Name
    assignments: tuple[Assignment, ...]
    where: Expression | None = None
    reads: bool = False
    only: bool = False


class Delete(Operation, frozen=True, kw_only=True):
    table: Name
    where: Expression | None = None
    reads: bool = False
    only: bool = False


class Merge(Operation, frozen=True, kw_only=True):
    table: Name


class Copy(Operation, frozen=True, kw_only=True):
    """COPY. `table` is None for COPY (query) TO; `place` is the file or program, empty for STDIN and STDOUT."""

    table: Name | None
    is_from: bool
    program: bool = False
    place: str = ""
    columns: tuple[str, ...] = ()


class Begin(Operation, frozen=True, kw_only=True):
    pass


class Commit(Operation, frozen=True, kw_only=True):
    chain: bool = False


class Rollback(Operation, frozen=True, kw_only=True):
    chain: bool = False


class Savepoint(Operation, frozen=True, kw_only=True):
    name: str


class ReleaseSavepoint(Operation, frozen=True, kw_only=True):
    name: str


class RollbackToSavepoint(Operation, frozen=True, kw_only=True):
    name: str


class PrepareTransaction(Operation, frozen=True, kw_only=True):
    pass


class SetConstraints(Operation, frozen=True, kw_only=True):
    """SET CONSTRAINTS; `names` is empty for ALL. IMMEDIATE (`deferred` false) fires what is pending."""

    deferred: bool
    names: tuple[Name, ...] = ()


class SetVariable(Operation, frozen=True, kw_only=True):
    """SET and set_config(): `value` as text, several values with commas between, None for DEFAULT (as RESET)."""

    name: str
    value: str | None
    local: bool = False


class ResetVariable(Operation, frozen=True, kw_only=True):
    """RESET; "all" for RESET ALL and DISCARD ALL."""

    name: str
