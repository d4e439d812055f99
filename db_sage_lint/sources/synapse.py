"""Synapse: schema/{common,main,state}/delta/<version>/<number><name>.sql, with .sql.postgres and .sql.sqlite variants.

A new database begins with the files of full_schemas/<version>/, the highest version there is, and goes on with the
deltas of later versions: those of that version or an earlier one are not run. For each version the files of all folders
run in the order of their names; .sql.postgres runs on PostgreSQL alone, .sql.sqlite never, of .py run_create() and
run_upgrade(). All is one transaction.
Source: element-hq/synapse, synapse/storage/prepare_database.py (_setup_new_database, _upgrade_existing_database).
"""

from collections.abc import Iterator

from db_sage_lint.regex import lazy
from db_sage_lint.script import Client, Fragment, Script, whole
from db_sage_lint.sources.history import Folder, Place

NAME = "synapse"
PROFILES: frozenset[str] = frozenset()
CLIENT = Client(NAME, psql=False, one_session=True)
ENDINGS = (".sql.postgres", ".sql.postgresql", ".py")
FILE = lazy(r"^(?:(?:.*/)?delta/)?(\d+)/([^/]+)\.(?:sql(?:\.postgres|\.postgresql)?|py)$")
FULL = lazy(r"^(?:.*/)?full_schemas/(\d+)/[^/]+\.sql(?:\.postgres|\.postgresql)?$")
FULL_NAMES = ("full.sql", "full.sql.postgres")
# A schema of which only other parts have changed may have no deltas of so many versions before its full one.
LATER = 100
FULL_FOLDER = "full_schemas"
OWN_CODE = lazy(rb"(?m)^def run_(?:create|upgrade)\(")
FUNCTIONS = ("run_create", "run_upgrade")
HANDLES = frozenset({"cur"})


def recognise(folder: Folder) -> str:
    """A folder named delta with files of a dialect, or beside one of the same name."""
    if folder.name == FULL_FOLDER:
        return "full_schemas/<version> beside delta" if base_version(folder) >= 0 else ""
    if folder.name != "delta" or not any(is_delta(folder, file) for file in folder.files):
        return ""
    return "delta/<version>/<number><name>.sql, with .sql.postgres for a dialect"


def is_delta(folder: Folder, file: str) -> bool:
    return bool(FILE.match(file)) and (not file.endswith(".py") or bool(OWN_CODE.search(folder.read(file) or b"")))


def location(root: str) -> str:
    """The folder that holds the schemas of one database, each with its deltas."""
    return root.rpartition("/")[0].rpartition("/")[0] or root


def places(folder: Folder) -> Iterator[tuple[str, Place]]:
    base = base_version(folder)
    prefix = f"{FULL_FOLDER}/" if folder.name == FULL_FOLDER else ""
    for file in folder.files:
        full = FULL.match(prefix + file)
        found = full or (FILE.match(file) if is_delta(folder, file) else None)
        if found is None:
            continue
        number = int(found[1])
        if number != base if full else number <= base:
            yield folder.passed_over(file, NAME, "")
            continue
        version = ((0, number, ""), (0, int(not full), file.rpartition("/")[2]))
        yield file, Place(version, f"{number} {folder.shown(file) if full else file}")


def base_version(folder: Folder) -> int:
    """The version that a new database begins with, by the folder of full schemas in this one or beside it; -1 where
    there is none.
    """
    prefix = f"{FULL_FOLDER}/" if folder.name == FULL_FOLDER else ""
    within = (FULL.match(prefix + file) for file in folder.files)
    own = [int(found[1]) for found in within if found]
    if own or folder.name != "delta":
        return max(own, default=-1)
    last = max((int(found[1]) for file in folder.files if (found := FILE.match(file))), default=-1)
    beside = (f"../{FULL_FOLDER}/{version}/{name}" for version in range(last + LATER, -1, -1) for name in FULL_NAMES)
    found_beside = next((file for file in beside if folder.read(file) is not None), None)
    return -1 if found_beside is None else int(found_beside.split("/")[2])


def one_transaction(folder: Folder) -> bool:
    return True


def scripts(path: str, source: bytes, place: Place) -> tuple[Script, ...]:
    """The whole file, or what the functions of Python send, in a transaction; nothing of what isn't run."""
    if not place.runs:
        return ()
    if not path.endswith(".py"):
        return (whole(path, source, transaction=True),)
    return (Script(path, source, tuple(fragments(source)), transaction=True),)


def fragments(source: bytes) -> Iterator[Fragment]:
    from db_sage_lint.sources.alembic_reader import read
    from db_sage_lint.sources.python_code import UNREADABLE, unreadable

    try:
        for function in FUNCTIONS:
            yield from read(source, function, HANDLES)
    except UNREADABLE as error:
        yield unreadable(source, error)
