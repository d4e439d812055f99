"""What a statement does on a real server: its locks on relations, and which of them it reads or writes whole.

Relations are those that existed before the statement, under the names that they had then; TOAST tables are left out. A
lock is the strongest new mode in pg_locks. `rewrites` is a new file or tablespace; `scans` is rows returned to the
executor, a table that PostgreSQL says it verifies, or an index built. Of indexes only those are told that are locked
more than their table, or written where it isn't.
"""

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
from msgspec import Struct

from db_sage_lint.effects import Effect, Lock
from db_sage_lint.operations import Name

SNAPSHOT = """
SELECT c.oid::bigint, c.relkind::text, c.relfilenode::bigint, c.reltablespace::bigint, n.nspname::text, c.relname::text,
  coalesce(x.indrelid, 0)::bigint, coalesce(pg_catalog.pg_stat_get_xact_tuples_returned(c.oid), 0)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_index x ON x.indexrelid = c.oid
WHERE c.oid >= 16384 AND c.relkind <> 'c' AND n.nspname <> 'pg_toast'"""
LOCKS = """
SELECT l.relation::bigint, pg_catalog.array_agg(l.mode) FROM pg_catalog.pg_locks l
WHERE l.pid = %s AND l.granted AND l.locktype = 'relation' AND l.relation >= 16384 GROUP BY 1"""
WAITS = """
SELECT l.mode, l.relation::bigint FROM pg_catalog.pg_locks l WHERE l.pid = %s AND NOT l.granted"""
WORK = re.compile(r'(?:verifying table|building index "[^"]+" on table) "([^"]+)"')
BUILT_OR_TRUNCATED = re.compile(r"(?is)\s*TRUNCATE\b|.*WITH NO DATA\s*;?\s*$")
MODES = {"".join(word.title() for word in lock.name.split("_")) + "Lock": lock for lock in Lock}


class Relation(Struct, frozen=True):
    """One row of pg_class; `table` is the oid of an index's table, `read` the rows read in this transaction."""

    kind: str
    file: int
    tablespace: int
    schema: str
    name: str
    table: int
    read: int

    @property
    def is_index(self) -> bool:
        return self.kind in "iI"


Relations = dict[int, Relation]
Locks = dict[int, Lock]


class Seen(Struct, frozen=True):
    """The effects by relation; `error` is the SQLSTATE of a statement that the server refused."""

    effects: dict[Name, Effect]
    error: str = ""
    message: str = ""


class Observer:
    """A connection whose statements are watched."""

    def __init__(self, url: str, **parameters: str) -> None:
        self.connection = psycopg.connect(url, autocommit=True, prepare_threshold=None, **parameters)
        self.pid = self.connection.info.backend_pid
        self.said: list[str] = []
        self.connection.add_notice_handler(lambda notice: self.said.append(notice.message_primary or ""))

    def set(self, name: str, value: str, *, local: bool = False) -> None:
        self.connection.execute("SELECT pg_catalog.set_config(%s, %s, %s)", (name, value, local))

    def relations(self) -> Relations:
        return {row[0]: Relation(*row[1:]) for row in self.connection.execute(SNAPSHOT)}

    def locks(self) -> Locks:
        held = self.connection.execute(LOCKS, (self.pid,)).fetchall()
        return {oid: max(MODES[mode] for mode in modes) for oid, modes in held}

    def watch(self, sql: str) -> Seen:
        """Runs a statement and tells what it did. Its locks are seen if it runs in a transaction, which stays open."""
        before, held = self.relations(), self.locks()
        self.said.clear()
        try:
            self.connection.execute(sql)
        except psycopg.Error as error:
            return Seen({}, error.sqlstate or "lost", str(error))
        said = list(self.said)
        after, holds = self.relations(), self.locks()
        taken = {oid: lock for oid, lock in holds.items() if lock > held.get(oid, Lock.NONE)}
        return Seen(effects(sql, before, after, taken, said))

    def close(self) -> None:
        self.connection.close()


def wait_for(asks: Observer, sql: str, table: str, holder: Observer, lock: Lock, monitor: psycopg.Connection) -> Lock:
    """The lock on the table for which a statement, sent by `asks`, waits while `holder` has `lock` on it, or NONE.

    The statement is cancelled as soon as it waits for anything; else it runs to its end. `monitor` looks on from
    another database, where it is in nobody's way.
    """
    holder.connection.execute(f"BEGIN; LOCK TABLE {table} IN {lock.sql} MODE")  # type: ignore[call-overload]
    held = holder.locks()
    try:
        with ThreadPoolExecutor(1) as thread:
            running = thread.submit(asks.watch, sql)
            while not running.done():
                waits = monitor.execute(WAITS, (asks.pid,)).fetchone()
                if waits:
                    asks.connection.cancel_safe()
                    return MODES[waits[0]] if waits[1] in held else Lock.NONE
                time.sleep(0.002)
    finally:
        holder.connection.execute("ROLLBACK")
    return Lock.NONE


def effects(sql: str, before: Relations, after: Relations, taken: Locks, said: list[str]) -> dict[Name, Effect]:
    """What has to be told of a statement, from the relations before and after it, its new locks and its messages."""
    quiet = BUILT_OR_TRUNCATED.match(sql) is not None
    rewritten = set() if quiet else {oid for oid in before if is_rewritten(before[oid], after.get(oid))}
    scanned = set() if quiet else set(read_whole(before, after, said))
    found = {
        oid: Effect(Name(relation.name, relation.schema), taken.get(oid, Lock.NONE), oid in scanned, oid in rewritten)
        for oid, relation in before.items()
        if oid in taken or oid in scanned or oid in rewritten
    }
    return {
        effect.relation: effect
        for oid, effect in found.items()
        if not (before[oid].is_index and tells_nothing(effect, found.get(before[oid].table)))
    }


def is_rewritten(old: Relation, new: Relation | None) -> bool:
    """Whether a table has a new file, or anything but a sequence a new place."""
    if new is None or old.kind == "S":
        return False
    return new.tablespace != old.tablespace or (new.file != old.file and not old.is_index)


def read_whole(before: Relations, after: Relations, said: list[str]) -> Iterator[int]:
    """The tables whose rows were read, that were verified, or of which an index was built."""
    named = {relation.name: oid for oid, relation in before.items()}
    made = {(new.schema, new.name): new for oid, new in after.items() if oid not in before}
    for oid, old in before.items():
        new = after.get(oid)
        if old.is_index:
            built = new or made.get((old.schema, old.name))
            if built is not None and built.file != old.file and (new is None or new.tablespace == old.tablespace):
                yield old.table
        elif old.kind in "rmp" and new is not None and new.read > old.read:
            yield oid
    yield from (named[match[1]] for match in map(WORK.match, said) if match and match[1] in named)


def tells_nothing(index: Effect, table: Effect | None) -> bool:
    """Whether the effect on its table tells that on an index."""
    return table is not None and table.lock >= index.lock and (table.rewrites or not index.rewrites)
