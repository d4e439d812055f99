"""Extensions that the server doesn't have: what migrations most often use of them is put in their place, and said."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from db_sage_lint.operations import Comment, CreateExtension, DropObject, Operation
from db_sage_lint.operations.base import quoted

if TYPE_CHECKING:
    import psycopg

# Extensions that connect to other servers, of which the stub is taken even where they are at hand.
NEVER_REAL = frozenset({"postgres_fdw"})
ICU_COLLATION = re.compile(
    rb"""\s*create\s+collation\s+(?P<unless>if\s+not\s+exists\s+)?(?P<name>(?:"[^"]+"|[\w.])+)\s*
    \([^)]*\bprovider\s*=\s*'?icu\b""",
    re.IGNORECASE | re.VERBOSE,
)
STUBS = Path(__file__).with_name("stubs")


class Stub(Struct, frozen=True):
    """What stands in for a statement on an extension that isn't there: SQL to run instead, and a word about it."""

    sql: bytes
    notice: str

    def makes(self, name: str) -> bool:
        """Whether the object of that name, qualified, is the stub's or stands in a schema of the stub's."""
        schema, _, own = name.partition("(")[0].rpartition(".")
        its_schema = f"CREATE SCHEMA IF NOT EXISTS {schema or own};".encode() in self.sql
        return its_schema or f".{own}(".encode() in self.sql


def available(connection: "psycopg.Connection") -> frozenset[str]:
    """The extensions that the server can make."""
    rows = connection.execute("SELECT name FROM pg_catalog.pg_available_extensions").fetchall()
    return frozenset(name for (name,) in rows)


def stub_for(operations: Iterable[Operation], there: frozenset[str], schema: str) -> Stub | None:
    """What to do instead of a statement that is only about an extension which isn't there; None where nothing is.

    `schema` is the one in which the extension would be made.
    """
    ops = list(operations)
    if len(ops) != 1:
        return None
    name = extension_of(ops[0])
    if not name or name in there:
        return None
    if not isinstance(ops[0], CreateExtension):
        return Stub(b"SELECT", f"extension {name} is not on this server; left out")
    text = stub_text(name)
    if text is None:
        return Stub(b"SELECT", f"extension {name} is not on this server and was left out; what calls it will fail")
    sql = text.replace("@extschema@", quoted(ops[0].schema or schema))
    why = "is not loaded" if name in NEVER_REAL else "is not on this server"
    return Stub(sql.encode(), f"extension {name} {why}; a stub with its usual functions stands in")


def icu_stub(sql: bytes) -> Stub | None:
    """What to do instead of making a collation of ICU, on a server that was built without."""
    found = ICU_COLLATION.match(sql)
    if found is None:
        return None
    name = found["name"].decode("utf-8", "replace")
    instead = f'CREATE COLLATION {"IF NOT EXISTS " if found["unless"] else ""}{name} FROM pg_catalog."C"'
    return Stub(instead.encode(), f"this server has no ICU; a collation {name} that orders by bytes stands in")


def extension_of(op: Operation) -> str:
    """The extension that the operation makes, drops or comments on."""
    if isinstance(op, CreateExtension):
        return op.extension
    if isinstance(op, DropObject) and op.kind == "extension":
        return op.name.name
    if isinstance(op, Comment) and op.kind == "extension":
        return op.target.name if op.target else ""
    return ""


@cache
def stub_text(name: str) -> str | None:
    file = STUBS / f"{name}.sql"
    return file.read_text() if "/" not in name and file.is_file() else None
