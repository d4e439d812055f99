"""Row security: whether it is on, what its policies let pass, and what goes round it."""

import re
from collections.abc import Iterator

from db_sage_lint.catalog.records import Policy, Table, View
from db_sage_lint.checks.registry import check
from db_sage_lint.context import Context, Verdict
from db_sage_lint.effects.versions import knows_security_invoker
from db_sage_lint.expressions import (
    Binding,
    Comparison,
    always_true,
    caller_comparisons,
    calls_outside_subselect,
    columns_read,
    comparisons,
    functions_called,
    mentions_user_metadata,
)
from db_sage_lint.findings import Severity
from db_sage_lint.operations import ChangeSetEnd, DropTable, Expression, Name, Operation, SetRowSecurity
from db_sage_lint.profiles import OWNER_COLUMNS, SENSITIVE_COLUMN, TENANT_COLUMNS
from db_sage_lint.regex import lazy
from db_sage_lint.script import Origin

DECLARED_PUBLIC = lazy(r"(?i)@public\b|\bpublic[- ](?:read|data|table)|\bpublicly readable\b")
DECLARED_BACKEND = lazy(r"(?i)@backend\b|\b(?:backend|server|internal|service[- ]role)[- ]only\b")


def is_declared(table: Table, option: str, words: re.Pattern[str], now: Context) -> bool:
    """Whether the table's comment or the rule's option says what the table is for."""
    return bool(words.search(table.comment)) or now.allows(table.name.name, option)


def may_differ(table: Table) -> bool:
    """Whether row security may be on although no statement that was read says so."""
    return not table.closed and (table.row_security_changed is None or table.forced)


def has_grant(name: Name, now: Context) -> bool:
    """Whether a low-trust role has any right on the relation, as far as files and profile tell."""
    return any(privilege.grantee in now.low_trust for privilege in now.db.privileges_on("table", name))


# --- on or off -------------------------------------------------------------------------------------------------------


@check
def rls_not_enabled(_: ChangeSetEnd, now: Context) -> Iterator[Verdict]:
    if enabled_by_event_trigger(now):
        return
    for table in now.tables_touched():
        where = exposed_by(table, now)
        if where is None or is_declared(table, "public", DECLARED_PUBLIC, now):
            continue
        if is_declared(table, "backend_only", DECLARED_BACKEND, now) or not is_unprotected(table, now):
            continue
        open_to = has_grant(table.name, now)
        yield Verdict(where=where, facts={"table": now.shown(table.name)}, severity=None if open_to else "warning")


def exposed_by(table: Table, now: Context) -> Origin | None:
    """The statement of the change set that made the table, or gave it the column, for which it needs row security."""
    if table.kind != "table" or table.persistence == "temporary":
        return None
    if table.name.schema in now.exposed_schemas and now.in_change_set(table.made):
        return table.made
    if "multi-tenant" not in now.profiles:
        return None
    scoped = (column.made for name, column in table.columns.items() if name in TENANT_COLUMNS | OWNER_COLUMNS)
    return next(filter(now.in_change_set, scoped), None)


def is_unprotected(table: Table, now: Context) -> bool:
    """Whether row security is off or, with the option `same_file`, was switched on in a later file only."""
    if not table.row_security:
        return not may_differ(table)
    if not now.option("same_file") or table.made is None or table.row_security_changed is None:
        return False
    return table.row_security_changed.script is not table.made.script


def enabled_by_event_trigger(now: Context) -> bool:
    """Whether a function for event triggers switches it on for every new table."""
    return any(
        function.returns is not None
        and function.returns.name == "event_trigger"
        and "enable row level security" in " ".join(function.body.lower().split())
        for overloads in now.db.functions.values()
        for function in overloads
    )


@check
def policies_without_rls(_: ChangeSetEnd, now: Context) -> Iterator[Verdict]:
    for table in now.tables_touched():
        made = [policy.made for policy in table.policies.values() if now.in_change_set(policy.made)]
        if made and not table.row_security and not may_differ(table):
            yield Verdict(where=made[0], facts={"table": now.shown(table.name)})


@check
def rls_denies_everyone(_: ChangeSetEnd, now: Context) -> Iterator[Verdict]:
    for table in now.tables_touched():
        if not table.row_security or not table.closed or any(p.permissive for p in table.policies.values()):
            continue
        causes = [table.row_security_changed, *(policy.made for policy in table.policies.values())]
        where = next((cause for cause in reversed(causes) if now.in_change_set(cause)), None)
        if where and not is_declared(table, "backend_only", DECLARED_BACKEND, now):
            reason = "has restrictive policies only" if table.policies else "has no policy"
            yield Verdict(
                where=where,
                severity="warning" if table.policies else None,
                facts={"table": now.shown(table.name), "reason": reason},
            )


@check
def rls_switched_off(op: SetRowSecurity, now: Context) -> Verdict | bool:
    if op.change not in OPPOSITE or not now.relation_existed(op.table) or is_undone(op, now):
        return False
    table = now.table(op.table)
    before = now.as_before(table) if table else None
    if op.change == "no force":  # where row security is off as well, that says enough
        matters = isinstance(before, Table) and before.forced and table is not None and table.row_security
        return matters and Verdict(severity="warning", facts=OFF["no force"])
    was_off = isinstance(before, Table) and before.closed and not before.row_security
    return not was_off and Verdict(facts=OFF["disable"])


OPPOSITE = {"disable": "enable", "no force": "force"}
OFF = {
    "disable": {"what": "switches row security off", "then": "every role with a grant sees and changes all rows"},
    "no force": {"what": "takes FORCE away", "then": "its owner is no longer subject to its policies"},
}


def is_undone(op: SetRowSecurity, now: Context) -> bool:
    """Whether a later statement of the change set switches it on again or drops the table."""
    table = now.db.resolve(op.table)

    def undoes(later: Operation) -> bool:
        if isinstance(later, SetRowSecurity):
            return later.change == OPPOSITE[op.change] and now.db.resolve(later.table) == table
        return isinstance(later, DropTable) and now.db.resolve(later.table) == table

    return any(map(undoes, now.later_in_change_set()))


# --- what policies let pass ------------------------------------------------------------------------------------------


def changed_policies(now: Context) -> Iterator[tuple[Table, Policy, Origin]]:
    """The policies that the change set has made or changed, as they are at its end, with the last such statement."""
    for table in now.tables_touched():
        for policy in table.policies.values():
            last = policy.changed or policy.made
            if last is not None and now.in_change_set(last):
                yield table, policy, last


def conditions(policy: Policy) -> Iterator[Expression]:
    """USING and WITH CHECK, as far as there are such."""
    yield from filter(None, (policy.using, policy.check))


def named(table: Table, policy: Policy, now: Context, **facts: str) -> dict[str, str]:
    """The facts that every message about a policy gives."""
    return {"policy": f'"{policy.name}"', "table": now.shown(table.name), **facts}


@check
def policy_always_true(_: ChangeSetEnd, now: Context) -> Iterator[Verdict]:
    for table, policy, where in changed_policies(now):
        part = open_part(policy)
        if not part or not policy.permissive or not now.low_trust.intersection(policy.roles):
            continue
        if is_restricted(policy, table):
            continue
        if policy.command == "select" and is_declared(table, "public", DECLARED_PUBLIC, now):
            continue
        what = WHAT[part][policy.command]
        facts = named(table, policy, now, part=part, who=who(policy), what=what, claim=claim(policy))
        yield Verdict(where=where, severity=open_severity(table, policy), facts=facts)


WHAT = {
    "USING": {
        "all": "read, change and delete every row",
        "select": "read every row",
        "update": "change every row",
        "delete": "delete every row",
    },
    "WITH CHECK": {
        "all": "add any row, and change rows to anything",
        "insert": "add any row",
        "update": "change rows to anything",
    },
}


def open_part(policy: Policy) -> str:
    """The part of the policy that is true for every row."""
    if policy.using and policy.command != "insert" and always_true(policy.using):
        return "USING"
    return "WITH CHECK" if policy.check and policy.command != "select" and always_true(policy.check) else ""


def is_restricted(policy: Policy, table: Table) -> bool:
    """Whether a restrictive policy takes away from what the policy gives, for all its commands and roles."""
    return any(
        not other.permissive
        and other.command in {"all", policy.command}
        and ("public" in other.roles or set(other.roles) >= set(policy.roles))
        and not any(map(always_true, conditions(other)))
        for other in table.policies.values()
    )


def who(policy: Policy) -> str:
    return "everybody" if "public" in policy.roles else f"everybody acting as {' or '.join(policy.roles)}"


def claim(policy: Policy) -> str:
    """What to say of a policy whose name claims another audience than it has."""
    if "public" not in policy.roles or not re.search(r"(?i)service[ _-]?role|admin|backend|internal", policy.name):
        return ""
    return ", and not just whom its name speaks of, for it has no TO"


def open_severity(table: Table, policy: Policy) -> Severity | None:
    """Writing is the rule's own severity; reading is an info, and a warning where the rows seem to be somebody's."""
    if policy.command != "select":
        return None
    private = TENANT_COLUMNS | OWNER_COLUMNS
    return "warning" if any(c in private or SENSITIVE_COLUMN.search(c) for c in table.columns) else "info"


@check
def policy_captured_column(_: ChangeSetEnd, now: Context) -> Iterator[Verdict]:
    for table, policy, where in changed_policies(now):
        for condition in conditions(policy):
            if condition.count(b'"ColumnRef"') < 2:
                continue
            found = next(filter(None, map(captured, comparisons(condition, table, now.db))), "")
            if found:
                yield Verdict(where=where, facts=named(table, policy, now, why=found))
                break


def captured(comparison: Comparison) -> str:
    """Why a comparison compares a column with itself; empty where it doesn't, or where that isn't certain."""
    left, right = comparison.left, comparison.right
    if left is None or right is None or not is_same(left, right):
        return ""
    column = f"{left.alias}.{left.column}"
    bare = next((side for side in (right, left) if not side.qualified), None)
    if bare is None or left.within == right.within == 0:
        return f"{column} is compared with itself"
    if bare.depth < bare.within:
        return f"the {bare.column} of the sub-select is {column}, for no relation in the sub-select has such a column"
    return f"{bare.column} is {column} in the sub-select, which is compared with itself"


def is_same(left: Binding, right: Binding) -> bool:
    certain = left.certain and right.certain and left.source >= 0
    return certain and (left.source, left.column) == (right.source, right.column)


METADATA = lazy(r"'[^']*\buser_metadata\b[^']*'|\braw_user_meta_data\b")
CALL = lazy(r"(?i)(?:\b([a-z_]\w*)\s*\.\s*)?\b([a-z_]\w*)\s*\(")


@check
def policy_trusts_user_metadata(_: ChangeSetEnd, now: Context) -> Iterator[Verdict]:
    for table, policy, where in changed_policies(now):
        through = next(filter(None, (trusts_metadata(condition, now) for condition in conditions(policy))), "")
        if through:
            yield Verdict(where=where, facts=named(table, policy, now, through=through))


def trusts_metadata(condition: Expression, now: Context) -> str:
    """How the condition comes to read what users may edit: itself, or by which function; empty where it doesn't."""
    if mentions_user_metadata(condition):
        return "reads"
    waiting = sorted(functions_called(condition))
    seen: set[Name] = set()
    while waiting:
        name = now.db.resolve_function(waiting.pop())
        if name in seen:
            continue
        seen.add(name)
        for function in now.db.function_overloads(name):
            if METADATA.search(function.body) or (function.sql_body and mentions_user_metadata(function.sql_body)):
                return f"calls {now.shown(name)}, which reads"
            waiting += [Name(called.lower(), schema.lower()) for schema, called in CALL.findall(function.body)]
    return ""


# --- what policies cost ----------------------------------------------------------------------------------------------

SESSION_FUNCTIONS = frozenset(
    {
        Name("uid", "auth"), Name("jwt", "auth"), Name("role", "auth"), Name("email", "auth"),
        Name("current_setting"), Name("current_setting", "pg_catalog"),
    }
)  # fmt: skip


def helpers(now: Context) -> frozenset[Name]:
    """The functions without arguments that the rule's option `helpers` adds: "private.current_tenant"."""
    configured = now.option("helpers")
    assert isinstance(configured, list | tuple)
    parts = (str(helper).rpartition(".") for helper in configured)
    return frozenset(Name(name, schema) for schema, _, name in parts)


@check
def policy_function_per_row(_: ChangeSetEnd, now: Context) -> Iterator[Verdict]:
    watched = SESSION_FUNCTIONS | helpers(now)
    for table, policy, where in changed_policies(now):
        bare = [c for c in conditions(policy) if calls_outside_subselect(c, watched)]
        if bare:
            called = sorted(functions_called(bare[0]) & watched)
            yield Verdict(where=where, facts=named(table, policy, now, function=f"{called[0]}()"))


@check
def policy_column_without_index(_: ChangeSetEnd, now: Context) -> Iterator[Verdict]:
    known = helpers(now)
    for table, policy, where in changed_policies(now):
        if policy.using is None or policy.command == "insert" or not table.closed:
            continue
        for compared in caller_comparisons(policy.using, table, now.db, known):
            if compared.indexable and not has_index(table, compared.column, now, wrapped=compared.wrapped):
                how = "under a cast or function, which" if compared.wrapped else "which"
                yield Verdict(where=where, facts=named(table, policy, now, column=compared.column, how=how))
                break


def has_index(table: Table, column: str, now: Context, *, wrapped: bool) -> bool:
    """Whether an index can find rows by the column, or by an expression over it."""
    for index in now.db.indexes_of(table.name):
        if index.predicate is not None or not index.keys:
            continue
        key = index.keys[0]
        if key.expression is not None and wrapped and column in columns_read(key.expression):
            return True
        if key.column == column and not wrapped:
            return True
    return False


# --- what goes round them --------------------------------------------------------------------------------------------


@check
def view_bypasses_rls(_: ChangeSetEnd, now: Context) -> Iterator[Verdict]:
    granted = [now.db.view(name) for kind, name in now.db.privileges if kind == "table"]
    for view in granted:
        if view is None or view.materialized or not is_readable(view.name, now):
            continue
        table = unprotected(view, now, frozenset())
        where = cause(view, table, now) if table else None
        if table and where:
            facts = {"view": now.shown(view.name), "table": now.shown(table.name), "remedy": remedy(view, now)}
            yield Verdict(where=where, facts=facts)


def remedy(view: View, now: Context) -> str:
    """What to do about it; that a view has the option at all tells of a server that knows it."""
    if knows_security_invoker(now.pg) or "security_invoker" in view.options:
        return "with (security_invoker = true) it would use the caller's"
    return "take the grant back, or move the view to a schema that they can't use"


def is_readable(name: Name, now: Context) -> bool:
    """Whether a low-trust role may read the relation."""
    granted = now.db.privileges_on("table", name)
    return any(right.grantee in now.low_trust and right.privilege in {"select", "all"} for right in granted)


def is_invoker(view: View) -> bool:
    return view.options.get("security_invoker", "false").lower() in {"", "true", "on", "yes", "1"}


def unprotected(view: View, now: Context, above: frozenset[Name]) -> Table | None:
    """A protected table whose rows the view shows with its owner's rights, or those of a view under it."""
    for name in sorted({name for name, _ in view.reads} - above):
        relation = now.db.relation(name)
        if isinstance(relation, Table) and not is_invoker(view) and is_protected(relation, now):
            return relation
        if isinstance(relation, View) and not relation.materialized:
            if is_invoker(view) and not is_readable(name, now):
                continue
            found = unprotected(relation, now, above | {view.name})
            if found:
                return found
    return None


def is_protected(table: Table, now: Context) -> bool:
    """Whether policies would apply to the caller and don't to the view's owner, who is taken to be the table's too."""
    return table.row_security and (not table.forced or "supabase" in now.profiles)


def cause(view: View, table: Table, now: Context) -> Origin | None:
    """The statement of the change set that opened the way: the view, the grant, or row security, whichever is there."""
    granted = now.db.privileges_on("table", view.name)
    grants = (origin for right, origin in granted.items() if right.grantee in now.low_trust)
    causes = (view.changed, view.made, *grants, table.row_security_changed)
    return next(filter(now.in_change_set, causes), None)
