"""What each operation needs, in the order in which the server looks for it."""

from typing import TYPE_CHECKING

from db_sage_lint.catalog.expression_needs import of_expressions, of_row
from db_sage_lint.catalog.missing import (
    Lacks,
    constraint_missing,
    function_missing,
    lack,
    lacks,
    of_columns,
    of_ordinary_table,
    of_table,
    part_missing,
    relation_missing,
    schema_missing,
    type_missing,
    type_name_missing,
)
from db_sage_lint.catalog.records import Missing, Table, View
from db_sage_lint.catalog.row_needs import of_query
from db_sage_lint.operations import (
    SERIAL,
    AddCheck,
    AddColumn,
    AddConstraint,
    AddExclusion,
    AddForeignKey,
    AddKey,
    AddNotNull,
    AlterConstraint,
    AlterIndex,
    AlterPolicy,
    AlterSequence,
    AttachPartition,
    ClusterOn,
    CreateIndex,
    CreateMaterializedView,
    CreatePolicy,
    CreateSequence,
    CreateStatistics,
    CreateTable,
    CreateTrigger,
    CreateView,
    DetachPartition,
    DropColumn,
    DropConstraint,
    DropIndex,
    DropPolicy,
    DropRule,
    DropTable,
    DropTrigger,
    Name,
    OnColumn,
    OnTable,
    RefreshMaterializedView,
    Reindex,
    RenameColumn,
    RenameConstraint,
    RenameIndex,
    RenamePolicy,
    RenameTrigger,
    SetInherit,
    SetReplicaIdentity,
    SetRowSecurity,
    SetTriggerState,
    SetType,
    SetViewOptions,
    ValidateConstraint,
)

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog

__all__ = ["lacks"]


# --- tables and columns --------------------------------------------------------------------------------------------


@lacks
def on_table(op: OnTable, db: "Catalog") -> Lacks:
    yield from of_table(op, db)


@lacks
def create_table(op: CreateTable, db: "Catalog") -> Lacks:
    if op.table.schema:
        yield from lack(schema_missing(db, op.table.schema))
    for name in (*((op.partition_of,) if op.partition_of else op.inherits), *(like.table for like in op.likes)):
        yield from lack(relation_missing(db, name, "table"))
    if op.of_type:
        yield from lack(type_name_missing(db, op.of_type))
    for column in op.columns:
        yield from lack(type_missing(db, column.type))
    if op.query is not None:
        yield from of_query(db, op.query)


@lacks
def add_column(op: AddColumn, db: "Catalog") -> Lacks:
    yield from of_ordinary_table(op, db)
    yield from lack(type_missing(db, op.column.type))


@lacks
def on_column(op: OnColumn, db: "Catalog") -> Lacks:
    yield from of_table(op, db)
    yield from of_columns(db, op.table, (op.column,))


@lacks
def rename_column(op: RenameColumn, db: "Catalog") -> Lacks:
    yield from of_table(op, db)
    yield from of_columns(db, op.table, (op.column,))


@lacks
def set_type(op: SetType, db: "Catalog") -> Lacks:
    yield from of_ordinary_table(op, db)
    yield from of_columns(db, op.table, (op.column,))
    is_serial = op.type.name in SERIAL and not op.type.schema  # a word of CREATE TABLE and ADD COLUMN, and no type
    yield from lack(Missing("type", Name(op.type.name)) if is_serial else type_missing(db, op.type))


@lacks
def drop_column(op: DropColumn, db: "Catalog") -> Lacks:
    yield from of_ordinary_table(op, db)
    yield from of_columns(db, op.table, (op.column,), forgiven=op.missing_ok)


@lacks
def drop_table(op: DropTable, db: "Catalog") -> Lacks:
    yield from of_ordinary_table(op, db)


@lacks
def row_security(op: SetRowSecurity, db: "Catalog") -> Lacks:
    yield from of_ordinary_table(op, db)


@lacks
def attach(op: AttachPartition, db: "Catalog") -> Lacks:
    yield from of_table(op, db)
    yield from lack(relation_missing(db, op.partition, op.kind))


@lacks
def detach(op: DetachPartition, db: "Catalog") -> Lacks:
    yield from of_table(op, db)
    yield from lack(relation_missing(db, op.partition, op.kind))


@lacks
def set_inherit(op: SetInherit, db: "Catalog") -> Lacks:
    yield from of_table(op, db)
    yield from lack(relation_missing(db, op.parent, "table"))


@lacks
def replica_identity(op: SetReplicaIdentity, db: "Catalog") -> Lacks:
    yield from of_ordinary_table(op, db)
    table = db.table(op.table)
    index = Name(op.index, table.name.schema) if table else None
    if table and index and op.index and index not in table.indexes:
        yield from lack(part_missing(db, "index", table, op.index))


# --- constraints ---------------------------------------------------------------------------------------------------


@lacks
def add_constraint(op: AddConstraint, db: "Catalog") -> Lacks:
    yield from of_ordinary_table(op, db)
    if isinstance(op, AddCheck | AddExclusion):
        yield from of_columns(db, op.table, op.columns)
    elif isinstance(op, AddNotNull):
        yield from of_columns(db, op.table, (op.column,))


@lacks
def add_key(op: AddKey, db: "Catalog") -> Lacks:
    yield from of_ordinary_table(op, db)
    yield from of_columns(db, op.table, (*op.columns, *op.include))
    if op.index:
        yield from lack(relation_missing(db, Name(op.index, db.resolve(op.table).schema), "index"))


@lacks
def add_foreign_key(op: AddForeignKey, db: "Catalog") -> Lacks:
    yield from of_ordinary_table(op, db)
    yield from of_columns(db, op.table, op.columns)
    if op.if_exists and db.relation(op.table) is None:
        return
    yield from lack(relation_missing(db, op.referenced, "table"))
    yield from of_columns(db, op.referenced, op.referenced_columns)


@lacks
def on_constraint(op: AlterConstraint | ValidateConstraint | RenameConstraint, db: "Catalog") -> Lacks:
    yield from of_table(op, db)
    yield from lack(constraint_missing(db, op.table, op.name))


@lacks
def drop_constraint(op: DropConstraint, db: "Catalog") -> Lacks:
    yield from of_ordinary_table(op, db)
    yield from lack(constraint_missing(db, op.table, op.name), forgiven=op.missing_ok)


# --- triggers and policies -----------------------------------------------------------------------------------------


@lacks
def create_trigger(op: CreateTrigger, db: "Catalog") -> Lacks:
    yield from of_table(op, db)
    yield from of_columns(db, op.table, op.columns)
    yield from of_row(db, op.table, op.when)
    yield from lack(function_missing(db, op.function, ()))


@lacks
def on_trigger(op: RenameTrigger | DropTrigger | SetTriggerState, db: "Catalog") -> Lacks:
    forgiven = isinstance(op, DropTrigger) and op.missing_ok
    yield from lack(relation_missing(db, op.table, op.kind), forgiven=forgiven or op.if_exists)
    relation = db.relation(op.table)
    named = not isinstance(op, SetTriggerState) or op.which == "one"
    if named and isinstance(relation, Table | View) and op.name not in relation.triggers:
        yield from lack(part_missing(db, "trigger", relation, op.name), forgiven=forgiven)


@lacks
def on_rule(op: DropRule, db: "Catalog") -> Lacks:
    yield from lack(relation_missing(db, op.table, op.kind), forgiven=op.missing_ok)
    relation = db.relation(op.table)
    if isinstance(relation, Table | View) and op.name not in relation.rules:
        yield from lack(part_missing(db, "rule", relation, op.name), forgiven=op.missing_ok)


@lacks
def create_policy(op: CreatePolicy, db: "Catalog") -> Lacks:
    yield from of_ordinary_table(op, db)
    yield from of_expressions(db, op.table, (op.using, op.check))


@lacks
def on_policy(op: AlterPolicy | RenamePolicy | DropPolicy, db: "Catalog") -> Lacks:
    forgiven = isinstance(op, DropPolicy) and op.missing_ok
    yield from lack(relation_missing(db, op.table, op.kind), forgiven=forgiven or op.if_exists)
    table = db.table(op.table)
    if table and op.name not in table.policies:
        yield from lack(part_missing(db, "policy", table, op.name), forgiven=forgiven)
    if isinstance(op, AlterPolicy):
        yield from of_expressions(db, op.table, (op.using, op.check))


# --- indexes, views, sequences -------------------------------------------------------------------------------------


@lacks
def create_index(op: CreateIndex, db: "Catalog") -> Lacks:
    yield from lack(relation_missing(db, op.table, "table"))
    yield from of_columns(db, op.table, (*(key.column for key in op.keys), *op.include))
    yield from of_expressions(db, op.table, (*(key.expression for key in op.keys), op.predicate))


@lacks
def create_statistics(op: CreateStatistics, db: "Catalog") -> Lacks:
    yield from lack(relation_missing(db, op.table, "table"))
    yield from of_columns(db, op.table, op.columns)


@lacks
def cluster_on(op: ClusterOn, db: "Catalog") -> Lacks:
    yield from of_table(op, db)
    if op.index and db.relation(op.table) is not None:
        yield from lack(relation_missing(db, Name(op.index, db.resolve(op.table).schema), "index"))


@lacks
def on_index(op: RenameIndex | AlterIndex, db: "Catalog") -> Lacks:
    yield from lack(relation_missing(db, op.index, "index"), forgiven=op.if_exists)


@lacks
def drop_index(op: DropIndex, db: "Catalog") -> Lacks:
    yield from lack(relation_missing(db, op.index, "index"), forgiven=op.missing_ok)


@lacks
def reindex(op: Reindex, db: "Catalog") -> Lacks:
    if op.name and op.kind in ("index", "table"):
        yield from lack(relation_missing(db, op.name, op.kind))


@lacks
def create_view(op: CreateView | CreateMaterializedView, db: "Catalog") -> Lacks:
    if op.view.schema:
        yield from lack(schema_missing(db, op.view.schema))
    yield from of_query(db, op.query)


@lacks
def on_view(op: SetViewOptions, db: "Catalog") -> Lacks:
    yield from lack(relation_missing(db, op.view, "view"), forgiven=op.if_exists)


@lacks
def refresh(op: RefreshMaterializedView, db: "Catalog") -> Lacks:
    yield from lack(relation_missing(db, op.view, "materialized view"))


@lacks
def sequence(op: CreateSequence | AlterSequence, db: "Catalog") -> Lacks:
    if isinstance(op, AlterSequence):
        yield from lack(relation_missing(db, op.sequence, "sequence"), forgiven=op.if_exists)
    elif op.sequence.schema:
        yield from lack(schema_missing(db, op.sequence.schema))
    if op.owned_by:
        yield from lack(relation_missing(db, op.owned_by[0], "table"))
        yield from of_columns(db, op.owned_by[0], (op.owned_by[1],))
