"""What the user's own framework makes of a migration and of its way back, shown at the lines of the file: `alembic
upgrade --sql` and `downgrade --sql`, `manage.py sqlmigrate` and `sqlmigrate --backwards`.

This runs the user's code in the user's environment, so that it is done when it is asked for alone. A migration that the
framework can't render is read as it stands, and told. Django's way back stands in no file: it is judged here alone.
Sources: alembic, "Generating SQL Scripts (a.k.a. Offline Mode)" and runtime/migration.py (short_log); django,
core/management/commands/sqlmigrate.py and db/migrations/migration.py (the comment above the SQL of each operation,
those of the way back in reverse; which are irreversible).
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from db_sage_lint.engine import Step
from db_sage_lint.script import Script
from db_sage_lint.sources import alembic
from db_sage_lint.sources.django import SQUASHED
from db_sage_lint.sources.history import History, read_file
from db_sage_lint.sources.python_code import UNREADABLE
from db_sage_lint.sources.rendered import Group, alembic_place, aligned, django_places

DJANGO = "django"
SECONDS = 60
# So many failures for one reason, where nothing has succeeded, show that the others will fail for it too.
MOST_FAILURES = 3
MOST_WORDS = 200
# The comment above the SQL of a revision, by the command that prints it.
RUNNING = {
    "upgrade": re.compile(rb"(?m)^-- Running upgrade [^\n]*-> *([^\s,]+)[^\n]*$"),
    "downgrade": re.compile(rb"(?m)^-- Running downgrade ([^\s,]+) *->[^\n]*$"),
}
OPERATION = re.compile(rb"(?m)^--\n-- [^\n]*\n--$")
VERSIONS = re.compile(rb'(?i)(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|DROP\s+TABLE)\s+(?:[\w"]+\.)?"?alembic_version\b')
CONTROL = re.compile(rb"(?i)(BEGIN|COMMIT)\s*;?\s*\Z")
NAME = re.compile(r"\w[\w.-]*\Z")
IRREVERSIBLE = "is not reversible"


class FailedError(Exception):
    """A command that gave no SQL, and what was said; `lasting` says that the next one won't give any either."""

    def __init__(self, said: str, command: str = "", *, lasting: bool = False) -> None:
        super().__init__(f"`{command}`: {said}" if command else said)
        self.said = said
        self.lasting = lasting


class Command(Struct, frozen=True):
    """A program with its arguments, to be run in `folder`."""

    words: tuple[str, ...]
    folder: str

    def run(self) -> bytes:
        """What it prints, with line breaks of one byte. Raises FailedError where it fails or takes too long."""
        shown = " ".join((Path(self.words[0]).name, *self.words[1:]))
        try:
            done = subprocess.run(  # noqa: S603 - the user asks for it; no shell
                self.words, cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise FailedError(f"it didn't end in {SECONDS} s", shown, lasting=True) from None
        except OSError as error:
            raise FailedError(str(error.strerror), shown, lasting=True) from None
        if done.returncode:
            said = (done.stderr.strip() or done.stdout.strip()).decode("utf-8", "replace").splitlines()
            last = said[-1].strip().rstrip(".")[:MOST_WORDS] if said else f"it ended with {done.returncode}"
            raise FailedError(last, shown)
        return done.stdout.replace(b"\r\n", b"\n")


def rendered(history: History, steps: Iterable[Step], notes: list[str]) -> Iterator[Step]:
    """The steps with what the framework sends in the place of what was read, for those that are reported. `notes` takes
    a line for each reason for which commands failed. Nothing changes for runners that render nothing.
    """
    render = RENDERERS.get(history.runner.NAME)
    numbers = {entry.path: entry.place.number for entry in history.entries}
    failed: dict[str, list[str]] = {}
    succeeded = False
    for step in chain.from_iterable(with_way_back(step, history) for step in steps):
        if render is None or not step.reported:
            yield from (step,) if step.script.fragments or step.script.direction == "up" else ()
            continue
        try:
            script = render(history.folder, step.script, numbers[step.script.path])
        except FailedError as error:
            failed.setdefault(error.said, []).append(f"{step.script.path}: {error}")
            hopeless = not succeeded and len(failed[error.said]) == MOST_FAILURES
            render = None if error.lasting or hopeless else render
            script = step.script
        else:
            succeeded = True
        if script.fragments or script.direction == "up":
            yield msgspec.structs.replace(step, script=script)
    for first, *others in failed.values():
        more = f", and {len(others)} more for the same reason" if others else ""
        rest = "" if render else "; no other was tried"
        notes.append(f"{first}; the file is read as it stands{more}{rest}")


def with_way_back(step: Step, history: History) -> Iterator[Step]:
    """A step, and for Django's the way back, of which nothing is known before it is rendered."""
    yield step
    script = step.script
    if history.runner.NAME == DJANGO and step.reported and script.direction == "up" and script.fragments:
        back = structs.replace(script, fragments=(), direction="down")
        yield Step(back, step.change_set, undoes=True)


def of_alembic(folder: str, script: Script, revision: str) -> Script:
    """What `upgrade --sql` or `downgrade --sql` prints between the revisions below a file's and its own."""
    below = alembic.below(script.source)
    if not (NAME.match(below) and NAME.match(revision)):
        raise FailedError(f"`{revision}` can't be given to alembic")
    home = above(folder, is_alembic_home)
    if home is None:
        raise FailedError("there is no alembic.ini at or above the migrations", lasting=True)
    same_as_on_disk(script)
    way, span = ("upgrade", f"{below}:{revision}") if script.direction == "up" else ("downgrade", f"{revision}:{below}")
    output = Command((program("alembic"), way, "--sql", span), home).run()
    found = [match for match in RUNNING[way].finditer(output) if match[1].decode() == revision]
    if not found:
        raise FailedError("it printed nothing of this revision", f"alembic {way} --sql {span}")
    following = RUNNING[way].search(output, found[-1].end())
    section = output[found[-1].end() : following.start() if following else len(output)]
    return replaced(script, [Group(without_control(section), alembic_place(script.source, way))])


def without_control(section: bytes) -> list[bytes]:
    """The statements of one revision, without alembic's own: what it notes in its table, the transaction around all.
    One that a block of autocommit begins again ends with the revision.
    """
    from db_sage_lint.sources.sections import statements

    kept = [statement for statement in statements(section) if not VERSIONS.match(statement)]
    while kept and CONTROL.match(kept[-1]):
        kept.pop()
    control = [found[1].upper() for statement in kept if (found := CONTROL.match(statement))]
    return [*kept, b"COMMIT"] if control[-1:] == [b"BEGIN"] else kept


def of_django(folder: str, script: Script, name: str) -> Script:
    """What `sqlmigrate` prints for a migration or its way back, operation by operation; of one that can't be reversed,
    nothing.
    """
    from db_sage_lint.sources.sections import statements

    if name == SQUASHED or any(part.text == b"BEGIN" for part in script.fragments):
        return script  # nothing runs; or SQL in one message, of which only the file tells
    home = above(folder, lambda place: (place / "manage.py").is_file())
    if home is None:
        raise FailedError("there is no manage.py at or above the migrations", lasting=True)
    same_as_on_disk(script)
    app, _, own = name.partition(".")
    back = ("--backwards",) if script.direction == "down" else ()
    words = (program("python", "python3"), "manage.py", "sqlmigrate", "--no-color", *back, app, own)
    try:
        output = Command(words, home).run()
    except FailedError as error:
        if back and error.said.endswith(IRREVERSIBLE):
            return script
        raise
    headings = list(OPERATION.finditer(output))
    ends = [*(heading.start() for heading in headings[1:]), len(output)]
    places = django_places(script.source, len(headings))[:: -1 if back else 1]
    return replaced(
        script,
        [
            Group([s for s in statements(output[heading.end() : end]) if not CONTROL.match(s)], place)
            for heading, end, place in zip(headings, ends, places, strict=True)
        ],
    )


def replaced(script: Script, groups: list[Group]) -> Script:
    fragments = tuple(aligned(script.fragments, groups))
    return structs.replace(script, fragments=fragments)


def same_as_on_disk(script: Script) -> None:
    """The framework reads the working tree. Raises FailedError where that isn't what is judged, or is no Python."""
    if read_file(script.path) != script.source:
        raise FailedError("what is judged is not what lies in the working tree")
    import ast

    try:
        ast.parse(script.source)
    except UNREADABLE:
        raise FailedError("Python can't read this file") from None


def program(*names: str) -> str:
    """The first of some programs that the user's PATH has, or else that stands beside our own Python."""
    beside = os.path.dirname(sys.executable)
    found = next((path for name in names if (path := shutil.which(name) or shutil.which(name, path=beside))), None)
    if found is None:
        raise FailedError(f"`{names[0]}` is not on the PATH", lasting=True)
    return found


def above(folder: str, is_home: Callable[[Path], bool]) -> str | None:
    """The nearest folder at or above one that a command belongs to, inside the repository or the current folder."""
    here, current = Path(folder).resolve(), Path.cwd()
    for place in (here, *here.parents):
        if is_home(place):
            return str(place)
        if place == current or (place / ".git").exists():
            return None
    return None


def is_alembic_home(folder: Path) -> bool:
    return (folder / "alembic.ini").is_file() or b"[tool.alembic]" in (read_file(folder / "pyproject.toml") or b"")


RENDERERS: dict[str, Callable[[str, Script, str], Script]] = {alembic.NAME: of_alembic, DJANGO: of_django}
