"""Flyway: V<version>__<name>.sql by the numbers of the version, then R__<name>.sql.

U<version>__ undoes a version; B<version>__ is what a new database begins with instead of the versions up to it.

Source: flyway/flyway, documentation "Migrations", "Script Config Files" and "Group"; PostgreSQLParser.java: one
transaction for each file, none where `executeInTransaction=false` stands in <file>.conf, or where every statement is
one that PostgreSQL refuses in a transaction. Files that mix these are an error, unless `mixed` is set. With `group` all
pending files run in one. It stands in flyway.conf or flyway.toml, as do the prefixes (sqlMigrationPrefix and its kin).
All run in one session, in which role and search_path are put back before each (DbMigrate.java,
PostgreSQLConnection.java); rows for COPY are taken, other commands of psql are not (issue 4171).
"""

import re
from collections.abc import Iterator

from db_sage_lint.regex import lazy
from db_sage_lint.script import Client, Direction, Script, whole
from db_sage_lint.sources.history import Folder, Place, Version, is_sql
from db_sage_lint.sources.sections import statements

NAME = "flyway"
NAMES = "V<version>__<name>.sql, with two underscores"
PROFILES: frozenset[str] = frozenset()
CLIENT = Client(NAME, psql=False, copies=True, one_session=True, restores=frozenset({"role", "search_path"}))
MARKS = frozenset({"flyway.conf", "flyway.toml"})
ENDINGS = (".sql.conf",)
FILE_FORM = (
    r"^(?:.*/)?(?:(?:(?P<undo>%s)|(?P<baseline>%s)|(?P<up>%s))(?P<version>\d+(?:[._]\d+)*)|(?P<repeatable>%s))"
    r"__(?P<name>[^/]*)\.sql$"
)
FILE = lazy(FILE_FORM % ("U", "B", "[vV]", "R"))
PREFIX = lazy(rb"(?m)^\s*(?:flyway\.)?(undoSql|baseline|sql|repeatableSql)MigrationPrefix\s*=\s*[\"']?([\w.-]*)")
PREFIXES = {"undoSql": "U", "baseline": "B", "sql": "V", "repeatableSql": "R"}
CALLBACK = lazy(r"^(?:.*/)?(?:before|after)(?:Each)?[A-Z]\w*\.sql$")
CONFIGURED = lazy(rb"(?m)^\s*executeInTransaction\s*[:=]\s*false\b")
GROUPED = lazy(rb"(?m)^\s*(?:flyway\.)?group\s*=\s*true\b")
VALUE = lazy(rb"(?m)^\s*flyway\.placeholders\.([\w.-]+)\s*=")
UNREPLACED = lazy(rb"(?m)^\s*flyway\.placeholderReplacement\s*=\s*false\b")
PLACEHOLDER = lazy(rb"\$\{(?!flyway:)([\w.-]+)\}")
# PostgreSQLParser.java, detectCanExecuteInTransaction
OUTSIDE = lazy(
    rb"(?is)(?:CREATE|DROP)\s+(?:DATABASE|TABLESPACE|SUBSCRIPTION)\b|ALTER\s+SYSTEM\b|VACUUM\b|DISCARD\s+ALL\b"
    rb"|CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\b|DROP\s+INDEX\s+CONCURRENTLY\b"
    rb"|REINDEX\s+(?:VERBOSE\s+)?(?:SCHEMA|DATABASE|SYSTEM)\b"
)
HINT = lazy(rb"(?i)CONCURRENTLY|VACUUM|DATABASE|TABLESPACE|SUBSCRIPTION|SYSTEM|DISCARD|REINDEX")


def recognise(folder: Folder) -> str:
    """At least half of its files are named as it wants them."""
    files, form = folder.sql(), form_in(folder)
    own = sum(bool(form.match(file) or CALLBACK.match(file)) for file in files)
    versions = sum(bool(form.match(file)) for file in files)
    if not versions or 2 * own < len(files):
        return ""
    return f"{versions} of {len(files)} files are named V<version>__<name>.sql or R__<name>.sql"


def form_in(folder: Folder) -> re.Pattern[str]:
    """How files are named, by the configuration above the folder."""
    conf = folder.above("flyway.conf") or folder.above("flyway.toml") or b""
    given = {name.decode(): prefix.decode() for name, prefix in PREFIX.findall(conf)}
    if not given:
        return FILE
    return re.compile(FILE_FORM % tuple(re.escape(prefix) for prefix in (PREFIXES | given).values()))


def one_transaction(folder: Folder) -> bool:
    """Where the configuration above the folder groups what is pending."""
    conf = folder.above("flyway.conf") or folder.above("flyway.toml") or b""
    return bool(GROUPED.search(conf))


def location(root: str) -> str:
    """The folder that holds the several locations of one database: the one above folders that are named for migrations,
    such as db/migration and db/migration_data, or db/migration/common and db/migration/postgres.
    """
    folders = root.split("/")
    named = next((n for n, name in enumerate(folders) if name.lower().startswith("migration")), None)
    return root if named is None else "/".join(folders[: max(named, 1)])


def places(folder: Folder) -> Iterator[tuple[str, Place]]:
    """Versions in order, repeatable ones behind; a baseline only where nothing older is there."""
    folder.problems.extend(without_value(folder))
    form = form_in(folder)
    matches = [(file, match) for file in folder.files if (match := form.match(file))]
    versions = [numbers(match["version"]) for _, match in matches if match["up"] is not None]
    oldest = min(versions, default=())
    confs = set(folder.files)
    for file, match in matches:
        transaction = False if f"{file}.conf" in confs and is_off(folder, f"{file}.conf") else None
        if match["repeatable"] is not None:
            yield file, Place(((1, 0, match["name"]),), f"R {match['name']}", "up", transaction)
            continue
        version = numbers(match["version"])
        if match["baseline"] is not None and oldest and oldest <= version:
            continue
        direction: Direction = "up" if match["undo"] is None else "down"
        yield file, Place(version, shown(version), direction, transaction)


def without_value(folder: Folder) -> Iterator[str]:
    """A line for each file with a placeholder that flyway.conf, which gives values to others, has none for."""
    conf = folder.above("flyway.conf") or b""
    given = set(VALUE.findall(conf))
    for file in folder.sql() if given and not UNREPLACED.search(conf) else ():
        lacking = sorted(set(PLACEHOLDER.findall(folder.read(file) or b"")) - given)
        if lacking:
            name = lacking[0].decode(errors="replace")
            yield f"{folder.shown(file)}: no value for ${{{name}}}; flyway.conf needs flyway.placeholders.{name}=…"


def numbers(version: str) -> Version:
    """1_10.0 as 1, 10: trailing zeros don't count."""
    parts = [int(part) for part in re.split(r"[._]", version)]
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    return tuple((0, part, "") for part in parts)


def shown(version: Version) -> str:
    return ".".join(str(part) for _, part, _ in version)


def is_off(folder: Folder, conf: str) -> bool:
    return bool(CONFIGURED.search(folder.read(conf) or b""))


def scripts(path: str, source: bytes, place: Place) -> tuple[Script, ...]:
    """The whole file."""
    transaction = place.transaction is not False and not runs_outside(source)
    return (whole(path, source, direction=place.direction, transaction=transaction),)


def runs_outside(source: bytes) -> bool:
    """Whether Flyway itself leaves the transaction out: for files of nothing but statements that want none."""
    if not HINT.search(source):
        return False
    kinds = {bool(OUTSIDE.match(statement)) for statement in statements(source)}
    return kinds == {True}


def aside(file: str) -> bool:
    """Baselines that a history of versions makes superfluous."""
    return is_sql(file) and bool(FILE.match(file))
