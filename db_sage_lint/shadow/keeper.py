"""The process that owns a shadow server: it starts it, and takes it and its directory away when its owner ends.

Run as a program of its own, with nothing but the standard library, in a session of its own. Standard input brings one
line of JSON (the fields of `Orders`) and then stays open as long as the owner lives: its end, however the owner ended,
is the order to stop. Standard output gets one line: "ready", or "failed: " and why.
"""

import contextlib
import fcntl
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import BinaryIO, TypedDict

PREFIX = "db-sage-lint-"
LOCK = "lock"
DATA = "data"
PROGRAMS = "programs"
INITDB = ("--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync", "--wal-segsize=1")
START_SECONDS = 30
STOP_SECONDS = 10
TICK = 0.005


class Orders(TypedDict):
    """`directory` is the run's own, `programs` the folder with initdb and postgres, `cache` the initialised data
    directory (made when it is missing), `settings` the lines of postgresql.conf, `uid` and `gid` those to run the
    server as, -1 for the owner's own. With `move`, the server's user can't reach the programs: they are copied.
    With `confined`, the server gives up what it doesn't need. `major` is its version,
    `unloaded` are names of its libraries that it doesn't get. What killed runs left in the folders `swept` is removed.
    """

    directory: str
    swept: list[str]
    programs: str
    cache: str
    settings: dict[str, str]
    uid: int
    gid: int
    move: bool
    confined: bool
    major: int
    unloaded: list[str]


class ServerError(Exception):
    """The server can't be had; the message is one line."""


class Keeper:
    """One server and its directory."""

    def __init__(self, orders: Orders) -> None:
        self.orders = orders
        self.directory = Path(orders["directory"])
        self.data = self.directory / DATA
        self.programs = Path(orders["programs"])
        self.server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.lock = (self.directory / LOCK).open("w")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        for folder in self.orders["swept"]:
            sweep(Path(folder), self.directory, {os.getuid(), self.orders["uid"]})
        if self.orders["move"]:
            self.programs = copy_programs(self.programs, self.directory / PROGRAMS, self.orders["unloaded"])
        cache = Path(self.orders["cache"])
        if not (cache / "PG_VERSION").is_file():
            self.initialise(cache)
        copy_tree(cache, self.data)
        self.configure()
        self.hand_over(self.directory)
        with (self.directory / "log").open("wb") as log:
            self.server = self.serve(log)
        self.wait_until_ready()

    def serve(self, log: BinaryIO) -> "subprocess.Popen[bytes]":
        """Starts the server by way of `confine`, which becomes it."""
        package = self.programs.parent.parent
        orders = {
            "command": [str(self.programs / "postgres"), "-D", str(self.data)],
            "uid": self.orders["uid"],
            "gid": self.orders["gid"],
            "confined": self.orders["confined"],
            "major": self.orders["major"],
            "unloaded": self.orders["unloaded"],
            "directory": str(self.directory),
            "readable": [str(self.programs.parent), str(package.with_name(f"{package.name}.libs"))],
        }
        return subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(__file__).with_name("confine.py")), json.dumps(orders)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=self.directory,
            env=self.environment(),
        )

    def environment(self) -> dict[str, str]:
        """Nothing of the owner's."""
        return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", "HOME": str(self.directory)}

    def run(self, program: str, *arguments: str, output: BinaryIO) -> "subprocess.Popen[bytes]":
        """Starts one of PostgreSQL's programs as the server's user, with nothing of the owner's environment."""
        uid, gid = self.orders["uid"], self.orders["gid"]
        return subprocess.Popen(
            [self.programs / program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=self.directory,
            env=self.environment(),
            user=None if uid < 0 else uid,
            group=None if uid < 0 else gid,
            extra_groups=None if uid < 0 else [],
        )

    def initialise(self, cache: Path) -> None:
        """Makes the cached data directory; another run may do so at the same moment, and the first one counts."""
        made = self.directory / "made"
        made.mkdir()
        self.hand_over(self.directory)
        with (self.directory / "log").open("wb") as log:
            failed = self.run("initdb", *INITDB, "--pgdata", str(made), output=log).wait()
        if failed:
            raise ServerError(f"{self.programs}/initdb failed: {last_line(self.log())}")
        cache.parent.mkdir(parents=True, exist_ok=True)
        beside = cache.with_name(f"{cache.name}.{os.getpid()}")
        try:
            copy_tree(made, beside)
            with contextlib.suppress(OSError):
                beside.rename(cache)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
            shutil.rmtree(made, ignore_errors=True)

    def configure(self) -> None:
        lines = (f"{name} = '{value}'\n" for name, value in self.orders["settings"].items())
        with (self.data / "postgresql.conf").open("a") as file:
            file.writelines(lines)

    def hand_over(self, directory: Path) -> None:
        """Gives the directory to the server's user, for whom it stays private."""
        uid, gid = self.orders["uid"], self.orders["gid"]
        if uid < 0:
            return
        os.chown(directory, uid, gid)
        for parent, folders, files in os.walk(directory):
            if parent == str(directory):
                folders[:] = [folder for folder in folders if folder != PROGRAMS]
            for name in (*folders, *files):
                os.chown(os.path.join(parent, name), uid, gid, follow_symlinks=False)

    def wait_until_ready(self) -> None:
        assert self.server is not None
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if self.server.poll() is not None:
                raise ServerError(f"{self.programs}/postgres did not start: {last_line(self.log())}")
            with contextlib.suppress(OSError):
                state = (self.data / "postmaster.pid").read_text().splitlines()[7:8]
                if state and state[0].strip() == "ready":
                    return
            time.sleep(TICK)
        raise ServerError(
            f"{self.programs}/postgres was not ready after {START_SECONDS} seconds: {last_line(self.log())}"
        )

    def log(self) -> bytes:
        try:
            return (self.directory / "log").read_bytes()
        except OSError:
            return b""

    def wait_for_the_end(self) -> None:
        """Returns when the owner is gone or has closed the pipe, or when the server has ended by itself."""
        assert self.server is not None
        while self.server.poll() is None:
            readable, _, _ = select.select([0], [], [], 0.2)
            if readable and not os.read(0, 4096):
                return
        select.select([0], [], [])

    def stop(self) -> None:
        """Ends the server at once and removes the directory. What it was doing need not be kept."""
        if self.server is not None and self.server.poll() is None:
            self.server.send_signal(signal.SIGQUIT)
            try:
                self.server.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.server.kill()
                self.server.wait()
        end_all_in(self.data)
        shutil.rmtree(self.directory, ignore_errors=True)


def copy_tree(source: Path, target: Path) -> None:
    """Copies a data directory; its files are private by the process's umask."""
    for parent, folders, files in os.walk(source):
        to = os.path.join(target, os.path.relpath(parent, source))
        os.makedirs(to, exist_ok=True)
        for name in files:
            shutil.copyfile(os.path.join(parent, name), os.path.join(to, name))
        folders.sort()


def copy_programs(programs: Path, to: Path, without: list[str]) -> Path:
    """Copies an installation, and the libraries that a wheel keeps beside its package; where its programs are now."""
    installation, package = programs.parent, programs.parent.parent
    shutil.copytree(
        installation, to / package.name / installation.name, ignore=shutil.ignore_patterns("include", *without)
    )
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, to / libraries.name)
    for parent, folders, files in os.walk(to):
        for name in (*folders, *files):
            path = Path(parent, name)
            path.chmod(path.stat().st_mode | 0o055)
    to.chmod(0o755)
    return to / package.name / installation.name / programs.name


def last_line(text: bytes) -> str:
    """What a program said last, of errors if it said any."""
    lines = [line.strip() for line in text.decode("utf-8", "replace").splitlines() if line.strip()]
    grave = [line for line in lines if "FATAL:" in line or "PANIC:" in line]
    return (grave or lines or ["it said nothing"])[-1]


def sweep(folder: Path, own: Path, users: set[int]) -> None:
    """Takes away what killed keepers of these users left in the folder, but for `own`: directories whose lock nobody
    holds, and the servers that run in them.
    """
    for directory in folder.glob(f"{PREFIX}*"):
        try:
            if directory == own or directory.is_symlink() or directory.stat().st_uid not in users:
                continue
            with (directory / LOCK).open("r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                end_all_in(directory / DATA)
                shutil.rmtree(directory, ignore_errors=True)
        except OSError:
            continue


def end_all_in(data: Path) -> None:
    """Kills the server of that data directory and its children, where they still run.

    The number in postmaster.pid may be another process's by now: it is killed only if it works in the directory.
    """
    try:
        number = int((data / "postmaster.pid").read_text().split(maxsplit=1)[0])
    except (OSError, ValueError, IndexError):
        return
    if works_in(number, data):
        with contextlib.suppress(OSError):
            os.kill(number, signal.SIGQUIT)
            end = time.monotonic() + STOP_SECONDS
            while works_in(number, data) and time.monotonic() < end:
                time.sleep(TICK)
            if works_in(number, data):
                os.kill(number, signal.SIGKILL)


def works_in(number: int, folder: Path) -> bool:
    """Whether the process's working directory is that one, as /proc says, or lsof where there is no /proc."""
    try:
        if Path("/proc/self").exists():
            return Path(f"/proc/{number}/cwd").resolve() == folder.resolve()
        told = subprocess.run(
            ["lsof", "-a", "-d", "cwd", "-Fn", "-p", str(number)], capture_output=True, text=True, check=False
        )
    except OSError:
        return False
    return f"n{folder.resolve()}" in told.stdout.splitlines()


def told_to_stop(*_: object) -> None:
    raise KeyboardInterrupt


def main() -> None:
    """Keeps one server from the first line of standard input to its end."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, told_to_stop)
    os.umask(0o077)
    keeper: Keeper | None = None
    try:
        line = b""
        while not line.endswith(b"\n"):
            byte = os.read(0, 65536)
            if not byte:
                return
            line += byte
        keeper = Keeper(json.loads(line))
        keeper.start()
        os.write(1, b"ready\n")
        keeper.wait_for_the_end()
    except KeyboardInterrupt:
        pass
    except (ServerError, OSError, subprocess.SubprocessError, shutil.Error) as error:
        with contextlib.suppress(OSError):
            os.write(1, f"failed: {' '.join(str(error).split())}\n".encode())
    finally:
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        if keeper is not None:
            keeper.stop()


if __name__ == "__main__":
    main()
