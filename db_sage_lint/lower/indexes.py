"""CREATE INDEX, REINDEX and extended statistics."""

from typing import Literal

from db_sage_lint.lower.base import Source, lowers, optional
from db_sage_lint.lower.names import named, relation, words
from db_sage_lint.lower.values import is_set
from db_sage_lint.operations import CreateIndex, CreateStatistics, IndexKey, Name, Operation, Reindex
from db_sage_lint.tree import CreateStatsStmt, IndexElem, IndexElemNode, IndexStmt, ReindexStmt

NULLS_FIRST = {"SORTBY_NULLS_FIRST": True, "SORTBY_NULLS_LAST": False}

REINDEX: dict[str, Literal["index", "table", "schema", "database", "system"]] = {
    "REINDEX_OBJECT_INDEX": "index",
    "REINDEX_OBJECT_TABLE": "table",
    "REINDEX_OBJECT_SCHEMA": "schema",
    "REINDEX_OBJECT_DATABASE": "database",
    "REINDEX_OBJECT_SYSTEM": "system",
}


@lowers
def create_index(node: IndexStmt, _source: Source) -> list[Operation]:
    op = CreateIndex(
        name=node.idxname,
        table=relation(node.relation),
        keys=tuple(map(key, index_elements(node.indexParams))),
        method=node.accessMethod or "btree",
        unique=node.unique,
        concurrently=node.concurrent,
        if_not_exists=node.if_not_exists,
        only=node.relation is not None and not node.relation.inh,
        include=tuple(element.name for element in index_elements(node.indexIncludingParams)),
        predicate=optional(node.whereClause),
        nulls_not_distinct=node.nulls_not_distinct,
        tablespace=node.tableSpace,
    )
    return [op]


def index_elements(nodes: tuple[IndexElemNode, ...]) -> list[IndexElem]:
    return [node.index_elem for node in nodes if node.index_elem is not None]


def key(element: IndexElem) -> IndexKey:
    """One key; the schema of its operator class and collation is left out."""
    return IndexKey(
        column=element.name,
        expression=optional(element.expr),
        opclass=(words(element.opclass) or [""])[-1],
        collation=(words(element.collation) or [""])[-1],
        descending=element.ordering == "SORTBY_DESC",
        nulls_first=NULLS_FIRST.get(element.nulls_ordering),
    )


@lowers
def reindex(node: ReindexStmt, _source: Source) -> list[Operation]:
    name = relation(node.relation) if node.relation is not None else Name(node.name) if node.name else None
    return [Reindex(kind=REINDEX[node.kind], name=name, concurrently=is_set(node.params, "concurrently"))]


@lowers
def create_statistics(node: CreateStatsStmt, _source: Source) -> list[Operation]:
    elements = [each.stats_elem for each in node.exprs if each.stats_elem is not None]
    op = CreateStatistics(
        name=named(node.defnames),
        table=relation(node.relations[0].range_var),
        columns=tuple(element.name for element in elements if element.name),
        if_not_exists=node.if_not_exists,
    )
    return [op]
