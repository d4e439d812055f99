"""CREATE SCHEMA with what it holds, extensions, and foreign schemas."""

import msgspec

from db_sage_lint.lower.base import Source, lower_node, lowers
from db_sage_lint.lower.names import role
from db_sage_lint.lower.tables import relations
from db_sage_lint.lower.values import elements, is_set, option_text
from db_sage_lint.operations import (
    AddForeignKey,
    CreateExtension,
    CreateIndex,
    CreateSchema,
    CreateSequence,
    CreateTable,
    CreateView,
    Grant,
    Name,
    OnTable,
    Operation,
    Unread,
)
from db_sage_lint.tree import CreateExtensionStmt, CreateSchemaStmt, ImportForeignSchemaStmt

# The order in which the server makes what CREATE SCHEMA holds.
# Source: transformCreateSchemaStmtElements in src/backend/parser/parse_utilcmd.c.
ELEMENTS = ("CreateSeqStmt", "CreateStmt", "ViewStmt", "IndexStmt", "CreateTrigStmt", "GrantStmt")


@lowers
def create_schema(node: CreateSchemaStmt, source: Source) -> list[Operation]:
    """The schema, then its elements, whose unqualified names are in it."""
    owner = role(node.authrole)
    schema = node.schemaname or owner
    held = sorted((source.inner(element) for element in node.schemaElts), key=lambda inner: ELEMENTS.index(inner.kind))
    made = [op for inner in held for op in lower_node(inner)]
    inside = Inside(schema, made)
    return [CreateSchema(schema=schema, if_not_exists=node.if_not_exists, owner=owner), *map(inside.operation, made)]


class Inside:
    """Puts operations into a schema: what they make and are on, and what they name that is made with it."""

    def __init__(self, schema: str, operations: list[Operation]) -> None:
        self.schema = schema
        self.made = {made for op in operations if (made := created(op)) is not None}

    def operation(self, op: Operation) -> Operation:
        match op:
            case AddForeignKey():
                changes: dict[str, object] = {"table": self.put(op.table), "referenced": self.named(op.referenced)}
            case CreateTable():
                parent = self.named(op.partition_of) if op.partition_of is not None else None
                parents = tuple(map(self.named, op.inherits))
                changes = {"table": self.put(op.table), "partition_of": parent, "inherits": parents}
            case CreateIndex() | OnTable():
                changes = {"table": self.put(op.table)}
            case CreateView():
                changes = {"view": self.put(op.view)}
            case CreateSequence():
                changes = {"sequence": self.put(op.sequence)}
            case Grant():
                changes = {"names": tuple(map(self.named, op.names))}
            case _:
                return op
        return msgspec.structs.replace(op, **changes)

    def put(self, name: Name) -> Name:
        """The name in the schema, unless it says another."""
        return name if name.schema else Name(name.name, self.schema)

    def named(self, name: Name) -> Name:
        """The name in the schema where the same statement makes it; else search_path decides."""
        return self.put(name) if name in self.made else name


def created(op: Operation) -> Name | None:
    match op:
        case CreateTable():
            return op.table
        case CreateView():
            return op.view
        case CreateSequence():
            return op.sequence
    return None


@lowers
def create_extension(node: CreateExtensionStmt, _source: Source) -> list[Operation]:
    options = {element.defname: element for element in elements(node.options)}
    op = CreateExtension(
        extension=node.extname,
        schema=option_text(options["schema"]) if "schema" in options else "",
        if_not_exists=node.if_not_exists,
        cascade=is_set(node.options, "cascade"),
    )
    return [op]


@lowers
def import_foreign_schema(node: ImportForeignSchemaStmt, _source: Source) -> list[Operation]:
    """It makes foreign tables that only the other server knows; nothing that exists changes."""
    tables = {name.name for name in relations(node.table_list)} if node.list_type.endswith("LIMIT_TO") else set()
    names = frozenset({node.server_name, node.remote_schema, node.local_schema, *tables})
    return [Unread(why="IMPORT FOREIGN SCHEMA makes tables that only the foreign server knows", names=names)]
