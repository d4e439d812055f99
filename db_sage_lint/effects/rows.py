"""What changes of rows do: the table itself, its heirs, and the tables on both sides of its foreign keys."""

from collections.abc import Collection, Iterator

from db_sage_lint import expressions
from db_sage_lint.catalog.records import Constraint, Index, Table, View
from db_sage_lint.effects.locks import Effect, Lock
from db_sage_lint.effects.predict import Server, effects
from db_sage_lint.effects.reach import foreign_keys, on, over, over_partitions
from db_sage_lint.effects.userdefined import has_default
from db_sage_lint.operations import Copy, Delete, Expression, Insert, Merge, Name, Update


@effects
def insert(op: Insert, server: Server) -> Iterator[Effect]:
    """Which partitions get rows isn't told. Each foreign key that gets a value looks its row up."""
    yield from _written(op.table, server)
    table = server.db.table(op.table)
    if table is not None:
        for key in foreign_keys(table):
            if _gets_value(op, table, key) and key.referenced not in (None, table.name):
                yield from _looked_up(key, server)


def _gets_value(op: Insert, table: Table, key: Constraint) -> bool:
    listed = op.columns or tuple(table.columns)
    places = [listed.index(column) for column in key.columns if column in listed]
    if not places:
        return any(has_default(table.columns[c]) for c in key.columns if c in table.columns)
    if not op.values:
        return True
    return any(not _is_null(row, place) for row in op.values for place in places)


def _is_null(row: tuple[Expression, ...], place: int) -> bool:
    return place >= len(row) or expressions.is_null_constant(row[place])


def _looked_up(key: Constraint, server: Server) -> Iterator[Effect]:
    assert key.referenced is not None
    if key.enforced:
        yield on(server, key.referenced, Lock.ROW_SHARE)


def _written(name: Name, server: Server) -> Iterator[Effect]:
    """A table, or a view that is written through to the relations it reads."""
    yield on(server, name, Lock.ROW_EXCLUSIVE)
    waiting = [server.db.resolve(name)]
    for each in waiting:
        view = server.db.view(each)
        if view is not None:
            below = sorted({relation for relation, _ in view.reads} - set(waiting))
            waiting += below
            for relation in below:
                yield Effect(relation, Lock.ROW_EXCLUSIVE)


@effects
def update(op: Update, server: Server) -> Iterator[Effect]:
    """Foreign keys are looked at on both sides where their columns are assigned."""
    yield from _changed(op, server)
    table = server.db.table(op.table)
    if table is None:
        return
    assigned = {a.column for a in op.assignments}
    for key in foreign_keys(table):
        if not assigned.isdisjoint(key.columns) and key.referenced not in (None, table.name):
            yield from _looked_up(key, server)
    yield from _from_below(table, server, assigned)


@effects
def delete(op: Delete, server: Server) -> Iterator[Effect]:
    """Each row that goes is looked for in the tables that reference this one."""
    yield from _changed(op, server)
    table = server.db.table(op.table)
    if table is not None:
        yield from _from_below(table, server, None)


def _changed(op: Update | Delete, server: Server) -> Iterator[Effect]:
    if isinstance(server.db.relation(op.table), View):
        yield from _written(op.table, server)
    else:
        yield from over(server, op.table, Lock.ROW_EXCLUSIVE, only=op.only, scans=not _finds_by_index(op, server))


def _from_below(table: Table, server: Server, assigned: Collection[str] | None) -> Iterator[Effect]:
    """The tables that reference the rows: read to refuse or changed to follow, by an index if there is one.

    `assigned` are the columns that change, None for DELETE.
    """
    for other, key in server.db.referencing(table.name):
        touched = assigned is None or not set(assigned).isdisjoint(key.referenced_columns)
        if touched and key.enforced and other.name != table.name:
            action = key.on_delete if assigned is None else key.on_update
            lock = Lock.ROW_SHARE if action in ("no action", "restrict") else Lock.ROW_EXCLUSIVE
            indexed = any(_leads(index, key.columns) for index in server.db.indexes_of(other.name))
            yield from over_partitions(server, other.name, lock, scans=not indexed)


def _leads(index: Index, columns: tuple[str, ...]) -> bool:
    """Whether an index finds rows by these columns: they are its first keys, in any order."""
    return index.valid and index.predicate is None and bool(index.keys) and index.keys[0].column in columns


def _finds_by_index(op: Update | Delete, server: Server) -> bool:
    """Whether WHERE compares the first key of an index with constants, in every alternative.

    Of a table that isn't known in full, any column that is compared is taken to have an index.
    """
    if op.where is None:
        return False
    table = server.db.table(op.table)
    if table is None or not table.closed:
        return _narrows(op.where, None)
    keys = {i.keys[0].column for i in server.db.indexes_of(table.name) if i.valid and i.keys and not i.predicate}
    usable = [key for key in (*keys, "ctid") if key and key.encode() in op.where]
    return bool(usable) and _narrows(op.where, usable)


def _narrows(where: Expression, keys: Collection[str] | None) -> bool:
    from db_sage_lint.expressions.formula import Formula, formula
    from db_sage_lint.expressions.tree import items, node, tree

    def narrow(part: Formula) -> bool:
        if part.kind == "and":
            return any(narrow(p) for p in part.parts)
        if part.kind == "or":
            return bool(part.parts) and all(narrow(p) for p in part.parts)
        usable = part.kind == "null" or (part.kind == "compare" and part.operator != "<>")
        return usable and (keys is None or part.column in keys)

    kind, fields = node(tree(where))
    if kind == "BoolExpr" and fields.get("boolop") == "AND_EXPR":
        return any(narrow(formula(part)) for part in items(fields.get("args")))
    return narrow(formula(tree(where)))


@effects
def merge(op: Merge, server: Server) -> Iterator[Effect]:
    yield from over(server, op.table, Lock.ROW_EXCLUSIVE, scans=True)


@effects
def copy(op: Copy, server: Server) -> Iterator[Effect]:
    if op.table is None:
        return
    if not op.is_from:
        yield on(server, op.table, Lock.ACCESS_SHARE, scans=True)
        return
    yield on(server, op.table, Lock.ROW_EXCLUSIVE)
    table = server.db.table(op.table)
    for key in () if table is None else foreign_keys(table):
        if key.referenced not in (None, op.table) and (not op.columns or not set(op.columns).isdisjoint(key.columns)):
            yield from _looked_up(key, server)
