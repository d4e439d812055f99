"""The session in which a script runs: its transaction and savepoints, its settings, and the locks held so far."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from db_sage_lint.effects.locks import Effect, Lock
from db_sage_lint.operations import AlterSetting, Name, Operation
from db_sage_lint.script import Origin, Script

if TYPE_CHECKING:
    from db_sage_lint.catalog import Catalog

NO_SETTINGS: Mapping[str, str] = {}


class Held(Struct, frozen=True, eq=False):
    """A lock that the open transaction holds: the strongest on that relation, and the statement that asked first."""

    relation: Name
    lock: Lock
    origin: Origin


class Session:
    """One connection of a runner that runs one script.

    `in_transaction` says that the runner opens a transaction around the script. `settings` are those in force at its
    start, names in lower case. With `db`, the catalog's search_path is set to what they say.
    """

    def __init__(
        self,
        script: Script,
        *,
        in_transaction: bool,
        settings: Mapping[str, str] = NO_SETTINGS,
        db: "Catalog | None" = None,
    ) -> None:
        self.script = script
        self.in_transaction = in_transaction
        self.own_block = False
        self.began: Origin | None = None
        self.settings = dict(settings)
        self.held: dict[Name, Held] = {}
        self._db = db

    def apply(self, op: Operation, effects: Iterable[Effect], origin: Origin, db: "Catalog") -> None:
        """Follows one operation, after the catalog has: `effects` are those that were predicted for it."""


def apply_defaults(op: AlterSetting, defaults: dict[str, str]) -> None:
    """ALTER ROLE | DATABASE … SET changes `defaults`, the settings with which later sessions start."""


def milliseconds(value: str) -> int | None:
    """The duration that lock_timeout and its kin take, in milliseconds: '5s', '2min', '5000', '0'; None for no such."""


def search_path(value: str) -> tuple[str, ...]:
    """The schema names of a search_path setting, without "$user"."""
