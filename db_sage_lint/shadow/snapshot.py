"""What a session can see of relations, locks and counters at one moment, and how two moments differ.

Traps that were met while measuring: a file number changes for TRUNCATE and sequences too, which rewrites nothing; a
dropped relation is gone from pg_class while its lock stands in pg_locks; an index that is built anew may come back
under another OID; the counters of pg_stat_get_xact_* count since the last report, so only their difference tells.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from db_sage_lint.effects.locks import Effect, Lock
from db_sage_lint.operations import Name
from db_sage_lint.shadow.asking import ask
from db_sage_lint.shadow.objects import OBJECTS, Changes, Objects, changes, read

if TYPE_CHECKING:
    import psycopg
    from psycopg.rows import TupleRow as Row

Oid = int

MODES = {
    "AccessShareLock": Lock.ACCESS_SHARE,
    "RowShareLock": Lock.ROW_SHARE,
    "RowExclusiveLock": Lock.ROW_EXCLUSIVE,
    "ShareUpdateExclusiveLock": Lock.SHARE_UPDATE_EXCLUSIVE,
    "ShareLock": Lock.SHARE,
    "ShareRowExclusiveLock": Lock.SHARE_ROW_EXCLUSIVE,
    "ExclusiveLock": Lock.EXCLUSIVE,
    "AccessExclusiveLock": Lock.ACCESS_EXCLUSIVE,
}
FIRST_USER_OID = 16384  # FirstNormalObjectId in src/include/access/transam.h

# Asked with the search_path of `asking`. To read the size of a relation that somebody else has locked, a prepared
# transaction too, would be to wait for it.
RELATIONS = f"""
SELECT c.oid::int8, c.relkind::text, n.nspname::text, c.relname::text, c.relfilenode::int8, c.reltablespace::int8,
  i.indrelid::int8, i.indisvalid, CASE WHEN c.relkind IN ('r', 'm') AND c.oid <> ALL (ARRAY(SELECT relation
  FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation IS NOT NULL
  AND pid IS DISTINCT FROM pg_backend_pid())) THEN pg_relation_size(c.oid) END,
  CASE WHEN c.relkind IN ('r', 'm') THEN pg_stat_get_xact_tuples_returned(c.oid) END
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_index i ON i.indexrelid = c.oid
WHERE c.oid >= {FIRST_USER_OID} AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S', 'i', 'I')
  AND n.nspname !~ '^pg_toast'
"""
# The database is not looked up in pg_database, which REINDEX DATABASE may have locked.
OURS = f"""locktype = 'relation' AND relation >= {FIRST_USER_OID}
  AND database = (SELECT datid FROM pg_stat_get_activity(pg_backend_pid()))"""
LOCKS = f"SELECT relation::int8, mode, granted FROM pg_locks WHERE pid = {{pid}} AND {OURS}"
# What it waits for and what it holds in one look at the lock table, as between two of them a process may have gone on.
STANDS = f"SELECT CASE WHEN {OURS} THEN relation::int8 END, mode, granted FROM pg_locks WHERE pid = {{pid}}"

# What PostgreSQL tells at DEBUG1: tablecmds.c, index.c.
VERIFYING = re.compile(r'verifying table "(.*)"')
BUILDING = re.compile(r'building index "(.*)" on table "(.*?)"')
VALIDATING = re.compile(r'validating foreign key constraint "(.*)"')
REWRITING = re.compile(r'rewriting table "(.*)"')
WORK = re.compile(
    "verifying table|building index|validating foreign key|rewriting table|existing constraints on|partition constraint"
    "|updated partition constraint|.* is implied by existing|.* sufficient to prove"
)


class Seen(Struct, frozen=True, gc=False):
    """One relation. `table` is that of an index; `size` in bytes and `rows_read` are those of tables with storage. The
    size of one that somebody else has locked isn't known.
    """

    name: Name
    kind: str
    file: int
    tablespace: int
    table: Oid | None
    valid: bool | None
    size: int | None
    rows_read: int | None


NONE_HELD: frozenset[Lock] = frozenset()
NO_OBJECTS: Objects = {}
NO_NAMES: frozenset[Name] = frozenset()


class Snapshot(Struct, frozen=True):
    """The user's relations by OID and their `names`, the modes that the session holds on each, and all objects."""

    relations: dict[Oid, Seen]
    locks: dict[Oid, frozenset[Lock]]
    objects: Objects = NO_OBJECTS
    names: frozenset[Name] = NO_NAMES


NOTHING = Snapshot({}, {})


def take(connection: "psycopg.Connection", known: frozenset[Name] = NO_NAMES) -> Snapshot:
    """What the connection sees now, changes of its open transaction included. Names that are still those `known` are
    not kept twice.
    """
    locks = LOCKS.format(pid=connection.info.backend_pid)
    found, modes, objects = ask(connection, RELATIONS, locks, OBJECTS)
    relations = {row[0]: Seen(Name(row[3], schema(row[2])), row[1], *row[4:]) for row in found}
    names = frozenset(seen.name for seen in relations.values())
    return Snapshot(relations, of_rows(modes), read(objects), known if names == known else names)


def schema(name: str) -> str:
    """The schema's name; that of a session's temporary tables is pg_temp."""
    return "pg_temp" if name.startswith("pg_temp_") else name


class Stop(Struct, frozen=True):
    """Where a process waits: the modes that it holds on relations or asks for, and the processes in its way."""

    locks: dict[Oid, frozenset[Lock]]
    behind: frozenset[int]


def stop_of(connection: "psycopg.Connection", pid: int) -> Stop | None:
    """Where the process stands, in the connection's database; None while it doesn't wait for any lock.

    Those in its way are asked for first: else it might stand behind one of them already that the look doesn't tell of.
    """
    ((behind,),) = connection.execute("SELECT pg_blocking_pids(%s)", (pid,)).fetchall()
    rows = connection.execute(STANDS.format(pid=pid).encode()).fetchall()
    if all(granted for _, _, granted in rows):
        return None
    return Stop(of_rows((oid, mode, True) for oid, mode, _ in rows if oid), frozenset(behind))


def of_rows(rows: "Iterable[Row]") -> dict[Oid, frozenset[Lock]]:
    found: dict[Oid, set[Lock]] = {}
    for oid, mode, granted in rows:
        if granted and mode in MODES:
            found.setdefault(oid, set()).add(MODES[mode])
    return {oid: frozenset(modes) for oid, modes in found.items()}


class Difference:
    """What happened to the relations that existed `before`, by the messages told in between and what is there `after`.

    `truncates` says that the statement is a TRUNCATE, whose new files hold nothing.
    """

    def __init__(
        self, before: Snapshot, after: Snapshot, messages: tuple[str, ...] = (), *, truncates: bool = False
    ) -> None:
        self.before = before
        self.after = after
        self.messages = messages
        self.truncates = truncates
        self.new = {oid: seen for oid, seen in after.relations.items() if oid not in before.relations}

    def effects(self) -> tuple[Effect, ...]:
        """One for each relation that was newly locked, scanned or rewritten, the strongest lock first.

        An index stands there only where it is locked more strongly than its table, as for predictions.
        """
        scanned, rewritten = self.scanned(), self.rewritten()
        found: dict[Oid, Effect] = {}
        for oid, seen in self.before.relations.items():
            modes = self.after.locks.get(oid, NONE_HELD) - self.before.locks.get(oid, NONE_HELD)
            work = oid in scanned or oid in rewritten
            if modes or work:
                lock = max(modes or self.after.locks.get(oid, NONE_HELD), default=Lock.NONE)
                found[oid] = Effect(seen.name, lock, oid in scanned - rewritten, oid in rewritten)
        kept = [effect for oid, effect in found.items() if not self.told_by_table(oid, effect, found)]
        return tuple(sorted(kept, key=lambda effect: (-effect.lock, effect.relation)))

    def told_by_table(self, oid: Oid, effect: Effect, found: Mapping[Oid, Effect]) -> bool:
        """Whether it is an index, and its table is locked as strongly."""
        table = self.before.relations[oid].table
        if table is None:
            return False
        held = max(self.after.locks.get(table, NONE_HELD), default=Lock.NONE)
        return max(held, found[table].lock if table in found else Lock.NONE) >= effect.lock

    def with_tables(self) -> frozenset[Name]:
        """Indexes that are locked, and that `effects` leaves out because their tables tell it."""
        told = {effect.relation for effect in self.effects()}
        return frozenset(
            seen.name
            for oid, seen in self.before.relations.items()
            if seen.kind in "iI" and seen.name not in told and oid in self.after.locks
        )

    def sequences(self) -> frozenset[Name]:
        """Those that `effects` has."""
        told = {effect.relation for effect in self.effects()}
        return frozenset(one.name for one in self.before.relations.values() if one.kind == "S" and one.name in told)

    def held(self) -> dict[Name, Lock]:
        """The strongest lock on each relation that was held when the statement began; indexes as in `effects`."""
        relations, locks = self.before.relations, self.before.locks
        held = {oid: max(modes) for oid, modes in locks.items() if oid in relations}
        return {
            relations[oid].name: lock
            for oid, lock in held.items()
            if lock > held.get(relations[oid].table or 0, Lock.NONE)
        }

    def rewritten(self) -> set[Oid]:
        """Tables and materialized views that were written into a new file or tablespace, indexes into a tablespace."""
        return {oid for oid in self.moved() if not self.emptied(oid)}

    def moved(self) -> set[Oid]:
        relations = self.after.relations
        return {
            oid for oid, seen in self.before.relations.items() if oid in relations and is_moved(seen, relations[oid])
        }

    def emptied(self, oid: Oid) -> bool:
        before, after = self.before.relations[oid], self.after.relations[oid]
        told = any(found[1] == before.name.name for found in self.told(REWRITING))
        return not told and (self.truncates or (after.size == 0 and bool(before.size)))

    def scanned(self) -> set[Oid]:
        """Tables of which rows were read, that were verified, or of which an index was built."""
        names = {found[1] for found in self.told(VERIFYING)}
        emptied = {self.before.relations[oid].name.name for oid in self.moved() if self.emptied(oid)}
        built = {found[2]: found[1] for found in self.told(BUILDING) if found[2] not in emptied}
        tables = [(oid, seen) for oid, seen in self.before.relations.items() if seen.kind in "rm"]
        namesakes = Counter(seen.name.name for _, seen in tables)
        namesakes.update(seen.name.name for seen in self.new.values() if seen.kind in "rm")
        names |= {name for name in built if namesakes[name] < 2}
        exact = {oid for name, index in built.items() if namesakes[name] > 1 for oid in self.with_new_index(index)}
        return {oid for oid, seen in tables if oid in exact or self.was_read(oid, seen, names)}

    def with_new_index(self, name: str) -> set[Oid]:
        """The tables that have an index of that name in a new file: messages don't tell schemas."""
        before = self.before.relations
        return {
            seen.table
            for oid, seen in self.after.relations.items()
            if seen.kind == "i" and seen.name.name == name and seen.table is not None
            if oid not in before or before[oid].file != seen.file
        }

    def was_read(self, oid: Oid, seen: Seen, names: set[str]) -> bool:
        """Whether rows of it were read; a name that was told counts for a relation that the session has locked."""
        if seen.name.name in names and (oid in self.after.locks or oid in self.before.locks or not self.after.locks):
            return True
        after = self.after.relations.get(oid)
        return after is not None and (after.rows_read or 0) > (seen.rows_read or 0)

    def told(self, pattern: re.Pattern[str]) -> list[re.Match[str]]:
        return [found for message in self.messages if (found := pattern.match(message))]

    def changes(self) -> Changes:
        """What was made, changed and dropped."""
        return changes(self.before.objects, self.after.objects)

    def invalid(self) -> tuple[str, ...]:
        """Indexes that are there and not valid, and were not so before."""
        before = self.before.relations
        return tuple(
            sorted(
                str(seen.name)
                for oid, seen in self.after.relations.items()
                if seen.valid is False and seen.kind == "i" and not (oid in before and before[oid].valid is False)
            )
        )


def is_moved(seen: Seen, now: Seen) -> bool:
    """Whether it has another file, or for an index another tablespace: a new file there is the work of its table."""
    if seen.kind == "i":
        return now.tablespace != seen.tablespace
    return seen.kind in "rm" and (now.file, now.tablespace) != (seen.file, seen.tablespace)
