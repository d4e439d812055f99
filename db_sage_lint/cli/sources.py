"""`db-sage-lint sources`: which migrations there are, whose, and how they run."""

from collections.abc import Sequence

import click
import msgspec

from db_sage_lint.cli import say
from db_sage_lint.cli.output import write
from db_sage_lint.errors import CLEAN, MISUSE
from db_sage_lint.recognised import Fault, Part, Recognised, Sources, sources
from db_sage_lint.report import Request

TRANSACTIONS = {True: "in a transaction", False: "no transaction", None: "as its statements say"}


@click.command("sources", short_help="Show whose migrations there are and how they run.")
@click.argument("paths", nargs=-1)
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", help="[default: text]")
def command(paths: tuple[str, ...], form: str) -> int:
    """Show what the linter takes the files in PATHS for: the runner and the mark that it is known by, and each script
    in the order in which it runs, with its direction and whether the runner opens a transaction around it; then, behind
    an exclamation mark, files that are missing and files that the runner wouldn't run.

    Without PATHS it finds the project's migrations. The setting `runner` overrides what is recognised.
    """
    found = sources(Request(paths=tuple(sorted(set(paths)))))
    write(document(found) if form == "json" else text(found))
    for problem in found.problems:
        say(f"error: {problem}")
    return MISUSE if found.problems else CLEAN


def document(found: Sources) -> str:
    return msgspec.json.format(msgspec.json.encode(found), indent=2).decode() + "\n"


def text(found: Sources) -> str:
    """Each history under a heading, its scripts aligned; then what stands in none."""
    blocks = [history(one) for one in found.histories]
    if found.alone:
        blocks.append(["In no history, each judged alone:", *(f"  {path}" for path in found.alone)])
    return "\n".join("\n".join(block) + "\n" for block in blocks)


def history(one: Recognised) -> list[str]:
    heading = f"{one.folder}: {one.runner} ({one.why})"
    return [heading, *table(one.scripts, one.folder), *map(fault, one.faults)]


def fault(one: Fault) -> str:
    return f"  ! {one.path}{f':{one.line}' if one.line else ''}: {one.what}"


def table(parts: Sequence[Part], folder: str) -> list[str]:
    prefix = "" if folder == "." else f"{folder}/"
    names = [part.path.removeprefix(prefix) for part in parts]
    width = max(map(len, names), default=0)
    digits = len(str(len(parts)))
    return [
        f"  {number:{digits}}  {name:{width}}  {part.direction:4}  {TRANSACTIONS[part.transaction]}{included(part)}"
        for number, (name, part) in enumerate(zip(names, parts, strict=True), 1)
    ]


def included(part: Part) -> str:
    return f", with {', '.join(part.includes)}" if part.includes else ""
