"""What operations on whole tables do: CREATE, DROP, TRUNCATE, LOCK, RENAME, storage, VACUUM, CLUSTER."""

from collections.abc import Iterator

from db_sage_lint import expressions
from db_sage_lint.catalog.records import Index, Table, View
from db_sage_lint.effects.drops import dropped_relation, dropped_with, keys_lost_with_partition
from db_sage_lint.effects.locks import Effect, Lock
from db_sage_lint.effects.partitions import new_partition
from db_sage_lint.effects.predict import Server, effects
from db_sage_lint.effects.reach import Effects, is_partitioned, on, over
from db_sage_lint.operations import (
    Analyze,
    Cluster,
    ClusterOn,
    CreateTable,
    DropTable,
    LockTable,
    MoveAllToTablespace,
    Name,
    OnTable,
    SetAccessMethod,
    SetInherit,
    SetLogged,
    SetStorageParameters,
    SetTablespace,
    Truncate,
    Vacuum,
)

# The storage parameters that take more than SHARE UPDATE EXCLUSIVE: reloptions.c, boolRelOpts and its kin.
STRONG_PARAMETERS = frozenset({"user_catalog_table", "security_barrier", "security_invoker", "check_option"})
DEFAULT_TABLESPACE = "pg_default"


@effects
def on_table(op: OnTable, server: Server) -> Effects:
    """Any subcommand of ALTER TABLE that has no function of its own: AlterTableGetLockLevel's default."""
    return (on(server, op.table, Lock.ACCESS_EXCLUSIVE),)


@effects
def create_table(op: CreateTable, server: Server) -> Iterator[Effect]:
    if op.partition_of is not None:
        yield from new_partition(op, op.partition_of, server)
    for parent in op.inherits:
        yield on(server, parent, Lock.SHARE_UPDATE_EXCLUSIVE)
    for like in op.likes:
        yield on(server, like.table, Lock.ACCESS_SHARE)
    if op.query is not None:
        for relation in sorted({relation for relation, _ in expressions.reads(op.query, server.db)}):
            yield Effect(relation, Lock.ACCESS_SHARE, scans=op.fills)


@effects
def drop_table(op: DropTable, server: Server) -> Iterator[Effect]:
    name = server.db.resolve(op.table)
    yield from dropped_relation(server, name)
    if op.cascade:
        yield from keys_lost_with_partition(server, name)
    yield from dropped_with(op, server, cascade=op.cascade)


@effects
def truncate(op: Truncate, server: Server) -> Iterator[Effect]:
    """TRUNCATE gives new empty files, whatever the old ones held. CASCADE reaches all tables that reference."""
    yield from over(server, op.table, Lock.ACCESS_EXCLUSIVE, only=op.only)
    if op.cascade:
        for name in emptied_by_cascade(server, op.table, only=op.only):
            yield Effect(name, Lock.ACCESS_EXCLUSIVE)


def emptied_by_cascade(server: Server, name: Name, *, only: bool = False) -> tuple[Name, ...]:
    """The tables that TRUNCATE … CASCADE empties besides the named one, by foreign keys and with their heirs."""
    db = server.db
    start = db.resolve(name)
    found: dict[Name, None] = {start: None}
    waiting = [start] if only else [start, *db.heirs(start)]
    for target in waiting:
        found[target] = None
        for table, _ in db.referencing(target):
            waiting += [n for n in (table.name, *db.heirs(table.name)) if n not in found]
            found[table.name] = None
    del found[start]
    return tuple(found)


@effects
def lock_table(op: LockTable, server: Server) -> Iterator[Effect]:
    """LOCK TABLE on a view locks the tables and views that it reads, but no materialized view."""
    lock = Lock[op.mode.replace(" ", "_")]
    waiting = [server.db.resolve(op.table)]
    seen: set[Name] = set()
    for name in waiting:
        if name in seen:
            continue
        seen.add(name)
        relation = server.db.relations.get(name)
        if isinstance(relation, View) and not relation.materialized:
            yield Effect(name, lock)
            waiting += sorted({n for n, _ in relation.reads if not _is_materialized(server, n)})
        else:
            yield from over(server, name, lock, only=op.only)


def _is_materialized(server: Server, name: Name) -> bool:
    view = server.db.view(name)
    return view is not None and view.materialized


@effects
def set_storage_parameters(op: SetStorageParameters, server: Server) -> Effects:
    strong = not STRONG_PARAMETERS.isdisjoint(op.names) or op.kind == "view"
    return (on(server, op.table, Lock.ACCESS_EXCLUSIVE if strong else Lock.SHARE_UPDATE_EXCLUSIVE),)


@effects
def set_logged(op: SetLogged, server: Server) -> Effects:
    table = server.db.relation(op.table)
    if not isinstance(table, Table):
        return (_rewritten(server, op.table, rewrites=table is None),)
    changes = table.made is None or (table.persistence == "unlogged") == op.logged
    return (_rewritten(server, op.table, rewrites=changes and table.partition_by is None),)


@effects
def set_access_method(op: SetAccessMethod, server: Server) -> Effects:
    table = server.db.table(op.table)
    changes = table is None or table.made is None or (op.method or "heap") != table.access_method
    return (_rewritten(server, op.table, rewrites=changes and not is_partitioned(server, op.table)),)


@effects
def set_tablespace(op: SetTablespace, server: Server) -> Effects:
    """The files are copied. Of a partitioned table only the place of future partitions changes."""
    table = server.db.relation(op.table)
    changes = not isinstance(table, Table) or table.made is None or _moves(table.tablespace, op.tablespace)
    return (_rewritten(server, op.table, rewrites=changes and not is_partitioned(server, op.table)),)


def _moves(old: str, new: str) -> bool:
    return (old or DEFAULT_TABLESPACE) != (new or DEFAULT_TABLESPACE)


def _rewritten(server: Server, name: Name, *, rewrites: bool) -> Effect:
    return on(server, name, Lock.ACCESS_EXCLUSIVE, scans=rewrites, rewrites=rewrites)


@effects
def move_all_to_tablespace(op: MoveAllToTablespace, server: Server) -> Iterator[Effect]:
    if not _moves(op.old, op.new):
        return
    for name, relation in server.db.relations.items():
        if _moved_with_all(relation, op) and name.schema != "pg_temp":
            moved = not (isinstance(relation, Table) and relation.partition_by)
            yield Effect(name, Lock.ACCESS_EXCLUSIVE, scans=moved, rewrites=moved)


def _moved_with_all(relation: object, op: MoveAllToTablespace) -> bool:
    """Where a materialized view or index lies isn't known; it is taken to lie in the default tablespace."""
    if isinstance(relation, Table):
        return op.kind == "table" and relation.kind == "table" and not _moves(relation.tablespace, op.old)
    if _moves(op.old, ""):
        return False
    if isinstance(relation, View):
        return op.kind == "materialized view" and relation.materialized
    return op.kind == "index" and isinstance(relation, Index)


@effects
def cluster_on(op: ClusterOn, server: Server) -> Effects:
    return (on(server, op.table, Lock.SHARE_UPDATE_EXCLUSIVE),)


@effects
def set_inherit(op: SetInherit, server: Server) -> Effects:
    parent = Lock.SHARE_UPDATE_EXCLUSIVE if op.attached else Lock.ACCESS_SHARE
    return (on(server, op.table, Lock.ACCESS_EXCLUSIVE), on(server, op.parent, parent))


@effects
def cluster(op: Cluster, server: Server) -> Effects:
    """CLUSTER of everything marked locks one table after the other, each in a transaction of its own."""
    if op.table is None:
        return ()
    return over(server, op.table, Lock.ACCESS_EXCLUSIVE, scans=True, rewrites=True)


@effects
def vacuum(op: Vacuum, server: Server) -> Effects:
    """Without a table: every table, one after the other. From 18 on the heirs of INHERITS are reached too."""
    if op.table is None:
        return _whole_database(server, op)
    only = not is_partitioned(server, op.table) and server.pg < 18
    return over(server, op.table, _vacuum_lock(op), only=only, scans=op.full, rewrites=op.full)


def _vacuum_lock(op: Vacuum) -> Lock:
    return Lock.ACCESS_EXCLUSIVE if op.full else Lock.SHARE_UPDATE_EXCLUSIVE


def _whole_database(server: Server, op: Vacuum) -> Iterator[Effect]:
    for name, relation in server.db.relations.items():
        stored = isinstance(relation, Table) and relation.kind == "table"
        if stored or (isinstance(relation, View) and relation.materialized):
            yield Effect(name, _vacuum_lock(op), op.full, op.full)


@effects
def analyze(op: Analyze, server: Server) -> Effects:
    """ANALYZE samples. Heirs of INHERITS are only read (ACCESS SHARE) up to 17, and analyzed as well from 18 on."""
    if op.table is None:
        return ()
    only = not is_partitioned(server, op.table) and server.pg < 18
    return over(server, op.table, Lock.SHARE_UPDATE_EXCLUSIVE, only=only)
