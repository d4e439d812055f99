"""`db-sage-lint check`: lints migrations and prints what it finds."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import click
import msgspec
from msgspec import Struct

import db_sage_lint
from db_sage_lint.cli import say
from db_sage_lint.cli.output import Target, colored, target, targets, width, write
from db_sage_lint.cli.progress import Progress
from db_sage_lint.config import Config, FailOn, find, load
from db_sage_lint.errors import BUG, CLEAN, FINDINGS, MISUSE, UserError
from db_sage_lint.findings import SEVERITIES, Severity
from db_sage_lint.report import Report, Request
from db_sage_lint.reporters import Look, render, words
from db_sage_lint.rules import load as load_rules

STDIN = "-"
COMMAND_LINE = "command line"


class Asked(Struct, kw_only=True):
    """The command line as click reads it; `every` is --all."""

    paths: tuple[str, ...]
    select: tuple[tuple[str, ...], ...]
    extend_select: tuple[tuple[str, ...], ...]
    ignore: tuple[tuple[str, ...], ...]
    severity: Severity | None
    fail_on: FailOn | None
    exit_zero: bool
    pg: int | None
    since: str | None
    staged: bool
    every: bool
    together: bool
    render: bool
    stdin_filename: str | None
    formats: tuple[Target, ...]
    output: str | None
    statistics: bool
    color: str
    config: str | None
    isolated: bool
    no_progress: bool
    quiet: bool
    verbose: bool


def names(text: str) -> tuple[str, ...]:
    """`a,b` and `a b` as several names."""
    return tuple(text.replace(",", " ").split())


@click.command("check", short_help="Lint migrations.")
@click.argument("paths", nargs=-1)
@click.option(
    "--select",
    type=names,
    multiple=True,
    metavar="RULE",
    help="Run these rules alone: ids, families or ALL; overrides the settings.",
)
@click.option("--extend-select", type=names, multiple=True, metavar="RULE", help="Run these rules as well.")
@click.option("--ignore", type=names, multiple=True, metavar="RULE", help="Don't run these rules.")
@click.option("--severity", type=click.Choice(SEVERITIES), help="The least severity to show.  [default: warning]")
@click.option(
    "--fail-on",
    type=click.Choice((*SEVERITIES, "never")),
    help="The least severity of a shown finding that makes the exit code 1.  [default: warning]",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
@click.option("--pg", type=click.IntRange(13, 18), help="The oldest PostgreSQL version to run on.  [default: 13]")
@click.option("--since", metavar="REF", help="Judge what is new since this git revision, as one change set.")
@click.option("--staged", is_flag=True, help="Judge what is staged in git, as one change set.")
@click.option("--all", "every", is_flag=True, help="Judge every file, each as a change set of its own.")
@click.option("--together", is_flag=True, help="The given files ship together, as one change set.")
@click.option("--render", is_flag=True, help="Judge the SQL that Alembic or Django prints; runs the project's code.")
@click.option("--stdin-filename", metavar="PATH", help="The path that standard input (-) stands for.")
@click.option(
    "--format",
    "formats",
    type=target,
    multiple=True,
    metavar="FORMAT[:FILE]",
    help="text, concise, json, sarif or github; to a file where one is named. Can be given several times.",
)
@click.option("-o", "--output", metavar="FILE", help="Write the report to this file.")
@click.option("--statistics", is_flag=True, help="Count findings by rule instead of showing them (text, concise).")
@click.option("--color", type=click.Choice(("auto", "always", "never")), default="auto", help="[default: auto]")
@click.option("--config", metavar="FILE", help="Take settings from this file.")
@click.option("--isolated", is_flag=True, help="Take no settings from files.")
@click.option("--no-progress", is_flag=True, help="Show no progress on long runs.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but findings.")
@click.option("-v", "--verbose", is_flag=True, help="Also say what was done, and which settings hold.")
def command(**options: object) -> int:
    """Lint the migrations in PATHS: files, folders, or - for standard input.

    Without PATHS it finds the project's migrations and says which they are. Files before those that are judged are
    history: they are replayed to know the schema, and never reported.
    """
    return check(msgspec.convert(options, Asked))


def check(asked: Asked) -> int:
    where = targets(asked.formats, asked.output)
    settings = Settings(asked)
    with Progress(wanted=not (asked.no_progress or asked.quiet)):
        report = db_sage_lint.check(requested(asked), settings)
    if not asked.quiet:
        for note in (*report.notes, *((*settings.notes(), *report.proofs) if asked.verbose else ())):
            say(note)
    show(report, where, asked)
    summed_up = report.findings or report.not_analysed
    if not (asked.quiet or summed_up) and (asked.verbose or (report.hidden and sys.stderr.isatty())):
        say(words.summary(report))
    for trouble in (*report.problems, *report.bugs):
        say(f"error: {trouble}")
    return exit_code(report, settings, exit_zero=asked.exit_zero)


class Settings:
    """The settings that hold for a folder: those of its nearest file, and above them the command line's."""

    def __init__(self, asked: Asked) -> None:
        if asked.config and asked.isolated:
            raise UserError("--config and --isolated exclude each other; leave one out")
        self.asked = asked
        self.file = Path(asked.config) if asked.config else None
        self.found: dict[str, Config] = {}
        self.loaded: dict[Path | None, Config] = {}

    def __call__(self, folder: str) -> Config:
        if folder not in self.found:
            path = None if self.asked.isolated else self.file or find(Path(folder or "."))
            if path not in self.loaded:
                self.loaded[path] = self.overridden(load(path) if path else Config())
            self.found[folder] = self.loaded[path]
        return self.found[folder]

    def overridden(self, config: Config) -> Config:
        """The settings with the command line's above them.

        `--select` replaces what the file chooses and ignores; the other two add to it.
        """
        asked = self.asked
        values = {"severity": asked.severity, "fail_on": asked.fail_on, "pg": asked.pg}
        config = config.given(COMMAND_LINE, **{name: value for name, value in values.items() if value is not None})
        if asked.select:
            config = config.given(COMMAND_LINE, select=flat(asked.select), extend_select=(), ignore=())
        if asked.extend_select:
            more = (*config.extend_select, *flat(asked.extend_select))
            config = config.given(COMMAND_LINE, extend_select=more)
        if asked.ignore:
            config = config.given(COMMAND_LINE, ignore=(*config.ignore, *flat(asked.ignore)))
        return config

    def notes(self) -> list[str]:
        """Which files the settings come from."""
        used = sorted(os.path.relpath(path) for path in self.loaded if path)
        return [f"settings: {path}" for path in used] or ["settings: none found, defaults hold"]


def flat(names: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    return tuple(name for several in names for name in several)


def requested(asked: Asked) -> Request:
    """The request; paths in any order are the same request. Raises UserError for what can't go together."""
    if STDIN in asked.paths:
        if len(asked.paths) > 1 or asked.staged:
            raise UserError("- is standard input and is judged alone; leave out other paths and --staged")
        name = asked.stdin_filename or ""
        return Request(since=asked.since, all=asked.every, stdin=sys.stdin.buffer.read(), stdin_filename=name)
    if asked.stdin_filename:
        raise UserError("--stdin-filename names what standard input stands for; give - as the path")
    return Request(
        paths=tuple(sorted(set(asked.paths))),
        since=asked.since or base_of_hook(asked),
        staged=asked.staged,
        all=asked.every,
        together=asked.together,
        render=asked.render,
    )


def base_of_hook(asked: Asked) -> str | None:
    """Under pre-commit, the revision since which files are new: that of `--from-ref`, or the last commit."""
    if os.environ.get("PRE_COMMIT") != "1" or asked.staged or asked.every:
        return None
    from db_sage_lint.sources.git import exists

    revision = os.environ.get("PRE_COMMIT_FROM_REF") or "HEAD"
    return revision if exists(revision) else None


def show(report: Report, where: list[Target], asked: Asked) -> None:
    """Writes every report where it goes; standard output first, so that a file in trouble loses nothing."""
    rules = load_rules()
    for place in sorted(where, key=lambda place: place.file):
        look = Look(
            color=not place.file and colored(asked.color, os.environ, terminal=sys.stdout.isatty()),
            width=80 if place.file else width(),
            statistics=asked.statistics,
            summary=not asked.quiet,
        )
        write(render(place.format, report, rules, look), place.file)


def exit_code(report: Report, config_for: Callable[[str], Config], *, exit_zero: bool) -> int:
    """The gravest of what the run met: a bug, an input that could not be read, findings that fail it."""
    if report.bugs:
        return BUG
    if report.problems:
        return MISUSE
    failing = any(fails(finding.severity, finding.location.script.path, config_for) for finding in report.findings)
    return FINDINGS if failing and not exit_zero else CLEAN


def fails(severity: str, path: str, config_for: Callable[[str], Config]) -> bool:
    """Whether a finding of that severity in that file makes the run fail."""
    least = config_for(os.path.dirname(path)).fail_on
    return least != "never" and SEVERITIES.index(severity) <= SEVERITIES.index(least)
