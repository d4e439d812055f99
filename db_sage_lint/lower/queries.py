"""SELECT, and the statements that hold another statement: its data-modifying parts are operations of their own."""

import msgspec
from msgspec import Raw

from db_sage_lint.lower.base import Source, lower_node, lowers
from db_sage_lint.lower.names import column_names, persistence, relation, words
from db_sage_lint.lower.values import any_text, is_set, option_pairs
from db_sage_lint.operations import (
    CreateMaterializedView,
    CreateTable,
    Expression,
    Insert,
    Nothing,
    Operation,
    Query,
    SetVariable,
)
from db_sage_lint.tree import (
    AnyNode,
    CallStmt,
    CommonTableExpr,
    CreateTableAsStmt,
    DeclareCursorStmt,
    ExecuteStmt,
    ExplainStmt,
    FuncCall,
    IntoClause,
    PrepareStmt,
    SelectStmt,
    SelectTargetNode,
    WithClause,
)


class WithQueries(msgspec.Struct):
    """The queries of a WITH clause as they stand."""

    ctes: list[Raw] = []


MODIFYING = frozenset({"InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"})

targets = msgspec.json.Decoder(tuple[SelectTargetNode, ...])
shallow = msgspec.json.Decoder(dict[str, dict[str, Raw]])
with_clause = msgspec.json.Decoder(WithQueries)


@lowers
def select(node: SelectStmt, source: Source) -> list[Operation]:
    """SELECT and VALUES; SELECT INTO makes a table instead. Calls of set_config also set their variable."""
    query = source.tree()
    if node.intoClause is not None:
        return [*modifying(node.withClause, source), table_from_query(node.intoClause, query)]
    main = Query(query=query, statement="VALUES" if node.valuesLists else "SELECT")
    if b'"set_config"' in query:
        return [*modifying(node.withClause, source), main, *settings(node.targetList)]
    return [*modifying(node.withClause, source), main]


def modifying(clause: WithClause | None, source: Source) -> list[Operation]:
    """What the INSERT, UPDATE, DELETE and MERGE of a WITH clause do, each at its place there."""
    found: list[Operation] = []
    for number, each in enumerate(clause.ctes if clause is not None else ()):
        expression = each.common_table_expr
        if expression is not None and not MODIFYING.isdisjoint(expression.ctequery):
            at = source.at(expression.location)
            found += [placed(op, at, clause, number) for op in lower_node(source.inner(expression.ctequery))]
    return found


def placed(op: Operation, at: int, clause: WithClause | None, number: int) -> Operation:
    """The operation at that place, unless it has one of its own; its query sees the WITH queries before it."""
    if isinstance(op, Insert) and op.query is not None and number:
        op = msgspec.structs.replace(op, query=seeing(op.query, clause, number))
    return msgspec.structs.replace(op, at=at) if op.at < 0 else op


def seeing(query: Expression, clause: WithClause | None, number: int | None = None) -> Expression:
    """A SELECT with the WITH queries, or so many of them, of the statement that it stands in before its own."""
    outer = [
        msgspec.json.encode({"CommonTableExpr": cte_of(each.common_table_expr)})
        for each in (clause.ctes[:number] if clause is not None else ())
        if each.common_table_expr is not None
    ]
    wrapped = shallow.decode(query)
    fields = wrapped.get("SelectStmt")
    if not outer or fields is None:
        return query
    own = with_clause.decode(fields["withClause"]).ctes if "withClause" in fields else []
    fields["withClause"] = Raw(b'{"ctes":[' + b",".join([*outer, *map(bytes, own)]) + b"]}")
    return msgspec.json.encode(wrapped)


def cte_of(expression: CommonTableExpr) -> dict[str, object]:
    """The fields of a WITH query."""
    fields: dict[str, object] = {"ctename": expression.ctename, "ctequery": expression.ctequery}
    return fields | ({"aliascolnames": expression.aliascolnames} if bytes(expression.aliascolnames) else {})


def settings(target_list: Raw) -> list[Operation]:
    """What the set_config calls of a SELECT's output set, as far as name, value and scope are literals."""
    found: list[Operation] = []
    for target in targets.decode(target_list) if bytes(target_list) else ():  # a UNION has no output list of its own
        value = target.res_target.val if target.res_target is not None else None
        call = value.func_call if value is not None else None
        if call is not None and words(call.funcname)[-1:] == ["set_config"]:
            found += set_config(call)
    return found


def set_config(call: FuncCall) -> list[Operation]:
    """What a call sets, given name, value and scope: a NULL value stands for the default."""
    if len(call.args) != 3 or any(is_computed(argument) for argument in call.args):
        return []
    name, value, local = call.args
    is_null = value.a_const is not None and value.a_const.isnull
    return [
        SetVariable(
            name=any_text(name).lower(),
            value=None if is_null else any_text(value),
            local=any_text(local).lower() in {"true", "t", "on", "yes", "1"},
        )
    ]


def is_computed(node: AnyNode) -> bool:
    """Whether it is no literal, bare or cast."""
    if node.type_cast is not None and node.type_cast.arg is not None:
        return is_computed(node.type_cast.arg)
    return node.a_const is None


@lowers
def create_table_as(node: CreateTableAsStmt, source: Source) -> list[Operation]:
    """CREATE TABLE … AS and CREATE MATERIALIZED VIEW, after what data-modifying parts of the query do."""
    assert node.into is not None
    inner = source.inner(node.query)
    if node.objtype == "OBJECT_MATVIEW":
        view = CreateMaterializedView(
            view=relation(node.into.rel),
            query=inner.tree(),
            columns=column_names(node.into.colNames),
            with_data=not node.into.skipData,
            if_not_exists=node.if_not_exists,
        )
        return [view]
    return [*before(inner), table_from_query(node.into, inner.tree(), if_not_exists=node.if_not_exists)]


def table_from_query(into: IntoClause, query: bytes, *, if_not_exists: bool = False) -> CreateTable:
    """The table that CREATE TABLE AS and SELECT INTO make."""
    return CreateTable(
        table=relation(into.rel),
        persistence=persistence(into.rel),
        if_not_exists=if_not_exists,
        query=query,
        column_names=column_names(into.colNames),
        fills=not into.skipData,
        access_method=into.accessMethod,
        tablespace=into.tableSpaceName,
        options=option_pairs(into.options),
    )


def before(inner: Source) -> list[Operation]:
    """What the statement inside of another changes, without the query that it is itself."""
    return [op for op in lower_node(inner) if not isinstance(op, Query)]


@lowers
def explain(node: ExplainStmt, source: Source) -> list[Operation]:
    """EXPLAIN runs nothing unless it is EXPLAIN ANALYZE, which does all that the statement inside does."""
    if not is_set(node.options, "analyze"):
        return [Nothing(statement=source.kind)]
    return [named_query(op, "EXPLAIN ANALYZE") for op in lower_node(source.inner(node.query))]


@lowers
def prepare(node: PrepareStmt, source: Source) -> list[Operation]:
    """PREPARE: the statement may run, once or often, by an EXECUTE that need not be in the file."""
    return [msgspec.structs.replace(op, possible=True) for op in lower_node(source.inner(node.query))]


@lowers
def declare_cursor(node: DeclareCursorStmt, source: Source) -> list[Operation]:
    return [named_query(op, "DECLARE CURSOR") for op in lower_node(source.inner(node.query))]


def named_query(op: Operation, statement: str) -> Operation:
    return msgspec.structs.replace(op, statement=statement) if isinstance(op, Query) else op


@lowers
def call(_node: CallStmt, source: Source) -> list[Operation]:
    return [Query(query=source.tree(), statement="CALL")]


@lowers
def execute(_node: ExecuteStmt, source: Source) -> list[Operation]:
    return [Query(query=source.tree(), statement="EXECUTE")]
