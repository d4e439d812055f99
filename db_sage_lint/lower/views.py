"""CREATE VIEW, REFRESH, and sequences."""

from typing import Literal

from db_sage_lint.lower.base import Source, lowers
from db_sage_lint.lower.names import column_names, items, persistence, qualified, relation
from db_sage_lint.lower.values import elements, option_pairs, type_of
from db_sage_lint.operations import (
    AlterSequence,
    CreateSequence,
    CreateView,
    Name,
    Operation,
    RefreshMaterializedView,
)
from db_sage_lint.tree import AlterSeqStmt, CreateSeqStmt, DefElem, RefreshMatViewStmt, ViewStmt

CheckOption = Literal["", "local", "cascaded"]

CHECK_OPTION: dict[str, CheckOption] = {
    "LOCAL_CHECK_OPTION": "local",
    "CASCADED_CHECK_OPTION": "cascaded",
    "local": "local",
    "cascaded": "cascaded",
}


@lowers
def create_view(node: ViewStmt, _source: Source) -> list[Operation]:
    options = option_pairs(node.options)
    written = CHECK_OPTION.get(node.withCheckOption) or CHECK_OPTION.get(dict(options).get("check_option", ""), "")
    op = CreateView(
        view=relation(node.view),
        query=bytes(node.query),
        columns=column_names(node.aliases),
        replace=node.replace,
        persistence=persistence(node.view),
        options=options,
        check_option=written,
    )
    return [op]


@lowers
def refresh(node: RefreshMatViewStmt, _source: Source) -> list[Operation]:
    return [
        RefreshMaterializedView(view=relation(node.relation), concurrently=node.concurrent, with_data=not node.skipData)
    ]


@lowers
def create_sequence(node: CreateSeqStmt, _source: Source) -> list[Operation]:
    options = {element.defname: element for element in elements(node.options)}
    op = CreateSequence(
        sequence=relation(node.sequence),
        type=sequence_type(options) or "int8",
        if_not_exists=node.if_not_exists,
        persistence=persistence(node.sequence),
        owned_by=owner(options),
    )
    return [op]


@lowers
def alter_sequence(node: AlterSeqStmt, _source: Source) -> list[Operation]:
    options = {element.defname: element for element in elements(node.options)}
    op = AlterSequence(
        sequence=relation(node.sequence),
        type=sequence_type(options),
        if_exists=node.missing_ok,
        owned_by=owner(options),
        disowned="owned_by" in options and owner(options) is None,
    )
    return [op]


def sequence_type(options: dict[str, DefElem]) -> str:
    """The type after AS, empty where there is none."""
    option = options.get("as")
    return type_of(option.arg.type_name).name if option is not None and option.arg is not None else ""


def owner(options: dict[str, DefElem]) -> tuple[Name, str] | None:
    """The table and column of OWNED BY; None without it and for NONE."""
    option = options.get("owned_by")
    parts = items(option.arg) if option is not None else []
    return (qualified(parts[:-1]), parts[-1]) if len(parts) > 1 else None
