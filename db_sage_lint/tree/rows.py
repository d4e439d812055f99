# ruff: noqa: N815 -- fields have PostgreSQL's own names
"""Statements on rows, and on the session and its transaction.

Source: src/include/nodes/parsenodes.h of PostgreSQL 18. VariableSetStmt stands among the nodes: options hold it too.
"""

from msgspec import Raw, field

from db_sage_lint.tree.nodes import (
    ABSENT,
    AnyNode,
    IntoClause,
    Node,
    Options,
    RangeVar,
    RangeVarNode,
    WithClause,
    Words,
    Wrapper,
)


class SelectStmt(Node):
    """`targetList` stays JSON, to be read where a call of set_config stands in it. `valuesLists` counts only."""

    intoClause: IntoClause | None = None
    targetList: Raw = ABSENT
    valuesLists: tuple[Raw, ...] = ()
    withClause: WithClause | None = None


class FuncCall(Node):
    funcname: Words = ()
    args: tuple[AnyNode, ...] = ()


class Target(Wrapper):
    func_call: FuncCall | None = None


class SelectTarget(Node):
    """A ResTarget of a SELECT, as far as it is a plain call."""

    val: Target | None = None


class SelectTargetNode(Wrapper):
    res_target: SelectTarget | None = None


class RowExpr(Node):
    args: tuple[Raw, ...] = ()


class RowExprNode(Wrapper):
    row_expr: RowExpr | None = None


class MultiAssignRef(Node):
    """`source` is a RowExpr where the columns have values of their own; `colno` counts from 1."""

    source: RowExprNode | None = None
    colno: int = 0


class MultiAssignRefNode(Wrapper):
    multi_assign_ref: MultiAssignRef | None = None


class ResTarget(Node):
    name: str = ""
    val: Raw = ABSENT


class ResTargetNode(Wrapper):
    res_target: ResTarget | None = None


class ValuesRow(Node):
    """The List of one row of VALUES."""

    items: tuple[Raw, ...] = ()


class ValuesRowNode(Wrapper):
    list: ValuesRow | None = None


class OnConflictClause(Node):
    action: str = ""


class InsertSource(Wrapper):
    """What INSERT takes its rows from."""

    select_stmt: SelectStmt | None = None


class InsertStmt(Node):
    relation: RangeVar | None = None
    cols: tuple[ResTargetNode, ...] = ()
    selectStmt: Raw = ABSENT
    onConflictClause: OnConflictClause | None = None
    withClause: WithClause | None = None


class UpdateStmt(Node):
    relation: RangeVar | None = None
    targetList: tuple[ResTargetNode, ...] = ()
    whereClause: Raw = ABSENT
    fromClause: tuple[Raw, ...] = ()
    withClause: WithClause | None = None


class DeleteStmt(Node):
    relation: RangeVar | None = None
    usingClause: tuple[Raw, ...] = ()
    whereClause: Raw = ABSENT
    withClause: WithClause | None = None


class MergeStmt(Node):
    relation: RangeVar | None = None
    withClause: WithClause | None = None


class CopyStmt(Node):
    relation: RangeVar | None = None
    query: dict[str, Raw] = field(default_factory=dict)
    attlist: Words = ()
    is_from: bool = False
    is_program: bool = False
    filename: str = ""


class CallStmt(Node):
    pass


class ExecuteStmt(Node):
    pass


class ExplainStmt(Node):
    query: dict[str, Raw] = field(default_factory=dict)
    options: Options = ()


class PrepareStmt(Node):
    query: dict[str, Raw] = field(default_factory=dict)


class DeclareCursorStmt(Node):
    query: dict[str, Raw] = field(default_factory=dict)


class TransactionStmt(Node):
    kind: str = ""
    savepoint_name: str = ""
    chain: bool = False


class DiscardStmt(Node):
    target: str = ""


class ConstraintsSetStmt(Node):
    constraints: tuple[RangeVarNode, ...] = ()
    deferred: bool = False
