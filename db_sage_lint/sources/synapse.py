"""Synapse: schema/{common,main,state}/delta/<version>/<number><name>.sql, with .sql.postgres and .sql.sqlite variants.

Source: element-hq/synapse, synapse/storage/prepare_database.py: for each version the files of all folders in the order
of their names; .sql.postgres runs on PostgreSQL alone, .sql.sqlite never; an upgrade is one transaction.
"""

from collections.abc import Iterator

from db_sage_lint.regex import lazy
from db_sage_lint.script import Client, Script, whole
from db_sage_lint.sources.history import Folder, Place

NAME = "synapse"
PROFILES: frozenset[str] = frozenset()
CLIENT = Client(NAME, psql=False, one_session=True)
ENDINGS = (".sql.postgres", ".sql.postgresql")
FILE = lazy(r"^(?:(?:.*/)?delta/)?(\d+)/([^/]+)\.sql(\.postgres|\.postgresql)?$")


def recognise(folder: Folder) -> str:
    """A folder named delta with files of a dialect, or beside one of the same name."""
    if folder.name != "delta" or not any(FILE.match(file) for file in folder.files):
        return ""
    return "delta/<version>/<number><name>.sql, with .sql.postgres for a dialect"


def location(root: str) -> str:
    """The folder that holds the schemas of one database, each with its deltas."""
    return root.rpartition("/")[0].rpartition("/")[0] or root


def places(folder: Folder) -> Iterator[tuple[str, Place]]:
    for file in folder.files:
        found = FILE.match(file)
        if found:
            version = ((0, int(found[1]), ""), (1, 0, file.rpartition("/")[2]))
            yield file, Place(version, f"{found[1]} {file}")


def scripts(path: str, source: bytes, place: Place) -> tuple[Script, ...]:
    """The whole file, in a transaction."""
    return (whole(path, source, transaction=True),)
