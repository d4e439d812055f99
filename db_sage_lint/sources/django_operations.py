"""Django's operations -> the SQL that its schema editor sends to PostgreSQL, and what they change of the models.

Source: django/django, db/migrations/operations/ and db/backends/base/schema.py (with postgresql/schema.py). Names that
Django makes up with a hash have a plain name here, the same wherever they are used.
"""

import ast
from collections.abc import Callable, Iterator
from contextlib import suppress

from msgspec import Struct, structs

from db_sage_lint.sources.ddl import constant, names, quoted
from db_sage_lint.sources.django_fields import (
    added,
    altered,
    columns_of,
    constraint_sql,
    created,
    dropped_name,
    ends_of,
    index_sql,
    made_name,
    renamed_column,
)
from db_sage_lint.sources.django_models import Field, Model, Models, Related, field_of
from db_sage_lint.sources.python_code import Arguments, Names, UnclearError, evaluate, last_name

Sql = Iterator[str]


class Run(Struct):
    """One operation as it is taken: its arguments, the application of its file, and the models before it."""

    given: Arguments
    app: str
    state: Models
    known: Names

    def model(self, parameter: str = "model_name") -> Model:
        """The model that the operation names; one that no file made is taken to be stored under its usual name."""
        name = self.given.text(parameter)
        found = self.state.find(self.app, name)
        if found is None:
            found = Model(self.app, name, f"{self.app}_{name.lower()}", {})
            self.state.models[self.app, name.lower()] = found
        return found

    def call(self, parameter: str) -> ast.Call:
        node = self.given.nodes.get(parameter)
        if not isinstance(node, ast.Call):
            raise UnclearError(parameter)
        return node


def stored(model: Model, sql: Sql) -> Sql:
    """The SQL of a model that has a table; of the others, nothing."""
    return sql if model.stored else iter(())


def create_model(run: Run) -> Sql:
    name = run.given.text("name")
    fields = run.given.nodes.get("fields")
    if not isinstance(fields, ast.List | ast.Tuple):
        raise UnclearError("fields")
    options = run.given.value("options", {})
    options = options if isinstance(options, dict) else {}
    table = options.get("db_table")
    model = Model(run.app, name, table if isinstance(table, str) else f"{run.app}_{name.lower()}", {})
    model.stored = not options.get("proxy") and options.get("managed", True) is not False
    for pair in fields.elts:
        if not (isinstance(pair, ast.Tuple) and len(pair.elts) == 2 and isinstance(pair.elts[1], ast.Call)):
            raise UnclearError("fields")
        field_name = evaluate(pair.elts[0], run.known)
        if not isinstance(field_name, str):
            raise UnclearError("fields")
        model.fields[field_name] = field_of(field_name, pair.elts[1], run.app, name, run.known)
    run.state.models[run.app, name.lower()] = model
    yield from stored(model, created(model, run.state))
    for kind in ("unique_together", "index_together"):
        yield from stored(model, together(model, kind, options.get(kind)))
    yield from stored(model, listed(run, model))


def listed(run: Run, model: Model) -> Sql:
    """The indexes and constraints among the options of a new model."""
    options = run.given.nodes.get("options")
    if not isinstance(options, ast.Dict):
        return
    for key, value in zip(options.keys, options.values, strict=True):
        kind = evaluate(key, run.known)
        if kind not in {"indexes", "constraints"} or not isinstance(value, ast.List | ast.Tuple):
            continue
        for node in value.elts:
            with suppress(UnclearError):  # the table is new: nothing hangs on what of it isn't told
                if isinstance(node, ast.Call) and kind == "indexes":
                    yield from index_sql(model, node, run.known, concurrently=False)
                elif isinstance(node, ast.Call):
                    yield from constraint_sql(model, node, run.known)


def delete_model(run: Run) -> Sql:
    model = run.model("name")
    run.state.models.pop((run.app, model.name.lower()), None)
    if model.stored:
        for field in model.fields.values():
            if field.many and not field.through:
                yield f"DROP TABLE {quoted(field.table or f'{model.table}_{field.name}')} CASCADE"
        yield f"DROP TABLE {quoted(model.table)} CASCADE"


def rename_model(run: Run) -> Sql:
    model, new = run.model("old_name"), run.given.text("new_name")
    state = run.state.models
    state[run.app, new.lower()] = state.pop((run.app, model.name.lower()))
    table = model.table if model.table != f"{run.app}_{model.name.lower()}" else f"{run.app}_{new.lower()}"
    before = Related(run.app, model.name.lower())
    many = [field for field in model.fields.values() if field.many]
    ends = {field.name: ends_of(model, field.related) for field in many if field.related}
    model.name = new
    yield from stored(model, rename_table(model, table))
    for name, columns in ends.items():
        yield from rename_ends(model, model.fields[name], columns)
    for other in state.values():
        for field in list(other.fields.values()):
            if field.related is not None and (field.related.app, field.related.model) == (before.app, before.model):
                renamed = structs.replace(field, related=field.related.renamed(new))
                columns = ends_of(other, before)
                other.fields[field.name] = renamed
                if field.many and other is not model:
                    yield from rename_ends(other, renamed, columns)


def rename_ends(model: Model, field: Field, before: list[str]) -> Sql:
    """The new names of the columns of a many-to-many field's table."""
    if field.related is None or field.through or not model.stored:
        return
    table = field.table or f"{model.table}_{field.name}"
    for old, new in zip(before, ends_of(model, field.related), strict=True):
        if old != new:
            yield f"ALTER TABLE {quoted(table)} RENAME COLUMN {quoted(old)} TO {quoted(new)}"


def rename_table(model: Model, table: str) -> Sql:
    """The new name of a model's table, and of the tables of its many-to-many fields."""
    if table == model.table:
        return
    yield f"ALTER TABLE {quoted(model.table)} RENAME TO {quoted(table)}"
    for field in model.fields.values():
        if field.many and not field.through and not field.table:
            yield f"ALTER TABLE {quoted(f'{model.table}_{field.name}')} RENAME TO {quoted(f'{table}_{field.name}')}"
    model.table = table


def alter_model_table(run: Run) -> Sql:
    model = run.model("name")
    yield from stored(model, rename_table(model, run.given.option("table") or f"{run.app}_{model.name.lower()}"))


def add_field(run: Run) -> Sql:
    model, name = run.model(), run.given.text("name")
    field = field_of(name, run.call("field"), run.app, model.name, run.known)
    model.fields[name] = field
    yield from stored(model, added(model, field, run.state))


def remove_field(run: Run) -> Sql:
    model, name = run.model(), run.given.text("name")
    field = model.fields.pop(name, None)
    if field is not None and field.many:
        if not field.through and model.stored:
            yield f"DROP TABLE {quoted(field.table or f'{model.table}_{name}')} CASCADE"
        return
    column = field.column if field is not None else name
    yield from stored(model, iter([f"ALTER TABLE {quoted(model.table)} DROP COLUMN {quoted(column)} CASCADE"]))


def alter_field(run: Run) -> Sql:
    model, name = run.model(), run.given.text("name")
    new = field_of(name, run.call("field"), run.app, model.name, run.known)
    old = model.fields.get(name)
    model.fields[name] = new
    if old is None:
        raise UnclearError("the field before it")
    yield from stored(model, altered(model, old, new, run.state))


def rename_field(run: Run) -> Sql:
    model, old_name, new_name = run.model(), run.given.text("old_name"), run.given.text("new_name")
    field = model.fields.get(old_name)
    if field is None:
        raise UnclearError("the field before it")
    new = renamed_column(field, new_name)
    model.fields = {new_name if name == old_name else name: each for name, each in model.fields.items()}
    model.fields[new_name] = new
    follow(model, old_name, new_name)
    if field.many:
        if not field.through and not field.table:
            old_table, new_table = f"{model.table}_{old_name}", f"{model.table}_{new_name}"
            yield from stored(model, iter([f"ALTER TABLE {quoted(old_table)} RENAME TO {quoted(new_table)}"]))
    elif new.column != field.column:
        sql = f"ALTER TABLE {quoted(model.table)} RENAME COLUMN {quoted(field.column)} TO {quoted(new.column)}"
        yield from stored(model, iter([sql]))


def follow(model: Model, old: str, new: str) -> None:
    """Lets what is on a field that is renamed keep knowing it."""

    def names_now(fields: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(new if field == old else field for field in fields)

    model.made = {(key[0], *names_now(key[1:])): name for key, name in model.made.items()}
    model.together = {kind: [names_now(group) for group in groups] for kind, groups in model.together.items()}


def alter_together(kind: str) -> Callable[[Run], Sql]:
    def alter(run: Run) -> Sql:
        model = run.model("name")
        yield from stored(model, together(model, kind, run.given.value(kind)))

    return alter


def together(model: Model, kind: str, value: object) -> Sql:
    """The constraints or indexes on several columns at once that come and go."""
    groups = value if isinstance(value, list) else []
    if groups and all(isinstance(item, str) for item in groups):
        groups = [groups]
    wanted = [tuple(item for item in group if isinstance(item, str)) for group in groups if isinstance(group, list)]
    before = model.together.get(kind, [])
    model.together = {**model.together, kind: wanted}
    for group in before:
        if group not in wanted and kind == "unique_together":
            drop = dropped_name(model, kind, group, "_uniq")
            yield f"ALTER TABLE {quoted(model.table)} DROP CONSTRAINT {drop}"
        elif group not in wanted:
            yield f"DROP INDEX {dropped_name(model, kind, group, '_idx')}"
    for group in wanted:
        if group not in before:
            columns = names(columns_of(model, group))
            if kind == "unique_together":
                name = quoted(made_name(model, kind, group, "_uniq"))
                yield f"ALTER TABLE {quoted(model.table)} ADD CONSTRAINT {name} UNIQUE ({columns})"
            else:
                name = quoted(made_name(model, kind, group, "_idx"))
                yield f"CREATE INDEX {name} ON {quoted(model.table)} ({columns})"


def add_index(run: Run) -> Sql:
    model = run.model()
    yield from stored(model, index_sql(model, run.call("index"), run.known, concurrently=False))


def add_index_concurrently(run: Run) -> Sql:
    model = run.model()
    yield from stored(model, index_sql(model, run.call("index"), run.known, concurrently=True))


def remove_index(run: Run) -> Sql:
    yield from stored(run.model(), iter([f"DROP INDEX IF EXISTS {quoted(run.given.text('name'))}"]))


def remove_index_concurrently(run: Run) -> Sql:
    yield from stored(run.model(), iter([f"DROP INDEX CONCURRENTLY IF EXISTS {quoted(run.given.text('name'))}"]))


def rename_index(run: Run) -> Sql:
    old = run.given.option("old_name")
    if old is None:
        raise UnclearError("old_name")
    yield f"ALTER INDEX {quoted(old)} RENAME TO {quoted(run.given.text('new_name'))}"


def add_constraint(run: Run) -> Sql:
    model = run.model()
    yield from stored(model, constraint_sql(model, run.call("constraint"), run.known))


def add_constraint_not_valid(run: Run) -> Sql:
    model = run.model()
    for sql in constraint_sql(model, run.call("constraint"), run.known):
        yield from stored(model, iter([f"{sql} NOT VALID"]))


def remove_constraint(run: Run) -> Sql:
    model, name = run.model(), run.given.text("name")
    drop = f"ALTER TABLE {quoted(model.table)} DROP CONSTRAINT {quoted(name)}"
    by_index = f"DROP INDEX IF EXISTS {quoted(name)}"
    yield from stored(model, iter([by_index if model.indexes.pop(name, "") else drop]))


def validate_constraint(run: Run) -> Sql:
    model = run.model()
    sql = f"ALTER TABLE {quoted(model.table)} VALIDATE CONSTRAINT {quoted(run.given.text('name'))}"
    yield from stored(model, iter([sql]))


def create_extension(run: Run) -> Sql:
    yield f"CREATE EXTENSION IF NOT EXISTS {quoted(run.given.text('name'))}"


def extension(name: str) -> Callable[[Run], Sql]:
    def create(_: Run) -> Sql:
        yield f"CREATE EXTENSION IF NOT EXISTS {quoted(name)}"

    return create


def alter_table_comment(run: Run) -> Sql:
    model = run.model("name")
    comment = constant(run.given.option("table_comment"))
    yield from stored(model, iter([f"COMMENT ON TABLE {quoted(model.table)} IS {comment}"]))


def nothing(_: Run) -> Sql:
    """Operations that change no schema."""
    return iter(())


class Kind(Struct):
    parameters: tuple[str, ...]
    sql: Callable[[Run], Sql]


FIELD = ("model_name", "name", "field")
KINDS: dict[str, Kind] = {
    "AddConstraint": Kind(("model_name", "constraint"), add_constraint),
    "AddConstraintNotValid": Kind(("model_name", "constraint"), add_constraint_not_valid),
    "AddField": Kind(FIELD, add_field),
    "AddIndex": Kind(("model_name", "index"), add_index),
    "AddIndexConcurrently": Kind(("model_name", "index"), add_index_concurrently),
    "AlterConstraint": Kind((), nothing),
    "AlterField": Kind(FIELD, alter_field),
    "AlterIndexTogether": Kind(("name", "index_together"), alter_together("index_together")),
    "AlterModelManagers": Kind((), nothing),
    "AlterModelOptions": Kind((), nothing),
    "AlterModelTable": Kind(("name", "table"), alter_model_table),
    "AlterModelTableComment": Kind(("name", "table_comment"), alter_table_comment),
    "AlterUniqueTogether": Kind(("name", "unique_together"), alter_together("unique_together")),
    "BloomExtension": Kind((), extension("bloom")),
    "BtreeGinExtension": Kind((), extension("btree_gin")),
    "BtreeGistExtension": Kind((), extension("btree_gist")),
    "CITextExtension": Kind((), extension("citext")),
    "CreateExtension": Kind(("name",), create_extension),
    "CreateModel": Kind(("name", "fields", "options"), create_model),
    "CryptoExtension": Kind((), extension("pgcrypto")),
    "DeleteModel": Kind(("name",), delete_model),
    "HStoreExtension": Kind((), extension("hstore")),
    "RemoveConstraint": Kind(("model_name", "name"), remove_constraint),
    "RemoveField": Kind(("model_name", "name"), remove_field),
    "RemoveIndex": Kind(("model_name", "name"), remove_index),
    "RemoveIndexConcurrently": Kind(("model_name", "name"), remove_index_concurrently),
    "RenameField": Kind(("model_name", "old_name", "new_name"), rename_field),
    "RenameIndex": Kind(("model_name", "new_name", "old_name"), rename_index),
    "RenameModel": Kind(("old_name", "new_name"), rename_model),
    "RunPython": Kind((), nothing),
    "TrigramExtension": Kind((), extension("pg_trgm")),
    "UnaccentExtension": Kind((), extension("unaccent")),
    "ValidateConstraint": Kind(("model_name", "name"), validate_constraint),
}


def sql_of(call: ast.Call, app: str, state: Models, known: Names) -> list[str] | None:
    """What one operation sends; None for a kind that isn't known. Raises UnclearError where the file doesn't tell."""
    kind = KINDS.get(last_name(call.func))
    if kind is None:
        return None
    return list(kind.sql(Run(Arguments(call, kind.parameters, known), app, state, known)))
