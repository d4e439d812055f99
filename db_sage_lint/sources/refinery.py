"""refinery: V<number>__<name>.sql, U<number>__ too, in the order of the numbers, in a Rust project.

Source: rust-db/refinery, refinery_core/src/util.rs: the pattern of file names; README: each migration runs in a
transaction of its own, or all in one where the caller says `set_grouped`; files have no mark against it.
"""

from collections.abc import Iterator

from db_sage_lint.regex import lazy
from db_sage_lint.script import Script, whole
from db_sage_lint.sources.history import Folder, Place, by_name, natural

NAME = "refinery"
NAMES = "V<number>__<name>.sql, with two underscores"
PROFILES: frozenset[str] = frozenset()
FILE = lazy(r"^(?:.*/)?([UV])(\d+(?:\.\d+)?)__(\w+)\.sql$")


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
    """The whole file, in a transaction."""
    return (whole(path, source, direction=place.direction, transaction=True),)
