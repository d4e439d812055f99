"""What could not be analysed or was left out, and what a shadow server refused. The rest is declared in documents."""

from db_sage_lint.checks.registry import check
from db_sage_lint.context import Context, Verdict
from db_sage_lint.operations import Copy, PsqlCommand, ScriptEnd, ShadowFailed, SyntaxProblem


@check
def statement_not_analysed(_: ScriptEnd, now: Context) -> Verdict | bool:
    told = {op.message for op in now.earlier_in_script() if isinstance(op, SyntaxProblem)} if now.unread else set()
    unread = [one for one in now.unread if one.why not in told]
    if not unread:
        return False
    count = len({(one.origin.script, one.origin.start) for one in unread})
    what = "the effect of this statement is unknown"
    if count > 1:
        what = f"the effect of {count} statements is unknown, of this one first"
    return Verdict(where=unread[0].origin, facts={"what": what, "why": unread[0].why})


@check
def psql_command_in_migration(op: PsqlCommand | Copy, now: Context) -> Verdict | bool:
    client = now.script.client
    if client.psql is not False or op.possible:
        return False
    if isinstance(op, PsqlCommand):
        return Verdict(facts={"what": op.command, "runner": client.runner})
    rows = op.is_from and not op.place and not client.copies
    return rows and Verdict(
        facts={"what": "COPY … FROM stdin, with rows behind it,", "runner": client.runner}, effects=()
    )


@check
def dry_run_failed(op: ShadowFailed, _: Context) -> Verdict:
    return Verdict(facts={"hint": f" ({op.hint})" if op.hint else ""}, effects=())
