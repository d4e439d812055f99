"""CREATE TABLE in all its forms, and statements on whole tables."""

from db_sage_lint.lower.base import Source, expressions, lowers
from db_sage_lint.lower.columns import column
from db_sage_lint.lower.constraints import add_constraint
from db_sage_lint.lower.names import RELATION_KINDS, named, on_relation, persistence, relation
from db_sage_lint.lower.values import is_set, option_pairs
from db_sage_lint.operations import (
    Analyze,
    Bound,
    Cluster,
    ColumnSpec,
    CreateTable,
    Like,
    LockTable,
    MoveAllToTablespace,
    Name,
    Operation,
    PartitionBy,
    RelationKind,
    Truncate,
    Vacuum,
)
from db_sage_lint.tree import (
    AlterTableMoveAllStmt,
    ClusterStmt,
    CreateForeignTableStmt,
    CreateStmt,
    LockStmt,
    PartitionBoundSpec,
    PartitionSpec,
    RangeVar,
    RangeVarNode,
    TableLikeClause,
    TruncateStmt,
    VacuumStmt,
)

# The bits of LIKE … INCLUDING. Source: CREATE_TABLE_LIKE_* in src/include/nodes/parsenodes.h.
LIKE_OPTIONS = (
    "comments", "compression", "constraints", "defaults", "generated", "identity", "indexes", "statistics", "storage",
)  # fmt: skip
LIKE_ALL = 0x7FFFFFFF


@lowers
def create_table(node: CreateStmt, source: Source) -> list[Operation]:
    return new_table(node, source, "table")


@lowers
def create_foreign_table(node: CreateForeignTableStmt, source: Source) -> list[Operation]:
    assert node.base is not None
    return new_table(node.base, source, "foreign table")


def new_table(node: CreateStmt, source: Source, kind: RelationKind) -> list[Operation]:
    """The table with its columns, then each of its constraints as written."""
    on = on_relation(node.relation, kind)
    columns: list[ColumnSpec] = []
    likes: list[Like] = []
    constraints: list[Operation] = []
    for element in node.tableElts:
        if element.column_def is not None:
            spec, beside = column(element.column_def, on, "table", source)
            columns.append(spec)
            constraints += beside
        elif element.constraint is not None:
            added = add_constraint(element.constraint, on, "table", source.at(element.constraint.location))
            if added is not None:
                constraints.append(added)
        elif element.table_like_clause is not None:
            likes.append(like(element.table_like_clause))
    parents = relations(node.inhRelations)
    created = CreateTable(
        table=on["table"],
        columns=tuple(columns),
        kind=kind,
        persistence=persistence(node.relation),
        if_not_exists=node.if_not_exists,
        partition_of=parents[0] if node.partbound is not None else None,
        bound=bound(node.partbound),
        partition_by=partition_by(node.partspec),
        inherits=parents if node.partbound is None else (),
        likes=tuple(likes),
        of_type=named(node.ofTypename.names) if node.ofTypename is not None else None,
        access_method=node.accessMethod,
        tablespace=node.tablespacename,
        options=option_pairs(node.options),
    )
    return [created, *constraints]


def relations(nodes: tuple[RangeVarNode, ...]) -> tuple[Name, ...]:
    return tuple(relation(node.range_var) for node in nodes)


def like(node: TableLikeClause) -> Like:
    """LIKE with the names of what is included; all of them, and "all", for INCLUDING ALL."""
    included = {name for bit, name in enumerate(LIKE_OPTIONS) if node.options & (1 << bit)}
    if node.options == LIKE_ALL:
        included.add("all")
    return Like(relation(node.relation), frozenset(included))


# Source: PartitionStrategy in src/include/nodes/parsenodes.h, for the letters of a bound.
def bound(node: PartitionBoundSpec | None) -> Bound | None:
    if node is None:
        return None
    if node.is_default:
        return Bound(is_default=True)
    if node.strategy == "l":
        return Bound(strategy="list", values=expressions(node.listdatums))
    if node.strategy == "h":
        return Bound(strategy="hash", modulus=node.modulus, remainder=node.remainder)
    return Bound(strategy="range", lower=expressions(node.lowerdatums), upper=expressions(node.upperdatums))


def partition_by(node: PartitionSpec | None) -> PartitionBy | None:
    if node is None:
        return None
    elements = [element.partition_elem for element in node.partParams if element.partition_elem is not None]
    keys = tuple(element.name for element in elements)
    computed = tuple(bytes(element.expr) for element in elements if element.expr)
    match node.strategy:
        case "PARTITION_STRATEGY_LIST":
            return PartitionBy("list", keys, computed)
        case "PARTITION_STRATEGY_HASH":
            return PartitionBy("hash", keys, computed)
        case _:
            return PartitionBy("range", keys, computed)


@lowers
def truncate(node: TruncateStmt, source: Source) -> list[Operation]:
    """One operation a table, each at its name where there are several."""
    together = relations(node.relations)
    several = len(together) > 1
    return [
        Truncate(
            cascade=node.behavior == "DROP_CASCADE",
            restart_identity=node.restart_seqs,
            together=together,
            **on_relation(each, at=source.at(each.location) if several else -1),
        )
        for each in range_vars(node.relations)
    ]


@lowers
def lock(node: LockStmt, source: Source) -> list[Operation]:
    """One operation a table, in the order in which the server locks them. Modes have lockdefs.h's numbers."""
    from db_sage_lint.effects.locks import Lock

    several = len(node.relations) > 1
    return [
        LockTable(
            mode=Lock(node.mode).sql,
            nowait=node.nowait,
            **on_relation(each, at=source.at(each.location) if several else -1),
        )
        for each in range_vars(node.relations)
    ]


@lowers
def vacuum(node: VacuumStmt, source: Source) -> list[Operation]:
    """VACUUM and ANALYZE, one operation a table, one without a table for the whole database."""
    several = len(node.rels) > 1
    tables: list[tuple[Name | None, int]] = [(None, -1)]
    if node.rels:
        targets = [each.vacuum_relation.relation for each in node.rels if each.vacuum_relation is not None]
        tables = [(relation(t), source.at(t.location) if several else -1) for t in targets if t is not None]
    if not node.is_vacuumcmd:
        return [Analyze(table=table, at=at) for table, at in tables]
    full, analyze = is_set(node.options, "full"), is_set(node.options, "analyze")
    return [Vacuum(table=table, full=full, analyze=analyze, at=at) for table, at in tables]


@lowers
def cluster(node: ClusterStmt, _source: Source) -> list[Operation]:
    return [Cluster(table=relation(node.relation) if node.relation is not None else None, index=node.indexname)]


@lowers
def move_all(node: AlterTableMoveAllStmt, _source: Source) -> list[Operation]:
    return [
        MoveAllToTablespace(
            kind=RELATION_KINDS[node.objtype], old=node.orig_tablespacename, new=node.new_tablespacename
        )
    ]


def range_vars(nodes: tuple[RangeVarNode, ...]) -> list[RangeVar]:
    return [node.range_var for node in nodes if node.range_var is not None]
