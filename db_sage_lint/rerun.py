"""What fails when a statement that has run already is run once more: what it makes is there, what it drops is gone.

Each was run twice on PostgreSQL 13 to 18.
"""

from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct

from db_sage_lint.filed import Filed
from db_sage_lint.operations import (
    AddColumn,
    AddConstraint,
    AddEnumValue,
    AddIdentity,
    AddKey,
    AddPrimaryKey,
    AlterCompositeType,
    AlterDomain,
    AlterPublication,
    AttachPartition,
    CreateAggregate,
    CreateCompositeType,
    CreateDomain,
    CreateEnum,
    CreateExtension,
    CreateFunction,
    CreateIndex,
    CreateMaterializedView,
    CreatePolicy,
    CreatePublication,
    CreateRole,
    CreateRule,
    CreateSchema,
    CreateSequence,
    CreateStatistics,
    CreateSubscription,
    CreateTable,
    CreateTrigger,
    CreateType,
    CreateView,
    DetachPartition,
    DropColumn,
    DropConstraint,
    DropExpression,
    DropFunction,
    DropIdentity,
    DropIndex,
    DropObject,
    DropPolicy,
    DropRule,
    DropTable,
    DropTrigger,
    Name,
    OnTable,
    Operation,
    RenameAttribute,
    RenameColumn,
    RenameConstraint,
    RenameEnumValue,
    RenameIndex,
    RenameObject,
    RenamePolicy,
    RenameTable,
    RenameTrigger,
    ServerWide,
    SetInherit,
    SetSchema,
)

# What two that are about the same thing have in common: the kind, what it is part of, the name.
Key = tuple[str, str, str]
RELATIONS = frozenset({"view", "materialized view", "sequence", "table", "foreign table", "index"})
TYPES = frozenset({"type", "domain"})


class Once(Struct, frozen=True):
    """What an operation can do only once: `kind` in SQL's words and `name`, with the relation or type that it is part
    of in `of`. `makes` tells making it from taking it away (renaming too). `guarded` says that IF [NOT] EXISTS or OR
    REPLACE lets the statement pass all the same.
    """

    kind: str
    name: str
    of: str = ""
    makes: bool = True
    guarded: bool = False

    @property
    def key(self) -> Key:
        """Schemas are left aside."""
        kind = "relation" if self.kind in RELATIONS else "type" if self.kind in TYPES else self.kind
        return kind, self.of, self.name

    def __str__(self) -> str:
        """In words: index orders_note, column note of orders."""
        of = f" of {self.of}" if self.of else ""
        return f"{self.kind}{' ' if self.name else ''}{self.name}{of}"


onces: Filed[Callable[[Any], Iterator[Once]]] = Filed()


def once(op: Operation) -> Once | None:
    """What the operation can do only once; None for what can be run again and again."""
    return next(every_once(op), None)


def every_once(op: Operation) -> Iterator[Once]:
    """As `once`; of something that gets another name, also that this name is made."""
    functions = onces[type(op)]
    return functions[0](op) if functions else iter(())


def makes(kind: str, name: Name | str, *, guarded: bool = False, of: str = "") -> Iterator[Once]:
    yield Once(kind, name.name if isinstance(name, Name) else name, of, guarded=guarded)


def takes(kind: str, name: Name | str, *, guarded: bool = False, of: str = "") -> Iterator[Once]:
    yield Once(kind, name.name if isinstance(name, Name) else name, of, makes=False, guarded=guarded)


# --- what is made ----------------------------------------------------------------------------------------------------


@onces
def table(op: CreateTable) -> Iterator[Once]:
    """Temporary tables are gone when the file is run again."""
    if op.persistence != "temporary":
        yield from makes("table", op.table, guarded=op.if_not_exists)


@onces
def view(op: CreateView) -> Iterator[Once]:
    if op.persistence != "temporary":
        yield from makes("view", op.view, guarded=op.replace)


@onces
def materialized_view(op: CreateMaterializedView) -> Iterator[Once]:
    return makes("materialized view", op.view, guarded=op.if_not_exists)


@onces
def sequence(op: CreateSequence) -> Iterator[Once]:
    if op.persistence != "temporary":
        yield from makes("sequence", op.sequence, guarded=op.if_not_exists)


@onces
def index(op: CreateIndex) -> Iterator[Once]:
    """Without a name the server finds another one each time."""
    if op.name:
        yield from makes("index", op.name, guarded=op.if_not_exists)


@onces
def new_type(op: CreateEnum | CreateCompositeType | CreateType) -> Iterator[Once]:
    return makes("type", op.type)


@onces
def domain(op: CreateDomain) -> Iterator[Once]:
    return makes("domain", op.domain)


@onces
def function(op: CreateFunction | CreateAggregate) -> Iterator[Once]:
    return makes("function", op.function, guarded=op.replace)


@onces
def trigger(op: CreateTrigger) -> Iterator[Once]:
    return makes("trigger", op.name, of=op.table.name, guarded=op.replace)


@onces
def policy(op: CreatePolicy) -> Iterator[Once]:
    return makes("policy", op.name, of=op.table.name)


@onces
def rule(op: CreateRule) -> Iterator[Once]:
    return makes("rule", op.name, of=op.table.name, guarded=op.replace)


@onces
def column(op: AddColumn) -> Iterator[Once]:
    return makes("column", op.column.name, of=op.table.name, guarded=op.if_not_exists)


@onces
def constraint(op: AddConstraint) -> Iterator[Once]:
    """Without a name the server finds another one each time, but a table has one primary key."""
    if op.within:
        return
    if isinstance(op, AddPrimaryKey) and not op.name:
        yield from makes("primary key", "", of=op.table.name)
    elif op.name or (isinstance(op, AddKey) and op.index):
        yield from makes("constraint", op.name or getattr(op, "index", ""), of=op.table.name)


@onces
def identity(op: AddIdentity) -> Iterator[Once]:
    return makes("identity", op.column, of=op.table.name)


@onces
def schema(op: CreateSchema) -> Iterator[Once]:
    return makes("schema", op.schema, guarded=op.if_not_exists)


@onces
def extension(op: CreateExtension) -> Iterator[Once]:
    return makes("extension", op.extension, guarded=op.if_not_exists)


@onces
def role(op: CreateRole) -> Iterator[Once]:
    return makes("role", op.role)


@onces
def publication(op: CreatePublication) -> Iterator[Once]:
    return makes("publication", op.publication)


@onces
def subscription(op: CreateSubscription) -> Iterator[Once]:
    return makes("subscription", op.subscription)


@onces
def statistics(op: CreateStatistics) -> Iterator[Once]:
    if op.name.name:
        yield from makes("statistics", op.name, guarded=op.if_not_exists)


@onces
def enum_value(op: AddEnumValue) -> Iterator[Once]:
    return makes("value", f"'{op.value}'", of=op.type.name, guarded=op.if_not_exists)


@onces
def attribute(op: AlterCompositeType) -> Iterator[Once]:
    if op.change == "add":
        yield from makes("attribute", op.attribute.name, of=op.type.name)


@onces
def domain_constraint(op: AlterDomain) -> Iterator[Once]:
    if op.change == "add constraint" and op.constraint:
        yield from makes("constraint", op.constraint, of=op.domain.name)
    elif op.change == "drop constraint":
        yield from takes("constraint", op.constraint, of=op.domain.name, guarded=op.missing_ok)


@onces
def published(op: AlterPublication) -> Iterator[Once]:
    names: tuple[Name | str, ...] = (*op.tables[:1], *op.schemas[:1]) if op.change in {"add", "drop"} else ()
    for name in names:
        yield from (makes if op.change == "add" else takes)("member", name, of=op.publication)


@onces
def partition(op: AttachPartition) -> Iterator[Once]:
    if op.kind != "index":
        yield from makes("partition", op.partition, of=op.table.name)


@onces
def inheritance(op: SetInherit) -> Iterator[Once]:
    return (makes if op.attached else takes)("parent", op.parent, of=op.table.name)


@onces
def of_server(op: ServerWide) -> Iterator[Once]:
    if op.statement.startswith("CREATE "):
        yield from makes(op.statement.removeprefix("CREATE ").lower(), op.name)


# --- what is taken away ----------------------------------------------------------------------------------------------


@onces
def dropped_table(op: DropTable) -> Iterator[Once]:
    return takes("table", op.table, guarded=op.if_exists)


@onces
def dropped_column(op: DropColumn) -> Iterator[Once]:
    return takes("column", op.column, of=op.table.name, guarded=op.missing_ok)


@onces
def dropped_constraint(op: DropConstraint) -> Iterator[Once]:
    return takes("constraint", op.name, of=op.table.name, guarded=op.missing_ok)


@onces
def dropped_identity(op: DropIdentity) -> Iterator[Once]:
    return takes("identity", op.column, of=op.table.name, guarded=op.missing_ok)


@onces
def dropped_expression(op: DropExpression) -> Iterator[Once]:
    return takes("expression", op.column, of=op.table.name, guarded=op.missing_ok)


@onces
def dropped_index(op: DropIndex) -> Iterator[Once]:
    return takes("index", op.index, guarded=op.missing_ok)


@onces
def dropped_function(op: DropFunction) -> Iterator[Once]:
    return takes("function", op.function, guarded=op.missing_ok)


@onces
def dropped_part(op: DropTrigger | DropPolicy | DropRule) -> Iterator[Once]:
    kinds: dict[type[OnTable], str] = {DropTrigger: "trigger", DropPolicy: "policy", DropRule: "rule"}
    return takes(kinds[type(op)], op.name, of=op.table.name, guarded=op.missing_ok)


@onces
def dropped_object(op: DropObject) -> Iterator[Once]:
    """DROP OWNED finds nothing the second time, and says nothing."""
    if op.kind != "owned":
        yield from takes(op.kind, op.name, guarded=op.missing_ok)


@onces
def detached(op: DetachPartition) -> Iterator[Once]:
    return takes("partition", op.partition, of=op.table.name)


# --- what gets another name or place ---------------------------------------------------------------------------------


def renames(kind: str, name: Name | str, new: str, *, guarded: bool = False, of: str = "") -> Iterator[Once]:
    yield from takes(kind, name, guarded=guarded, of=of)
    yield from makes(kind, new, guarded=guarded, of=of)


@onces
def renamed_table(op: RenameTable) -> Iterator[Once]:
    return renames("table", op.table, op.new_name, guarded=op.if_exists)


@onces
def renamed_column(op: RenameColumn) -> Iterator[Once]:
    return renames("column", op.column, op.new_name, of=op.table.name)


@onces
def renamed_constraint(op: RenameConstraint) -> Iterator[Once]:
    return renames("constraint", op.name, op.new_name, of=op.table.name)


@onces
def renamed_index(op: RenameIndex) -> Iterator[Once]:
    return renames("index", op.index, op.new_name, guarded=op.if_exists)


@onces
def renamed_part(op: RenameTrigger | RenamePolicy) -> Iterator[Once]:
    kind = "trigger" if isinstance(op, RenameTrigger) else "policy"
    return renames(kind, op.name, op.new_name, of=op.table.name)


@onces
def renamed_object(op: RenameObject) -> Iterator[Once]:
    if op.constraint:
        return renames("constraint", op.constraint, op.new_name, of=op.name.name)
    return renames(op.kind, op.name, op.new_name, guarded=op.if_exists)


@onces
def renamed_in_type(op: RenameAttribute | RenameEnumValue) -> Iterator[Once]:
    if isinstance(op, RenameAttribute):
        return renames("attribute", op.attribute, op.new_name, of=op.type.name)
    return renames("value", f"'{op.value}'", f"'{op.new_value}'", of=op.type.name)


@onces
def moved(op: SetSchema) -> Iterator[Once]:
    return takes(op.kind, op.name, guarded=op.if_exists)
