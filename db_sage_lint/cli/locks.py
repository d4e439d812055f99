"""`db-sage-lint locks`: what each statement locks, scans and rewrites, without a server."""

from itertools import groupby
from pathlib import Path

import click
import msgspec
from msgspec import Struct

from db_sage_lint.cli import say
from db_sage_lint.cli.output import write
from db_sage_lint.config import Config, nearest_config
from db_sage_lint.errors import CLEAN, MISUSE
from db_sage_lint.predicted import Predicted, Statement, predicted
from db_sage_lint.report import Request
from db_sage_lint.reporters import words
from db_sage_lint.reporters.excerpt import harmless
from db_sage_lint.reporters.json import EffectEntry
from db_sage_lint.reporters.places import printable

WIDEST_SQL = 68


class StatementEntry(Struct):
    path: str
    line: int
    sql: str
    effects: list[EffectEntry]


class Document(Struct):
    statements: list[StatementEntry]


@click.command("locks", short_help="Show what each statement locks, reads and rewrites.")
@click.argument("paths", nargs=-1)
@click.option("--pg", type=click.IntRange(13, 18), help="The PostgreSQL version to run on.  [default: 13]")
@click.option("--since", metavar="REF", help="Show what is new since this git revision.")
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", help="[default: text]")
@click.option("-o", "--output", metavar="FILE", default="", help="Write to this file.")
def command(paths: tuple[str, ...], pg: int | None, since: str | None, form: str, output: str) -> int:
    """Show for each statement in PATHS the relations that it locks, how strongly, and whether it reads all rows or
    writes the relation anew, as `check` predicts it from the files before.

    Without PATHS it finds the project's migrations. Relations that a statement makes are not listed.
    """

    def config_for(folder: str) -> Config:
        config = nearest_config(Path(folder or "."))
        return config if pg is None else config.given("command line", pg=pg)

    found = predicted(Request(paths=tuple(sorted(set(paths))), since=since), config_for)
    for note in found.notes:
        say(note)
    write(document(found) if form == "json" else text(found), output)
    for problem in found.problems:
        say(f"error: {problem}")
    return MISUSE if found.problems else CLEAN


def document(found: Predicted) -> str:
    entries = [
        StatementEntry(
            printable(one.path),
            one.line,
            printable(one.sql),
            [EffectEntry(str(e.relation), e.lock.sql, e.scans, e.rewrites) for e in one.effects],
        )
        for one in found.statements
    ]
    return msgspec.json.format(msgspec.json.encode(Document(entries)), indent=2).decode() + "\n"


def text(found: Predicted) -> str:
    """Each file under its name, its statements with their effects below them."""
    blocks = [
        "\n".join([harmless(path), *(line for one in statements for line in lines(one))]) + "\n"
        for path, statements in groupby(found.statements, key=lambda one: one.path)
    ]
    return "\n".join(blocks)


def lines(one: Statement) -> list[str]:
    sql = harmless(" ".join(one.sql.split()))
    short = sql if len(sql) <= WIDEST_SQL else sql[: WIDEST_SQL - 1] + "…"
    return [f"{one.line:>6}  {short}", *(f"          {words.effect(effect)}" for effect in one.effects)]
