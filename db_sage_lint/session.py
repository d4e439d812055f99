"""The session in which a script runs: its transaction and savepoints, its settings, and the locks held so far.

Sources: xact.c (what each statement does to the transaction's state), guc.c (AtEOXact_GUC: what becomes of settings).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

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
    RenameObject,
    RenameTable,
    ResetVariable,
    Rollback,
    RollbackToSavepoint,
    Savepoint,
    SetSchema,
    SetVariable,
)
from db_sage_lint.regex import lazy
from db_sage_lint.script import Origin, Script

if TYPE_CHECKING:
    from db_sage_lint.catalog import Catalog

NO_SETTINGS: Mapping[str, str] = {}
NO_CHANGE = "from current"
# What gives a locked relation another name.
MOVES = frozenset({RenameTable, RenameObject, SetSchema})
# What RESET ALL passes over, of what is modelled: GUC_NO_RESET_ALL in guc_tables.c.
IDENTITY = frozenset({"role", "session_authorization"})


class Held(Struct, frozen=True, eq=False):
    """A lock that the open transaction holds: the strongest on that relation, and the statement that asked first."""

    relation: Name
    lock: Lock
    origin: Origin


class Left(Struct, frozen=True, eq=False):
    """A setting that a script has changed for what follows in the session: its value, the one that the script met (None
    where that isn't known), and the statement that has set it last.
    """

    name: str
    value: str
    before: str | None
    origin: Origin


class Saved(Struct, frozen=True, eq=False):
    """What a savepoint, or the beginning of the transaction, comes back to. `mark` is the catalog's."""

    name: str
    mark: int
    lasting: dict[str, str]
    settings: dict[str, str]
    held: dict[Name, Held]


follows: Filed[Callable[..., None]] = Filed()


class Session:
    """One connection of a runner, which runs one script, or several that it sends in one transaction.

    `in_transaction` says that a transaction block is open: the runner's, or with `own_block` the file's own, which
    the statement at `began` opened. `settings` are the values in force, by lower-case name, as far as they are known;
    `ever_set` the names of those that the script gave a value, other than 0 for a timeout. `held` are the locks of the
    open transaction, `new_enum_values` the values that it has added to enums, by type and value. `transactions` counts
    those opened so far, and `started` is the number of the turn, by the catalog's count, with which the last one began.

    With `db`, the catalog's search_path follows the setting from the start, and the runner's transaction can be
    rolled back.
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
        self.started = 0 if db is None else db.turns
        self.transactions = int(in_transaction)
        self.new_enum_values: dict[tuple[Name, str], Origin] = {}
        self.ever_set: set[str] = set()
        self._initial = dict(settings)
        self._lasting = dict(settings)
        self._met: Mapping[str, str] = self._initial
        self._set_by: dict[str, Origin] = {}
        self._usual_path = ("public",) if db is None else db.search_path
        self._start = self._saved("", db) if in_transaction else None
        self._savepoints: list[Saved] = []
        if db is not None and "search_path" in self.settings:
            db.search_path = search_path(self.settings["search_path"])

    def apply(self, op: Operation, effects: Sequence[Effect], origin: Origin, db: "Catalog") -> None:
        """Follows one operation, after the catalog has: `effects` are those that were predicted for it.

        Rolls the catalog back where the operation does, and sets its search_path. The catalog is not told to commit:
        whoever runs the script may want to undo all of it.
        """
        if self.in_transaction:
            self._hold(effects, origin)
            if effects and type(op) in MOVES:
                self._rename_held(op, effects[0].relation)
        for function in follows[type(op)]:
            function(op, self, origin, db)

    def goes_on(self) -> bool:
        """Whether the transaction that the runner opened is still open, for another script to run in."""
        return self.in_transaction and not self.own_block

    def go_on(self, script: Script, db: "Catalog") -> None:
        """Runs another script in the open transaction. The catalog doesn't roll back what is before it."""
        self.script = script
        self._met = dict(self._lasting)
        self._set_by = {}
        self._savepoints = []
        self._start = self._saved("", db)
        self.follow_settings(db)

    def close(self, db: "Catalog") -> None:
        """The end of the script: the runner's transaction is committed, and the next session starts afresh.

        What a block that the file left open has done is kept as well; that it is open is judged at the script's end.
        Temporary tables go.
        """
        self._end()
        db.end_session()
        db.search_path = self._usual_path
        db.user = ""

    # --- transaction --------------------------------------------------------------------------------------------------

    def begin(self, origin: Origin, db: "Catalog") -> None:
        """Opens the file's own block."""
        self.in_transaction = self.own_block = True
        self.began = origin
        self.started = db.turn_of(origin)
        self.transactions += 1
        self._start = self._saved("", db)

    def commit(self) -> None:
        """Ends the transaction; SET LOCAL ends with it."""
        self._show(self._lasting)
        self._end()

    def rollback(self, db: "Catalog") -> None:
        """Ends the transaction and undoes what it did, to settings too."""
        if self._start is not None:
            self._undo(self._start, db)
        self._end()

    def savepoint(self, name: str, db: "Catalog") -> None:
        self._savepoints.append(self._saved(name, db))

    def release(self, name: str) -> None:
        """Forgets a savepoint and those after it."""
        self._savepoints = self._savepoints[: self._find(name)]

    def rollback_to(self, name: str, db: "Catalog") -> None:
        """Undoes what was done since a savepoint, and releases the locks taken since; the savepoint stays."""
        number = self._find(name)
        if number < len(self._savepoints):
            self._undo(self._savepoints[number], db)
            self.held = dict(self._savepoints[number].held)
            self._savepoints = self._savepoints[: number + 1]

    def _find(self, name: str) -> int:
        """The latest savepoint of the name; as many as there are where none has it."""
        numbers = range(len(self._savepoints) - 1, -1, -1)
        return next((n for n in numbers if self._savepoints[n].name == name), len(self._savepoints))

    def _saved(self, name: str, db: "Catalog | None") -> Saved:
        mark = 0 if db is None else db.mark()
        return Saved(name, mark, dict(self._lasting), dict(self.settings), dict(self.held))

    def _undo(self, saved: Saved, db: "Catalog") -> None:
        db.rollback(saved.mark)
        db.mark()  # so that the catalog goes on keeping its journal
        self._lasting = dict(saved.lasting)
        self._show(saved.settings)
        self.follow_settings(db)

    def _end(self) -> None:
        self.in_transaction = self.own_block = False
        self.began = None
        self.held = {}
        self.new_enum_values = {}
        self._savepoints = []
        self._start = None

    # --- settings -----------------------------------------------------------------------------------------------------

    def set(self, name: str, value: str | None, *, local: bool) -> None:
        """Gives a setting a value, None for the one that the session started with. LOCAL needs a transaction."""
        if local and not self.in_transaction:
            return
        if value is None:
            value = self._initial.get(name)
        elif milliseconds(value) != 0:
            self.ever_set.add(name)
        for values in (self.settings,) if local else (self.settings, self._lasting):
            if value is None:
                values.pop(name, None)
            else:
                values[name] = value

    def note_set(self, name: str, origin: Origin) -> None:
        """Notes which statement has set a setting last."""
        self._set_by[name] = origin

    def left(self) -> Iterator[Left]:
        """What the script has set otherwise than it was when the script began, and not for its transaction only."""
        for name, origin in self._set_by.items():
            value, before = self._lasting.get(name), self._met.get(name)
            if value is not None and value != before:
                yield Left(name, value, before, origin)

    def reset_all(self) -> None:
        """RESET ALL, which leaves alone as whom the session acts."""
        kept = {name: value for name, value in self._lasting.items() if name in IDENTITY}
        self._lasting = {**self._initial, **kept}
        self._show(self._lasting)

    def _show(self, values: Mapping[str, str]) -> None:
        self.settings = dict(values)

    def follow_settings(self, db: "Catalog") -> None:
        """Gives the catalog the search_path, and the role that owns what is made."""
        value = self.settings.get("search_path")
        db.search_path = self._usual_path if value is None else search_path(value)
        db.user = self.settings.get("role") or self.settings.get("session_authorization", "")

    # --- locks --------------------------------------------------------------------------------------------------------

    def _hold(self, effects: Sequence[Effect], origin: Origin) -> None:
        for effect in effects:
            held = self.held.get(effect.relation)
            if effect.lock and (held is None or held.lock < effect.lock):
                self.held[effect.relation] = Held(effect.relation, effect.lock, origin)

    def _rename_held(self, op: Operation, old: Name) -> None:
        """The lock on a relation stays on it under its new name. (Where `constraint` is named, that is renamed.)"""
        new = old
        if isinstance(op, SetSchema):
            new = Name(old.name, op.new_schema)
        elif isinstance(op, RenameTable | RenameObject) and not getattr(op, "constraint", ""):
            new = Name(op.new_name, old.schema)
        held = self.held.pop(old, None)
        if held is not None:
            self.held[new] = Held(new, held.lock, held.origin)


# --- what each operation does to the session -------------------------------------------------------------------------


@follows
def begin(op: Begin, session: Session, origin: Origin, db: "Catalog") -> None:
    """Inside a transaction BEGIN is a warning and nothing else."""
    if not (session.in_transaction or op.possible):
        session.begin(origin, db)


@follows
def commit(op: Commit | PrepareTransaction, session: Session, origin: Origin, db: "Catalog") -> None:
    """Outside a transaction COMMIT is a warning; inside it ends the runner's as well. AND CHAIN opens the next one."""
    if session.in_transaction and not op.possible:
        own = session.own_block
        session.commit()
        session.follow_settings(db)
        if isinstance(op, Commit) and op.chain:
            _chain(session, origin, db, own=own)


@follows
def rollback(op: Rollback, session: Session, origin: Origin, db: "Catalog") -> None:
    if session.in_transaction and not op.possible:
        own = session.own_block
        session.rollback(db)
        if op.chain:
            _chain(session, origin, db, own=own)


def _chain(session: Session, origin: Origin, db: "Catalog", *, own: bool) -> None:
    session.begin(origin, db)
    session.own_block = own


@follows
def add_enum_value(op: AddEnumValue, session: Session, origin: Origin, db: "Catalog") -> None:
    if session.in_transaction:
        session.new_enum_values[db.resolve_type(op.type), op.value] = origin


@follows
def savepoint(op: Savepoint, session: Session, _: Origin, db: "Catalog") -> None:
    if session.in_transaction and not op.possible:
        session.savepoint(op.name, db)


@follows
def release_savepoint(op: ReleaseSavepoint, session: Session, _: Origin, _db: "Catalog") -> None:
    if not op.possible:
        session.release(op.name)


@follows
def rollback_to_savepoint(op: RollbackToSavepoint, session: Session, _: Origin, db: "Catalog") -> None:
    if not op.possible:
        session.rollback_to(op.name, db)


@follows
def set_variable(op: SetVariable, session: Session, origin: Origin, db: "Catalog") -> None:
    if op.value != NO_CHANGE:
        name = op.name.lower()
        session.set(name, None if name == "role" and op.value == "none" else op.value, local=op.local)
        if name == "session_authorization":  # SetSessionAuthorization in miscinit.c
            session.set("role", None, local=op.local)
        session.follow_settings(db)
        if not (op.local or op.possible):
            session.note_set(name, origin)


@follows
def reset_variable(op: ResetVariable, session: Session, _: Origin, db: "Catalog") -> None:
    if op.name == "all":
        session.reset_all()
    else:
        session.set(op.name.lower(), None, local=False)
    session.follow_settings(db)


# --- what the values of settings mean --------------------------------------------------------------------------------


# The roles as which migrations are taken to run: what is set for another role says nothing about them.
RUNNING_ROLES = frozenset({"", "current_user", "current_role", "session_user", "postgres"})


def apply_defaults(op: AlterSetting, defaults: dict[str, str]) -> None:
    """ALTER ROLE | DATABASE … SET changes `defaults`, the settings with which later sessions start.

    What is set for a role counts for ALL, for the current user and for "postgres".
    """
    name = op.name.lower()
    if op.role not in RUNNING_ROLES or op.value == NO_CHANGE:
        return
    if op.value is not None:
        defaults[name] = op.value
    elif name == "all":
        defaults.clear()
    else:
        defaults.pop(name, None)


_DURATION = lazy(r"\s*\+?(\d+\.?\d*|\.\d+)\s*(us|ms|s|min|h|d|)\s*")
_MILLISECONDS = {"us": 0.001, "ms": 1, "": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}


def milliseconds(value: str) -> int | None:
    """The duration that lock_timeout and its kin take, in milliseconds: '5s', '2min', '5000', '0'; None for no such.

    Source: manual, 20.1.1 Parameter Names and Values; units are told apart by case.
    """
    match = _DURATION.fullmatch(value)
    return None if match is None else round(float(match[1]) * _MILLISECONDS[match[2]])


_PATH_ELEMENT = lazy(r'\s*(?:"((?:[^"]|"")*)"|([^",\s]+))\s*(?:,|$)')


def search_path(value: str) -> tuple[str, ...]:
    """The schema names of a search_path setting, without "$user". Names without quotes are lower case."""
    elements = _PATH_ELEMENT.findall(value)
    names = (bare.lower() or quoted.replace('""', '"') for quoted, bare in elements)
    return tuple(name for name in names if name not in ("", "$user"))
