"""A linter for PostgreSQL migrations that knows the schema, what PostgreSQL will do, and how the runner runs it.

`db_sage_lint.check(Request(…)) -> Report` is what the command does; the modules behind it are
imported when it is called.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from db_sage_lint.config import Config
    from db_sage_lint.report import Report, Request

__version__ = "0.1.0"


def check(request: "Request", config_for: "Callable[[str], Config] | None" = None) -> "Report":
    """Lints migrations: see `db_sage_lint.run.check`."""
    from db_sage_lint import run

    return run.check(request, config_for)
