"""What operations on views, sequences, domains, publications, comments and privileges do to relations."""

from collections.abc import Iterator

from db_sage_lint import expressions
from db_sage_lint.catalog.records import Domain, Sequence, Table, View
from db_sage_lint.effects.drops import dropped_relation, dropped_with
from db_sage_lint.effects.locks import Effect, Lock
from db_sage_lint.effects.predict import Server, effects
from db_sage_lint.effects.reach import Effects, is_partitioned, on, over
from db_sage_lint.operations import (
    AlterDomain,
    AlterPublication,
    AlterSequence,
    Comment,
    CreateMaterializedView,
    CreatePublication,
    CreateSequence,
    CreateView,
    DropFunction,
    DropObject,
    Grant,
    Name,
    RefreshMaterializedView,
    RenameObject,
    SetObjectOwner,
    SetSchema,
    SetViewOptions,
)

# The kinds of object that are relations, of those that have operations of their own besides tables and indexes.
RELATIONS = frozenset({"table", "foreign table", "view", "materialized view", "sequence"})


# --- views ----------------------------------------------------------------------------------------------------------


@effects
def create_view(op: CreateView, server: Server) -> Effects:
    """Only OR REPLACE meets a view that exists."""
    exists = op.replace and server.db.view(op.view) is not None
    return (on(server, op.view, Lock.ACCESS_EXCLUSIVE),) if exists else ()


@effects
def set_view_options(op: SetViewOptions, server: Server) -> Effects:
    return (on(server, op.view, Lock.ACCESS_EXCLUSIVE),)


@effects
def create_materialized_view(op: CreateMaterializedView, server: Server) -> Iterator[Effect]:
    for relation in sorted({relation for relation, _ in expressions.reads(op.query, server.db)}):
        yield Effect(relation, Lock.ACCESS_SHARE, scans=op.with_data)


@effects
def refresh(op: RefreshMaterializedView, server: Server) -> Iterator[Effect]:
    """CONCURRENTLY compares the new rows with the old ones, and lets readers go on."""
    if op.concurrently:
        yield on(server, op.view, Lock.EXCLUSIVE, scans=True)
    else:
        yield on(server, op.view, Lock.ACCESS_EXCLUSIVE, scans=op.with_data, rewrites=op.with_data)
    view = server.db.view(op.view)
    if view is not None and op.with_data:
        for relation in sorted({relation for relation, _ in view.reads}):
            yield Effect(relation, Lock.ACCESS_SHARE, scans=True)


# --- sequences ------------------------------------------------------------------------------------------------------


@effects
def create_sequence(op: CreateSequence, server: Server) -> Effects:
    return () if op.owned_by is None else (on(server, op.owned_by[0], Lock.ACCESS_SHARE),)


@effects
def alter_sequence(op: AlterSequence, server: Server) -> Iterator[Effect]:
    yield on(server, op.sequence, Lock.SHARE_ROW_EXCLUSIVE)
    if op.owned_by is not None:
        yield on(server, op.owned_by[0], Lock.ACCESS_SHARE)


# --- dropping, renaming, moving, owning -----------------------------------------------------------------------------


@effects
def drop_object(op: DropObject, server: Server) -> Iterator[Effect]:
    if op.kind in RELATIONS:
        yield from dropped_relation(server, server.db.resolve(op.name), own_sequences=True)
    elif op.kind == "type":
        yield from _typed_tables_gone(op, server)
    yield from dropped_with(op, server, cascade=op.cascade)


def _typed_tables_gone(op: DropObject, server: Server) -> Iterator[Effect]:
    if not op.cascade:
        return
    name = server.db.resolve_type(op.name)
    for key, relation in server.db.relations.items():
        if isinstance(relation, Table) and relation.of_type == name:
            yield from dropped_relation(server, key)


@effects
def drop_function(op: DropFunction, server: Server) -> Effects:
    return dropped_with(op, server, cascade=op.cascade) if op.cascade else ()


@effects
def on_object(op: RenameObject | SetSchema | SetObjectOwner, server: Server) -> Effects:
    """Types, functions and schemas are not locked against those who use them. A rule is named with its table."""
    of_table = op.kind in RELATIONS or (isinstance(op, RenameObject) and op.kind == "other" and bool(op.constraint))
    return (on(server, op.name, Lock.ACCESS_EXCLUSIVE),) if of_table else ()


# --- domains --------------------------------------------------------------------------------------------------------


@effects
def alter_domain(op: AlterDomain, server: Server) -> Iterator[Effect]:
    """A constraint that has to hold at once, or is validated, is checked in every table that uses the domain.

    VALIDATE looks again at what is valid already. Source: validateDomainCheckConstraint in typecmds.c.
    """
    if not _checks_tables(op, server):
        return
    for name in _tables_of(server.db.resolve_type(op.domain), server):
        table = server.db.table(name)
        if table is None or table.partition_by is None:
            yield on(server, name, Lock.SHARE, scans=True)


def _checks_tables(op: AlterDomain, server: Server) -> bool:
    if op.change == "set not null" or (op.change == "add constraint" and op.check is None):
        domain = server.db.domain(op.domain)
        return domain is None or not domain.not_null
    if op.change == "add constraint":
        return op.check is not None and op.check.valid
    return op.change == "validate constraint"


def _tables_of(domain: Name, server: Server) -> tuple[Name, ...]:
    """The tables with columns of a domain or of domains over it; the server refuses the change for arrays of it."""
    names = [domain]
    found: dict[Name, None] = {}
    for name in names:
        for table, column in server.db.tables_using_type(name):
            if not column.type.dimensions and Name(column.type.name, column.type.schema) == name:
                found[table.name] = None
        names += [d.name for d in _domains_over(name, server) if d.name not in names]
    return tuple(found)


def _domains_over(name: Name, server: Server) -> list[Domain]:
    types = server.db.types.values()
    return [d for d in types if isinstance(d, Domain) and Name(d.base.name, d.base.schema) == name]


# --- publications, comments, privileges -----------------------------------------------------------------------------


@effects
def create_publication(op: CreatePublication, server: Server) -> Iterator[Effect]:
    yield from _published(op.tables, server)


def _published(tables: tuple[Name, ...], server: Server) -> Iterator[Effect]:
    """Heirs of INHERITS are published along; of a partitioned table only itself."""
    for name in tables:
        yield from over(server, name, Lock.SHARE_UPDATE_EXCLUSIVE, only=is_partitioned(server, name))


@effects
def alter_publication(op: AlterPublication, server: Server) -> Iterator[Effect]:
    if op.change == "options":
        return
    yield from _published(op.tables, server)
    if op.change == "set":
        current = server.db.publications.get(op.publication)
        if current is not None:
            yield from _published(tuple(sorted(current.tables)), server)


# COMMENT ON … ON table: get_object_address_relobject opens the table with ACCESS SHARE only.
_PARTS = frozenset({"constraint", "trigger", "policy", "rule"})


@effects
def comment(op: Comment, server: Server) -> Effects:
    if op.target is None:
        return ()
    if op.kind in _PARTS:
        return (on(server, op.target, Lock.ACCESS_SHARE),)
    if op.kind in RELATIONS or op.kind == "index":
        return (on(server, op.target, Lock.SHARE_UPDATE_EXCLUSIVE),)
    if op.kind == "column" and isinstance(server.db.relation(op.target), Table | View | Sequence | None):
        return (on(server, op.target, Lock.SHARE_UPDATE_EXCLUSIVE),)
    return ()


@effects
def grant(op: Grant, server: Server) -> Iterator[Effect]:
    """From 18 on the relations that are named are locked, as little as a reader locks them."""
    if server.pg >= 18 and op.kind in RELATIONS and not op.all_in_schema:
        for name in op.names:
            yield on(server, name, Lock.ACCESS_SHARE)
