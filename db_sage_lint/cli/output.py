"""Where reports go: standard output or files, in which formats, in colour or not."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
from msgspec import Struct

from db_sage_lint.errors import UserError, nearest
from db_sage_lint.reporters import FORMATS

NARROWEST = 40
WIDEST = 160


class Target(Struct, frozen=True):
    """One report: its format, and the file that it goes to, standard output where that is empty."""

    format: str
    file: str = ""


def target(text: str) -> Target:
    """The value of `--format`: FORMAT or FORMAT:FILE."""
    name, _, file = text.partition(":")
    if name not in FORMATS:
        raise click.BadParameter(f"there is no format `{name}`{nearest(name, FORMATS)} (one of {', '.join(FORMATS)})")
    return Target(name, file)


def targets(formats: Sequence[Target], output: str | None) -> list[Target]:
    """Which report goes where; `output` is the file for the format that names none.

    Raises UserError where two reports would go to one place.
    """
    chosen = list(formats) or [Target("text")]
    if output:
        open_ones = [target for target in chosen if not target.file]
        if len(open_ones) != 1:
            raise UserError(
                "-o needs exactly one format without a file of its own; write --format FORMAT:FILE for others"
            )
        chosen = [Target(target.format, target.file or output) for target in chosen]
    places = [os.path.abspath(target.file) if target.file else "" for target in chosen]
    for place, target in zip(places, chosen, strict=True):
        if places.count(place) > 1:
            where = target.file or "standard output"
            raise UserError(f"two reports can't both go to {where}; write --format FORMAT:FILE for all but one")
    return chosen


def write(text: str, file: str = "") -> None:
    """Writes a report as UTF-8, to a file or to standard output; nobody reading that any more is no error."""
    data = text.encode("utf-8", "surrogateescape")
    if file:
        Path(file).write_bytes(data)
        return
    try:
        sys.stdout.flush()
        stream = getattr(sys.stdout, "buffer", None)
        if stream is None:
            sys.stdout.write(data.decode("utf-8", "replace"))
        else:
            stream.write(data)
        sys.stdout.flush()
    except BrokenPipeError:
        # What is still buffered would raise again when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def colored(choice: str, environment: Mapping[str, str], *, terminal: bool) -> bool:
    """Whether to use colour: as asked, else as NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE say, else on a terminal."""
    if choice != "auto":
        return choice == "always"
    if environment.get("NO_COLOR"):
        return False
    if any(environment.get(name, "0") not in {"", "0"} for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return terminal and environment.get("TERM") != "dumb"


def width() -> int:
    """The columns of the terminal that standard output is, 80 where it is none."""
    try:
        columns = os.get_terminal_size(sys.stdout.fileno()).columns
    except (OSError, ValueError):
        return 80
    return min(max(columns, NARROWEST), WIDEST) if columns else 80
