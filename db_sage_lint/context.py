"""What a check may ask: one object that answers the shared questions about an operation, once."""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from msgspec import Struct

from db_sage_lint.around import Around
from db_sage_lint.catalog import Catalog
from db_sage_lint.catalog.records import Column, Index, Missing, Relation, Table, View
from db_sage_lint.config import Config
from db_sage_lint.effects import Effect
from db_sage_lint.effects.locks import Lock
from db_sage_lint.effects.predict import while_running, while_skipping
from db_sage_lint.findings import Severity
from db_sage_lint.later import Later
from db_sage_lint.operations import (
    AddConstraint,
    LockTable,
    Name,
    Operation,
)
from db_sage_lint.profiles import exposed_schemas, low_trust, platform_schemas
from db_sage_lint.rules import Rules
from db_sage_lint.script import Origin, Script
from db_sage_lint.seen import Seen, confirmed
from db_sage_lint.session import Held, Session, milliseconds

if TYPE_CHECKING:
    from db_sage_lint.catalog.difference import State
    from db_sage_lint.dumps import Dump

UNASKED = Missing("", Name(""))


class Verdict(Struct, frozen=True, kw_only=True):
    """A check's yes with particulars.

    `facts` fill the message's braces. `severity` replaces the rule's for this case. `related` are earlier statements
    with a word on each. `where` points at another statement than the one judged (for what is judged at an end),
    `at` at another byte of the file.
    """

    facts: Mapping[str, str] = {}
    severity: Severity | None = None
    related: tuple[tuple[Origin, str], ...] = ()
    where: Origin | None = None
    at: int = -1
    effects: tuple[Effect, ...] | None = None


class Proven(Struct, frozen=True, eq=False):
    """The rule is quiet about what stands at `origin`, since the statement at `proof` made it safe."""

    rule: str
    origin: Origin
    proof: Origin


class Unanalysed(Struct, frozen=True, eq=False):
    """A statement whose effect could not be read, and why."""

    origin: Origin
    why: str


class Context(Around):
    """The state just before one operation runs. Checks get it as `now`.

    `habits` are the names of settings that earlier scripts of the history have set; `unread` is what could not be
    analysed so far in this script. `low_trust` are the roles that anybody may act as, PUBLIC among them, and
    `exposed_schemas` those that an API opens to them.
    `undone` is the state to which a down script has to lead back: that before the script which it undoes. `dump` is the
    user's own dump of the schema, at the end of a history to which it has to be equal.
    `seen` is what a shadow server saw the statement do, if it ran there, and `alone` says that the operation is all of
    the statement. `skips` says that IF [NOT] EXISTS makes the operation a no-op. `unguarded` is the strongest lock
    blocking reads or writes of a contended relation that the script has asked for with no lock_timeout in force.
    """

    def __init__(
        self,
        db: Catalog,
        session: Session,
        later: Later,
        config: Config,
        rules: Rules,
        habits: AbstractSet[str] = frozenset(),
    ) -> None:
        self.db = db
        self.session = session
        self.config = config
        self.pg = config.pg
        self.private_schemas = frozenset(config.private_schemas)
        self.profiles = frozenset(config.profiles)
        self.low_trust = low_trust(self.profiles)
        self.exposed_schemas = exposed_schemas(self.profiles)
        self.platform_schemas = platform_schemas(self.profiles)
        self.habits = habits
        self.later = later
        self.undone: State | None = None
        self.dump: Dump | None = None
        self.rule = ""
        self.unread: list[Unanalysed] = []
        self.proofs: list[Proven] = []
        # Relations that nobody else can be using: what the change set made stays its own until it ends.
        self._own: set[Name] = set()
        self.unguarded: Held | None = None
        # The transaction in which a lock was asked for that may make others wait.
        self._blocking = session.transactions if session.held else 0
        self._told: dict[str, tuple[int, Lock]] = {}
        self._rules = rules
        self._effects: tuple[Effect, ...] | None = None
        self._contended: tuple[Effect, ...] | None = None
        self._touched: list[Relation] | None = None
        self._tables: list[Table] | None = None
        self._missing: Missing | None = UNASKED
        self.seen: Seen | None = None
        self.alone = True
        self.skips = False
        self.op: Operation | None = None
        self.origin: Origin
        self.script: Script

    def look_at(self, op: Operation, origin: Origin) -> None:
        """Turns to the next operation; what was computed for the last one is forgotten."""
        self.op = op
        self.origin = origin
        self.script = origin.script
        self.skips = self.db.skips(op)
        self._effects = None
        self._contended = None
        self._touched = self._tables = None
        self._missing = UNASKED

    def note_locks(self) -> None:
        """Notes the locks asked for that make others wait; to be called before the catalog follows the operation."""
        blocking = [effect for effect in self.contended_effects if effect.lock.blocks_writes]
        if not blocking:
            return
        self._blocking = self.session.transactions
        if self.skips or self.has_lock_timeout or (isinstance(self.op, LockTable) and self.op.nowait):
            return
        for effect in blocking:
            held = self.locks_held.get(effect.relation)
            asked = (self.unguarded.lock if self.unguarded else Lock.NONE, held.lock if held else Lock.NONE)
            if effect.lock > max(asked) and not self.is_index_of_locked(effect.relation):
                self.unguarded = Held(effect.relation, effect.lock, self.origin)

    def may_hold_up(self) -> bool:
        """Whether the open transaction may hold a lock that makes others wait; `blocking_locks_held` says which."""
        return self.session.in_transaction and self._blocking == self.session.transactions

    # --- the operation -------------------------------------------------------------------------------------------

    @property
    def effects(self) -> tuple[Effect, ...]:
        """What the operation does to relations, predicted or seen; the strongest lock first."""
        if self._effects is None:
            assert self.op is not None
            self._effects = self.predicted
            if self.seen is not None and self.seen.complete:
                self._effects = confirmed(self._effects, self.seen, alone=self.alone)
        return self._effects

    @property
    def predicted(self) -> tuple[Effect, ...]:
        """What the operation does to relations as far as it can be told without running it."""
        assert self.op is not None
        if self.skips:
            return while_skipping(self.op, self.db, self.pg)
        return while_running(self.op, self.db, self.pg, self.session.settings)

    @property
    def missing(self) -> Missing | None:
        """The first object that the operation needs and that is known not to exist; None where it is skipped."""
        if self._missing is UNASKED:
            assert self.op is not None
            self._missing = None if self.skips else self.db.missing(self.op)
        return self._missing

    def effect_on(self, name: Name) -> Effect | None:
        key = self.db.resolve(name)
        return next((e for e in self.effects if e.relation == key), None)

    @property
    def contended_effects(self) -> tuple[Effect, ...]:
        """Those effects that other sessions can feel."""
        if self._contended is None:
            self._contended = tuple([e for e in self.effects if self.contended(e.relation)])
        return self._contended

    @property
    def scans(self) -> bool:
        """Whether it reads all rows of a contended relation that may have any, or builds an index over them."""
        return any(e.scans and self.may_have_rows(e.relation) for e in self.contended_effects)

    @property
    def rewrites(self) -> bool:
        """Whether it writes a contended relation that may have rows anew."""
        return any(e.rewrites and self.may_have_rows(e.relation) for e in self.contended_effects)

    @property
    def locks_held(self) -> Mapping[Name, Held]:
        """The strongest lock that the open transaction holds on each relation, and the statement that took it."""
        return self.session.held if self.session.in_transaction else {}

    def holds(self, name: Name, lock: Lock) -> bool:
        """Whether an earlier statement of the open transaction holds so strong a lock on the relation."""
        held = self.locks_held.get(self.db.resolve(name))
        return held is not None and held.lock >= lock

    def blocking_locks_held(self) -> list[Held]:
        """Locks held on contended relations that block reads or writes, the strongest first."""
        own = self._own
        held = [
            held
            for name, held in self.locks_held.items()
            if name not in own and held.lock.blocks_writes and self.is_awaited(name)
        ]
        return sorted(held, key=lambda h: (-h.lock, h.origin.start))

    def is_awaited(self, name: Name) -> bool:
        """Whether others can wait for a lock on the relation; an index is waited for as its table is."""
        if not self.contended(name):
            self._own.add(name)
            return False
        if self.was_dropped(name):
            return False
        relation = self.last_known(name)
        return not isinstance(relation, Index) or relation.table not in self.locks_held

    def is_index_of_locked(self, name: Name) -> bool:
        """Whether it is an index whose table the operation locks as strongly, so that others wait for the table."""
        index = self.db.index(name)
        own = self.effect_on(index.table) if index else None
        return own is not None and own.lock >= self.strongest()

    def told(self) -> Lock:
        """The strongest lock of which the rule that is being asked has spoken in the open transaction."""
        transaction, lock = self._told.get(self.rule, (0, Lock.NONE))
        return lock if transaction == self.session.transactions else Lock.NONE

    def is_news(self, lock: Lock) -> bool:
        """Whether the rule that is being asked has not yet spoken, in the open transaction, of so strong a lock."""
        if self.told() >= lock:
            return False
        self._told[self.rule] = (self.session.transactions, lock)
        return True

    def note_proof(self, proof: Origin) -> None:
        """Notes that the rule that is being asked is quiet here because of that statement."""
        self.proofs.append(Proven(self.rule, self.origin, proof))

    def setting(self, name: str) -> str | None:
        """The value in force of a run-time parameter, as far as the files tell; None where they don't."""
        return self.session.settings.get(name)

    @property
    def has_lock_timeout(self) -> bool:
        """Whether a lock_timeout is in force, as far as the files and the configuration tell."""
        value = self.session.settings.get("lock_timeout")
        return value is not None and milliseconds(value) != 0

    def is_configured(self) -> bool:
        """Whether the settings give an option of the rule that is being asked a value."""
        return bool(self.config.rules.get(self.rule))

    def option(self, name: str) -> object:
        """The configured value of an option of the rule that is being asked, or its document's default."""
        configured = self.config.rules.get(self.rule, {})
        return configured[name] if name in configured else self._rules[self.rule].options[name]

    def allows(self, name: str, option: str = "allow") -> bool:
        """Whether a pattern of that option of the rule that is being asked is found in the name."""
        patterns = self.option(option)
        return isinstance(patterns, list | tuple) and any(re.search(str(pattern), name) for pattern in patterns)

    def is_external(self, name: Name) -> bool:
        """Whether something other than the migrations makes the object, as the configuration or a profile says."""
        if (name.schema or name.name) in self.platform_schemas:
            return True
        written = (name.name, f"{name.schema}.{name.name}")
        return any(fnmatchcase(one, pattern) for pattern in self.config.external_objects for one in written)

    def shown(self, name: Name) -> str:
        """The name as messages write it: without the schema where search_path finds it without."""
        bare = Name(name.name)
        return str(bare if name.schema in self.db.search_path and self.db.resolve(bare) == name else name)

    # --- relations -----------------------------------------------------------------------------------------------

    def table(self, name: Name) -> Table | None:
        return self.db.table(name)

    def existed(self, made: Origin | None) -> bool:
        """Whether what was made there existed before the change set; what no file made did."""
        return made is None or made.change_set != self.origin.change_set

    def relation_existed(self, name: Name) -> bool:
        """Whether the relation existed before the change set; one that no file made is taken to have."""
        relation = self.last_known(name)
        return relation is None or self.existed(relation.made)

    def last_known(self, name: Name) -> Relation | None:
        """What the catalog holds under the name, or held until it was dropped or renamed."""
        relation = self.db.relation(name)
        if relation is None:
            gone = self.db.gone.get(self.db.resolve(name))
            return gone.relation if gone else None
        return relation

    def was_dropped(self, name: Name) -> bool:
        """Whether a file dropped the relation, and not just renamed it."""
        gone = self.db.gone.get(self.db.resolve(name))
        return gone is not None and gone.renamed_to is None and self.db.relation(name) is None

    def as_before(self, relation: Relation) -> Relation | None:
        """The relation as the change set met it, also under another name; None where it was made since."""
        if not self.existed(relation.made):
            return None
        old_names = (old for old, gone in self.db.gone.items() if gone.renamed_to == relation.name)
        then = (self.db.former.get(name, self.db.relations.get(name)) for name in (relation.name, *old_names))
        return next((former for former in then if former is not None), None)

    def contended(self, name: Name) -> bool:
        """Could another session be using the relation now? Unknown relations: yes."""
        relation = self.last_known(name)
        if relation is None:
            return name.schema != "pg_temp" and name.schema not in self.private_schemas
        if not self.existed(relation.made) or relation.name.schema in self.private_schemas:
            return False
        return not (isinstance(relation, Table | View) and relation.persistence == "temporary")

    def may_have_rows(self, name: Name) -> bool:
        """Whether the table may have a row, or traces of one: it existed before and no TRUNCATE of the open transaction
        has emptied it, or an earlier statement of the change set has filled it.
        """
        relation = self.db.relation(name)
        if isinstance(relation, Table) and self.in_this_transaction(relation.truncated):
            return False
        if isinstance(relation, Table) and not self.existed(relation.made):
            return relation.filled is not None
        if isinstance(relation, View) and not self.existed(relation.made):
            return relation.populated
        return True

    def column_existed(self, table: Name, column: str) -> bool:
        """Whether the column existed before the change set; one that no file made is taken to have."""
        if not self.relation_existed(table):
            return False
        known = self.db.table(table)
        found = known.columns.get(column) if known else None
        return found is None or self.existed(found.made)

    def column_beside(self, op: AddConstraint) -> Column | None:
        """The column in whose ADD COLUMN the constraint is written; None for other constraints."""
        table = self.db.table(op.table) if op.within == "column" else None
        columns = [table.columns.get(name) for name in op.touches] if table else []
        return next((column for column in columns if column and column.made is self.origin), None)

    def in_change_set(self, origin: Origin | None) -> bool:
        """Whether that statement is one of the change set's."""
        return origin is not None and origin.change_set == self.origin.change_set

    def touched(self) -> list[Relation]:
        """The relations that the change set has made or changed so far, as they are now."""
        if self._touched is None:
            written = ((self.db.relations.get(name), former) for name, former in self.db.former.items())
            self._touched = [now for now, former in written if now is not None and now is not former]
        return self._touched

    def tables_touched(self) -> list[Table]:
        """The tables that the change set has made or changed so far, as they are now."""
        if self._tables is None:
            self._tables = [relation for relation in self.touched() if isinstance(relation, Table)]
        return self._tables

    def strongest(self) -> Lock:
        """The strongest lock that the operation asks for on a contended relation."""
        return max((e.lock for e in self.contended_effects), default=Lock.NONE)
