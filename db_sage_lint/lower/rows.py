"""INSERT, UPDATE, DELETE, MERGE and COPY."""

from typing import Literal

import msgspec
from msgspec import Raw

from db_sage_lint.lower.base import Source, expressions, lowers, optional
from db_sage_lint.lower.names import column_names, relation
from db_sage_lint.lower.queries import before, modifying, seeing
from db_sage_lint.operations import Assignment, Copy, Delete, Expression, Insert, Merge, Operation, Update
from db_sage_lint.tree import (
    CopyStmt,
    DeleteStmt,
    InsertSource,
    InsertStmt,
    MergeStmt,
    MultiAssignRefNode,
    OnConflictClause,
    ResTarget,
    SelectStmt,
    UpdateStmt,
    ValuesRowNode,
)

# So many rows of VALUES are read; seed files have hundreds of thousands.
ROWS_READ = 100

insert_source = msgspec.json.Decoder(InsertSource)
values_row = msgspec.json.Decoder(ValuesRowNode)
multi_assign = msgspec.json.Decoder(MultiAssignRefNode)

ON_CONFLICT: dict[str, Literal["nothing", "update"]] = {
    "ONCONFLICT_NOTHING": "nothing",
    "ONCONFLICT_UPDATE": "update",
}


@lowers
def insert(node: InsertStmt, source: Source) -> list[Operation]:
    rows: int | None = 0
    query: Expression | None = None
    values: tuple[tuple[Expression, ...], ...] = ()
    inner = insert_source.decode(node.selectStmt).select_stmt if node.selectStmt else None
    if inner is not None and inner.valuesLists:
        rows = len(inner.valuesLists)
        values = tuple(map(row, inner.valuesLists[:ROWS_READ]))
    elif inner is not None:
        rows, query = None, seeing(bytes(node.selectStmt), node.withClause)
    op = Insert(
        table=relation(node.relation),
        columns=tuple(target.res_target.name for target in node.cols if target.res_target is not None),
        rows=rows,
        query=query,
        values=values,
        on_conflict=on_conflict(node.onConflictClause),
    )
    return [*modifying(node.withClause, source), *inside(inner, source), op]


def inside(inner: SelectStmt | None, source: Source) -> list[Operation]:
    """INSERT INTO … WITH … SELECT: the WITH belongs to the SELECT there."""
    return modifying(inner.withClause, source) if inner is not None else []


def row(raw: Raw) -> tuple[Expression, ...]:
    """The expressions of one row of VALUES."""
    decoded = values_row.decode(raw).list
    return expressions(decoded.items) if decoded is not None else ()


def on_conflict(clause: OnConflictClause | None) -> Literal["", "nothing", "update"]:
    return ON_CONFLICT[clause.action] if clause is not None else ""


@lowers
def update(node: UpdateStmt, source: Source) -> list[Operation]:
    op = Update(
        table=relation(node.relation),
        assignments=tuple(assignment(t.res_target) for t in node.targetList if t.res_target is not None),
        where=optional(node.whereClause),
        reads=bool(node.fromClause) or node.withClause is not None or has_subselect(source),
        only=node.relation is not None and not node.relation.inh,
    )
    return [*modifying(node.withClause, source), op]


def assignment(target: ResTarget) -> Assignment:
    """One column's new value: its own in (a, b) = (1, 2), the whole of a sub-select or of a row that a star fills."""
    multi = multi_assign.decode(target.val).multi_assign_ref
    if multi is None:
        return Assignment(target.name, bytes(target.val))
    parts = multi.source.row_expr if multi.source is not None else None
    if parts is None or multi.colno > len(parts.args):
        return Assignment(target.name, bytes(target.val))
    return Assignment(target.name, bytes(parts.args[multi.colno - 1]))


def has_subselect(source: Source) -> bool:
    return b'{"SubLink":' in bytes(source.fields)


@lowers
def delete(node: DeleteStmt, source: Source) -> list[Operation]:
    op = Delete(
        table=relation(node.relation),
        where=optional(node.whereClause),
        reads=bool(node.usingClause) or node.withClause is not None or has_subselect(source),
        only=node.relation is not None and not node.relation.inh,
    )
    return [*modifying(node.withClause, source), op]


@lowers
def merge(node: MergeStmt, source: Source) -> list[Operation]:
    return [*modifying(node.withClause, source), Merge(table=relation(node.relation))]


@lowers
def copy(node: CopyStmt, source: Source) -> list[Operation]:
    op = Copy(
        table=relation(node.relation) if node.relation is not None else None,
        is_from=node.is_from,
        program=node.is_program,
        place=node.filename,
        columns=column_names(node.attlist),
    )
    return [*before(source.inner(node.query)), op] if node.query else [op]
