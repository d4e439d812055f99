"""graphile-migrate: migrations/committed/<number>….sql in the order of the numbers, then current.sql or current/*.sql.

Source: graphile/migrate, src/migration.ts and src/current.ts: a committed file begins with lines `--! <Name>: <value>`
and an empty line; each runs in a transaction, unless the line behind that header is `--! no-transaction`, and all of
them in one session (commands/migrate.ts). The files of `afterReset` come before all of them in a database that was
reset, each as one message (commands/reset.ts, actions.ts). Rows for COPY aren't taken (issue 93).
"""

from collections.abc import Iterator

from db_sage_lint.operations import MarkMisplaced
from db_sage_lint.regex import lazy
from db_sage_lint.script import Client, Script, whole
from db_sage_lint.sources.history import Folder, Place
from db_sage_lint.sources.sections import in_one_message

NAME = "graphile-migrate"
NAMES = "committed/<number>.sql"
PROFILES: frozenset[str] = frozenset()
CLIENT = Client(NAME, psql=False, one_session=True)
MARKS = frozenset({".gmrc", ".gmrc.js", ".gmrc.cjs"})
SUBFOLDERS = frozenset({"committed", "current"})
AFTER = "after reset"
COMMITTED = lazy(r"^committed/(\d+)(-[^/]*)?\.sql$")
CURRENT = lazy(r"^current(?:\.sql|/(\d*)[^/]*\.sql)$")
HEADER = lazy(rb"\A(?:--! [A-Z][\w-]*:[^\n]*\n)*(?:[ \t]*\r?\n)*")
NO_TRANSACTION = lazy(rb"--!\s*no-transaction\b")
NEARLY = lazy(rb"(?mi)^[ \t]*--[ \t]*!?[ \t]*no[-_ ]?transaction[ \t]*$")


AFTER_RESET = lazy(rb'"afterReset"\s*:\s*(\[[^\]]*\]|"[^"]*")')
COMMENT = lazy(rb"/\*(?s:.*?)\*/|(?m:^[ \t]*//[^\n]*)")
COMMAND = lazy(rb"\{[^{}]*\bcommand\b[^{}]*\}")
RESET_FILE = lazy(rb'"!?([^"]+\.sql)"')


def recognise(folder: Folder) -> str:
    """The folder of committed migrations, and its configuration above or the headers of these files."""
    committed = [file for file in folder.files if COMMITTED.match(file)]
    if any(folder.above(name) is not None for name in sorted(MARKS)) and any(map(is_mine, folder.files)):
        return "a .gmrc above"
    if committed and (folder.read(committed[0]) or b"").startswith(b"--! Previous:"):
        return "`--! Previous:` in committed/"
    return ""


def is_mine(file: str) -> bool:
    return bool(COMMITTED.match(file) or CURRENT.match(file))


def places(folder: Folder) -> Iterator[tuple[str, Place]]:
    for number, file in enumerate(after_reset(folder)):
        yield file, Place(((-1, number, ""),), AFTER)
    for file in folder.files:
        found = COMMITTED.match(file)
        if found:
            yield file, Place(((0, int(found[1]), ""), (1, 0, file)), str(int(found[1])))
        elif found := CURRENT.match(file):
            number = int(found[1]) if found[1] else 0
            yield file, Place(((1, 0, "current"), (0, number, ""), (1, 0, file)), file)


def after_reset(folder: Folder) -> Iterator[str]:
    """The files that .gmrc has run in a database that was reset; `!` before a name is for the superuser."""
    said = AFTER_RESET.search(COMMENT.sub(b"", folder.above(".gmrc") or b""))
    for name in RESET_FILE.findall(COMMAND.sub(b"", said[1])) if said else ():
        file = name.decode("utf-8", "replace")
        if file in folder.files:
            yield file


def scripts(path: str, source: bytes, place: Place) -> tuple[Script, ...]:
    """The whole file: its headers are comments."""
    if place.number == AFTER:
        return (in_one_message(whole(path, source)),)
    return (whole(path, source, transaction=not is_without(source)),)


def is_without(source: bytes) -> bool:
    """Whether the first line of the body is the mark."""
    return bool(NO_TRANSACTION.match(source, body(source)))


def body(source: bytes) -> int:
    header = HEADER.match(source)
    return header.end() if header else 0


def misplaced(source: bytes) -> Iterator[MarkMisplaced]:
    """The mark anywhere but on the first line."""
    if is_without(source):
        return
    for found in NEARLY.finditer(source):
        yield MarkMisplaced(
            mark=found[0].strip().decode(errors="replace"),
            right_place="write `--! no-transaction` as the first line, or the first one below the header",
            at=found.start() + len(found[0]) - len(found[0].lstrip()),
        )
