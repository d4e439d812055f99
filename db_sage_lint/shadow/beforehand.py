"""What migrations take for granted that somebody made before the first of them: extensions, the system's collations,
tables of the framework that runs them.

An administrator makes them by hand, the image brings them, or the framework's own migrations do, so that no file says
so. They are made where a migration fails for want of them and no migration makes them itself; the run begins again.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

from msgspec import Struct

from db_sage_lint.catalog.extensions import PROVIDES
from db_sage_lint.operations import CreateExtension, CreateTable
from db_sage_lint.operations.base import quoted
from db_sage_lint.script import Script
from db_sage_lint.shadow.extensions import stub_text
from db_sage_lint.shadow.observe import Failure
from db_sage_lint.shadow.runs import ScriptRun
from db_sage_lint.shadow.statements import sent

PLATFORMS = Path(__file__).with_name("platforms")
UNDEFINED = frozenset({"42704", "42883", "42P01"})  # undefined_object, undefined_function, undefined_table
PART = re.compile(r'^(?:type|operator class|function) (?:"?(\w+)"?\.)?"?([\w-]+)"?')
RELATION = re.compile(r'^relation "(?:public\.)?([\w.]+)" does not exist')
COLLATION = re.compile(r'^collation "(?:pg_catalog\.)?([^"]+)" for encoding')
# As initdb names those of the operating system and of ICU: pg_import_system_collations in collationcmds.c.
OF_SYSTEM = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?(\.[Uu][Tt][Ff]-?8)?|[\w-]+-x-icu")
BY_PART = {part: extension for extension, parts in PROVIDES.items() for part in parts}


class Maker(Struct, frozen=True):
    """Who makes a table: in words, its files in PLATFORMS, and how the paths of migrations end that it runs."""

    title: str
    files: tuple[str, ...]
    ending: str


AUTH = Maker("django.contrib.auth", ("django_contenttypes", "django_auth"), ".py")
MAKERS = {
    "django_content_type": Maker("django.contrib.contenttypes", ("django_contenttypes",), ".py"),
    **dict.fromkeys(("auth_permission", "auth_group", "auth_user"), AUTH),
    "django_site": Maker("django.contrib.sites", ("django_sites",), ".py"),
    "django_session": Maker("django.contrib.sessions", ("django_sessions",), ".py"),
    "django_migrations": Maker("Django", ("django_migrations",), ".py"),
    "__diesel_schema_migrations": Maker("Diesel", ("diesel",), "up.sql"),
    "hdb_catalog": Maker("Hasura", ("hasura",), "up.sql"),
}


class Provision(Struct, frozen=True):
    """SQL to run before the first migration, and a word about it."""

    sql: bytes
    notice: str


class Beforehand:
    """What the scripts of one history may want, on a server with the extensions that are `available`."""

    def __init__(self, scripts: Sequence[Script], available: Callable[[], frozenset[str]]) -> None:
        self.scripts = scripts
        self.available = available

    def wanted(self, run: ScriptRun) -> Provision | None:
        """What a script has failed for want of, if it can be provided and no script makes it."""
        failure = run.failure.observed.failure if run.failure else None
        if failure is None or failure.code not in UNDEFINED:
            return None
        return collation(failure) or self.extension(failure) or self.table(failure, run.script.path)

    def extension(self, failure: Failure) -> Provision | None:
        missing = PART.match(failure.message)
        name = BY_PART.get(missing[2], "") if missing else ""
        if missing is None or not name or name in self.made:
            return None
        told = f"no migration makes the extension {name}, which {missing[2]} belongs to; it was made before the first"
        if name in self.available():
            sql = f"CREATE EXTENSION IF NOT EXISTS {quoted(name)} SCHEMA {quoted(missing[1] or 'public')} CASCADE"
            return Provision(sql.encode(), told)
        text = stub_text(name)
        if text is None:
            return None
        sql = text.replace("@extschema@", quoted(missing[1] or "public"))
        return Provision(sql.encode(), f"{told}, as a stub: it is not on this server")

    def table(self, failure: Failure, path: str) -> Provision | None:
        missing = RELATION.match(failure.message)
        maker = MAKERS.get(missing[1].partition(".")[0]) if missing else None
        if missing is None or maker is None or not path.endswith(maker.ending) or missing[1] in self.made:
            return None
        told = f"no migration makes {missing[1]}; it was made before the first, as {maker.title} makes it"
        return Provision(b"".join((PLATFORMS / f"{file}.sql").read_bytes() for file in maker.files), told)

    @cached_property
    def made(self) -> frozenset[str]:
        """The extensions and tables that the scripts make, without schemas."""
        return frozenset(name for script in self.scripts for name in made_by(script))


def made_by(script: Script) -> Iterator[str]:
    for one in sent(script):
        for op in one.operations:
            if isinstance(op, CreateExtension):
                yield op.extension
            elif isinstance(op, CreateTable):
                yield op.table.name


def collation(failure: Failure) -> Provision | None:
    """The system's collation that is missing."""
    missing = COLLATION.match(failure.message)
    if missing is None or not OF_SYSTEM.fullmatch(missing[1]):
        return None
    sql = f"CREATE COLLATION IF NOT EXISTS pg_catalog.{quoted(missing[1])} (locale = 'C')"
    return Provision(sql.encode(), f"the collation {missing[1]} is not on this server; one by bytes stands in")
