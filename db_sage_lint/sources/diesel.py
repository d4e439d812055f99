"""diesel: migrations/<version>_<name>/up.sql with down.sql, in the order of the versions as text.

Source: diesel-rs/diesel, diesel_migrations: the version is the folder's name up to the first underscore without its
hyphens; each migration runs in a transaction, unless metadata.toml beside it says `run_in_transaction = false`. The
file is sent in one message, whose statements are one transaction all the same (issue 4552). All run in one session, and
rows for COPY aren't taken (issue 2419). A folder without up.sql is an error (src/file_based_migrations.rs).
"""

from collections.abc import Iterator

from db_sage_lint.operations import ChainBroken
from db_sage_lint.regex import lazy
from db_sage_lint.script import Client, Direction, Script, whole
from db_sage_lint.sources.history import Folder, Place
from db_sage_lint.sources.sections import in_one_message

NAME = "diesel"
PROFILES: frozenset[str] = frozenset()
CLIENT = Client(NAME, psql=False, one_session=True)
DOWN = "a down.sql beside it"
MARKS = frozenset({"metadata.toml", "diesel.toml"})
FILE = lazy(r"^(([^/_]+)[^/]*)/(up|down)\.sql$")
DATED = lazy(r"^\d{4}-\d{2}-\d{2}-\d{6}_[^/]*/up\.sql$")
STOPS = "`diesel migration` stops with an error for all of them"
SETUP = "00000000000000_diesel_initial_setup/up.sql"
NO_TRANSACTION = lazy(rb"(?m)^\s*run_in_transaction\s*=\s*false\b")


def recognise(folder: Folder) -> str:
    """Its first migration, its metadata, its configuration above, or its way of writing a time."""
    files = folder.files
    if not any(FILE.match(file) for file in files):
        return ""
    if SETUP in files:
        return f"it has {SETUP.partition('/')[0]}"
    if any(file.endswith("/metadata.toml") for file in files):
        return "metadata.toml beside its migrations"
    if any(DATED.match(file) for file in files):
        return "folders named <year>-<month>-<day>-<time>_<name> with up.sql"
    if folder.above("diesel.toml") is not None or folder.says_above("Cargo.toml", b"diesel"):
        return "diesel in the Rust project above"
    return ""


def places(folder: Folder) -> Iterator[tuple[str, Place]]:
    """Both ways of every migration; one without up.sql is a flaw."""
    off = {file.rpartition("/")[0] for file in folder.files if file.endswith("/metadata.toml") and is_off(folder, file)}
    for file in folder.files:
        found = FILE.match(file)
        if not found:
            continue
        if found[3] == "down" and f"{found[1]}/up.sql" not in folder.files:
            folder.flaw(file, ChainBroken(what="there is no up.sql beside it", effect=STOPS))
        number = found[2].replace("-", "")
        transaction = False if found[1] in off else None
        direction: Direction = "down" if found[3] == "down" else "up"
        yield file, Place(((1, 0, number), (1, 0, found[1])), number, direction, transaction)


def is_off(folder: Folder, file: str) -> bool:
    return bool(NO_TRANSACTION.search(folder.read(file) or b""))


def scripts(path: str, source: bytes, place: Place) -> tuple[Script, ...]:
    """The whole file, in one message to the server."""
    script = whole(path, source, direction=place.direction, transaction=place.transaction is not False)
    return (script if script.transaction else in_one_message(script),)
