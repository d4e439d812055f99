"""What a runner sends to the server: files, their fragments of SQL, and where the pieces stand in the user's file."""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

Direction = Literal["up", "down"]


class Fragment(Struct, frozen=True):
    """A piece of SQL inside a file: `text` begins at byte `start` of the file, byte for byte as it stands there.

    With `end`, the text does not stand in the file: it is what the runner makes of the bytes `start` to `end` there (a
    call of the framework's own language, a string with escapes), and all that is found in it is shown at those bytes.
    With `unread` besides, which says why, it can't be told what they do, to the things that the text names. `possible`
    says that it hangs on a condition whether the text runs. `script` is that of another file, in which the text stands
    and which a command of the script puts in here; positions are then bytes of that file.
    """

    start: int
    text: bytes
    end: int = -1
    unread: str = ""
    possible: bool = False
    script: "Script | None" = None


class Client(Struct, frozen=True):
    """What sends scripts to the server: `runner` by its name, as far as that is known.

    `psql` says whether psql reads the files, with its own commands and the rows behind COPY … FROM stdin; None: not
    known. `copies` says that it takes such rows although it is not psql. `one_session` says whether scripts that run
    one after another share a session. `restores` are the settings that it puts back before each of them; "all" stands
    for those of RESET ALL.
    """

    runner: str = ""
    psql: bool | None = None
    copies: bool = False
    one_session: bool | None = None
    restores: frozenset[str] = frozenset()


UNKNOWN_CLIENT = Client()


class Script(Struct, frozen=True, eq=False):
    """One migration as its runner runs it.

    `path` is what findings print (relative, with forward slashes) and `source` the whole file as it stands.
    `fragments` are the parts that run, in order. `transaction` says whether the runner opens one around the
    script: None where the runner is not known, so that the engine has to infer it from the statements. `one_message`
    says that it opens none, but sends the script in one message, of which PostgreSQL makes one transaction. `client` is
    what sends it.
    """

    path: str
    source: bytes
    fragments: tuple[Fragment, ...]
    direction: Direction = "up"
    transaction: bool | None = None
    one_message: bool = False
    client: Client = UNKNOWN_CLIENT


class Origin(Struct, frozen=True, eq=False):
    """The statement that made, changed or dropped something: bytes `start` to `end` of `script`'s file.

    `change_set` numbers the change set that the script belongs to; scripts of one change set ship together.
    """

    script: Script
    start: int
    end: int
    change_set: int


def files(script: Script) -> Iterator[Script]:
    """The script, and those of the files that are put into it, each once."""
    yield script
    yield from dict.fromkeys(fragment.script for fragment in script.fragments if fragment.script)


def whole(path: str, source: bytes, *, direction: Direction = "up", transaction: bool | None = None) -> Script:
    """The script that runs all of a file."""
    return Script(path, source, (Fragment(0, source),), direction, transaction)
