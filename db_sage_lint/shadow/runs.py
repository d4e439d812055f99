"""What is asked of a dry run, and the records of what it did."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from db_sage_lint.script import Script
from db_sage_lint.shadow.observe import Observed
from db_sage_lint.shadow.statements import Sent

How = Literal["in the transaction", "in a transaction of its own", "outside a transaction", "not run"]


class Options(Struct, frozen=True, kw_only=True):
    """`timeout` is for one statement, in seconds, 0 for none. With `allow_programs` nothing is refused beforehand.

    `settings` are those that the runner's sessions begin with.

    `seeds` are files of rows, `rows` the number to be made up for each table that is empty; both go in before the first
    reported script.
    """

    timeout: float = 60.0
    allow_programs: bool = False
    seeds: tuple[str, ...] = ()
    rows: int = 0
    settings: Mapping[str, str] = {}


class Ran(Struct, frozen=True, eq=False):
    """One statement of a script, the one with that `number`, and what became of it."""

    number: int
    sent: Sent
    how: How
    observed: Observed


class ScriptRun(Struct, eq=False):
    """A script's run. `applied` says that all of it is done; `lost` that the server ended meanwhile.

    `not_restored` says of a way back what is not as it was before the way there. `again` is the statement at which the
    script fails if it is run once more, of one that runs statement by statement and so may stop half-way.

    Of several scripts that their runner sends in one transaction, `joins` says that this one goes on with that of the
    one before, and `undone_by` names the file whose failure undid it, or without `statements` kept it from running.
    """

    script: Script
    reported: bool
    in_transaction: bool
    statements: list[Ran] = []
    applied: bool = True
    lost: bool = False
    not_restored: tuple[str, ...] = ()
    again: Ran | None = None
    joins: bool = False
    undone_by: str = ""

    @property
    def whole(self) -> bool:
        """Whether all that it holds was sent, and done."""
        return self.applied and not any(ran.how == "not run" for ran in self.statements)

    @property
    def failure(self) -> Ran | None:
        """The statement that failed, if one did."""
        return next((ran for ran in self.statements if ran.observed.failure), None)
