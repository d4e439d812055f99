"""Whole tables: what goes with them."""

from db_sage_lint.checks.registry import check
from db_sage_lint.checks.words import described, listed
from db_sage_lint.context import Context, Verdict
from db_sage_lint.operations import CreateTable, DropTable, Name, Truncate


@check
def table_dropped(op: DropTable, now: Context) -> bool | Verdict:
    if not now.contended(op.table) or now.allows(op.table.name) or is_partition(op.table, now) or is_replaced(op, now):
        return False
    if op.if_exists and now.last_known(op.table) is None and makes_temporary(op.table.name, now):
        return False
    return Verdict(facts={"users": users(op, now)})


def makes_temporary(name: str, now: Context) -> bool:
    """Whether the file goes on to create a temporary table of that name: so this only clears its way."""
    created = (op for op in now.later_in_change_set() if isinstance(op, CreateTable))
    return any(op.persistence == "temporary" and op.table.name == name for op in created)


def is_partition(name: Name, now: Context) -> bool:
    table = now.table(name)
    return table is not None and table.bound is not None


def is_replaced(op: DropTable, now: Context) -> bool:
    """Whether another relation has taken the place of the table: under its name, or under the one it had before."""
    return now.comes_back(op.table) or any(now.db.relation(name) for name in now.former_names(op.table))


def users(op: DropTable, now: Context) -> str:
    """What uses the table, to be said after the sentence."""
    table = now.db.resolve(op.table)
    found = [described(user, now.shown) for user in now.db.dependents(op) if not user.automatic]
    publications = (p.name for p in now.db.publications.values() if table in p.tables)
    found += [f"the publication {name}" for name in publications]
    return f"; it is used by {listed(found)}" if found else ""


@check
def table_truncated(op: Truncate, now: Context) -> bool | Verdict:
    if not now.contended(op.table):
        return False
    others = emptied_too(op, now) if op.cascade else []
    emptied = f"{listed(others)} {'is' if len(others) == 1 else 'are'} emptied too, through foreign keys: "
    return Verdict(facts={"others": emptied if others else ""})


def emptied_too(op: Truncate, now: Context) -> list[str]:
    """The tables that CASCADE empties besides those that the statement names, to closure."""
    named = [now.db.resolve(name) for name in (op.table, *op.together)]
    found = dict.fromkeys(named)
    waiting = named[:1]
    while waiting:
        for table, _ in now.db.referencing(waiting.pop()):
            if table.name not in found:
                found[table.name] = None
                waiting.append(table.name)
    return [now.shown(name) for name in found if name not in named]
