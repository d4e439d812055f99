"""sqlx: <number>_<name>.sql, or .up.sql with .down.sql, in the order of the numbers.

Source: launchbadge/sqlx, sqlx-core/src/migrate/source.rs (file names; the number is an i64) and sqlx-postgres's
migrate.rs: a transaction for each file, none for one that begins with `-- no-transaction`, at its first byte. Such a
file goes to the server in one message, whose statements PostgreSQL makes one transaction, unless newer versions find
`/* sqlx: split */` between them (pull request 3694). All run in one session (migrator.rs).
"""

from collections.abc import Iterator

from db_sage_lint.operations import MarkMisplaced
from db_sage_lint.regex import lazy
from db_sage_lint.script import Client, Script, whole
from db_sage_lint.sources.history import Folder, Place, by_name
from db_sage_lint.sources.sections import in_one_message

NAME = "sqlx"
NAMES = "<number>_<name>.sql, or .up.sql with .down.sql"
PROFILES: frozenset[str] = frozenset()
CLIENT = Client(NAME, psql=False, one_session=True)
FILE = lazy(r"^(\d+)_(.*?)(\.up|\.down)?\.sql$")
NO_TRANSACTION = b"-- no-transaction"
SPLIT = b"/* sqlx: split */"
FIRST = lazy(rb"\A-- no-transaction")
NEARLY = lazy(rb"(?mi)^[ \t\xef\xbb\xbf]*--[ \t]*no[-_ ]?transaction[ \t]*$")


def recognise(folder: Folder) -> str:
    """A file that begins with its mark, or its library in the Rust project around numbered files."""
    files = folder.sql()
    numbered = sum(bool(FILE.match(file)) for file in files)
    if not numbered or 2 * numbered < len(files):
        return ""
    if folder.matching(FIRST):
        return "`-- no-transaction` at the beginning of its files"
    return "sqlx in the Cargo.toml above" if folder.says_above("Cargo.toml", b"sqlx") else ""


def place(file: str) -> Place | None:
    found = FILE.match(file)
    if not found:
        return None
    number = int(found[1])
    return Place(((0, number, ""),), str(number), "down" if found[3] == ".down" else "up")


def places(folder: Folder) -> Iterator[tuple[str, Place]]:
    return by_name(folder.files, place)


def scripts(path: str, source: bytes, place: Place) -> tuple[Script, ...]:
    """The whole file. Without a transaction it is sent in one message, or in several where it says so."""
    script = whole(path, source, direction=place.direction, transaction=not source.startswith(NO_TRANSACTION))
    return (script if script.transaction or SPLIT in source else in_one_message(script),)


def misplaced(source: bytes) -> Iterator[MarkMisplaced]:
    """The mark anywhere but at the first byte."""
    if source.startswith(NO_TRANSACTION):
        return
    for found in NEARLY.finditer(source):
        yield MarkMisplaced(
            mark=found[0].strip().decode(errors="replace"),
            right_place="write `-- no-transaction` as the very first bytes of the file",
            at=found.start(),
        )
