"""What went wrong with the user's set-up, and the one handler that turns every kind of wrong into an exit code."""

from collections.abc import Callable, Iterable

CLEAN = 0
FINDINGS = 1
MISUSE = 2
BUG = 3
INTERRUPTED = 130


class UserError(Exception):
    """The set-up can't work as given. The message is one line: where, what, and what instead."""


def nearest(name: str, names: Iterable[str]) -> str:
    """`; did you mean …?` with the known name nearest to a mistyped one, or nothing where none is near."""
    from difflib import get_close_matches

    found = get_close_matches(name, sorted(names), n=1, cutoff=0.6)
    return f"; did you mean `{found[0]}`?" if found else ""


def handled(run: Callable[[], int], say: Callable[[str], None]) -> int:
    """The exit code of `run`: its own, or that of the exception it ends with, after `say` was told.

    UserError and unreadable files are 2, ^C is 130 and says nothing, anything else is our bug: 3, with a traceback.
    """
    try:
        return run()
    except UserError as error:
        say(f"error: {error}")
        return MISUSE
    except BrokenPipeError:
        return CLEAN
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        say(f"error: {unreadable(error)}")
        return MISUSE
    except Exception:  # noqa: BLE001 - the last handler: a bug is told with all that helps to mend it
        say(bug_report())
        return BUG


def unreadable(error: OSError) -> str:
    """An operating system's error as one line that begins with the file."""
    what = (error.strerror or str(error)).lower()
    return f"{error.filename}: {what}" if error.filename else what


def bug_report() -> str:
    """The exception being handled as users should send it: traceback, then versions."""
    import platform
    import traceback
    from importlib.metadata import PackageNotFoundError, version

    def installed(package: str) -> str:
        try:
            return f"{package} {version(package)}"
        except PackageNotFoundError:
            return f"{package} not installed"

    packages = ", ".join(installed(package) for package in ("db-sage-lint", "pglast", "msgspec", "click"))
    return (
        f"{traceback.format_exc()}\nThis is a bug in db-sage-lint, not in your migrations. Please report it with the"
        f" lines above.\n{packages}, Python {platform.python_version()} on {platform.system()}"
    )
