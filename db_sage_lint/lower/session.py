"""Transactions, settings, and what else changes the session only."""

from collections.abc import Callable

from db_sage_lint.lower.base import Source, lowers
from db_sage_lint.lower.names import relation
from db_sage_lint.lower.values import any_text
from db_sage_lint.operations import (
    Begin,
    Commit,
    Nothing,
    Operation,
    PrepareTransaction,
    ReleaseSavepoint,
    ResetVariable,
    Rollback,
    RollbackToSavepoint,
    Savepoint,
    ServerWide,
    SetConstraints,
    SetVariable,
    quoted,
)
from db_sage_lint.tree import AnyNode, ConstraintsSetStmt, DiscardStmt, TransactionStmt, VariableSetStmt

# Settings that hold a list of identifiers: SET quotes each of them. Source: GUC_LIST_QUOTE in guc_tables.c.
LISTS_OF_NAMES = frozenset({
    "search_path", "temp_tablespaces", "local_preload_libraries", "session_preload_libraries",
    "shared_preload_libraries", "unix_socket_directories",
})  # fmt: skip

TRANSACTION: dict[str, Callable[[TransactionStmt], Operation]] = {
    "TRANS_STMT_BEGIN": lambda _: Begin(),
    "TRANS_STMT_START": lambda _: Begin(),
    "TRANS_STMT_COMMIT": lambda node: Commit(chain=node.chain),
    "TRANS_STMT_ROLLBACK": lambda node: Rollback(chain=node.chain),
    "TRANS_STMT_SAVEPOINT": lambda node: Savepoint(name=node.savepoint_name),
    "TRANS_STMT_RELEASE": lambda node: ReleaseSavepoint(name=node.savepoint_name),
    "TRANS_STMT_ROLLBACK_TO": lambda node: RollbackToSavepoint(name=node.savepoint_name),
    "TRANS_STMT_PREPARE": lambda _: PrepareTransaction(),
    "TRANS_STMT_COMMIT_PREPARED": lambda _: ServerWide(statement="COMMIT PREPARED", transactional=False),
    "TRANS_STMT_ROLLBACK_PREPARED": lambda _: ServerWide(statement="ROLLBACK PREPARED", transactional=False),
}


@lowers
def transaction(node: TransactionStmt, _source: Source) -> list[Operation]:
    return [TRANSACTION[node.kind](node)]


@lowers
def variable(node: VariableSetStmt, source: Source) -> list[Operation]:
    """SET and RESET; SET TRANSACTION and SET SESSION CHARACTERISTICS set one variable for each of their modes."""
    match node.kind:
        case "VAR_RESET_ALL":
            return [ResetVariable(name="all")]
        case "VAR_RESET":
            return [ResetVariable(name=node.name.lower())]
        case "VAR_SET_MULTI":
            return modes(node) or [Nothing(statement=source.kind)]
        case _:
            return [SetVariable(name=node.name.lower(), value=setting_value(node), local=node.is_local)]


def modes(node: VariableSetStmt) -> list[Operation]:
    """The variables that transaction modes set. Source: ExecSetVariableStmt in src/backend/utils/misc/guc_funcs.c."""
    of_session = node.name == "SESSION CHARACTERISTICS"
    prefix = "default_" if of_session else ""
    elements = [each.def_elem for each in node.args if each.def_elem is not None]
    return [
        SetVariable(name=prefix + element.defname, value=mode_value(element.arg), local=not of_session)
        for element in elements
    ]


def mode_value(node: AnyNode | None) -> str:
    """The level of isolation; "on" and "off" for READ ONLY and DEFERRABLE, which are numbers in the tree."""
    if node is not None and node.a_const is not None and node.a_const.ival is not None:
        return "on" if node.a_const.ival.ival else "off"
    return any_text(node)


def setting_value(node: VariableSetStmt | None) -> str | None:
    """The value that SHOW would print, None for the default. Source: flatten_set_variable_args in guc_funcs.c."""
    if node is None or node.kind not in {"VAR_SET_VALUE", "VAR_SET_CURRENT"}:
        return None
    if node.kind == "VAR_SET_CURRENT":
        return "from current"
    values = [any_text(value) for value in node.args]
    if node.name.lower() in LISTS_OF_NAMES and values != [""]:
        values = [quoted(value) for value in values]
    return ", ".join(values)


@lowers
def constraints(node: ConstraintsSetStmt, _source: Source) -> list[Operation]:
    return [SetConstraints(deferred=node.deferred, names=tuple(relation(each.range_var) for each in node.constraints))]


@lowers
def discard(node: DiscardStmt, source: Source) -> list[Operation]:
    """DISCARD ALL resets every setting, also as whom the session acts; the others drop what it keeps for itself."""
    if node.target == "DISCARD_ALL":
        reset = [ResetVariable(name=name) for name in ("session_authorization", "role", "all")]
        return [ServerWide(statement="DISCARD ALL", transactional=False), *reset]
    return [Nothing(statement=source.kind)]
