"""`db-sage-lint rule`: lists the rules, or explains one."""

import click
import msgspec

from db_sage_lint import explain
from db_sage_lint.cli.output import write
from db_sage_lint.errors import UserError, nearest
from db_sage_lint.rules import Example, Rule, Rules, load


@click.command("rule", short_help="List the rules, or explain one.")
@click.argument("rule_id", metavar="[ID]", required=False)
@click.option(
    "--format", "form", type=click.Choice(("text", "markdown", "json")), default="text", help="[default: text]"
)
def command(rule_id: str | None, form: str) -> int:
    """List all rules, or explain the one with this ID: what it finds, why that is bad, and the safe way."""
    rules = load()
    if rule_id is None:
        write(listed(rules, form))
        return 0
    if rule_id not in rules:
        raise UserError(f"there is no rule `{rule_id}`{nearest(rule_id, rules)} (db-sage-lint rule lists them)")
    write(explained(rules[rule_id], form))
    return 0


def listed(rules: Rules, form: str) -> str:
    """All rules, one a line: id, severity, who gets it, title."""
    if form == "json":
        return document(list(rules.values()))
    rows = [(rule.id, rule.severity, explain.on(rule), rule.title) for rule in rules.values()]
    if form == "markdown":
        lines = ["| rule | severity | on | what it finds |", "|---|---|---|---|"]
        lines += [f"| `{rule}` | {severity} | {on} | {title} |" for rule, severity, on, title in rows]
        return "\n".join(lines) + "\n"
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    return "".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row[:3], widths, strict=True)), row[3]]) + "\n"
        for row in sorted(rows)
    )


def explained(rule: Rule, form: str) -> str:
    if form == "json":
        return document(rule)
    if form == "markdown":
        return f"# {rule.id}: {rule.title}\n\n{explain.markdown(rule)}"
    return explain.text(rule, lambda example: said(rule, example))


def said(rule: Rule, example: Example) -> list[str]:
    """What the linter really says of an example."""
    from db_sage_lint.examples import HEADING, run
    from db_sage_lint.reporters.places import region
    from db_sage_lint.settle import order

    lines = []
    for finding in sorted(run(rule, example), key=order):
        path, line = finding.location.script.path, region(finding.location).line
        where = f"{path}:{line}" if HEADING.search(example.sql) else f"line {line}"
        lines.append(f"{where}: {finding.severity}: {finding.message}")
    return lines


def document(value: Rule | list[Rule]) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"
