"""refinery: V<number>__<name>.sql, U<number>__ too, in the order of the numbers, in a Rust project.

Sources: rust-db/refinery, refinery_core/src/util.rs (the pattern of file names, looked for in all folders below, and
the version, an i32 or i64), runner.rs (the order is that of the versions alone, U among V) and traits/async.rs with
drivers/tokio_postgres.rs: each file runs, with the note of it, in a transaction of its own, all of them in one where
the caller says `set_grouped(true)`; files have no mark against it. What the migration() of a file in Rust gives back
isn't known.
"""

from collections.abc import Iterator

from db_sage_lint.regex import lazy
from db_sage_lint.script import Client, Fragment, Script, whole
from db_sage_lint.sources.history import Folder, Place, by_name, natural

NAME = "refinery"
NAMES = "V<number>__<name>.sql, with two underscores"
PROFILES: frozenset[str] = frozenset()
CLIENT = Client(NAME, psql=False, one_session=True)
ENDINGS = (".rs",)
FILE = lazy(r"^(?:.*/)?([UV])(\d+(?:\.\d+)?)__(\w+)\.(?:sql|rs)$")
UNREAD = "migrations in Rust are not read"


def recognise(folder: Folder) -> str:
    """Its library in the Rust project around files that are named as it wants them."""
    if not any(FILE.match(file) for file in folder.files):
        return ""
    if folder.above("refinery.toml") is not None:
        return "a refinery.toml above"
    return "refinery in the Cargo.toml above" if folder.says_above("Cargo.toml", b"refinery") else ""


def place(file: str) -> Place | None:
    found = FILE.match(file)
    return Place((*natural(found[2]), (1, 0, found[3])), found[2]) if found else None


def places(folder: Folder) -> Iterator[tuple[str, Place]]:
    return by_name(folder.files, place)


def scripts(path: str, source: bytes, place: Place) -> tuple[Script, ...]:
    """The whole file, in a transaction; Rust is unread."""
    if path.endswith(ENDINGS):
        return (Script(path, source, (Fragment(0, source, len(source), UNREAD),), "up", True),)
    return (whole(path, source, direction=place.direction, transaction=True),)
