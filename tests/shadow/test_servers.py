"""Shadow servers come, and go without a trace however their owner ends."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from msgspec import structs

from db_sage_lint.engine import Step
from db_sage_lint.errors import UserError
from db_sage_lint.script import whole
from db_sage_lint.shadow import confine, servers
from db_sage_lint.shadow.programs import Programs
from db_sage_lint.shadow.replay import Replay
from db_sage_lint.shadow.runs import Options

# What is started in the background, as tests may be, doesn't listen to ^C.
LISTENS = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
OWNER = f"""{LISTENS}
import sys, time
from db_sage_lint.shadow.servers import begin, choose, wait
ready = begin(choose(18))
wait(ready)
print(ready.keeper.pid, ready.directory, flush=True)
time.sleep(60)
"""


def soon(holds: Callable[[], bool], seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for temporary files that other tests don't use; its path is short, for sockets."""
    made = tempfile.mkdtemp(prefix="t", dir="/tmp")
    Path(made).chmod(0o755)
    monkeypatch.setenv("TMPDIR", made)
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield Path(made)
    shutil.rmtree(made, ignore_errors=True)


def owner() -> tuple["subprocess.Popen[str]", int, Path]:
    """A process that has a server: itself, its keeper's number, the server's directory."""
    process = subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    pid, directory = process.stdout.readline().split()
    return process, int(pid), Path(directory)


def postmaster(directory: Path) -> int:
    return int((directory / "data" / "postmaster.pid").read_text().split()[0])


def test_nothing_is_left(folder: Path) -> None:
    with servers.started(servers.choose(18)) as server, server.database() as name, server.connect(name) as connection:
        row = connection.execute("SELECT current_setting('listen_addresses'), current_setting('fsync')").fetchone()
        assert row == ("", "off")
        (directory,) = folder.iterdir()
        assert directory.stat().st_mode & 0o077 == 0
        number = postmaster(directory)
        assert Path(f"/proc/{number}").stat().st_uid != 0
    assert not list(folder.iterdir())
    assert soon(lambda: not running(number))


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_of_a_killed_owner(folder: Path, how: signal.Signals) -> None:
    process, keeper, directory = owner()
    server = postmaster(directory)
    process.send_signal(how)
    process.communicate()
    assert soon(lambda: not directory.exists() and not running(server) and not running(keeper))


def test_what_a_killed_keeper_left_goes_with_the_next_start(folder: Path) -> None:
    process, keeper, directory = owner()
    server = postmaster(directory)
    os.kill(keeper, signal.SIGKILL)
    process.kill()
    process.communicate()
    assert running(server)
    with servers.started(servers.choose(18)):
        assert not directory.exists()
        assert soon(lambda: not running(server))
    assert not list(folder.iterdir())


def test_directories_of_living_servers_are_left_alone(folder: Path) -> None:
    with servers.started(servers.choose(18)) as first, servers.started(servers.choose(18)) as second:
        for server in (first, second):
            with server.connect() as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)


def test_data_directory_is_cached(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    programs = servers.choose(18)
    with servers.started(programs):
        pass
    cached = servers.cached_data(programs)
    assert (cached / "PG_VERSION").read_text().strip() == "18"
    before = cached.stat().st_mtime_ns
    with servers.started(programs):
        pass
    assert cached.stat().st_mtime_ns == before
    assert [path.name for path in cached.parent.iterdir()] == [cached.name]
    copied = Path(shutil.copy(programs.folder / "postgres", tmp_path))
    assert servers.cached_data(structs.replace(programs, folder=copied.parent)) == cached


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has programs that another user can't reach")
def test_programs_that_only_root_reaches(tmp_path: Path, folder: Path) -> None:
    programs = servers.choose(18)
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o700)
    package = programs.folder.parents[1]
    for part in (package, package.with_name(f"{package.name}.libs")):
        subprocess.run(["cp", "-R", str(part), str(hidden)], check=True)
    moved = Programs(hidden / package.name / programs.folder.parent.name / "bin", 18, programs.version, "a test")
    with servers.started(moved) as server, server.connect() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert not list(folder.iterdir())


def test_a_server_that_cannot_start_says_why(folder: Path) -> None:
    programs = servers.choose(18)
    settings = {**servers.SETTINGS, "shared_buffers": "nonsense"}
    with pytest.raises(UserError, match=r"shared_buffers|configuration file"), servers.started(programs, settings):
        pass
    assert not list(folder.iterdir())


@pytest.mark.skipif(not confine.version(), reason="the kernel has no Landlock")
def test_a_server_is_confined_to_its_directory(folder: Path, tmp_path: Path) -> None:
    (folder / "secret").write_text("x")
    (folder / "secret").chmod(0o644)
    attempts = {
        f"SELECT pg_read_file('{folder}/secret')": "Permission denied",
        f"COPY (SELECT 1) TO '{folder}/made'": "Permission denied",
        "COPY (SELECT 1) TO PROGRAM 'cat'": "could not execute command",
        "SELECT pg_ls_dir('/home')": "Permission denied",
    }
    with servers.started(servers.choose(18)) as server, server.connect() as connection:
        for sql, message in attempts.items():
            with pytest.raises(psycopg.Error, match=message):
                connection.execute(sql)
        connection.execute("CREATE EXTENSION citext; CREATE TABLE t AS SELECT generate_series(1, 10000) AS id")
    with servers.started(servers.choose(18), confined=False) as server, server.connect() as connection:
        assert connection.execute(f"SELECT pg_read_file('{folder}/secret')").fetchone() == ("x",)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a small file system")
def test_a_full_disk(folder: Path) -> None:
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m,mode=755", "none", folder], check=False)
    if mounted.returncode:
        pytest.skip("nothing can be mounted here")
    try:
        script = whole("1.sql", b"CREATE TABLE t AS SELECT repeat('x', 2000) AS x FROM generate_series(1, 200000);")
        with servers.started(servers.choose(18)) as server, Replay(server, servers.OWNER, Options()) as replay:
            (run,) = replay.run([Step(script, 0)])
        assert run.failure is not None
        assert run.failure.observed.failure is not None
        failure = run.failure.observed.failure
        assert re.search("No space left|takes no more connections|closed the connection", failure.message)
        assert failure.hint.startswith("TMPDIR names") or "No space left" not in failure.message
        assert not list(folder.iterdir())
    finally:
        subprocess.run(["umount", folder], check=True)


def test_a_version_that_is_not_there() -> None:
    programs = Programs(Path("/nowhere"), 15, "15.1", "a test")
    assert servers.choose(None, [programs]) is programs
    with pytest.raises(UserError, match=r"no PostgreSQL 17 .*there is 15"):
        servers.choose(17, [programs])
    with pytest.raises(UserError, match=r"db-sage-lint\[shadow\]"):
        servers.choose(None, [])


def test_passwords_are_not_shown() -> None:
    assert servers.shown("postgresql://me:secret@host/db") == "postgresql://me:***@host/db"
    assert servers.shown("host=h password=secret") == "host=h password=***"


def test_an_interrupted_command_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "1_long.sql").write_text("SELECT pg_sleep(60);\n")
    command = [sys.executable, "-c", f"{LISTENS}from db_sage_lint.cli import main\nmain()", "dry-run", "--pg", "18"]
    root = str(Path(servers.__file__).parents[2])
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": root})

    def sleeping() -> bool:
        for directory in folder.glob("db-sage-lint-*"):
            ready = servers.Server(f"host={directory} user=postgres dbname=postgres", 18, "")
            try:
                with ready.connect() as connection:
                    row = connection.execute("SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'").fetchone()
                    return row is not None
            except UserError:
                continue
        return False

    assert soon(sleeping, 30)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=20)
    assert process.returncode == 130
    assert told.strip() == b""
    assert not list(folder.glob("db-sage-lint-*"))


def test_a_server_is_in_memory_where_there_is_room(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(servers, "IN_MEMORY", str(tmp_path))
    monkeypatch.setattr(servers, "ROOM", 1)
    usual = tempfile.gettempdir()
    assert servers.folders_for_servers() == [str(tmp_path), usual]
    monkeypatch.setattr(servers, "ROOM", 1 << 62)
    assert servers.folders_for_servers() == [usual]
    monkeypatch.setattr(servers, "IN_MEMORY", str(tmp_path / "missing"))
    assert servers.folders_for_servers() == [usual]


def test_tmpdir_says_where_a_server_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "ROOM", 1)
    assert servers.folders_for_servers() == [str(folder)]
