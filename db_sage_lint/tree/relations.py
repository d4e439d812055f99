# ruff: noqa: N815 -- fields have PostgreSQL's own names
"""Statements on tables, indexes, views and sequences, and on what hangs on a table: triggers, policies, rules.

Source: src/include/nodes/parsenodes.h of PostgreSQL 18.
"""

from msgspec import Raw, field

from db_sage_lint.tree.nodes import (
    ABSENT,
    AnyNode,
    ColumnDef,
    Constraint,
    DefElemNode,
    IndexElemNode,
    IntoClause,
    Node,
    Options,
    RangeVar,
    RangeVarNode,
    RoleSpec,
    RoleSpecNode,
    TypeName,
    Words,
    Wrapper,
)


class TableLikeClause(Node):
    relation: RangeVar | None = None
    options: int = 0


class TableElement(Wrapper):
    column_def: ColumnDef | None = None
    constraint: Constraint | None = None
    table_like_clause: TableLikeClause | None = None


class PartitionElem(Node):
    name: str = ""
    expr: Raw = ABSENT


class PartitionElemNode(Wrapper):
    partition_elem: PartitionElem | None = None


class PartitionSpec(Node):
    strategy: str = ""
    partParams: tuple[PartitionElemNode, ...] = ()


class PartitionBoundSpec(Node):
    strategy: str = ""
    is_default: bool = False
    modulus: int = 0
    remainder: int = 0
    listdatums: tuple[Raw, ...] = ()
    lowerdatums: tuple[Raw, ...] = ()
    upperdatums: tuple[Raw, ...] = ()


class CreateStmt(Node):
    relation: RangeVar | None = None
    tableElts: tuple[TableElement, ...] = ()
    inhRelations: tuple[RangeVarNode, ...] = ()
    partbound: PartitionBoundSpec | None = None
    partspec: PartitionSpec | None = None
    ofTypename: TypeName | None = None
    options: Options = ()
    tablespacename: str = ""
    accessMethod: str = ""
    if_not_exists: bool = False


class CreateForeignTableStmt(Node):
    base: CreateStmt | None = None
    options: Options = ()


class CreateTableAsStmt(Node):
    query: dict[str, Raw] = field(default_factory=dict)
    into: IntoClause | None = None
    objtype: str = ""
    if_not_exists: bool = False


class PartitionCmd(Node):
    name: RangeVar | None = None
    bound: PartitionBoundSpec | None = None
    concurrent: bool = False


class ReplicaIdentityStmt(Node):
    identity_type: str = ""
    name: str = ""


class ATAlterConstraint(Node):
    conname: str = ""
    alterEnforceability: bool = False
    is_enforced: bool = False
    alterDeferrability: bool = False
    deferrable: bool = False
    initdeferred: bool = False
    alterInheritability: bool = False
    noinherit: bool = False


class Definition(Wrapper):
    """What an ALTER TABLE subcommand is given, other than an expression."""

    column_def: ColumnDef | None = None
    constraint: Constraint | None = None
    partition_cmd: PartitionCmd | None = None
    range_var: RangeVar | None = None
    type_name: TypeName | None = None
    replica_identity_stmt: ReplicaIdentityStmt | None = None
    at_alter_constraint: ATAlterConstraint | None = None
    list: "DefElems | None" = None


class DefElems(Node):
    """A List whose items are all DefElem."""

    items: tuple[DefElemNode, ...] = ()


class AlterTableCmd(Node, rename={"definition": "def"}):
    """`definition` is `def`, a word of Python's own; JSON, as for SET DEFAULT it is an expression."""

    subtype: str = ""
    name: str = ""
    newowner: RoleSpec | None = None
    definition: Raw = ABSENT
    behavior: str = "DROP_RESTRICT"
    missing_ok: bool = False


class AlterTableCmdNode(Wrapper):
    alter_table_cmd: AlterTableCmd | None = None


class AlterTableStmt(Node):
    relation: RangeVar | None = None
    cmds: tuple[AlterTableCmdNode, ...] = ()
    objtype: str = ""
    missing_ok: bool = False


class AlterTableMoveAllStmt(Node):
    orig_tablespacename: str = ""
    objtype: str = ""
    new_tablespacename: str = ""


class TruncateStmt(Node):
    relations: tuple[RangeVarNode, ...] = ()
    restart_seqs: bool = False
    behavior: str = "DROP_RESTRICT"


class LockStmt(Node):
    relations: tuple[RangeVarNode, ...] = ()
    mode: int = 0
    nowait: bool = False


class VacuumRelation(Node):
    relation: RangeVar | None = None


class VacuumRelationNode(Wrapper):
    vacuum_relation: VacuumRelation | None = None


class VacuumStmt(Node):
    options: Options = ()
    rels: tuple[VacuumRelationNode, ...] = ()
    is_vacuumcmd: bool = False


class ClusterStmt(Node):
    relation: RangeVar | None = None
    indexname: str = ""


class IndexStmt(Node):
    idxname: str = ""
    relation: RangeVar | None = None
    accessMethod: str = ""
    tableSpace: str = ""
    indexParams: tuple[IndexElemNode, ...] = ()
    indexIncludingParams: tuple[IndexElemNode, ...] = ()
    whereClause: Raw = ABSENT
    unique: bool = False
    nulls_not_distinct: bool = False
    concurrent: bool = False
    if_not_exists: bool = False


class ReindexStmt(Node):
    kind: str = ""
    relation: RangeVar | None = None
    name: str = ""
    params: Options = ()


class CreateStatsStmt(Node):
    defnames: Words = ()
    exprs: "tuple[StatsElemNode, ...]" = ()
    relations: tuple[RangeVarNode, ...] = ()
    if_not_exists: bool = False


class StatsElem(Node):
    name: str = ""


class StatsElemNode(Wrapper):
    stats_elem: StatsElem | None = None


class ViewStmt(Node):
    view: RangeVar | None = None
    aliases: Words = ()
    query: Raw = ABSENT
    replace: bool = False
    options: Options = ()
    withCheckOption: str = "NO_CHECK_OPTION"


class RefreshMatViewStmt(Node):
    concurrent: bool = False
    skipData: bool = False
    relation: RangeVar | None = None


class CreateSeqStmt(Node):
    sequence: RangeVar | None = None
    options: Options = ()
    if_not_exists: bool = False


class AlterSeqStmt(Node):
    sequence: RangeVar | None = None
    options: Options = ()
    missing_ok: bool = False


class CreateTrigStmt(Node):
    replace: bool = False
    isconstraint: bool = False
    trigname: str = ""
    relation: RangeVar | None = None
    funcname: Words = ()
    row: bool = False
    timing: int = 0
    events: int = 0
    columns: Words = ()
    whenClause: Raw = ABSENT
    deferrable: bool = False
    initdeferred: bool = False
    constrrel: RangeVar | None = None


class CreatePolicyStmt(Node):
    policy_name: str = ""
    table: RangeVar | None = None
    cmd_name: str = ""
    permissive: bool = False
    roles: tuple[RoleSpecNode, ...] = ()
    qual: Raw = ABSENT
    with_check: Raw = ABSENT


class AlterPolicyStmt(Node):
    policy_name: str = ""
    table: RangeVar | None = None
    roles: tuple[RoleSpecNode, ...] = ()
    qual: Raw = ABSENT
    with_check: Raw = ABSENT


class RuleStmt(Node):
    relation: RangeVar | None = None
    rulename: str = ""
    event: str = ""
    instead: bool = False
    whereClause: Raw = ABSENT
    actions: tuple[Raw, ...] = ()
    replace: bool = False


class DropStmt(Node):
    objects: tuple[AnyNode, ...] = ()
    removeType: str = ""
    behavior: str = "DROP_RESTRICT"
    missing_ok: bool = False
    concurrent: bool = False


class RenameStmt(Node):
    renameType: str = ""
    relationType: str = ""
    relation: RangeVar | None = None
    object: AnyNode | None = None
    subname: str = ""
    newname: str = ""
    missing_ok: bool = False


class AlterObjectSchemaStmt(Node):
    objectType: str = ""
    relation: RangeVar | None = None
    object: AnyNode | None = None
    newschema: str = ""
    missing_ok: bool = False


class AlterOwnerStmt(Node):
    objectType: str = ""
    relation: RangeVar | None = None
    object: AnyNode | None = None
    newowner: RoleSpec | None = None


class CommentStmt(Node):
    objtype: str = ""
    object: AnyNode | None = None
    comment: str = ""
