"""Triggers, policies, row security and rules."""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from db_sage_lint.catalog.changes.registry import changes, table_of
from db_sage_lint.catalog.parts import alter, note_gone
from db_sage_lint.catalog.records import Policy, RewriteRule, Table, Trigger, View
from db_sage_lint.catalog.removal import remove_part
from db_sage_lint.operations import (
    AlterPolicy,
    CreatePolicy,
    CreateRule,
    CreateTrigger,
    DropPolicy,
    DropRule,
    DropTrigger,
    OnTable,
    RenamePolicy,
    RenameTrigger,
    SetRowSecurity,
    SetTriggerState,
)
from db_sage_lint.script import Origin

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog

_ROW_SECURITY: dict[str, dict[str, bool]] = {
    "enable": {"row_security": True},
    "disable": {"row_security": False},
    "force": {"forced": True},
    "no force": {"forced": False},
}


def table_or_view(op: OnTable, db: "Catalog") -> Table | View | None:
    """What a trigger may stand on: a view too, for INSTEAD OF."""
    relation = db.relations.get(db.resolve(op.table))
    return relation if isinstance(relation, View) else table_or_none(op, db)


def table_or_none(op: OnTable, db: "Catalog") -> Table | None:
    """The table; DROP … IF EXISTS of a part forgives that there is none."""
    if isinstance(op, DropTrigger | DropRule | DropPolicy) and op.missing_ok and db.complete:
        relation = db.relations.get(db.resolve(op.table))
        return relation if isinstance(relation, Table) else None
    return table_of(op, db)


@changes
def create_trigger(op: CreateTrigger, db: "Catalog", origin: Origin) -> None:
    relation = table_or_view(op, db)
    if relation is None:
        return
    function = db.resolve_function(op.function)
    trigger = Trigger(
        name=op.name,
        function=function,
        timing=op.timing,
        events=op.events,
        columns=op.columns,
        when=op.when,
        for_each_row=op.for_each_row,
        constraint=op.constraint,
        initially_deferred=op.initially_deferred,
        made=origin,
    )
    alter(db, relation, origin, triggers={**relation.triggers, op.name: trigger})
    db.note(relation.name, function.name)
    db.note_expression(relation.name, op.when)
    if isinstance(relation, Table) and op.for_each_row:
        cloned = replace(trigger, inherited=True)
        for name in db.partitions(relation.name):
            partition = db.relations.get(name)
            if isinstance(partition, Table):
                alter(db, partition, origin, triggers={**partition.triggers, op.name: cloned})
                db.note(name, function.name)


@changes
def drop_trigger(op: DropTrigger, db: "Catalog", origin: Origin) -> None:
    relation = table_or_view(op, db)
    if relation is None:
        return
    trigger = relation.triggers.get(op.name)
    remove_part(db, "trigger", relation.name, op.name, op, origin)
    for name in db.partitions(relation.name) if trigger and trigger.for_each_row else ():
        partition = db.relations.get(name)
        if isinstance(partition, Table) and op.name in partition.triggers and partition.triggers[op.name].inherited:
            remove_part(db, "trigger", name, op.name, op, origin)


@changes
def rename_trigger(op: RenameTrigger, db: "Catalog", origin: Origin) -> None:
    relation = table_or_view(op, db)
    trigger = relation.triggers.get(op.name) if relation else None
    if relation is None or trigger is None:
        return
    note_gone(db, ("trigger", relation.name, op.name), op, origin, record=trigger)
    renamed = {op.new_name if n == op.name else n: t for n, t in relation.triggers.items()}
    renamed[op.new_name] = replace(trigger, name=op.new_name)
    alter(db, relation, origin, triggers=renamed)


@changes
def set_trigger_state(op: SetTriggerState, db: "Catalog", origin: Origin) -> None:
    table = table_of(op, db)
    if table is None or op.which == "rule":
        return
    enabled = op.state != "disable"
    changed = {
        name: replace(trigger, enabled=enabled) if op.which != "one" or name == op.name else trigger
        for name, trigger in table.triggers.items()
    }
    alter(db, table, origin, triggers=changed)


@changes
def create_policy(op: CreatePolicy, db: "Catalog", origin: Origin) -> None:
    table = table_of(op, db)
    if table is None:
        return
    policy = Policy(
        name=op.name,
        permissive=op.permissive,
        command=op.command,
        roles=op.roles,
        using=op.using,
        check=op.check,
        made=origin,
    )
    put_policy(db, table, policy, origin)


def put_policy(db: "Catalog", table: Table, policy: Policy, origin: Origin) -> None:
    alter(db, table, origin, policies={**table.policies, policy.name: policy})
    db.note_expression(table.name, policy.using)
    db.note_expression(table.name, policy.check)


@changes
def alter_policy(op: AlterPolicy, db: "Catalog", origin: Origin) -> None:
    table = table_of(op, db)
    policy = table.policies.get(op.name) if table else None
    if table is None or policy is None:
        return
    changed = replace(
        policy,
        roles=policy.roles if op.roles is None else op.roles,
        using=policy.using if op.using is None else op.using,
        check=policy.check if op.check is None else op.check,
        changed=origin,
    )
    put_policy(db, table, changed, origin)


@changes
def drop_policy(op: DropPolicy, db: "Catalog", origin: Origin) -> None:
    table = table_or_none(op, db)
    if table:
        remove_part(db, "policy", table.name, op.name, op, origin)


@changes
def rename_policy(op: RenamePolicy, db: "Catalog", origin: Origin) -> None:
    table = table_of(op, db)
    policy = table.policies.get(op.name) if table else None
    if table is None or policy is None:
        return
    note_gone(db, ("policy", table.name, op.name), op, origin, record=policy)
    renamed = {op.new_name if n == op.name else n: p for n, p in table.policies.items()}
    renamed[op.new_name] = replace(policy, name=op.new_name, changed=origin)
    alter(db, table, origin, policies=renamed)


@changes
def set_row_security(op: SetRowSecurity, db: "Catalog", origin: Origin) -> None:
    table = table_of(op, db)
    if table:
        alter(db, table, origin, row_security_changed=origin, **_ROW_SECURITY[op.change])


@changes
def create_rule(op: CreateRule, db: "Catalog", origin: Origin) -> None:
    relation = table_or_view(op, db)
    if relation is None or (op.name in relation.rules and not op.replace):
        return
    rule = RewriteRule(name=op.name, actions=op.actions, condition=op.condition, made=origin)
    for expression in (op.condition, *op.actions):
        db.note_expression(relation.name, expression)
    alter(db, relation, origin, rules={**relation.rules, op.name: rule})


@changes
def drop_rule(op: DropRule, db: "Catalog", origin: Origin) -> None:
    relation = table_or_view(op, db)
    if relation:
        remove_part(db, "rule", relation.name, op.name, op, origin)
