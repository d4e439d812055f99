"""A program that gives up what a shadow server doesn't need, and then becomes that server.

On Linux with Landlock (5.13 and newer) the server can from then on read only its own installation and the system's
libraries, write only in its own directory, and start no program; since 6.7 it can't speak TCP, since 6.12 it can't send
signals to processes outside. A migration that gets around every check of the linter is still held by the kernel.
Called with one argument, the JSON of `Orders`; nothing but the standard library is used, since it runs on its own.

Sources: landlock(7), include/uapi/linux/landlock.h.
"""

import contextlib
import ctypes
import json
import os
import re
import sys
from collections.abc import Iterable
from typing import TypedDict

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


class Orders(TypedDict):
    """`command` is what to become; `uid` and `gid` as whom, -1 for no change. With `confined` it may read the folders
    `readable` and write `directory`, besides what every server needs.
    """

    command: list[str]
    uid: int
    gid: int
    confined: bool
    directory: str
    readable: list[str]


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


def confine(directory: str, readable: Iterable[str], program: str) -> None:
    """Restricts this process and all that come from it. Raises OSError where the kernel refuses."""
    have = version()
    if not have:
        return
    handled = since(RIGHTS, have)
    wanted = Ruleset(handled, since(TCP, have), since(SCOPES, have))
    size = 8 if have < 4 else 16 if have < 6 else 24
    ruleset = checked(system_call(CREATE_RULESET, ctypes.byref(wanted), ctypes.c_size_t(size), ctypes.c_uint32(0)))
    for path in (*READABLE, *readable):
        allow(ruleset, path, READ_FILE | READ_FOLDER, handled)
    for path in DEVICES:
        allow(ruleset, path, READ_FILE | WRITE_FILE, handled)
    allow(ruleset, directory, handled & ~EXECUTE, handled)
    for path in (program, interpreter(program)):
        allow(ruleset, path, READ_FILE | EXECUTE, handled)
    checked(ctypes.CDLL(None, use_errno=True).prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    checked(system_call(RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0)))
    os.close(ruleset)


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
        confine(orders["directory"], orders["readable"], program)
    os.execv(orders["command"][0], orders["command"])


if __name__ == "__main__":
    main()
