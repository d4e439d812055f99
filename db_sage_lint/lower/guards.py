"""What hangs on a table: triggers, policies of row security, and rules."""

from typing import Literal

from db_sage_lint.lower.base import Source, expressions, lowers, optional
from db_sage_lint.lower.names import column_names, named, on_relation, relation, roles
from db_sage_lint.operations import AlterPolicy, CreatePolicy, CreateRule, CreateTrigger, Operation
from db_sage_lint.tree import AlterPolicyStmt, CreatePolicyStmt, CreateTrigStmt, RuleStmt

Timing = Literal["before", "after", "instead of"]
Command = Literal["all", "select", "insert", "update", "delete"]

# Bits of CreateTrigStmt.timing and events. Source: TRIGGER_TYPE_* in src/include/catalog/pg_trigger.h.
TIMING: dict[int, Timing] = {0: "after", 1 << 1: "before", 1 << 6: "instead of"}
EVENTS = ((1 << 2, "insert"), (1 << 3, "delete"), (1 << 4, "update"), (1 << 5, "truncate"))

COMMANDS: dict[str, Command] = {
    "all": "all", "select": "select", "insert": "insert", "update": "update", "delete": "delete",
}  # fmt: skip


@lowers
def create_trigger(node: CreateTrigStmt, _source: Source) -> list[Operation]:
    op = CreateTrigger(
        name=node.trigname,
        function=named(node.funcname),
        timing=TIMING[node.timing],
        events=frozenset(event for bit, event in EVENTS if node.events & bit),
        columns=column_names(node.columns),
        for_each_row=node.row,
        when=optional(node.whenClause),
        replace=node.replace,
        constraint=node.isconstraint,
        deferrable=node.deferrable or node.initdeferred,
        initially_deferred=node.initdeferred,
        referenced=relation(node.constrrel) if node.constrrel is not None else None,
        **on_relation(node.relation),
    )
    return [op]


@lowers
def create_policy(node: CreatePolicyStmt, _source: Source) -> list[Operation]:
    op = CreatePolicy(
        name=node.policy_name,
        permissive=node.permissive,
        command=COMMANDS[node.cmd_name],
        roles=roles(node.roles),
        using=optional(node.qual),
        check=optional(node.with_check),
        **on_relation(node.table),
    )
    return [op]


@lowers
def alter_policy(node: AlterPolicyStmt, _source: Source) -> list[Operation]:
    op = AlterPolicy(
        name=node.policy_name,
        roles=roles(node.roles) or None,
        using=optional(node.qual),
        check=optional(node.with_check),
        **on_relation(node.table),
    )
    return [op]


@lowers
def create_rule(node: RuleStmt, _source: Source) -> list[Operation]:
    op = CreateRule(
        name=node.rulename,
        event=node.event.removeprefix("CMD_").lower(),
        instead=node.instead,
        replace=node.replace,
        actions=expressions(node.actions),
        condition=optional(node.whereClause),
        **on_relation(node.relation),
    )
    return [op]
