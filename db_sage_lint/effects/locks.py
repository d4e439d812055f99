"""PostgreSQL's lock modes, what each blocks, and the effect of an operation on one relation.

Source: manual, 13.3.1 Table-Level Locks; src/include/storage/lockdefs.h and the conflict table in lock.c.
"""

from enum import IntEnum

from msgspec import Struct

from db_sage_lint.operations import Name


class Lock(IntEnum):
    """A table-level lock mode, ordered by strength as in lockdefs.h; NONE where no lock is taken."""

    NONE = 0
    ACCESS_SHARE = 1
    ROW_SHARE = 2
    ROW_EXCLUSIVE = 3
    SHARE_UPDATE_EXCLUSIVE = 4
    SHARE = 5
    SHARE_ROW_EXCLUSIVE = 6
    EXCLUSIVE = 7
    ACCESS_EXCLUSIVE = 8

    @property
    def sql(self) -> str:
        """The mode as SQL writes it: ACCESS EXCLUSIVE."""
        return self.name.replace("_", " ")

    @property
    def blocks_reads(self) -> bool:
        return self is Lock.ACCESS_EXCLUSIVE

    @property
    def blocks_writes(self) -> bool:
        """Whether INSERT, UPDATE and DELETE wait (they ask for ROW EXCLUSIVE)."""
        return self >= Lock.SHARE

    @property
    def blocks(self) -> str:
        """What waits for it, in plain words."""
        if self.blocks_reads:
            return "reads and writes"
        if self.blocks_writes:
            return "writes"
        if self is Lock.SHARE_UPDATE_EXCLUSIVE:
            return "schema changes and vacuum"
        return "only stronger schema changes" if self else "nothing"


class Effect(Struct, frozen=True):
    """What an operation does to one relation: the strongest lock it takes on it, and whether the work under that lock
    grows with the data: `scans` reads all rows or builds an index over them, `rewrites` writes the relation anew.
    """

    relation: Name
    lock: Lock
    scans: bool = False
    rewrites: bool = False

    @property
    def grows(self) -> bool:
        return self.scans or self.rewrites
