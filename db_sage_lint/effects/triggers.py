"""What operations on triggers, policies and rules do."""

from collections.abc import Iterator

from db_sage_lint.effects.locks import Effect, Lock
from db_sage_lint.effects.predict import Server, effects
from db_sage_lint.effects.reach import Effects, foreign_keys, on, over_partitions
from db_sage_lint.effects.versions import key_triggers_follow
from db_sage_lint.operations import CreateRule, CreateTrigger, DropTrigger, Name, RenameTrigger, SetTriggerState


@effects
def create_trigger(op: CreateTrigger, server: Server) -> list[Effect]:
    """A row trigger goes to every partition as well."""
    found = over_partitions(server, op.table, Lock.SHARE_ROW_EXCLUSIVE, only=not op.for_each_row)
    if op.referenced is not None:
        found.append(on(server, op.referenced, Lock.ACCESS_SHARE))
    return found


@effects
def drop_trigger(op: DropTrigger, server: Server) -> Effects:
    return over_partitions(server, op.table, Lock.ACCESS_EXCLUSIVE, only=_stays(op, server))


def _stays(op: DropTrigger | RenameTrigger, server: Server) -> bool:
    """Whether the trigger is a statement trigger, which partitions don't have."""
    table = server.db.table(op.table)
    trigger = None if table is None else table.triggers.get(op.name)
    return trigger is not None and not trigger.for_each_row


@effects
def rename_trigger(op: RenameTrigger, server: Server) -> Effects:
    """From 15 on the triggers of partitions are renamed along."""
    return over_partitions(server, op.table, Lock.ACCESS_EXCLUSIVE, only=server.pg < 15 or _stays(op, server))


@effects
def set_trigger_state(op: SetTriggerState, server: Server) -> Effects:
    if op.which == "rule":
        return (on(server, op.table, Lock.ACCESS_EXCLUSIVE),)
    only = op.only or not _reaches_partitions(op, server)
    return over_partitions(server, op.table, Lock.SHARE_ROW_EXCLUSIVE, only=only)


def _reaches_partitions(op: SetTriggerState, server: Server) -> bool:
    """Whether it is about a trigger that partitions have as well: a row trigger or, with ALL, that of a foreign key."""
    table = server.db.table(op.table)
    if table is None or not table.closed:
        return True
    keys = op.which == "all" and key_triggers_follow(server.pg)
    if keys and (any(foreign_keys(table)) or server.db.referencing(table.name)):
        return True
    return any(t.for_each_row for t in table.triggers.values() if op.which != "one" or t.name == op.name)


_CHANGES_ROWS = frozenset({"InsertStmt", "UpdateStmt", "DeleteStmt"})


@effects
def create_rule(op: CreateRule, server: Server) -> Iterator[Effect]:
    """The tables that its commands change are locked already when the rule is made."""
    from db_sage_lint.expressions.tree import fields_of, node, text, tree

    yield on(server, op.table, Lock.ACCESS_EXCLUSIVE)
    for action in op.actions:
        kind, fields = node(tree(action))
        target = fields_of(fields.get("relation"))
        if kind in _CHANGES_ROWS:
            yield on(server, Name(text(target.get("relname")), text(target.get("schemaname"))), Lock.ROW_EXCLUSIVE)
