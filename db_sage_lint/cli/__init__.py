"""The command. Each subcommand is a module of this package, imported when it is called."""

import gc
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import click

from db_sage_lint import __version__
from db_sage_lint.errors import UserError, handled, nearest

COMMANDS = ("check", "dry-run", "locks", "verify-order", "env-check", "rule", "config", "sources")


class Late(click.Group):
    """A group that imports the module of a subcommand when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"db_sage_lint.cli.{cmd_name.replace('-', '_')}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            if Path(args[0]).exists():
                ctx.fail(f"there is no command `{args[0]}`; did you mean `{ctx.command_path} check {args[0]}`?")
            ctx.fail(f"there is no command `{args[0]}`{nearest(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)


@click.group(cls=Late, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(prog)s %(version)s")
def cli() -> None:
    """A linter for PostgreSQL migrations that knows the schema, the locks and the runner.

    Exit codes: 0 nothing found, 1 findings at or above --fail-on, 2 the set-up is wrong or an input can't be read,
    3 a bug in db-sage-lint.
    """


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs the command and ends the process with its exit code."""
    collect_seldom()
    try:
        sys.exit(handled(lambda: run(arguments), say))
    finally:
        gc.freeze()  # nothing is collected at the end


def collect_seldom() -> None:
    """The garbage collector would take a fifth of a short run, and hardly anything that a run makes is garbage."""
    gc.set_threshold(500_000)


def run(arguments: Sequence[str] | None) -> int:
    try:
        code = cli.main(arguments, prog_name="db-sage-lint", standalone_mode=False)
    except click.UsageError as error:
        context = error.ctx.command_path if error.ctx else "db-sage-lint"
        raise UserError(f"{error.format_message()} (see {context} --help)") from None
    except click.ClickException as error:
        raise UserError(error.format_message()) from None
    except click.Abort:
        raise KeyboardInterrupt from None
    return code if isinstance(code, int) else 0


def say(text: str) -> None:
    """Tells the user something that is no part of the output."""
    print(text.encode("utf-8", "backslashreplace").decode("utf-8"), file=sys.stderr)
