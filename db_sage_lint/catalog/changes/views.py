"""Views and materialized views, with what they read as it is resolved when they are created."""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from db_sage_lint.catalog.changes.privileges import grant_defaults
from db_sage_lint.catalog.changes.registry import changes, new_name
from db_sage_lint.catalog.parts import alter
from db_sage_lint.catalog.records import View
from db_sage_lint.catalog.removal import make_room
from db_sage_lint.catalog.state import TEMPORARY
from db_sage_lint.operations import (
    CreateMaterializedView,
    CreateView,
    Expression,
    Name,
    RefreshMaterializedView,
    SetViewOptions,
)
from db_sage_lint.script import Origin

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog


@changes
def create_view(op: CreateView, db: "Catalog", origin: Origin) -> None:
    view = _view(db, new_name(db, op.view, op.persistence), op.query, op.columns, origin)
    name, persistence = view.name, view.persistence
    before = db.relations.get(name)
    replaced = before if op.replace and isinstance(before, View) and not before.materialized else None
    if replaced is None:
        make_room(db, name, op, origin)
    options = dict(op.options)
    if op.check_option:
        options["check_option"] = op.check_option
    if replaced is None:
        db.put_relation(replace(view, options=options, persistence=persistence, owner=db.user))
        grant_defaults(db, "table", name, origin)
        return
    kept = replace(view, triggers=replaced.triggers, owner=replaced.owner, comment=replaced.comment, made=replaced.made)
    kept = replace(kept, rules=replaced.rules)
    # The server refuses an index on a view; one that a file asks for all the same stays with its owner.
    kept = replace(kept, indexes=replaced.indexes, persistence=replaced.persistence)
    db.put_relation(replace(kept, options=options, changed=origin))


@changes
def create_materialized_view(op: CreateMaterializedView, db: "Catalog", origin: Origin) -> None:
    name = new_name(db, op.view)
    make_room(db, name, op, origin)
    view = _view(db, name, op.query, op.columns, origin)
    db.put_relation(replace(view, materialized=True, populated=op.with_data, owner=db.user))
    grant_defaults(db, "table", name, origin)


def _view(db: "Catalog", name: Name, query: Expression, aliases: tuple[str, ...], origin: Origin) -> View:
    """The view's record: aliases name its first columns, the query the rest."""
    from db_sage_lint.expressions import functions_called, output_columns, reads

    outputs = output_columns(query, db)
    read = reads(query, db)
    functions = frozenset(
        resolved for called in functions_called(query) if (resolved := db.resolve_function(called)) in db.functions
    )
    temporary = name.schema == TEMPORARY or any(relation.schema == TEMPORARY for relation, _ in read)
    if temporary:  # also where the statement does not say so
        name = Name(name.name, TEMPORARY)
    for relation, _ in read:
        db.note(name, relation.name)
    for function in functions:
        db.note(name, function.name)
    db.note_expression(name, query)
    columns = () if outputs is None else (*aliases, *outputs[len(aliases) :])
    return View(
        name=name,
        query=query,
        columns=columns,
        reads=read,
        functions=functions,
        persistence="temporary" if temporary else "permanent",
        made=origin,
    )


@changes
def set_view_options(op: SetViewOptions, db: "Catalog", origin: Origin) -> None:
    view = db.view(op.view)
    if view is None:
        return
    options = {name: value for name, value in view.options.items() if name not in op.names}
    options.update(zip(op.names, op.values, strict=False))
    alter(db, view, origin, options=options)


@changes
def refresh_materialized_view(op: RefreshMaterializedView, db: "Catalog", origin: Origin) -> None:
    view = db.view(op.view)
    if view and view.materialized:
        alter(db, view, origin, populated=op.with_data)
