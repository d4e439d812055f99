"""`db-sage-lint verify-order`: is everything made before it is used?"""

import click
import msgspec

from db_sage_lint.cli import say
from db_sage_lint.cli.output import write
from db_sage_lint.errors import CLEAN, FINDINGS, MISUSE
from db_sage_lint.ordering import Line, Link, MovedFile, MovedStatement, UsedTooEarly, Verified, verify_order
from db_sage_lint.report import Request
from db_sage_lint.reporters.excerpt import harmless
from db_sage_lint.reporters.places import printable

WIDEST_SQL = 60


class Summary(msgspec.Struct):
    files: int
    statements: int
    problems: int
    cycles: int


class Document(msgspec.Struct):
    version: int
    summary: Summary
    problems: list[UsedTooEarly]
    cycles: list[list[Link]]
    files: list[list[str]]
    file_moves: list[MovedFile]
    moves: list[MovedStatement]
    diffs: list[str]


@click.command("verify-order", short_help="Show what is used before it is made, and an order that works.")
@click.argument("paths", nargs=-1)
@click.option("--fix", is_flag=True, help="Print diffs that move statements, for git apply.")
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", help="[default: text]")
@click.option("-o", "--output", metavar="FILE", default="", help="Write to this file.")
def command(paths: tuple[str, ...], fix: bool, form: str, output: str) -> int:
    """Check that everything in PATHS is made before it is used: tables, columns, keys, types, functions, roles,
    schemas, extensions, in one file and from file to file. Says which order would work.

    Migrations are taken in the order in which their runner runs them. Other files are taken in the order given here,
    those of a folder by name. Without PATHS it finds the project's migrations.

    Exit codes: 0 all is in order, 1 it is not, 2 the set-up is wrong or an input can't be read.
    """
    found = verify_order(Request(paths=tuple(dict.fromkeys(paths))), fix=fix)
    for note in found.notes:
        say(note)
    write(document(found) if form == "json" else diffs(found) if fix else text(found), output)
    for problem in found.problems:
        say(f"error: {problem}")
    return MISUSE if found.problems else FINDINGS if found.early else CLEAN


def document(found: Verified) -> str:
    summary = Summary(found.files_read, found.statements, len(found.early), len(found.cycles))
    entries = Document(1, summary, found.early, found.cycles, found.files, found.file_moves, found.moves, found.diffs)
    return msgspec.json.format(msgspec.json.encode(entries), indent=2).decode() + "\n"


def diffs(found: Verified) -> str:
    """The diffs; what they don't mend is said beside the output."""
    for reason in found.unfixed:
        say(f"{reason}; it stays as it is")
    across = sum(one.at.path != one.made.path for one in found.early)
    if across:
        say(f"{counted(across, 'problem')} from file to file: moving statements in a file mends none of these")
    return "".join(found.diffs)


def text(found: Verified) -> str:
    """The problems by place, then cycles, then the order that works."""
    blocks = [[problem(one) for one in sorted(found.early, key=lambda one: one.at)]]
    blocks += [cycle(ring) for ring in found.cycles]
    if found.file_moves:
        moved = (f"  {path(one.path)} before {path(one.before)}" for one in found.file_moves)
        blocks.append(["Files to move, or statements of theirs:", *moved])
    if found.moves:
        blocks.append(["Statements to move:", *map(move, found.moves)])
    blocks.append([summary(found)])
    return "\n".join("\n".join(block) + "\n" for block in blocks if block)


def problem(one: UsedTooEarly) -> str:
    across = f"; neither can be moved across line {one.across.line}" if one.across else ""
    return f"{place(one.at)}: {one.kind} {harmless(one.name)} is used before it is made at {place(one.made)}{across}"


def cycle(ring: list[Link]) -> list[str]:
    heading = "No order works, as these need each other; make one of them without the other and alter it afterwards:"
    return [heading, *(f"  {place(o.at)} needs {o.kind} {harmless(o.name)}, made at {place(o.made)}" for o in ring)]


def move(one: MovedStatement) -> str:
    words = harmless(" ".join(one.sql.split()))
    short = words if len(words) <= WIDEST_SQL else words[: WIDEST_SQL - 1] + "…"
    return f"  {place(one.at)} before line {one.before.line}: {short}"


def place(one: Line) -> str:
    return f"{path(one.path)}:{one.line}"


def path(name: str) -> str:
    return harmless(printable(name))


def summary(found: Verified) -> str:
    what = f"{counted(found.statements, 'statement')} in {counted(found.files_read, 'file')}"
    if not found.early:
        return f"In order: {what}."
    left = sum(not one.mended for one in found.early)
    rest = f", {left} of which no order mends" if left else ""
    return f"{counted(len(found.early), 'problem')} in {what}{rest}."


def counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
