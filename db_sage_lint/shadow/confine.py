"""A program that gives up what a shadow server doesn't need, and then becomes that server.

On Linux with Landlock (5.13 and newer) the server can from then on read only its own installation and the system's
libraries, write only in its own directory, and start no program; since 6.7 it can't speak TCP, since 6.12 it can't send
signals to processes outside. What speaks to other servers (dblink, postgres_fdw, subscriptions) can't be loaded, and
from PostgreSQL 15 on a filter of system calls (seccomp) lets the server connect to nothing at all. A migration that
gets around every check of the linter is still held by the kernel.
Called with one argument, the JSON of `Orders`; nothing but the standard library is used, since it runs on its own.

Sources: landlock(7), include/uapi/linux/landlock.h; seccomp(2), include/uapi/linux/seccomp.h and filter.h.
"""

import contextlib
import ctypes
import json
import os
import re
import sys
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypedDict

# The numbers are the same on every architecture.
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
ASK_VERSION = 1
PATH_BENEATH = 1
NO_NEW_PRIVILEGES = 38  # PR_SET_NO_NEW_PRIVS in linux/prctl.h

EXECUTE, WRITE_FILE, READ_FILE, READ_FOLDER = 1 << 0, 1 << 1, 1 << 2, 1 << 3
# Since version 1: removing and making of every kind; moving (2), truncating (3), ioctl on devices (5).
RIGHTS = {1: (1 << 13) - 1, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}
OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | 1 << 14
TCP = {4: 0b11}  # bind and connect
SCOPES = {6: 0b11}  # abstract Unix sockets and signals

READABLE = (
    "/usr", "/lib", "/lib32", "/lib64", "/opt", "/nix/store", "/etc/ld.so.cache", "/etc/localtime", "/etc/passwd",
    "/etc/group", "/etc/nsswitch.conf", "/etc/ssl", "/etc/postgresql-common", "/proc/meminfo", "/proc/self",
    "/proc/sys/kernel", "/sys/devices/system", "/dev/urandom", "/dev/random",
    "/etc/hosts",  # until 14 rows read are counted only if localhost resolves: pgstat_init in pgstat.c
)  # fmt: skip
DEVICES = ("/dev/null", "/dev/zero")
INTERPRETER = re.compile(rb"/[\w./-]*/ld-[\w.-]+")


SET_FILTER, WITH_FILTER = 22, 2  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER
LOAD, JUMP_IF_EQUAL, JUMP_IF_AT_LEAST, ANSWER = 0x20, 0x15, 0x35, 0x06  # of BPF
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | 13  # SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO with EACCES
NUMBER, MACHINE, FIRST_ARGUMENT, FIFTH_ARGUMENT = 0, 4, 16, 48  # offsets in struct seccomp_data
UNIX = 1  # AF_UNIX
OTHER_ABI = 0x40000000  # __X32_SYSCALL_BIT


class Calls(NamedTuple):
    """The numbers of system calls on one kind of machine: of those that are refused always, of socket and sendto."""

    machine: int
    refused: tuple[int, ...]
    socket: int
    sendto: int


# connect, sendmsg, sendmmsg, io_uring_setup, ptrace, process_vm_readv, process_vm_writev
CALLS = {
    "x86_64": Calls(0xC000003E, (42, 46, 307, 425, 101, 310, 311), 41, 44),
    "aarch64": Calls(0xC00000B7, (203, 211, 269, 425, 117, 270, 271), 198, 206),
}
# Until 14 the server sends statistics to itself over UDP: pgstat_init in pgstat.c.
FIRST_SILENT = 15


class Orders(TypedDict):
    """`command` is what to become, a server of version `major`; `uid` and `gid` as whom, -1 for no change. With
    `confined` it may read the folders `readable`, but for files of the names `unloaded`, and write `directory`, besides
    what every server needs.
    """

    command: list[str]
    uid: int
    gid: int
    confined: bool
    directory: str
    readable: list[str]
    unloaded: list[str]
    major: int


class Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def version() -> int:
    """The version of Landlock that the kernel has, 0 for none."""
    if not sys.platform.startswith("linux"):
        return 0
    return max(0, system_call(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(ASK_VERSION)))


def system_call(*arguments: object) -> int:
    return int(ctypes.CDLL(None, use_errno=True).syscall(*arguments))


def since(table: dict[int, int], have: int) -> int:
    """The bits that the kernel knows."""
    known = 0
    for number, bits in table.items():
        if number <= have:
            known |= bits
    return known


def confine(directory: str, readable: Sequence[str], unloaded: Iterable[str], program: str) -> None:
    """Restricts this process and all that come from it. Raises OSError where the kernel refuses."""
    have = version()
    if not have:
        return
    handled = since(RIGHTS, have)
    wanted = Ruleset(handled, since(TCP, have), since(SCOPES, have))
    size = 8 if have < 4 else 16 if have < 6 else 24
    ruleset = checked(system_call(CREATE_RULESET, ctypes.byref(wanted), ctypes.c_size_t(size), ctypes.c_uint32(0)))
    kept = kept_back(readable, frozenset(unloaded))
    for path in (*READABLE, *readable):
        allow_but(ruleset, path, kept, handled)
    for path in DEVICES:
        allow(ruleset, path, READ_FILE | WRITE_FILE, handled)
    allow(ruleset, directory, handled & ~EXECUTE, handled)
    for path in (program, interpreter(program)):
        allow(ruleset, path, READ_FILE | EXECUTE, handled)
    checked(ctypes.CDLL(None, use_errno=True).prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    checked(system_call(RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0)))
    os.close(ruleset)


def kept_back(folders: Iterable[str], unloaded: frozenset[str]) -> frozenset[str]:
    """The paths of the libraries below the folders that aren't to be loaded."""
    found = (os.path.join(at, name) for folder in folders for at, _, names in os.walk(folder) for name in names)
    return frozenset(os.path.realpath(path) for path in found if os.path.basename(path) in unloaded)


def allow_but(ruleset: int, path: str, kept: frozenset[str], handled: int) -> None:
    """Lets the process read what is below the path, apart from files that are kept back; Landlock can only allow."""
    real = os.path.realpath(path)
    if real in kept:
        return
    if not any(each.startswith(f"{real}/") for each in kept):
        allow(ruleset, path, READ_FILE | READ_FOLDER, handled)
    elif not os.path.islink(path):
        allow(ruleset, path, READ_FOLDER, handled)  # the server looks whether its folder of libraries is there
        for name in os.listdir(path):
            allow_but(ruleset, os.path.join(path, name), kept, handled)


class Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_uint16), ("yes", ctypes.c_uint8), ("no", ctypes.c_uint8), ("value", ctypes.c_uint32))


class Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(Instruction)))


def silence(calls: Calls) -> None:
    """Refuses this process and all that come from it to connect to anything. Raises OSError where the kernel can't."""
    steps = [(LOAD, 0, 0, MACHINE), (JUMP_IF_EQUAL, 1, 0, calls.machine), (ANSWER, 0, 0, REFUSE)]
    steps += [(LOAD, 0, 0, NUMBER), (JUMP_IF_AT_LEAST, 0, 1, OTHER_ABI), (ANSWER, 0, 0, REFUSE)]
    for number in calls.refused:
        steps += [(JUMP_IF_EQUAL, 0, 1, number), (ANSWER, 0, 0, REFUSE)]
    steps += [(JUMP_IF_EQUAL, 0, 4, calls.socket), (LOAD, 0, 0, FIRST_ARGUMENT), (JUMP_IF_EQUAL, 1, 0, UNIX)]
    steps += [(ANSWER, 0, 0, REFUSE), (ANSWER, 0, 0, ALLOW)]
    steps += [(JUMP_IF_EQUAL, 0, 5, calls.sendto), (LOAD, 0, 0, FIFTH_ARGUMENT), (JUMP_IF_EQUAL, 0, 2, 0)]
    steps += [(LOAD, 0, 0, FIFTH_ARGUMENT + 4), (JUMP_IF_EQUAL, 1, 0, 0), (ANSWER, 0, 0, REFUSE), (ANSWER, 0, 0, ALLOW)]
    instructions = (Instruction * len(steps))(*(Instruction(*step) for step in steps))
    libc = ctypes.CDLL(None, use_errno=True)
    checked(libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    program = Program(len(steps), ctypes.cast(instructions, ctypes.POINTER(Instruction)))
    checked(libc.prctl(SET_FILTER, WITH_FILTER, ctypes.byref(program), 0, 0))


def allow(ruleset: int, path: str, rights: int, handled: int) -> None:
    """Lets the process use the path, and what is below it; a path that isn't there needs no leave."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError, PermissionError):
        folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            mask = handled if os.path.isdir(path) else handled & OF_FILES
            rule = Beneath(rights & mask, folder)
            checked(
                system_call(
                    ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(PATH_BENEATH), ctypes.byref(rule), ctypes.c_uint32(0)
                )
            )
        finally:
            os.close(folder)


def interpreter(program: str) -> str:
    """The dynamic loader that an ELF program names; it is executed as well."""
    with open(program, "rb") as file:
        found = INTERPRETER.search(file.read(4096))
    return os.path.realpath(found[0].decode()) if found else program


def checked(answer: int) -> int:
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return answer


def main() -> None:
    orders: Orders = json.loads(sys.argv[1])
    if orders["uid"] >= 0:
        os.setgroups([])
        os.setgid(orders["gid"])
        os.setuid(orders["uid"])
    program = os.path.realpath(orders["command"][0])
    if orders["confined"]:
        confine(orders["directory"], orders["readable"], orders["unloaded"], program)
        calls = CALLS.get(os.uname().machine) if sys.platform.startswith("linux") else None
        if calls is not None and orders["major"] >= FIRST_SILENT:
            with contextlib.suppress(OSError):  # a kernel without it
                silence(calls)
    os.execv(orders["command"][0], orders["command"])


if __name__ == "__main__":
    main()
