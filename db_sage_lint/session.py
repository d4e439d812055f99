"""The session in which a script runs: its transaction and savepoints, its settings, and the locks held so far.

Source: manual, SET and SET LOCAL; src/backend/access/transam/xact.c (BEGIN inside a block is a warning, COMMIT AND CHAIN
opens the next block at once) and src/backend/utils/misc/guc.c (what a rollback takes back).
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from db_sage_lint.effects.locks import Effect, Lock
from db_sage_lint.filed import Filed
from db_sage_lint.operations import (
    AddEnumValue,
    AlterSetting,
    Begin,
    Commit,
    Name,
    Operation,
    PrepareTransaction,
    ReleaseSavepoint,
    ResetVariable,
    Rollback,
    RollbackToSavepoint,
    Savepoint,
    SetVariable,
)
from db_sage_lint.script import Origin, Script

if TYPE_CHECKING:
    from db_sage_lint.catalog import Catalog

NO_SETTINGS: Mapping[str, str] = {}
DEFAULT_PATH = ("public",)


class Held(Struct, frozen=True, eq=False):
    """A lock that the open transaction holds: the strongest on that relation, and the statement that asked first."""

    relation: Name
    lock: Lock
    origin: Origin


class Point(Struct, frozen=True, eq=False):
    """Where a ROLLBACK goes back to: the start of the transaction, or a savepoint of that name."""

    name: str
    mark: int
    held: dict[Name, Held]
    settings: dict[str, str]


class Session:
    """One connection of a runner that runs one script.

    `in_transaction` says that a transaction is open, `own_block` that the file itself began it, at `began`.
    `settings` are the run-time parameters in force as far as the files tell, names in lower case; `ever_set` those
    that the script has set. `held` are the locks of the open transaction, `new_enum_values` the values that it has added
    to enums, by type and value. With `db`, the catalog's search_path follows.
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
        self.ever_set: set[str] = set()
        self.held: dict[Name, Held] = {}
        self.new_enum_values: dict[tuple[Name, str], Origin] = {}
        self._defaults = dict(settings)
        self._after: dict[str, str] = self.settings
        self._points: list[Point] = []
        if db is not None:
            self._follow_path(db)
            if in_transaction:
                self._open(db)

    def apply(self, op: Operation, effects: Iterable[Effect], origin: Origin, db: "Catalog") -> None:
        """Follows one operation, after the catalog has: `effects` are those that were predicted for it."""
        for function in follows.under(type(op)):
            function(op, self, origin, db)
        if self.in_transaction:
            for effect in effects:
                held = self.held.get(effect.relation)
                if held is None or effect.lock > held.lock:
                    self.held[effect.relation] = Held(effect.relation, effect.lock, origin)

    def close(self, db: "Catalog") -> None:
        """The script is over: the runner commits its own transaction; one that the file left open is kept all the same,
        since what it made is what the author meant. Temporary tables go."""
        self.commit(db)
        db.end_session()
        db.search_path = DEFAULT_PATH

    def set(self, name: str, value: str | None, *, local: bool, db: "Catalog") -> None:
        """SET, or RESET where `value` is None. SET LOCAL ends with the transaction, and has no effect outside one."""
        self.ever_set.add(name)
        if local and not self.in_transaction:
            return
        value = self._defaults.get(name) if value is None else value
        for settings in (self.settings,) if local else (self.settings, self._after):
            if value is None:
                settings.pop(name, None)
            else:
                settings[name] = value
        if name == "search_path":
            self._follow_path(db)

    def reset_all(self, db: "Catalog") -> None:
        """RESET ALL: every parameter has the value that the session began with."""
        for settings in (self.settings, self._after):
            settings.clear()
            settings.update(self._defaults)
        self._follow_path(db)

    def begin(self, origin: Origin | None, db: "Catalog") -> None:
        """A block opens, unless one is open: then the server only warns."""
        if not self.in_transaction:
            self.in_transaction, self.own_block, self.began = True, True, origin
            self._open(db)

    def commit(self, db: "Catalog") -> None:
        """The block ends, and its locks and SET LOCAL with it."""
        db.commit()
        self._end(self._after, db)

    def rollback(self, db: "Catalog") -> None:
        """The block ends and nothing of it was: neither changes nor settings."""
        if not self._points:
            return
        start = self._points[0]
        db.rollback(start.mark)
        self._end(start.settings, db)

    def savepoint(self, name: str, db: "Catalog") -> None:
        if self.in_transaction:
            self._points.append(Point(name, db.mark(), dict(self.held), dict(self.settings)))

    def release(self, name: str) -> None:
        """Forgets the savepoint and those after it."""
        found = self._find(name)
        if found is not None:
            del self._points[found:]

    def rollback_to(self, name: str, db: "Catalog") -> None:
        """Takes back what was done since the savepoint, which stays; locks taken since are released."""
        found = self._find(name)
        if found is None:
            return
        point = self._points[found]
        del self._points[found + 1 :]
        db.rollback(point.mark)
        self.held = dict(point.held)
        self.settings = dict(point.settings)
        self._follow_path(db)

    def _open(self, db: "Catalog") -> None:
        self._after = dict(self.settings)
        self._points = [Point("", db.mark(), {}, dict(self.settings))]

    def _end(self, settings: dict[str, str], db: "Catalog") -> None:
        self.in_transaction, self.own_block, self.began = False, False, None
        self.held = {}
        self.new_enum_values = {}
        self._points = []
        self.settings = self._after = settings
        self._follow_path(db)

    def _find(self, name: str) -> int | None:
        matching = [i for i, point in enumerate(self._points) if i and point.name == name]
        return matching[-1] if matching else None

    def _follow_path(self, db: "Catalog") -> None:
        value = self.settings.get("search_path")
        db.search_path = DEFAULT_PATH if value is None else search_path(value)


follows: Filed[Callable[[Any, Session, Origin, "Catalog"], None]] = Filed()


@follows
def begin(_: Begin, session: Session, origin: Origin, db: "Catalog") -> None:
    session.begin(origin, db)


@follows
def commit(op: Commit, session: Session, origin: Origin, db: "Catalog") -> None:
    session.commit(db)
    if op.chain:
        session.begin(origin, db)


@follows
def rollback(op: Rollback, session: Session, origin: Origin, db: "Catalog") -> None:
    session.rollback(db)
    if op.chain:
        session.begin(origin, db)


@follows
def prepare(_: PrepareTransaction, session: Session, _origin: Origin, db: "Catalog") -> None:
    session.commit(db)


@follows
def savepoint(op: Savepoint, session: Session, _: Origin, db: "Catalog") -> None:
    session.savepoint(op.name, db)


@follows
def release(op: ReleaseSavepoint, session: Session, _origin: Origin, _db: "Catalog") -> None:
    session.release(op.name)


@follows
def rollback_to(op: RollbackToSavepoint, session: Session, _: Origin, db: "Catalog") -> None:
    session.rollback_to(op.name, db)


@follows
def add_enum_value(op: AddEnumValue, session: Session, origin: Origin, db: "Catalog") -> None:
    if session.in_transaction:
        session.new_enum_values[db.resolve_type(op.type), op.value] = origin


@follows
def set_variable(op: SetVariable, session: Session, _: Origin, db: "Catalog") -> None:
    session.set(op.name.lower(), op.value, local=op.local, db=db)


@follows
def reset_variable(op: ResetVariable, session: Session, _: Origin, db: "Catalog") -> None:
    if op.name.lower() == "all":
        session.reset_all(db)
    else:
        session.set(op.name.lower(), None, local=False, db=db)


def apply_defaults(op: AlterSetting, defaults: dict[str, str]) -> None:
    """ALTER ROLE | DATABASE … SET changes `defaults`, the settings with which later sessions start."""
    name = op.name.lower()
    if op.value is not None:
        defaults[name] = op.value
    elif name == "all":
        defaults.clear()
    else:
        defaults.pop(name, None)


# Units of time that guc.c accepts, in milliseconds.
UNITS = {"us": 0.001, "ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
DURATION = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*([a-z]*)\s*$")


def milliseconds(value: str) -> int | None:
    """The duration that lock_timeout and its kin take, in milliseconds: '5s', '2min', '5000', '0'; None for no such."""
    found = DURATION.match(value)
    if not found or found[2] not in {"", *UNITS}:
        return None
    return round(float(found[1]) * UNITS[found[2] or "ms"])


PATH_ITEM = re.compile(r'"((?:[^"]|"")*)"|([^,\s"]+)')


def search_path(value: str) -> tuple[str, ...]:
    """The schema names of a search_path setting, without "$user"."""
    items = [found[1].replace('""', '"') if found[2] is None else found[2].lower() for found in PATH_ITEM.finditer(value)]
    return tuple(item for item in items if item not in {"$user", ""})
