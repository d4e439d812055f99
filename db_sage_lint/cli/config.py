"""`db-sage-lint config`: the settings in force, and where each comes from."""

import os
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec
from msgspec import Struct

from db_sage_lint.cli.output import write
from db_sage_lint.config import FIELDS, TABLES, Config, find, load
from db_sage_lint.errors import UserError
from db_sage_lint.rules import load as load_rules
from db_sage_lint.selection import check_names


class Setting(Struct):
    """One setting in force. `origin` is `file:line`, or "default"."""

    key: str
    value: object
    origin: str


class Shown(Struct):
    """What `--format json` prints."""

    file: str | None
    settings: list[Setting]


@click.command("config", short_help="Show the settings in force and where each comes from.")
@click.argument("path", default=".")
@click.option("--config", "file", metavar="FILE", help="Take settings from this file.")
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", help="[default: text]")
def command(path: str, file: str | None, form: str) -> int:
    """Show the settings that hold for PATH, a file or folder, and where each comes from."""
    if not Path(path).exists():
        raise UserError(f"{path}: no such file or folder")
    folder = Path(path) if Path(path).is_dir() else Path(path).parent
    found = Path(file) if file else find(folder)
    config = load(found) if found else Config()
    check_names(config, load_rules())
    shown = Shown(os.path.relpath(found) if found else None, list(settings(config)))
    write(document(shown) if form == "json" else table(shown))
    return 0


def settings(config: Config) -> Iterator[Setting]:
    """Every setting, tables entry by entry."""
    for key, name in FIELDS.items():
        value = getattr(config, name)
        if key == "extends":
            continue
        if key in TABLES and value:
            for entry in value:
                yield Setting(f"{key}.{entry}", value[entry], config.origin(f"{key}.{entry}"))
        else:
            yield Setting(key, value, config.origin(key))


def document(shown: Shown) -> str:
    return msgspec.json.format(msgspec.json.encode(shown), indent=2).decode() + "\n"


def table(shown: Shown) -> str:
    """The settings as aligned columns: key, value, origin."""
    rows = [(setting.key, msgspec.json.encode(setting.value).decode(), setting.origin) for setting in shown.settings]
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    heading = f"settings from {shown.file}" if shown.file else "no settings file: defaults hold"
    lines = [f"{key.ljust(widths[0])} = {value.ljust(widths[1])}  {origin}" for key, value, origin in rows]
    return "\n".join([heading, "", *lines]) + "\n"
