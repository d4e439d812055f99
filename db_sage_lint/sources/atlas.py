"""Atlas: <version>_<name>.sql beside atlas.sum, in the order of the names.

Each file runs in a transaction of its own (`--tx-mode file`), unless `-- atlas:txmode none` stands in the comments at
its top, with an empty line behind them. A checkpoint (`-- atlas:checkpoint`) is what the files before it add up to,
and runs where none of them ran: in their place, not after them. A folder that Atlas writes for another tool
(golang-migrate, goose, …) has an atlas.sum too, and is that tool's.
Sources: ariga/atlas, sql/migrate/dir.go (LocalDir.Files, LocalFile.Directive), and the manual of `migrate apply`.
"""

from collections.abc import Iterator

from db_sage_lint.operations import ChainBroken, FileUnrecognised, MarkMisplaced
from db_sage_lint.regex import lazy
from db_sage_lint.script import Client, Script, whole
from db_sage_lint.sources.history import Folder, Place, is_sql

NAME = "atlas"
PROFILES: frozenset[str] = frozenset()
CLIENT = Client(NAME, psql=False)
SUM = "atlas.sum"
MARKS = frozenset({SUM})
# Files in the format of another tool.
OTHERS_NAME = lazy(r"(?i)\.(up|down)\.sql$|^[VUBR][\d_.]*__")
OTHERS_MARK = lazy(rb"(?im)^--\s*(\+goose|migrate:up|liquibase\s*formatted)")
TOP = lazy(rb"\A(?:(?:--|#)[^\n]*\n)*(?=\r?\n)")
NO_TRANSACTION = lazy(rb"(?m)^[ -~]*?atlas:txmode +none\b")
CHECKPOINT = lazy(rb"(?m)^[ -~]*?atlas:checkpoint\b")
LISTED = lazy(rb"(?m)^(\S.*\.sql) h1:")


def recognise(folder: Folder) -> str:
    """Its sum file, unless the files are for another tool."""
    if SUM not in folder.files or any(OTHERS_NAME.search(file) for file in folder.sql()):
        return ""
    return "" if folder.matching(OTHERS_MARK) else f"it has an {SUM}"


def places(folder: Folder) -> Iterator[tuple[str, Place]]:
    """By name, compared as text. Tells what atlas.sum doesn't list, for which Atlas refuses to run any."""
    files = [file for file in folder.files if is_sql(file) and "/" not in file]
    for file in files:
        yield file, Place(((1, 0, file),), file.partition("_")[0].removesuffix(".sql"))
    if SUM in folder.files:
        tell(folder, files)


def tell(folder: Folder, files: list[str]) -> None:
    """Where the folder and its atlas.sum differ."""
    source = folder.read(SUM) or b""
    listed = {found[1].decode("utf-8", "replace"): found.start() for found in LISTED.finditer(source)}
    why = f"{SUM} doesn't list it, so that `migrate apply` runs nothing at all; `atlas migrate hash` writes it anew"
    for file in files:
        if file not in listed:
            folder.flaw(file, FileUnrecognised(path=folder.shown(file), runner=NAME, why=why))
    effect = "`migrate apply` runs nothing at all; `atlas migrate hash` writes it anew"
    for file, at in listed.items():
        if file not in files:
            what = f"{SUM} lists {file}, and there is no such file"
            folder.flaw(SUM, ChainBroken(what=what, effect=effect, at=at))


def scripts(path: str, source: bytes, place: Place) -> tuple[Script, ...]:
    """The whole file; nothing of a checkpoint."""
    top = TOP.match(source)
    said = top[0] if top else b""
    if CHECKPOINT.search(said):
        return ()
    return (whole(path, source, direction=place.direction, transaction=not NO_TRANSACTION.search(said)),)


def misplaced(source: bytes) -> Iterator[MarkMisplaced]:
    """`atlas:txmode none` anywhere but in the comments at the top with an empty line behind them."""
    top = TOP.match(source)
    for found in NO_TRANSACTION.finditer(source, top.end() if top else 0):
        yield MarkMisplaced(
            mark=found[0].strip().decode(),
            right_place="write `-- atlas:txmode none` as the first line of the file, with an empty line behind it",
            at=found.start(),
        )
