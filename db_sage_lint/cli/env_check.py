"""`db-sage-lint env-check`: what this machine has for a dry run, and what to do about the rest."""

import click
import msgspec

from db_sage_lint.cli.output import write
from db_sage_lint.errors import CLEAN, MISUSE
from db_sage_lint.reporters.excerpt import harmless
from db_sage_lint.shadow.surroundings import URL, Item, look

MARKS = {"ok": "ok", "missing": "MISSING", "note": "note"}


@click.command("env-check", short_help="Show what this machine has for a dry run.")
@click.option("--pg", type=click.IntRange(13, 18), help="The major version that is wanted.")
@click.option("--shadow-url", envvar=URL, metavar="URL", default="", help="Look at this server too.")
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", help="[default: text]")
def command(pg: int | None, shadow_url: str, form: str) -> int:
    """Show which PostgreSQL servers, extensions and tools a dry run finds here, and for what is missing how to get it.

    Exits with 2 where a dry run can't work.
    """
    items = list(look(pg, shadow_url))
    write(document(items) if form == "json" else text(items))
    return MISUSE if any(item.state == "missing" for item in items) else CLEAN


def document(items: list[Item]) -> str:
    return msgspec.json.format(msgspec.json.encode({"items": items}), indent=2).decode() + "\n"


def text(items: list[Item]) -> str:
    width = max(len(item.what) for item in items)
    lines = []
    for item in items:
        lines.append(f"{MARKS[item.state]:8}{item.what:{width}}  {harmless(item.found)}")
        if item.advice:
            lines.append(f"{'':8}{'':{width}}  -> {item.advice}")
    return "\n".join(lines) + "\n"
